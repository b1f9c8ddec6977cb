// The tables of a study's page: they read well without scripts.
#pragma once

#include <string>
#include <vector>

#include "pitlane/study/decision_times.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {

/// One row a total. `cases`: titles of what tells a driver's totals apart: none, {"latency", "perturbation"} or
/// {"circuit"}. `times`: of decisions, a column of their own; null: none.
std::string totals_table_html(const StudyResult& result, const std::vector<StudyTotal>& totals,
                              const std::vector<std::string>& cases, const DecisionTimes* times);
/// One row a drive, with the filters above it; the first 5,000. Where there are several `machines`, each row has the
/// number of its own.
std::string cells_table_html(const StudyResult& result, const std::vector<MachineCells>& machines);

}  // namespace pitlane
