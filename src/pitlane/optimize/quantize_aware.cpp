#include <algorithm>
#include <vector>

#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/layer_storage.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

/// Of more values the trainer keeps none together. A layer of few weights may have few values and share none.
bool shares_values(const Weight& weight) {
  const std::size_t most = std::min<std::size_t>(256, static_cast<std::size_t>(weight.size()) / 2);
  return distinct_values(weight, most) <= most;
}

}  // namespace

Result<StorageDraft> draft(const QuantizeAware& pass, Network network, const StrategyContext& context,
                           const ProgressFn& progress, const Network* teacher) {
  PITLANE_TRY(const std::vector<std::int64_t> samples, calibration_samples(context, pass.samples));
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  StorageDraft draft;
  draft.layers = quantizable_layers(network);
  PITLANE_TRY_STATUS(check_some_quantizable(draft.layers));
  PITLANE_TRY_STATUS(calibrate(network, draft.layers, *context.dataset, samples, {}, progress));
  draft.scales.resize(network.weights.size(), I8Scales::kPerChannel);
  if (pass.keep_shared)
    for (const Layer& layer : draft.layers)
      if (shares_values(network.weights[layer.weight])) draft.scales[layer.weight] = I8Scales::kOne;
  FineTuning wanted{pass.epochs, pass.learning_rate, pass.keep_shared};
  PITLANE_TRY_STATUS(add_teacher(pass.distillation, teacher, wanted));
  wanted.int8.resize(network.weights.size());
  for (const Layer& layer : draft.layers) wanted.int8[layer.weight] = draft.scales[layer.weight];
  PITLANE_TRY(draft.floats, train_on(network, wanted, context.fine_tune, progress));
  return draft;
}

Status apply_pass(const QuantizeAware& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress, const Network* teacher) {
  PITLANE_TRY(const StorageDraft drafted, draft(pass, network, context, progress, teacher));
  PITLANE_TRY(network, store_layers(drafted, {}, context.dataset, progress));
  return {};
}

}  // namespace pitlane
