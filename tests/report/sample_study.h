// A made-up study: three drivers, two circuits, both directions, two perturbations, three latencies, two repetitions.
#pragma once

#include "pitlane/study/study_run.h"

namespace pitlane {

StudyResult sample_study();

}  // namespace pitlane
