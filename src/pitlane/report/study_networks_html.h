// What a study's page says about its networks as something to choose from: which to take, what speed costs, published
// numbers beside ours, and on which machines it all was driven. Each is whole sections or nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pitlane/report/study_report.h"
#include "pitlane/study/decision_times.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {

/// Everything that the page's parts are made of; refers to what study_view is given.
struct StudyView {
  const StudyResult& result;
  const std::vector<StudyTotal>& totals;
  const std::vector<StudyTotal>& conditions;
  const std::vector<StudyTotal>& courses;
  const std::vector<StudyPair>& pairs;
  std::vector<MachineCells> machines;  ///< empty where times are left out
  DecisionTimes times;                 ///< no times where they are left out
};
StudyView study_view(const StudyResult& result, const StudyComparisons& compared, Timing timing);

/// Median seconds; empty without times.
std::optional<double> median_decision_s(const StudyView& view, std::size_t driver);

std::string study_recommendation_html(const StudyView& view);
std::string study_costs_html(const StudyView& view);
std::string study_published_html(const StudyView& view);
/// Where there are several; empty otherwise.
std::string study_machines_html(const StudyView& view);

}  // namespace pitlane
