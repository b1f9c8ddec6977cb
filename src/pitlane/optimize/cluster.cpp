#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/greedy_rounding.h"
#include "pitlane/optimize/k_means.h"
#include "pitlane/optimize/layer_inputs.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

std::vector<float> codebook(std::vector<float> weights, int values) {
  const std::size_t all = weights.size();
  std::erase(weights, 0.0F);
  const bool zeros = weights.size() < all;
  return k_means(std::move(weights), static_cast<std::size_t>(values - (zeros ? 1 : 0)));
}

}  // namespace

Status apply_pass(const Cluster& pass, Network& network, const StrategyContext& context, const ProgressFn& progress) {
  if (pass.values < 2 || pass.values > 256)
    return invalid_argument("a layer can have 2 to 256 shared values, not " + std::to_string(pass.values));
  PITLANE_TRY(const std::vector<std::int64_t> samples, calibration_samples(context, pass.samples));
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  const Network floats = network;
  std::vector<bool> done(network.weights.size(), false);
  for (const Layer& layer : quantizable_layers(network)) {
    if (done[layer.weight]) continue;
    done[layer.weight] = true;
    if (is_spared(network, layer, pass.spared)) continue;
    Weight& weight = network.weights[layer.weight];
    std::vector<float> values = decode_f32(weight);
    const std::vector<float> centres = codebook(values, pass.values);
    if (works_in_groups(network, layer.weight)) {
      for (float& v : values)
        if (v != 0) v = nearest(centres, v);
    } else {
      const auto round = [&](std::size_t, float value, float wished) { return neighbour(centres, value, wished); };
      PITLANE_TRY(const LayerInputs inputs, layer_inputs(floats, layer.weight, *context.dataset, samples,
                                                         static_cast<std::size_t>(pass.samples), progress));
      PITLANE_TRY(values, round_greedily(floats.weights[layer.weight], inputs, round, progress));
    }
    weight = make_f32_weight(weight.name, weight.shape, std::move(values));
  }
  return {};
}

}  // namespace pitlane
