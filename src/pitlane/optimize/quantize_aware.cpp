#include <utility>
#include <vector>

#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {

Status apply_pass(const QuantizeAware& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress) {
  PITLANE_TRY(const std::vector<std::int64_t> samples, calibration_samples(context, pass.samples));
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  const std::vector<Layer> layers = quantizable_layers(network);
  PITLANE_TRY_STATUS(calibrate(network, layers, *context.dataset, samples, {}, progress));
  const I8Scales scales = pass.keep_shared ? I8Scales::kOne : I8Scales::kPerChannel;
  FineTuning wanted{pass.epochs, pass.learning_rate, pass.keep_shared};
  wanted.int8.resize(network.weights.size());
  for (const Layer& layer : layers) wanted.int8[layer.weight] = scales;
  PITLANE_TRY(network, train_on(network, wanted, context.fine_tune, progress));
  quantize_layer_weights(network, layers, scales);
  return {};
}

}  // namespace pitlane
