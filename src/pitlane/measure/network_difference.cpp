#include "pitlane/measure/network_difference.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/engine/plan.h"

namespace pitlane {
namespace {

constexpr std::int64_t kRunsWithMemory = 3;
constexpr double kFastestMps = 20;

/// A session with room for what goes in and comes out.
class Runner {
 public:
  static Result<Runner> create(const Network& network) {
    PITLANE_TRY(const auto plan, compile(network));
    return Runner(network, plan->new_session());
  }

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const { return session_->inputs(); }
  void reset() { session_->reset(); }

  /// Normalised outputs in the network's order.
  Result<std::vector<float>> run(const std::vector<TensorView>& inputs) {
    const RunStatus status = session_->run(inputs, views_);
    if (status != RunStatus::kOk) return numeric_error(std::string("the network's run refused: ") + to_string(status));
    std::vector<float> answer;
    for (const auto& [tensor, element] : places_) answer.push_back(tensors_[tensor][element]);
    return answer;
  }

 private:
  Runner(const Network& network, std::unique_ptr<Session> session) : session_(std::move(session)) {
    for (const TensorSpec& spec : session_->outputs())
      tensors_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
    for (auto& tensor : tensors_) views_.push_back({tensor.data(), tensor.size() * sizeof(float)});
    std::vector<ValueId> values;  // one tensor per distinct value, in the order of first mention
    for (const OutputSpec& output : network.outputs) {
      auto found = std::find(values.begin(), values.end(), output.value);
      if (found == values.end()) found = values.insert(values.end(), output.value);
      places_.emplace_back(found - values.begin(), output.element);
    }
  }

  std::unique_ptr<Session> session_;
  std::vector<std::vector<float>> tensors_;
  std::vector<MutableTensorView> views_;
  std::vector<std::pair<std::size_t, std::size_t>> places_;  // by output: tensor, element
};

Status check_alike(const Network& a, const Network& b, const Runner& ra, const Runner& rb) {
  const auto alike = [](const TensorSpec& x, const TensorSpec& y) {
    return x.type == y.type && element_count(x.shape) == element_count(y.shape);
  };
  if (!std::ranges::equal(ra.inputs(), rb.inputs(), alike))
    return invalid_argument("the networks read inputs of different number or size");
  if (a.outputs.size() != b.outputs.size())
    return invalid_argument("the networks have " + std::to_string(a.outputs.size()) + " and " +
                            std::to_string(b.outputs.size()) + " outputs");
  return {};
}

/// What both networks are shown.
class Inputs {
 public:
  Inputs(const Network& network, const std::vector<TensorSpec>& specs, const Dataset* dataset, std::uint64_t seed)
      : network_(network), dataset_(dataset), random_(seed) {
    for (const TensorSpec& spec : specs) {
      const auto count = static_cast<std::size_t>(element_count(spec.shape));
      bytes_.emplace_back(spec.type == ElementType::kU8 ? count : 0);
      numbers_.emplace_back(spec.type == ElementType::kU8 ? 0 : count);
    }
  }

  std::vector<TensorView> make(std::int64_t index) {
    std::vector<TensorView> views;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      if (bytes_[i].empty()) {
        fill_numbers(network_.inputs[i].kind, numbers_[i], index);
        views.push_back({numbers_[i].data(), numbers_[i].size() * sizeof(float)});
      } else {
        fill_picture(bytes_[i], index);
        views.push_back({bytes_[i].data(), bytes_[i].size()});
      }
    }
    return views;
  }

 private:
  void fill_picture(std::vector<std::uint8_t>& picture, std::int64_t index) {
    const bool real = dataset_ != nullptr && dataset_->size() > 0 && dataset_->picture_bytes() == picture.size();
    if (real && index % 2 == 1) {
      std::ranges::copy(dataset_->picture(index / 2 % dataset_->size()), picture.begin());
      return;
    }
    for (std::uint8_t& byte : picture) byte = static_cast<std::uint8_t>(random_.uniform(0, 256));
  }

  void fill_numbers(InputKind kind, std::vector<float>& numbers, std::int64_t index) {
    if (kind == InputKind::kSpeed) {
      for (float& v : numbers) v = static_cast<float>(random_.uniform(0, kFastestMps));
      return;
    }
    std::ranges::fill(numbers, 0.F);
    numbers[static_cast<std::size_t>(index) % numbers.size()] = 1;
  }

  const Network& network_;
  const Dataset* dataset_;
  Random random_;
  std::vector<std::vector<std::uint8_t>> bytes_;
  std::vector<std::vector<float>> numbers_;
};

}  // namespace

Result<NetworkDifference> compare_networks(const Network& a, const Network& b, const Dataset* dataset,
                                           std::int64_t count, std::uint64_t seed) {
  PITLANE_TRY(Runner first, Runner::create(a));
  PITLANE_TRY(Runner second, Runner::create(b));
  PITLANE_TRY_STATUS(check_alike(a, b, first, second));
  Inputs inputs(a, first.inputs(), dataset, seed);
  NetworkDifference difference;
  for (; difference.pictures < count; ++difference.pictures) {
    if (difference.pictures % kRunsWithMemory == 0) {
      first.reset();
      second.reset();
    }
    const std::vector<TensorView> shown = inputs.make(difference.pictures);
    PITLANE_TRY(const std::vector<float> x, first.run(shown));
    PITLANE_TRY(const std::vector<float> y, second.run(shown));
    for (std::size_t i = 0; i < x.size(); ++i)
      difference.largest = std::max(difference.largest, std::abs(static_cast<double>(x[i]) - y[i]));
  }
  return difference;
}

}  // namespace pitlane
