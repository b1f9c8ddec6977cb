#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pitlane/network/smallest_weights.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {

Status apply_pass(const PruneLocal& pass, Network& network) {
  for (const double share : {pass.convolution, pass.dense})
    if (!(share >= 0 && share < 1))
      return invalid_argument("sparsity must be at least 0 and below 1, is " + std::to_string(share));
  decode_all(network);
  PITLANE_TRY_STATUS(check_finite_layers(network));
  for (const Layer& layer : prunable_layers(network)) {
    if (is_spared(network, layer, pass.spared)) continue;
    const bool dense = std::holds_alternative<Dense>(network.nodes[layer.node].op);
    const double share = dense ? pass.dense : pass.convolution;
    Weight& weight = network.weights[layer.weight];
    std::vector<float> values = decode_f32(weight);
    zero_smallest(values, zeros_at(share, values.size()));
    PITLANE_TRY_STATUS(check_some_are_left(network, layer, values, share));
    weight = make_f32_weight(weight.name, weight.shape, std::move(values));
  }
  return {};
}

}  // namespace pitlane
