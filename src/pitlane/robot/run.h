// pitlane-run: frames in, a line for each out.
#pragma once

#include "pitlane/core/result.h"
#include "pitlane/robot/run_flags.h"

namespace pitlane::robot {

inline constexpr int kEveryFrameAnswered = 0, kBadInput = 2;

/// Lines go to stdout as they come, complaints to stderr, until frames end or a stop is requested. Gives the exit code;
/// an error ended it early. `began_s`: when the program began, by monotonic_s().
Result<int> run(const RunFlags& flags, double began_s);

/// "pitlane-run: message", one line without control characters, on stderr.
void complain(const std::string& message);

}  // namespace pitlane::robot
