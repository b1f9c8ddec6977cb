#include "pitlane/train/channel_importance.h"

#include <cmath>
#include <map>
#include <utility>

#include "pitlane/data/sample_inputs.h"
#include "pitlane/train/batches.h"
#include "pitlane/train/compatibility.h"
#include "pitlane/train/torch_model.h"

namespace pitlane {
namespace {

constexpr int kImportanceBatch = 16;

/// Adds |gradient . value| of each channel of one layer.
void add_products(const Parameter& weight, const Parameter* bias, std::vector<double>& importance) {
  const std::size_t terms = weight.values.size() / importance.size();
  for (std::size_t o = 0; o < importance.size(); ++o) {
    double sum = bias == nullptr ? 0.0 : static_cast<double>(bias->gradient[o]) * bias->values[o];
    for (std::size_t i = o * terms; i < (o + 1) * terms; ++i)
      sum += static_cast<double>(weight.gradient[i]) * weight.values[i];
    importance[o] += std::abs(sum);
  }
}

struct LayerWeights {
  WeightId weight = kNoWeight, bias = kNoWeight;
};

LayerWeights weights_of(const Node& node) {
  if (const auto* conv = std::get_if<Conv2d>(&node.op)) return {conv->weight, conv->bias};
  if (const auto* dense = std::get_if<Dense>(&node.op)) return {dense->weight, dense->bias};
  return {};
}

}  // namespace

Result<std::vector<std::vector<double>>> channel_importance(const Network& network, const Dataset& dataset,
                                                            std::span<const std::int64_t> samples,
                                                            const ProgressFn& progress, int threads) {
  PITLANE_TRY(auto model, make_torch_model(network, {true, threads}));
  PITLANE_TRY(const SampleInputs inputs, SampleInputs::create(network, dataset));
  PITLANE_TRY_STATUS(check_outputs(network, dataset));
  PITLANE_TRY_STATUS(check_indices(dataset, samples, "looked at"));
  const std::vector<double> output_weights = loss_weights({}, dataset.outputs);
  std::vector<std::vector<double>> importance(network.nodes.size());
  for (std::size_t i = 0; i < network.nodes.size(); ++i)
    if (const LayerWeights layer = weights_of(network.nodes[i]); layer.weight != kNoWeight)
      importance[i].resize(static_cast<std::size_t>(network.weights[static_cast<std::size_t>(layer.weight)].shape[0]));
  const WindowBatches batches(
      network.states.empty() ? single_windows(samples) : drive_windows(inputs, samples, kLearntWindows),
      kImportanceBatch);
  for (std::int64_t b = 0; b < batches.size(); ++b) {
    const BatchBuffer batch = plain_batch(inputs, batches[b]);
    PITLANE_TRY(const double loss, model->backward(batch.view(), output_weights));
    if (!std::isfinite(loss)) return numeric_error("the loss of '" + network.name + "' is not a number");
    std::map<WeightId, Parameter> parameters;
    for (const Parameter& parameter : model->parameters()) parameters.emplace(parameter.weight, parameter);
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
      const LayerWeights layer = weights_of(network.nodes[i]);
      if (layer.weight == kNoWeight) continue;
      const Parameter* bias = layer.bias == kNoWeight ? nullptr : &parameters.at(layer.bias);
      add_products(parameters.at(layer.weight), bias, importance[i]);
    }
    if (!report(progress, {"weigh channels", b + 1, batches.size(), ""})) return interrupted();
  }
  return importance;
}

}  // namespace pitlane
