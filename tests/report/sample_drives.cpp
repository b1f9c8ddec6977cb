#include "sample_drives.h"

#include <cmath>
#include <numbers>

namespace pitlane {

namespace {

constexpr double kRadius_m = 20;

// Around a circle, weaving by the drive's deviation, as far as `share` of a lap.
std::vector<TrajectoryPoint> path_of(const DriveEntry& entry, double share) {
  std::vector<TrajectoryPoint> path;
  for (int i = 0; i < 100 * share; ++i) {
    const double angle = 2 * std::numbers::pi * i / 100;
    TrajectoryPoint p;
    p.time_s = 0.4 * i;
    p.deviation_m = 2 * entry.result.deviation.mean * std::sin(5 * angle);
    p.pose = {(kRadius_m - p.deviation_m) * std::cos(angle), (kRadius_m - p.deviation_m) * std::sin(angle), 0};
    p.progress_m = kRadius_m * angle;
    p.command.v_mps = 3 + std::sin(3 * angle);
    path.push_back(p);
  }
  return path;
}

CircuitMap ring(const std::string& name) {
  CircuitMap map{.name = name, .road_width_m = 3, .line = {}};
  for (int i = 0; i < 120; ++i) {
    const double angle = 2 * std::numbers::pi * i / 120;
    map.line.push_back({kRadius_m * std::cos(angle), kRadius_m * std::sin(angle)});
  }
  return map;
}

// Twice as wide on its right half.
CircuitMap uneven_ring(const std::string& name) {
  CircuitMap map = ring(name);
  for (auto& p : map.line) p.width_m = p.x_m > 0 ? 6 : 3;
  return map;
}

}  // namespace

DriveOrigin sample_origin() {
  return {"pitlane drive 'b<i>.pit'", {{"processor", "Sample <CPU>"}}, {ring("tight"), uneven_ring("mixed")}};
}

std::vector<DriveEntry> sample_drives() {
  std::vector<DriveEntry> entries;
  for (const char* model : {"a.pit", "b<i>.pit"})
    for (const bool dark : {false, true})
      for (const char* circuit : {"tight", "mixed"})
        for (const int ms : {120, 0, 60}) {
          const bool first = model[0] == 'a';
          DriveEntry entry;
          entry.subject.model = model;
          entry.circuit = circuit;
          entry.latency = ms == 0 ? "none" : std::to_string(ms) + "ms";
          entry.latency_s = ms / 1000.0;
          entry.perturbation = dark ? DrivePerturbation{"dark", "light=0.5"} : DrivePerturbation{"none", "none"};
          entry.result.completed = first ? ms <= 60 : !(dark && ms == 60);
          entry.result.end = entry.result.completed ? EpisodeEnd::kCompleted : EpisodeEnd::kOffRoad;
          entry.result.deviation.mean = (dark ? 0.2 : 0.1) + ms / 1000.0 + (circuit[0] == 't' ? 0.02 : 0);
          entry.result.deviation.max = 4 * entry.result.deviation.mean;
          entry.result.lap_time_s = entry.result.completed ? 40 : 0;
          entry.result.average_speed_mps = 3;
          entry.result.percentage_completed = entry.result.driving_score = entry.result.completed ? 100 : 60;
          entry.subject.network_hash = "0123abcd";
          entry.subject.size_bytes = 345'678;
          entry.subject.runtime = "pitlane avx2";
          entry.result.trajectory = path_of(entry, entry.result.completed ? 1 : 0.6);
          entries.push_back(entry);
        }
  return entries;
}

}  // namespace pitlane
