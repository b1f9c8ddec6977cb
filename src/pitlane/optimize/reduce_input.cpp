#include "pitlane/optimize/reduce_input.h"

#include <cstddef>
#include <string>

#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/choose_plane.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {
namespace {

constexpr std::size_t kPlaneSamples = 256;  // pictures on which the colour is chosen

Result<OneChannel> plane_for(const Network& network, const StrategyContext& context, const ProgressFn& progress) {
  if (context.dataset == nullptr || context.split == nullptr || context.split->train.empty())
    return invalid_argument("a colour is chosen on training pictures, and there are none; name a recording");
  return choose_plane(network, *context.dataset, evenly_thinned(context.split->train, kPlaneSamples), progress);
}

}  // namespace

Status apply_pass(const ReduceInput& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress) {
  if (!pass.scale.is_share())
    return invalid_argument("the scale of the picture must be above 0 and at most 1, is " +
                            std::to_string(pass.scale.columns) + " of its columns and " +
                            std::to_string(pass.scale.rows) + " of its rows");
  decode_all(network);
  PITLANE_TRY_STATUS(check_finite_layers(network));
  if (pass.colours == Colours::kGrey) {
    PITLANE_TRY(network, with_one_channel(network));
  }
  if (pass.colours == Colours::kPlane) {
    PITLANE_TRY(const OneChannel plane, plane_for(network, context, progress));
    PITLANE_TRY(network, with_one_channel(network, plane));
  }
  if (!pass.scale.is_whole()) {
    PITLANE_TRY(network, with_small_input(network, pass.scale));
  }
  return {};
}

}  // namespace pitlane
