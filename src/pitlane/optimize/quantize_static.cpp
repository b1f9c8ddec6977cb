#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/log.h"
#include "pitlane/optimize/adaptive_rounding.h"
#include "pitlane/optimize/bias_correction.h"
#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/equalize.h"
#include "pitlane/optimize/layer_inputs.h"
#include "pitlane/optimize/layer_storage.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

// Means settle sooner than ranges do, and are measured once per layer.
constexpr std::size_t kBiasSamples = 128;

bool may_have_fewer_bits(const Network& network, const Layer& layer) {
  // Smaller layers are not coded on disk (weight_encoding.cpp), so fewer bits would win nothing.
  constexpr std::int64_t kLarge = 1 << 16;
  return network.weights[layer.weight].size() >= kLarge && !works_in_groups(network, layer.weight);
}

/// `floats` has no ranges, so that layers see what they see in floats.
Status round_large_layers(int bits, bool large_or_none, const Network& floats, const StrategyContext& context,
                          const ProgressFn& progress, StorageDraft& draft) {
  constexpr int kPictures = 2048;
  PITLANE_TRY(const std::vector<std::int64_t> samples, calibration_samples(context, kPictures));
  draft.bits = bits;
  draft.rounded.resize(floats.weights.size());
  for (const Layer& layer : draft.layers) {
    std::optional<Weight>& rounded = draft.rounded[layer.weight];
    if (rounded || !may_have_fewer_bits(floats, layer)) continue;
    PITLANE_TRY(const LayerInputs inputs,
                layer_inputs(floats, layer.weight, *context.dataset, samples, kPictures, progress));
    PITLANE_TRY(rounded, round_adaptively(floats.weights[layer.weight], bits, inputs, progress));
  }
  if (std::ranges::any_of(draft.rounded, [](const auto& rounded) { return rounded.has_value(); })) return {};
  const std::string why = "no layer that may have fewer bits than 8 has 65,536 weights";
  if (large_or_none) return inapplicable(why + "; use int_flt_quan");
  log_warning(why + ", so all keep 8");
  draft.rounded.clear();
  return {};
}

}  // namespace

Result<StorageDraft> draft(const QuantizeStatic& pass, Network network, const StrategyContext& context,
                           const ProgressFn& progress) {
  if (!(pass.percentile > 0.5 && pass.percentile <= 1))
    return invalid_argument("percentile must be above 0.5 and at most 1, is " + std::to_string(pass.percentile));
  if (pass.bits_of_large < 2 || pass.bits_of_large > 8)
    return invalid_argument("weights take 2 to 8 bits, not " + std::to_string(pass.bits_of_large));
  PITLANE_TRY(const std::vector<std::int64_t> samples, calibration_samples(context, pass.samples));
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  own_biases(network);
  if (pass.equalize && equalize_layers(network) == 0)
    log_warning("no two layers in a row have ReLU or nothing between them, so there is nothing to equalise");
  StorageDraft draft;
  draft.layers = pass.integers_only ? integer_layers(network) : quantizable_layers(network);
  PITLANE_TRY_STATUS(check_some_quantizable(draft.layers, pass.integers_only));
  if (pass.bits_of_large < 8) {
    PITLANE_TRY_STATUS(round_large_layers(pass.bits_of_large, pass.large_or_none, network, context, progress, draft));
  }
  const CalibrationOptions options{pass.percentile, pass.calibrator, pass.integers_only};
  PITLANE_TRY_STATUS(calibrate(network, draft.layers, *context.dataset, samples, options, progress));
  draft.bias_samples = evenly_thinned(samples, kBiasSamples);
  draft.integers_only = pass.integers_only;
  draft.floats = std::move(network);
  return draft;
}

Status apply_pass(const QuantizeStatic& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress) {
  PITLANE_TRY(const StorageDraft drafted, draft(pass, network, context, progress));
  PITLANE_TRY(network, store_layers(drafted, {}, context.dataset, progress));
  return {};
}

}  // namespace pitlane
