// The grid of a study: every driver on every course, under every latency, as often as repeated.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/controller.h"
#include "pitlane/measure/episode.h"
#include "pitlane/measure/latency_model.h"
#include "pitlane/study/course.h"

namespace pitlane {

struct StudyLatency {
  LatencyModel model = LatencyModel::none();
  std::string name = "none";      ///< as in the study: "measured x4"
  std::string key = "none";       ///< identifies the model
  std::vector<double> profile_s;  ///< of a measured one
  bool known = true;              ///< false: not measured yet, so nobody can have driven under it
};

/// Empty where it is drawn, and where it is not known yet.
std::optional<double> fixed_s(const StudyLatency& latency);

/// A network on a runtime, or a driver of ours.
struct StudyDriver {
  std::string name;     ///< the network's, in tables
  std::string file;     ///< without its folder; empty for drivers of ours
  std::string runtime;  ///< e.g. "pitlane avx2"; what decides for drivers without a network
  std::string network_hash;
  std::string family, strategy;  ///< what the network says it is, and what was done to it; may be empty
  std::int64_t size_bytes = 0;
  std::string key;                      ///< identifies everything that decides what it answers
  std::vector<Course> courses;          ///< the same circuits, directions and perturbations in the same order for all
  std::vector<StudyLatency> latencies;  ///< as many for all
  /// Thread-safe; a controller must not outlive its world.
  std::function<Result<std::unique_ptr<Controller>>(const World&)> make_controller;
};

struct StudyGrid {
  std::string name;
  std::vector<StudyDriver> drivers;
  int repetitions = 1, laps = 1;
  std::uint64_t seed = 1;
  double timeout_s = 0;
  /// As the study writes them ("dusk"), by Course::perturbation; those that are not here have no other name.
  std::map<std::string, std::string> perturbation_names{};
  double off_road_limit_m = EpisodeOptions{}.off_road_limit_m;
};

/// One drive: indices into the grid. Repetition k has the study's seed + k, whoever drives, so that comparisons are
/// paired; `pitlane drive --seed` with that number drives the same.
struct StudyCell {
  std::size_t driver = 0, course = 0, latency = 0;
  int repetition = 0;
  std::uint64_t seed = 1;
  std::string key;  ///< names everything that its result depends on: inputs, options and the code that drives
};

/// In this order, the last changing fastest: driver, course, latency, repetition.
std::vector<StudyCell> study_cells(const StudyGrid& grid);

/// The network's name; with its runtime where another driver has that name too.
std::string driver_label(const StudyGrid& grid, std::size_t driver);
/// Of all courses, each once, in order.
std::vector<std::string> study_perturbations(const StudyGrid& grid);
/// What people call a Course::perturbation.
std::string perturbation_name(const StudyGrid& grid, const std::string& perturbation);

/// "network, circuit reverse, 60ms, repetition 2", for people; the network as driver_label() says.
std::string describe(const StudyGrid& grid, const StudyCell& cell);

}  // namespace pitlane
