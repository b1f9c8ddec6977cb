// Two networks over one recording, frame by frame: how far apart are their answers, and where most?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// What one network answered.
struct ReplaySide {
  std::vector<OutputSpec> outputs;  ///< in the order of `answers`
  std::vector<std::int64_t> rows;   ///< by frame: index of its row in the recording, ascending
  Predictions answers;
};

/// Magnitudes in the output's unit, over all frames.
struct OutputDifference {
  std::string name, unit;
  double low = 0, range = 0;  ///< lowest value, and high - low, of the first network
  double mean = 0, p95 = 0, largest = 0;
  std::int64_t worst_row = 0;  ///< where it is largest; the first of equals
};

struct FrameDifference {
  std::int64_t row = 0;
  std::vector<double> a, b;  ///< by output, in its unit
  double share = 0;          ///< the largest |a - b| / range of all outputs
};

struct Replay {
  std::vector<OutputDifference> outputs;  ///< of both, matched by name, in the first network's order
  std::vector<FrameDifference> frames;    ///< that both saw, in the recording's order
};

/// Errors: no output in common (names those of each), one of another unit, no frame in common.
Result<Replay> compare_replay(const ReplaySide& a, const ReplaySide& b);

/// Indices into Replay::frames, largest share first; of equals the earlier. Frames that follow each other show the same
/// scene, so each is at least `apart` frames from those before it in the list. Fewer where there are no more; none
/// without a difference.
std::vector<std::size_t> worst_frames(const Replay& replay, std::size_t count, std::size_t apart);

}  // namespace pitlane
