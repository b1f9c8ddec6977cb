// Before a session is timed: does it compute what its network says?
#pragma once

#include <span>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/session.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Runs `session` once on `inputs` (by Network::inputs: bytes of a picture, f32 of a number) and compares every output
/// with run_reference(). Allowed is 1e-3 of the output's range where all weights are real, 0.03 where some are int8:
/// there a rounding to the other side moves a whole step through the layers that follow.
/// Errors: the session refuses, a network with state (not comparable in one run), an answer that is farther off.
Status check_answer(const Network& network, Session& session, std::span<const TensorView> inputs);

}  // namespace pitlane
