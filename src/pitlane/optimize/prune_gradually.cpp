#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/network/smallest_weights.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

Status check_shares(const PruneGradually& pass) {
  for (const double share : {pass.from, pass.sparsity})
    if (!(share >= 0 && share < 1))
      return invalid_argument("sparsity must be at least 0 and below 1, is " + std::to_string(share));
  if (pass.from > pass.sparsity)
    return invalid_argument("sparsity cannot fall from " + percent(pass.from) + " to " + percent(pass.sparsity));
  return {};
}

}  // namespace

Status apply_pass(const PruneGradually& pass, Network& network, const FineTuneFn& fine_tune, const ProgressFn& progress,
                  const Network* teacher) {
  PITLANE_TRY_STATUS(check_shares(pass));
  decode_all(network);
  PITLANE_TRY_STATUS(check_finite_layers(network));
  std::vector<Layer> layers = prunable_layers(network);
  std::erase_if(layers, [&](const Layer& layer) { return is_spared(network, layer, pass.spared); });
  FineTuning wanted{.epochs = pass.epochs, .learning_rate = pass.learning_rate};
  wanted.pruning = FineTuning::Pruning{pass.from, pass.sparsity, {}};
  for (const Layer& layer : layers) wanted.pruning->weights.push_back(layer.weight);
  PITLANE_TRY_STATUS(add_teacher(pass.distillation, teacher, wanted));
  PITLANE_TRY(Network tuned, train_on(network, wanted, fine_tune, progress));
  for (const Layer& layer : layers) {
    const std::vector<float> values = decode_f32(tuned.weights[layer.weight]);
    PITLANE_TRY_STATUS(check_some_are_left(tuned, layer, values, pass.sparsity));
    const auto zeros = static_cast<std::size_t>(std::ranges::count(values, 0.0F));
    if (zeros < zeros_at(pass.sparsity, values.size()))
      return corrupt("fine-tuning left " + std::to_string(zeros) + " of " + std::to_string(values.size()) +
                     " weights of " + layer_name(network.nodes[layer.node]) + " zero, and was asked for " +
                     percent(pass.sparsity));
  }
  network = std::move(tuned);
  return {};
}

}  // namespace pitlane
