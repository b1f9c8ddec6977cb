#include <utility>

#include "pitlane/optimize/bias_correction.h"
#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/layer_storage.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {

Result<StorageDraft> draft(const QuantizeDynamic& pass, Network network, const StrategyContext& context,
                           const ProgressFn& /*progress*/) {
  StorageDraft draft;
  if (pass.bias_samples != 0) {
    PITLANE_TRY(draft.bias_samples, calibration_samples(context, pass.bias_samples));
  }
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  own_biases(network);
  draft.layers = quantizable_layers(network);
  PITLANE_TRY_STATUS(check_some_quantizable(draft.layers));
  draft.floats = std::move(network);
  return draft;
}

Status apply_pass(const QuantizeDynamic& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress) {
  PITLANE_TRY(const StorageDraft drafted, draft(pass, network, context, progress));
  PITLANE_TRY(network, store_layers(drafted, {}, context.dataset, progress));
  return {};
}

}  // namespace pitlane
