#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {

Status apply_pass(const QuantizeDynamic& /*pass*/, Network& network) {
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  quantize_layer_weights(network, quantizable_layers(network));
  return {};
}

}  // namespace pitlane
