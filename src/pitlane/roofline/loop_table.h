// All loops of this build, and which of them this machine can run.
#pragma once

#include <vector>

#include "pitlane/roofline/loops.h"

namespace pitlane {

/// Those that `there` can run.
std::vector<ArithmeticLoop> arithmetic_loops(const Extensions& there);
/// The widest that this machine can run.
const ReadLoop& best_read_loop();

}  // namespace pitlane
