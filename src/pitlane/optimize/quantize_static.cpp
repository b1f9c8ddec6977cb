#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/optimize/bias_correction.h"
#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/layer_storage.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

// Means settle sooner than ranges do, and are measured once per layer.
constexpr std::size_t kBiasSamples = 128;

std::vector<std::int64_t> thin_out(const std::vector<std::int64_t>& samples, std::size_t count) {
  count = std::min(count, samples.size());
  std::vector<std::int64_t> few;
  for (std::size_t i = 0; i < count; ++i) few.push_back(samples[i * samples.size() / count]);
  return few;
}

}  // namespace

Result<StorageDraft> draft(const QuantizeStatic& pass, Network network, const StrategyContext& context,
                           const ProgressFn& progress) {
  if (!(pass.percentile > 0.5 && pass.percentile <= 1))
    return invalid_argument("percentile must be above 0.5 and at most 1, is " + std::to_string(pass.percentile));
  PITLANE_TRY(const std::vector<std::int64_t> samples, calibration_samples(context, pass.samples));
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  own_biases(network);
  StorageDraft draft;
  draft.layers = pass.integers_only ? integer_layers(network) : quantizable_layers(network);
  const CalibrationOptions options{pass.percentile, pass.calibrator, pass.integers_only};
  PITLANE_TRY_STATUS(calibrate(network, draft.layers, *context.dataset, samples, options, progress));
  draft.bias_samples = thin_out(samples, kBiasSamples);
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
