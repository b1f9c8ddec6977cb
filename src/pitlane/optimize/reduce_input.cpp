#include "pitlane/optimize/reduce_input.h"

#include <string>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {

Status apply_pass(const ReduceInput& pass, Network& network) {
  if (!(pass.scale > 0 && pass.scale <= 1))
    return invalid_argument("the scale of the picture must be above 0 and at most 1, is " + std::to_string(pass.scale));
  decode_all(network);
  PITLANE_TRY_STATUS(check_finite_layers(network));
  if (pass.grey) {
    PITLANE_TRY(network, with_grey_input(network));
  }
  if (pass.scale < 1) {
    PITLANE_TRY(network, with_small_input(network, pass.scale));
  }
  return {};
}

}  // namespace pitlane
