#include "pitlane/measure/accuracy.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace pitlane {
namespace {

constexpr std::int64_t kReportEvery = 64;

// For each label of the dataset: which tensor and element of the session answers it.
struct Source {
  std::size_t tensor, element;
};

Result<std::vector<Source>> match_outputs(const Network& network, const Dataset& dataset) {
  std::vector<ValueId> tensors;
  std::vector<Source> sources(dataset.outputs.size(), {0, 0});
  std::vector<bool> found(dataset.outputs.size());
  for (const OutputSpec& output : network.outputs) {
    auto at = std::find(tensors.begin(), tensors.end(), output.value);
    if (at == tensors.end()) at = tensors.insert(tensors.end(), output.value);
    for (std::size_t k = 0; k < dataset.outputs.size(); ++k) {
      const OutputSpec& label = dataset.outputs[k];
      if (label.name != output.name) continue;
      if (label.low != output.low || label.high != output.high)
        return invalid_argument("output '" + output.name + "' has another range in the network than in the data");
      sources[k] = {static_cast<std::size_t>(at - tensors.begin()), static_cast<std::size_t>(output.element)};
      found[k] = true;
    }
  }
  for (std::size_t k = 0; k < found.size(); ++k)
    if (!found[k])
      return invalid_argument("the network has no output '" + dataset.outputs[k].name + "', which the data labels");
  return sources;
}

double variance(const Dataset& dataset, std::span<const std::int64_t> indices, std::size_t output) {
  double mean = 0;
  for (const std::int64_t i : indices) mean += dataset.label(i)[output];
  mean /= static_cast<double>(indices.size());
  double sum = 0;
  for (const std::int64_t i : indices) sum += std::pow(dataset.label(i)[output] - mean, 2);
  return sum / static_cast<double>(indices.size());
}

}  // namespace

Result<Predictions> predict(const Network& network, Session& session, const Dataset& dataset,
                            std::span<const std::int64_t> indices, const ProgressFn& progress) {
  PITLANE_TRY(const InputSpec* image, image_input(network));
  const Preprocessing& p = image->preprocessing;
  if (network.inputs.size() != 1)
    return unsupported("network '" + network.name + "' needs more than the camera; this data has only pictures");
  if (p.width != dataset.width || p.height != dataset.height || channels_of(p.format) * p.frames != dataset.channels)
    return invalid_argument("network '" + network.name + "' takes pictures of another size than the data holds");
  PITLANE_TRY(const std::vector<Source> sources, match_outputs(network, dataset));
  std::vector<std::vector<float>> tensors;
  std::vector<MutableTensorView> views;
  for (const TensorSpec& spec : session.outputs())
    tensors.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (auto& tensor : tensors) views.push_back({tensor.data(), tensor.size() * sizeof(float)});

  Predictions out{static_cast<int>(sources.size()), {}};
  out.values.reserve(indices.size() * sources.size());
  std::int64_t done = 0;
  for (const std::int64_t i : indices) {
    const TensorView input{dataset.picture(i).data(), dataset.picture_bytes()};
    const RunStatus status = session.run({&input, 1}, views);
    if (status != RunStatus::kOk)
      return numeric_error("network '" + network.name + "' on sample " + std::to_string(i) + ": " + to_string(status));
    for (const Source& source : sources) out.values.push_back(tensors[source.tensor][source.element]);
    if (++done % kReportEvery == 0 &&
        !report(progress, {"evaluate", done, static_cast<std::int64_t>(indices.size()), ""}))
      return interrupted();
  }
  return out;
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
