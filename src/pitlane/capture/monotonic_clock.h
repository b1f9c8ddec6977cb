// The clock that cameras' drivers stamp frames with.
#pragma once

#include <ctime>

namespace pitlane::capture {

/// CLOCK_MONOTONIC, seconds.
inline double monotonic_s() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace pitlane::capture
