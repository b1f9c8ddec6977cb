// How long drivers of a study took for a decision, from the camera's full frame to the command. Wall clock.
#pragma once

#include <string>
#include <vector>

#include "pitlane/study/study_run.h"

namespace pitlane {

/// Times of two machines cannot be compared, so only those of one count: the one on which most drivers drove, of these
/// the one with most cells. They were taken while other drives ran; `pitlane bench` takes them alone.
struct DecisionTimes {
  std::string machine;                           ///< CellOrigin::machine; empty where the store does not say
  std::vector<std::vector<double>> by_driver_s;  ///< ascending; empty: not driven there
};

DecisionTimes decision_times(const StudyResult& result);

/// Machines that drove cells, in the order in which they first appear, and what each drove: by driver.
struct MachineCells {
  std::string machine;
  std::vector<std::size_t> by_driver;
};
std::vector<MachineCells> study_machines(const StudyResult& result);

}  // namespace pitlane
