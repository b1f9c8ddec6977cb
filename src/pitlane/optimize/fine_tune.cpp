#include <algorithm>
#include <cmath>
#include <memory>
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

Status check_options(const FineTuning& pass) {
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

/// Nor may a codebook grow.
Status check_shared(const Network& before, const Network& after) {
  constexpr std::size_t kMostShared = 256;  // of more the trainer keeps none
  for (const Layer& layer : weighted_layers(before)) {
    const std::size_t was = distinct_values(before.weights[layer.weight], kMostShared);
    if (was > kMostShared) continue;
    const std::size_t is = distinct_values(after.weights[layer.weight], 1 << 16);
    if (is > was)
      return corrupt("fine-tuning made " + std::to_string(is) + " values of the " + std::to_string(was) +
                     " that the weights of " + layer_name(before.nodes[layer.node]) + " had");
  }
  return {};
}

}  // namespace

Result<Network> train_on(const Network& network, const FineTuning& fine_tuning, const FineTuneFn& fine_tune,
                         const ProgressFn& progress) {
  PITLANE_TRY_STATUS(check_options(fine_tuning));
  if (!fine_tune) return unsupported("fine-tuning needs a build with LibTorch and training data");
  PITLANE_TRY(Network tuned, fine_tune(network, fine_tuning, progress));
  if (!same_architecture(network, tuned)) return corrupt("fine-tuning gave back a network of another architecture");
  PITLANE_TRY_STATUS(check_finite_layers(tuned));
  PITLANE_TRY_STATUS(check_zeros(network, tuned));
  if (fine_tuning.keep_shared) PITLANE_TRY_STATUS(check_shared(network, tuned));
  return tuned;
}

Status add_teacher(double share, const Network* teacher, FineTuning& fine_tuning) {
  if (!(share >= 0 && share <= 1))
    return invalid_argument("the share of distillation must be within 0 to 1, is " + std::to_string(share));
  if (share == 0) return {};
  if (teacher == nullptr) return invalid_argument("distillation needs a network to learn from");
  fine_tuning.teacher = std::make_shared<Network>(*teacher);
  fine_tuning.teacher_share = share;
  return {};
}

Status apply_pass(const FineTune& pass, Network& network, const FineTuneFn& fine_tune, const ProgressFn& progress,
                  const Network* teacher) {
  FineTuning wanted{pass.epochs, pass.learning_rate, pass.keep_shared};
  PITLANE_TRY_STATUS(add_teacher(pass.distillation, teacher, wanted));
  PITLANE_TRY(network, train_on(network, wanted, fine_tune, progress));
  return {};
}

}  // namespace pitlane
