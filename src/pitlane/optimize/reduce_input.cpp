#include "pitlane/optimize/reduce_input.h"

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/choose_plane.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

constexpr int kPlaneSamples = 256;  // pictures on which the colour is chosen

}  // namespace

Status apply_pass(const ReduceInput& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress) {
  if (!(pass.scale > 0 && pass.scale <= 1))
    return invalid_argument("the scale of the picture must be above 0 and at most 1, is " + std::to_string(pass.scale));
  decode_all(network);
  PITLANE_TRY_STATUS(check_finite_layers(network));
  if (pass.colours == Colours::kGrey) {
    PITLANE_TRY(network, with_one_channel(network));
  }
  if (pass.colours == Colours::kPlane) {
    PITLANE_TRY(const std::vector<std::int64_t> samples, calibration_samples(context, kPlaneSamples));
    PITLANE_TRY(const OneChannel plane, choose_plane(network, *context.dataset, samples, progress));
    PITLANE_TRY(network, with_one_channel(network, plane));
  }
  if (pass.scale < 1) {
    PITLANE_TRY(network, with_small_input(network, pass.scale));
  }
  return {};
}

}  // namespace pitlane
