// How much latency the drivers of a study survive. Definitions in docs/metrics.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/study/study_run.h"

namespace pitlane {

/// Over all circuits, directions and repetitions of a driver under a perturbation, at the fixed latencies of the study
/// that were driven there completely.
struct StudyLatencyLimit {
  std::size_t driver = 0;
  std::string perturbation;
  std::optional<double> completes_s;  ///< the largest at which every drive completed; empty: none
  std::optional<double> fails_s;      ///< the smallest at which one did not; empty: none
  double smallest_s = 0;              ///< tried
};

/// One for each driver and perturbation, in order; those that drove nowhere completely are left out. Empty where the
/// study has fewer than two fixed latencies.
std::vector<StudyLatencyLimit> study_latency_limits(const StudyResult& result);

}  // namespace pitlane
