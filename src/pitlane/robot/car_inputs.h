// What a network sees beside the picture, and whether the command line says it.
#pragma once

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/robot/run_flags.h"

namespace pitlane::robot {

/// A network that sees a speed, command or light must be told one (a silent 0 would be a command from nowhere), and one
/// that sees none must not. With --with-state each frame tells.
Status check_car_inputs(const RunFlags& flags, const Network& network);

}  // namespace pitlane::robot
