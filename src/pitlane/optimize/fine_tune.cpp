#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

bool same_architecture(const Network& a, const Network& b) {
  return std::ranges::equal(a.weights, b.weights, {}, &Weight::shape, &Weight::shape) &&
         std::ranges::equal(a.nodes, b.nodes, {}, &Node::output, &Node::output) && a.values.size() == b.values.size();
}

Status check_options(const FineTune& pass) {
  if (pass.epochs < 1)
    return invalid_argument("fine-tuning takes at least 1 epoch, is asked for " + std::to_string(pass.epochs));
  if (!(pass.learning_rate > 0 && std::isfinite(pass.learning_rate)))
    return invalid_argument("the learning rate of fine-tuning must be a positive number, is " +
                            std::to_string(pass.learning_rate));
  return {};
}

/// What was pruned must stay pruned, or the row of the report would lie about it.
Status check_zeros(const Network& before, const Network& after) {
  for (const Layer& layer : weighted_layers(before)) {
    const std::vector<float> was = decode_f32(before.weights[layer.weight]);
    const std::vector<float> is = decode_f32(after.weights[layer.weight]);
    for (std::size_t i = 0; i < was.size(); ++i)
      if (was[i] == 0 && is[i] != 0)
        return corrupt("fine-tuning moved weights of " + layer_name(before.nodes[layer.node]) + " that were zero");
  }
  return {};
}

}  // namespace

Status apply_pass(const FineTune& pass, Network& network, const FineTuneFn& fine_tune, const ProgressFn& progress) {
  PITLANE_TRY_STATUS(check_options(pass));
  if (!fine_tune) return unsupported("fine-tuning needs a build with LibTorch and training data");
  PITLANE_TRY(Network tuned, fine_tune(network, pass, progress));
  if (!same_architecture(network, tuned)) return corrupt("fine-tuning gave back a network of another architecture");
  PITLANE_TRY_STATUS(check_finite_layers(tuned));
  PITLANE_TRY_STATUS(check_zeros(network, tuned));
  network = std::move(tuned);
  return {};
}

}  // namespace pitlane
