// What a study leaves behind. Equal for equal cells, however they were driven: in one go or many, by one worker or
// several. What depends on the wall clock stands under "timing", in columns that begin with "timing_", or nowhere.
#pragma once

#include <string>

#include "pitlane/report/page_video.h"
#include "pitlane/study/study_pairs.h"
#include "pitlane/study/study_run.h"

namespace pitlane {

/// Left out: the result's recommendation is to be one in which the clock had no say (search/recommend_study.h).
enum class Timing { kIncluded, kLeftOut };

/// Study, drivers, totals with intervals and comparisons, and every cell; names and units as in `drive --json`.
/// `compared`, here and below: compare_study(result); without it, it is computed anew.
std::string study_json(const StudyResult& result, const StudyComparisons& compared, Timing timing = Timing::kIncluded);
std::string study_json(const StudyResult& result, Timing timing = Timing::kIncluded);
/// One line a cell, RFC 4180.
std::string study_csv(const StudyResult& result, Timing timing = Timing::kIncluded);
/// The recommendation, tables of totals, and the drives that were not completed; nothing of the clock but what the
/// recommendation says of it (StudyRecommendation::timed). Reads well on a terminal too.
std::string study_markdown(const StudyResult& result, const StudyComparisons& compared);
std::string study_markdown(const StudyResult& result);

/// One self-contained page: which network to take, what came out in words, totals, what speed costs, conditions,
/// courses, every drive, maps and charts, published figures beside ours, machines. Maps show the drives that have a
/// trajectory (read_cells). `command`: what makes it again.
std::string study_page(const StudyResult& result, const StudyComparisons& compared, const std::string& command,
                       Timing timing = Timing::kIncluded, const PageVideos& videos = {});
std::string study_page(const StudyResult& result, const std::string& command, Timing timing = Timing::kIncluded,
                       const PageVideos& videos = {});

}  // namespace pitlane
