#include "pitlane/optimize/recipe_changes.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace pitlane {
namespace {

constexpr Calibrator kCalibrators[] = {Calibrator::kCubedError, Calibrator::kMinMax, Calibrator::kPercentile,
                                       Calibrator::kMse, Calibrator::kEntropy};

/// What TensorRT takes where it calibrates by percentile.
constexpr double kPercentile = 0.9999;

template <typename... Passes>
bool has_any(const Strategy& strategy) {
  return std::ranges::any_of(strategy.passes,
                             [](const Pass& pass) { return (std::holds_alternative<Passes>(pass) || ...); });
}

/// Changes what concerns the pass.
struct Change {
  const RecipeChanges& wanted;

  void operator()(PruneGlobal& pass) const { pass.sparsity = wanted.sparsity.value_or(pass.sparsity); }
  void operator()(PruneLocal& pass) const {
    pass.convolution = wanted.sparsity.value_or(pass.convolution);
    pass.dense = wanted.sparsity.value_or(pass.dense);
  }
  void operator()(PruneGradually& pass) const {
    pass.sparsity = wanted.sparsity.value_or(pass.sparsity);
    pass.from = std::min(pass.from, pass.sparsity);
    pass.epochs = wanted.epochs.value_or(pass.epochs);
  }
  void operator()(FineTune& pass) const { pass.epochs = wanted.epochs.value_or(pass.epochs); }
  void operator()(Cluster& pass) const { pass.values = wanted.clusters.value_or(pass.values); }
  void operator()(Shrink& pass) const { pass.keep = wanted.keep.value_or(pass.keep); }
  void operator()(ReduceInput& pass) const {
    if (!pass.scale.is_whole()) pass.scale = wanted.input_scale.value_or(pass.scale);
  }
  void operator()(QuantizeStatic& pass) const {
    pass.calibrator = wanted.calibrator.value_or(pass.calibrator);
    if (wanted.calibrator == Calibrator::kPercentile) pass.percentile = kPercentile;
    pass.bits_of_large = wanted.weight_bits.value_or(pass.bits_of_large);
    pass.equalize = pass.equalize || wanted.equalize;
    pass.samples = wanted.calibration_samples.value_or(pass.samples);
  }
  void operator()(QuantizeAware& pass) const {
    pass.epochs = wanted.epochs.value_or(pass.epochs);
    pass.samples = wanted.calibration_samples.value_or(pass.samples);
  }
  template <typename P>
  void operator()(P& /*pass*/) const {}
};

}  // namespace

Strategy with_changes(Strategy strategy, const RecipeChanges& changes) {
  for (Pass& pass : strategy.passes) std::visit(Change{changes}, pass);
  return strategy;
}

bool prunes(const Strategy& strategy) { return has_any<PruneGlobal, PruneLocal, PruneGradually>(strategy); }
bool shrinks(const Strategy& strategy) { return has_any<Shrink>(strategy); }
bool scales_input(const Strategy& strategy) {
  return std::ranges::any_of(strategy.passes, [](const Pass& pass) {
    const auto* reduces = std::get_if<ReduceInput>(&pass);
    return reduces != nullptr && !reduces->scale.is_whole();
  });
}
bool quantizes_statically(const Strategy& strategy) { return has_any<QuantizeStatic>(strategy); }
bool clusters(const Strategy& strategy) { return has_any<Cluster>(strategy); }
bool trains(const Strategy& strategy) { return has_any<FineTune, PruneGradually, QuantizeAware>(strategy); }
bool calibrates(const Strategy& strategy) { return has_any<QuantizeStatic, QuantizeAware>(strategy); }

Result<Calibrator> find_calibrator(const std::string& name) {
  std::string known;
  for (const Calibrator calibrator : kCalibrators) {
    if (name == to_string(calibrator)) return calibrator;
    known += (known.empty() ? "" : ", ") + std::string(to_string(calibrator));
  }
  return not_found("there is no calibrator '" + name + "'; known are " + known);
}

}  // namespace pitlane
