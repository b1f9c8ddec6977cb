// The tables of a study's page: they read well without scripts.
#pragma once

#include <string>
#include <vector>

#include "pitlane/report/study_report.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {

/// One row a total. `cases`: titles of what tells a driver's totals apart: none, {"latency", "perturbation"} or
/// {"circuit"}. With times of decisions where `timing` is included and `cases` is empty.
std::string totals_table_html(const StudyResult& result, const std::vector<StudyTotal>& totals,
                              const std::vector<std::string>& cases, Timing timing);
/// One row a drive, with the filters above it; the first 5,000.
std::string cells_table_html(const StudyResult& result);

}  // namespace pitlane
