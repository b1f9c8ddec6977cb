#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/optimize/k_means.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {

Status apply_pass(const Cluster& pass, Network& network) {
  if (pass.values < 2 || pass.values > 256)
    return invalid_argument("a layer can have 2 to 256 shared values, not " + std::to_string(pass.values));
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  std::vector<bool> done(network.weights.size(), false);
  for (const Layer& layer : quantizable_layers(network)) {
    if (done[layer.weight]) continue;
    done[layer.weight] = true;
    Weight& weight = network.weights[layer.weight];
    std::vector<float> values = decode_f32(weight);
    std::vector<float> others = values;
    std::erase(others, 0.0F);
    const bool zeros = others.size() < values.size();
    const std::vector<float> centres =
        k_means(std::move(others), static_cast<std::size_t>(pass.values - (zeros ? 1 : 0)));
    for (float& v : values)
      if (v != 0) v = nearest(centres, v);
    weight = make_f32_weight(weight.name, weight.shape, std::move(values));
  }
  return {};
}

}  // namespace pitlane
