// Before a session is timed: does it compute what its network says?
#pragma once

#include <span>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/session.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Runs `session` on `inputs` (by Network::inputs: bytes of a picture, f32 of a number; a speed in m/s), a network with
/// memory three times in a row, and compares every output with run_reference(). Leaves the memory reset. Allowed is
/// 1e-3 of the output's range where all weights are real, 0.03 where some are int8: there a rounding to the other side
/// moves a whole step through the layers that follow. Errors: the session refuses, an answer that is farther off.
Status check_answer(const Network& network, Session& session, std::span<const TensorView> inputs);

}  // namespace pitlane
