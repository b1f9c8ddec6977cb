// What a study is: the file that says which networks drive where, how often and under what. docs/formats/study.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/episode.h"

namespace pitlane {

/// A value of the file and where it stands.
struct StudyEntry {
  std::string text;
  int line = 0;
};

struct StudyNetwork {
  std::string model;  ///< a path that can be opened, `expert` or `line-follower`
  std::string name;   ///< in tables; no two alike
  int line = 0;
};

struct StudyRuntime {
  std::string engine = "pitlane";
  std::string isa;       ///< of our engine; empty: the best that the machine has
  std::string python;    ///< of others: the Python that has it, a path or a name on PATH; empty: as choose_python()
  double limit_s = 120;  ///< of others: its start and each answer may take so long
  int line = 0, isa_line = 0, python_line = 0;
};

struct StudyLatencyEntry {
  std::string text = "none";  ///< "none", a duration, or "measured"
  std::string profile;        ///< of "measured": a file of milliseconds; empty: measured here, kept in the store
  double factor = 1;          ///< of "measured": how many times slower the device is
  int line = 0;
};

struct StudySpec {
  std::string origin;  ///< the file, as messages name it
  std::string name;
  std::vector<StudyNetwork> networks;
  std::vector<StudyRuntime> runtimes;
  std::vector<StudyEntry> circuits;  ///< names or paths that can be opened; none: all of our own
  std::vector<bool> directions;      ///< false: forward, true: reverse
  std::vector<StudyLatencyEntry> latencies;
  std::vector<StudyEntry> perturbations;  ///< as written
  int repetitions = 1, laps = 1;
  std::uint64_t seed = 1;
  double timeout_s = 0;  ///< 0: as EpisodeOptions::timeout_s
  double off_road_limit_m = EpisodeOptions{}.off_road_limit_m;
  std::string vehicle = "auto";
  int vehicle_line = 0;                            ///< 0: the file does not name one
  std::map<std::string, StudyEntry> perfect_laps;  ///< of such a one: bags, by name of the circuit
  bool foreign = false;              ///< a configuration of BehaviorMetrics: circuits that nobody knows are left out
  std::vector<std::string> ignored;  ///< of such a one: a sentence for each thing that is not taken over

  /// "file:line: what"
  [[nodiscard]] Error error(int line, const std::string& what) const;
};

/// The most that `repetitions` and `laps` may be.
inline constexpr int kMostRepetitions = 10'000, kMostLaps = 1000;
inline constexpr double kSmallestOffRoadLimit_m = 0.5, kLargestOffRoadLimit_m = 100;
/// `engine` of a runtime; others are those of foreign_runtimes().
inline constexpr const char* kOwnEngine = "pitlane";

/// Model names that stand for drivers without a network.
inline constexpr const char* kExpertName = "expert";
inline constexpr const char* kLineFollowerName = "line-follower";

/// Reads the file of a study, or a configuration of BehaviorMetrics (known by its key `Behaviors`) as far as it says
/// what a study needs. Relative paths begin at the file's folder.
/// Errors are one line, "file:line: what; remedy": not YAML; an unknown key (with the one that was meant), one that
/// stands twice, a value of the wrong kind or out of range, the same thing listed twice, a network's file that is not
/// there. Circuits, perturbations and the contents of networks are for the caller to look up.
Result<StudySpec> load_study(const std::filesystem::path& path);
/// `folder`: where relative paths begin.
Result<StudySpec> parse_study(const std::string& text, const std::string& origin, const std::filesystem::path& folder);

}  // namespace pitlane
