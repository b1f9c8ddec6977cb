#include "pitlane/measure/accuracy.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "pitlane/data/sample_inputs.h"

namespace pitlane {
namespace {

constexpr std::int64_t kReportEvery = 64;

// For each label of the dataset: which tensor and element of the session answers it.
struct Source {
  std::size_t tensor, element;
};

// In the network's order.
std::vector<std::pair<OutputSpec, Source>> output_sources(const Network& network) {
  std::vector<ValueId> tensors;
  std::vector<std::pair<OutputSpec, Source>> out;
  for (const OutputSpec& output : network.outputs) {
    auto at = std::find(tensors.begin(), tensors.end(), output.value);
    if (at == tensors.end()) at = tensors.insert(tensors.end(), output.value);
    out.push_back({output, {static_cast<std::size_t>(at - tensors.begin()), static_cast<std::size_t>(output.element)}});
  }
  return out;
}

Result<std::vector<Source>> match_outputs(const Network& network, const Dataset& dataset) {
  std::vector<Source> sources(dataset.outputs.size(), {0, 0});
  std::vector<bool> found(dataset.outputs.size());
  for (const auto& [output, source] : output_sources(network)) {
    for (std::size_t k = 0; k < dataset.outputs.size(); ++k) {
      const OutputSpec& label = dataset.outputs[k];
      if (label.name != output.name) continue;
      if (label.low != output.low || label.high != output.high)
        return invalid_argument("output '" + output.name + "' has another range in the network than in the data");
      sources[k] = source;
      found[k] = true;
    }
  }
  for (std::size_t k = 0; k < found.size(); ++k)
    if (!found[k])
      return invalid_argument("the network has no output '" + dataset.outputs[k].name + "', which the data labels");
  return sources;
}

// 0 where all are the same, without the rounding of their mean.
double variance(const Dataset& dataset, std::span<const std::int64_t> indices, std::size_t output) {
  const float first = indices.empty() ? 0 : dataset.label(indices[0])[output];
  if (std::ranges::all_of(indices, [&](std::int64_t i) { return dataset.label(i)[output] == first; })) return 0;
  double mean = 0;
  for (const std::int64_t i : indices) mean += dataset.label(i)[output];
  mean /= static_cast<double>(indices.size());
  double sum = 0;
  for (const std::int64_t i : indices) sum += std::pow(dataset.label(i)[output] - mean, 2);
  return sum / static_cast<double>(indices.size());
}

// Runs a session on samples; one that remembers, on all that led to them.
class Viewer {
 public:
  Viewer(const Network& network, Session& session, const SampleInputs& inputs)
      : network_(network), session_(session), inputs_(inputs), feed_(inputs), shown_(network.inputs.size()) {
    for (const TensorSpec& spec : session.outputs())
      tensors_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
    for (auto& tensor : tensors_) views_.push_back({tensor.data(), tensor.size() * sizeof(float)});
  }

  Status show(std::int64_t sample) {
    if (network_.states.empty()) return run(sample);
    std::vector<std::int64_t> way = {sample};  // backwards, to where the session stands or the drive begins
    while (inputs_.previous(way.back()) >= 0 && inputs_.previous(way.back()) != last_)
      way.push_back(inputs_.previous(way.back()));
    if (inputs_.previous(way.back()) < 0) session_.reset();
    for (; !way.empty(); way.pop_back()) PITLANE_TRY_STATUS(run(way.back()));
    last_ = sample;
    return {};
  }

  [[nodiscard]] float answer(const Source& source) const { return tensors_[source.tensor][source.element]; }

 private:
  Status run(std::int64_t sample) {
    const auto bytes = feed_.show(sample);
    for (std::size_t k = 0; k < shown_.size(); ++k) shown_[k] = {bytes[k].data(), bytes[k].size()};
    const RunStatus status = session_.run(shown_, views_);
    if (status == RunStatus::kOk) return {};
    return numeric_error("network '" + network_.name + "' on sample " + std::to_string(sample) + ": " +
                         to_string(status));
  }

  const Network& network_;
  Session& session_;
  const SampleInputs& inputs_;
  SampleFeed feed_;
  std::vector<TensorView> shown_;
  std::vector<std::vector<float>> tensors_;
  std::vector<MutableTensorView> views_;
  std::int64_t last_ = -1;
};

Result<Predictions> run_on(const Network& network, Session& session, const Dataset& dataset,
                           const std::vector<Source>& sources, std::span<const std::int64_t> indices,
                           const ProgressFn& progress) {
  PITLANE_TRY(const SampleInputs inputs, SampleInputs::create(network, dataset));
  Viewer viewer(network, session, inputs);
  Predictions out{static_cast<int>(sources.size()), {}};
  out.values.reserve(indices.size() * sources.size());
  std::int64_t done = 0;
  for (const std::int64_t i : indices) {
    PITLANE_TRY_STATUS(viewer.show(i));
    for (const Source& source : sources) out.values.push_back(viewer.answer(source));
    if (++done % kReportEvery == 0 &&
        !report(progress, {"evaluate", done, static_cast<std::int64_t>(indices.size()), ""}))
      return interrupted();
  }
  return out;
}

}  // namespace

Result<Predictions> predict(const Network& network, Session& session, const Dataset& dataset,
                            std::span<const std::int64_t> indices, const ProgressFn& progress) {
  PITLANE_TRY(const std::vector<Source> sources, match_outputs(network, dataset));
  return run_on(network, session, dataset, sources, indices, progress);
}

Result<Predictions> answers(const Network& network, Session& session, const Dataset& dataset,
                            std::span<const std::int64_t> indices, const ProgressFn& progress) {
  std::vector<Source> sources;
  for (const auto& [output, source] : output_sources(network)) sources.push_back(source);
  return run_on(network, session, dataset, sources, indices, progress);
}

Accuracy accuracy(const Predictions& predictions, const Dataset& dataset, std::span<const std::int64_t> indices) {
  const std::size_t outputs = dataset.outputs.size();
  PITLANE_CHECK(predictions.values.size() == indices.size() * outputs && !indices.empty());
  Accuracy result;
  result.samples = static_cast<std::int64_t>(indices.size());
  for (std::size_t k = 0; k < outputs; ++k) {
    double squares = 0;
    double magnitudes = 0;
    for (std::size_t n = 0; n < indices.size(); ++n) {
      const double error = double{predictions.values[n * outputs + k]} - double{dataset.label(indices[n])[k]};
      squares += error * error;
      magnitudes += std::abs(error);
    }
    OutputAccuracy output;
    output.name = dataset.outputs[k].name;
    output.mse = squares / static_cast<double>(indices.size());
    output.mae = magnitudes / static_cast<double>(indices.size());
    const double spread = variance(dataset, indices, k);
    output.mse_over_variance = spread > 0 ? output.mse / spread : 0;
    result.mse += output.mse / static_cast<double>(outputs);
    result.mae += output.mae / static_cast<double>(outputs);
    result.outputs.push_back(std::move(output));
  }
  return result;
}

Agreement agreement(const Predictions& a, const Predictions& b) {
  PITLANE_CHECK(a.values.size() == b.values.size() && !a.values.empty());
  Agreement result;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double difference = double{a.values[i]} - double{b.values[i]};
    result.mse += difference * difference / static_cast<double>(a.values.size());
    result.max_abs = std::max(result.max_abs, std::abs(difference));
  }
  return result;
}

}  // namespace pitlane
