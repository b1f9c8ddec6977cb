#include <cstdint>
#include <vector>

#include "pitlane/optimize/bias_correction.h"
#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {

Status apply_pass(const QuantizeDynamic& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress) {
  std::vector<std::int64_t> samples;
  if (pass.bias_samples != 0) {
    PITLANE_TRY(samples, calibration_samples(context, pass.bias_samples));
  }
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  own_biases(network);
  const Network folded = network;
  quantize_layer_weights(network, quantizable_layers(network));
  if (samples.empty()) return {};
  PITLANE_TRY_STATUS(correct_biases(folded, network, *context.dataset, samples, progress));
  return check_finite_layers(network);
}

}  // namespace pitlane
