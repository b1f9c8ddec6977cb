#include "pitlane/measure/network_runner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "pitlane/engine/plan.h"

namespace pitlane {

Result<NetworkRunner> NetworkRunner::create(const Network& network) {
  PITLANE_TRY(const auto plan, compile(network));
  return NetworkRunner(network, plan->new_session());
}

NetworkRunner::NetworkRunner(const Network& network, std::unique_ptr<Session> session) : session_(std::move(session)) {
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

Result<std::vector<float>> NetworkRunner::run(const std::vector<TensorView>& inputs) {
  const RunStatus status = session_->run(inputs, views_);
  if (status != RunStatus::kOk) return numeric_error(std::string("the network's run refused: ") + to_string(status));
  std::vector<float> answer;
  for (const auto& [tensor, element] : places_) answer.push_back(tensors_[tensor][element]);
  return answer;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    largest = std::max(largest, std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference);
  }
  return largest;
}

}  // namespace pitlane
