// What many episodes of `drive` say together: how networks stand up to perturbations, and to latency.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/report/episode_json.h"
#include "pitlane/report/page_video.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Some episodes of one network. Incomplete laps count in all means.
struct DriveShare {
  int episodes = 0, completed = 0;
  double mean_deviation_m = 0;   ///< mean over episodes of their mean deviation
  double worst_deviation_m = 0;  ///< largest of all
  [[nodiscard]] bool all_completed() const { return episodes > 0 && completed == episodes; }
};

/// Rows: networks in their order. Columns: perturbations in theirs, all latencies together.
struct RobustnessTable {
  std::vector<DrivePerturbation> perturbations;  ///< empty where nobody asked for any
  struct Row {
    std::string model;
    std::vector<DriveShare> cells;
  };
  std::vector<Row> rows;
};
RobustnessTable robustness_table(const std::vector<DriveEntry>& entries);

/// Free of what binary fractions add: 55, not 55.00000000000001.
double milliseconds(double seconds);

/// One network under one perturbation, by rising latency.
struct LatencyDecay {
  std::string model;
  std::optional<DrivePerturbation> perturbation;
  struct Point {
    double latency_s = 0;
    DriveShare share;
  };
  std::vector<Point> points;
  /// The largest latency tried at which every episode completed; empty: at none.
  std::optional<double> completes_s;
  /// The smallest latency tried at which one did not; below completes_s where driving does not get worse steadily.
  std::optional<double> fails_s;
};
/// Empty where fewer than two fixed latencies were driven.
std::vector<LatencyDecay> latency_decays(const std::vector<DriveEntry>& entries);

/// For the terminal; empty where there is nothing to say. Ends in a newline. `short_name`: how a table names a model.
std::string robustness_text(const RobustnessTable& table, std::string (*short_name)(const std::string& model));
std::string latency_text(const std::vector<LatencyDecay>& decays, std::string (*short_name)(const std::string& model));

/// Where drives come from.
struct DriveOrigin {
  std::string command;
  std::map<std::string, std::string> provenance;  ///< of the machine (study/provenance.h)
  std::vector<CircuitMap> circuits;               ///< that were driven, each once
};

/// One self-contained page: who drives best, both summaries as tables and charts, maps of the drives that have a
/// trajectory with speed and deviation along the lap, videos, every figure, provenance.
std::string drive_page(const std::vector<DriveEntry>& entries, const DriveOrigin& origin,
                       std::string (*short_name)(const std::string& model), const PageVideos& videos = {});

}  // namespace pitlane
