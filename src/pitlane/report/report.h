// The documents that tune leaves behind.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/report/page_video.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {

/// One self-contained page: table, latency bars, Pareto chart, maps with trajectories, loss curve,
/// published numbers, provenance, videos. No network access, works from a file.
Result<std::string> html_report(const TuneResult& result, const PageVideos& videos = {});
/// One line a strategy, RFC 4180; columns that depend on the wall clock begin with "timing_".
std::string csv_report(const TuneResult& result);
/// Stable names, SI units; everything that depends on the wall clock stands under "timing": latencies, seconds, the
/// recommendation that follows from them, and provenance called date, started, finished, duration or elapsed.
std::string json_report(const TuneResult& result);
/// For the terminal: aligned, at most 110 columns, UTF-8; ">" marks the recommended row.
std::string text_table(const TuneResult& result);

/// The published offline rows for the same recipes.
const std::vector<PublishedRow>& published_rows();
/// Those of the network and recipe that a network's metadata names; "pilotnet-torch" and no strategy: the baseline's.
std::vector<PublishedRow> published_rows_of(const std::string& family, const std::string& strategy);
/// The strategy of ours that has the recipe of a published row, which may go by another name.
std::string our_name(const PublishedRow& published);

/// report.html, results.csv, results.json into `directory`. All are complete on the disk before the first takes its
/// final name; on an error before that, older reports stay untouched.
Status write_reports(const TuneResult& result, const std::filesystem::path& directory);

}  // namespace pitlane
