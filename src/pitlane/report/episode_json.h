// What `drive`, `evaluate` and `bench` print with --json: one document each, one entry a network and case. Names, units
// and the place of wall-clock values as in json_values.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/measure/accuracy.h"
#include "pitlane/measure/episode.h"
#include "pitlane/measure/latency.h"
#include "pitlane/measure/layer_profile.h"
#include "pitlane/measure/periodic.h"

namespace pitlane {

/// What every entry says about its network.
struct JsonSubject {
  std::string model;  ///< as the user named it
  std::string network_hash;
  std::int64_t size_bytes = 0;
  std::string runtime;                 ///< Session::description(), may be empty
  std::optional<std::string> failure;  ///< one line; the entry holds nothing else then
  std::string shown = {};              ///< "a.pit · LiteRT 2.3.0" where tables must tell runtimes apart, else empty

  /// As tables tell it from others.
  [[nodiscard]] const std::string& who() const { return shown.empty() ? model : shown; }
};

/// What was made to go wrong (sim/perturbation.h).
struct DrivePerturbation {
  std::string name;  ///< as the user wrote it
  std::string text;  ///< canonical
};

struct DriveEntry {
  JsonSubject subject;
  std::string circuit;
  bool held_out = false;
  bool reverse = false;
  int laps = 1;
  std::string latency;
  std::optional<double> latency_s;                ///< empty where it is drawn
  std::optional<DrivePerturbation> perturbation;  ///< empty where nobody asked for any
  std::uint64_t seed = 1;
  EpisodeResult result;
};

struct EvaluateEntry {
  JsonSubject subject;
  std::string data;  ///< directories as the user named them, separated by spaces
  std::string data_hash;
  Accuracy accuracy;
  std::optional<Agreement> agreement;  ///< with the first network named
  double wall_s = 0;
};

struct BenchEntry {
  JsonSubject subject;
  std::string isa;
  int threads = 1;
  LatencySummary latency_ms;  ///< no runs: not measured
  LatencySummary frame_ms;    ///< from a camera's frame to named outputs; no runs: not measured
  std::optional<LayerProfile> layers;
  std::optional<PeriodicResult> periodic;
};

/// With "robustness" where entries have perturbations, and "latency_limits" where they have several latencies
/// (report/drive_summary.h).
std::string drive_json(const std::vector<DriveEntry>& entries, bool with_trajectory = false);
std::string evaluate_json(const std::vector<EvaluateEntry>& entries);
/// `roofline`: of this machine, where the layers were compared with it.
std::string bench_json(const std::vector<BenchEntry>& entries, const std::optional<Roofline>& roofline = {});

}  // namespace pitlane
