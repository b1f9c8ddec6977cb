#include <algorithm>
#include <utility>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

bool same_architecture(const Network& a, const Network& b) {
  return std::ranges::equal(a.weights, b.weights, {}, &Weight::shape, &Weight::shape) &&
         std::ranges::equal(a.nodes, b.nodes, {}, &Node::output, &Node::output) && a.values.size() == b.values.size();
}

}  // namespace

Status apply_pass(const FineTune& pass, Network& network, const FineTuneFn& fine_tune, const ProgressFn& progress) {
  if (!fine_tune) return unsupported("fine-tuning needs a build with LibTorch and training data");
  PITLANE_TRY(Network tuned, fine_tune(network, pass, progress));
  if (!same_architecture(network, tuned)) return corrupt("fine-tuning gave back a network of another architecture");
  network = std::move(tuned);
  return check_finite_layers(network);
}

}  // namespace pitlane
