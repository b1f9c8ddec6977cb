// Steps of the operators that have no layer weights.
#pragma once

#include <memory>
#include <vector>

#include "pitlane/engine/step.h"
#include "pitlane/kernels/table.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// BatchNorm, Activate, Pool2d, Add, Multiply, Concat, Slice, Pad, Softmax or Expand. `from`: float pictures without
/// border, as the node sees them; `to` may have one.
std::unique_ptr<Step> make_op_step(const Network& network, const Node& node, const std::vector<Picture>& from,
                                   const Picture& to, const kernels::Table& kernels);

}  // namespace pitlane
