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
/// One line a lap, RFC 4180: every figure of docs/metrics.md; columns as in csv_report.
std::string laps_csv(const TuneResult& result);
/// Recommendation, results, laps that were not completed, provenance. Reads well on a terminal too.
std::string markdown_report(const TuneResult& result);
/// For the terminal: aligned, at most 110 columns, UTF-8; ">" marks the recommended row.
std::string text_table(const TuneResult& result);

/// report.html, results.csv, laps.csv, results.json, results.md into `directory`. All are complete on the disk before
/// the first takes its final name; on an error before that, older reports stay untouched.
Status write_reports(const TuneResult& result, const std::filesystem::path& directory);

}  // namespace pitlane
