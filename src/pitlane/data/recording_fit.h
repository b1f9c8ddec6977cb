// Does a recording fit into a format? What is lost, and what must be made up?
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/recording.h"

namespace pitlane {

/// One label of the target, and where it comes from.
struct FitColumn {
  std::string name;                  ///< in the target
  std::optional<std::size_t> label;  ///< among Recording::labels; empty: from the speed, or always 0
  double speed_unit_mps = 0;         ///< what the target's unit of speed is, in m/s; 0: not from the speed
};

struct RecordingFit {
  std::vector<FitColumn> columns;
  std::vector<std::string> lost;     ///< in words, e.g. "label 'brake'"
  std::vector<std::string> made_up;  ///< labels that the format demands and the recording lacks: written as 0
  std::vector<std::string> apart;    ///< what stands in a file that only Pitlane reads, in words
  std::vector<LabelSpec> ranges;     ///< of the labels, where such a file holds them; else empty
  bool keeps_times = true;
  bool keeps_sides = false;
};

/// Each format's view. Errors: a label without which the format is nothing, e.g. a tub without steering.
Result<RecordingFit> fit_pitlane(const Recording& recording);
Result<RecordingFit> fit_deeplearningstudio(const Recording& recording);
Result<RecordingFit> fit_udacity(const Recording& recording);
Result<RecordingFit> fit_tub(const Recording& recording);

}  // namespace pitlane
