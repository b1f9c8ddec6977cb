// Configurations of BehaviorMetrics: what a study needs is taken over, all else is named with the reason.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "pitlane/core/printable.h"
#include "pitlane/measure/episode.h"
#include "pitlane/study/study_files.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;
using Handlers = YamlReader::Handlers;

constexpr double kCameraPeriod_ms = 50;

class BehaviorMetrics {
 public:
  BehaviorMetrics(const YamlReader& reader, const fs::path& folder) : reader_(reader), folder_(folder) {}

  Result<StudySpec> read(const YAML::Node& root) {
    PITLANE_TRY_STATUS(walk(root, "",
                            {{"Behaviors", [this](const YAML::Node& n) { return behaviors(n); }},
                             {"Experiment", [this](const YAML::Node& n) { return experiment(n); }},
                             {"Simulation", [this](const YAML::Node& n) { return simulation(n); }},
                             {"Stats", [this](const YAML::Node& n) { return stats(n); }}}));
    match_perfect_laps();
    if (spec_.networks.empty() && missing_) return *missing_;
    if (spec_.networks.empty()) {
      PITLANE_TRY_STATUS(add_network(reader_, root, folder_, kLineFollowerName, "", spec_));
      ignore(root, "Behaviors.Robot.BrainPath", "it names no model, so line-follower drives, which has no network");
    }
    spec_.runtimes.emplace_back();
    spec_.directions.push_back(false);
    spec_.latencies.emplace_back();
    spec_.perturbations.push_back({"none", 0});
    return std::move(spec_);
  }

 private:
  void ignore(const YAML::Node& at, const std::string& key, const std::string& why) {
    spec_.ignored.push_back("line " + std::to_string(YamlReader::line(at)) + ": " + printable_name(key) +
                            " is ignored: " + why);
  }

  // Keys of `path` that are not handled are named as ignored.
  Status walk(const YAML::Node& node, const std::string& path, const Handlers& handlers) {
    return reader_.walk_known(node, path.empty() ? "the configuration" : path, handlers,
                              [&](const std::string& key, const YAML::Node& value) {
                                ignore(value, path.empty() ? key : path + "." + key, reason(key));
                              });
  }

  static std::string reason(const std::string& key) {
    if (key.starts_with("Image") || key == "PredictionsNormalized" || key == "UseOptimized")
      return "the model's file says how frames are prepared and what its outputs mean";
    if (key == "Sensors" || key == "Actuators" || key == "Type")
      return "the simulator has one car, with one camera, that takes speed and turn rate";
    if (key == "Out") return "--out and --store say where results go";
    return "a study has nothing of the kind";
  }

  Status behaviors(const YAML::Node& node) {
    return walk(node, "Behaviors", {{"Robot", [this](const YAML::Node& n) { return robot(n); }}});
  }

  Status robot(const YAML::Node& node) {
    return walk(node, "Behaviors.Robot",
                {{"BrainPath",
                  [this](const YAML::Node& list) {
                    return reader_.each(list, "BrainPath", [this](const YAML::Node& n) { return brain(n); });
                  }},
                 {"Parameters", [this](const YAML::Node& n) { return parameters(n); }},
                 {"PilotTimeCycle", [this](const YAML::Node& n) { return time_cycle(n); }}});
  }

  // The explicit brains look for the red line by its colour; ours that does so is the line follower.
  Status brain(const YAML::Node& node) {
    PITLANE_TRY(const std::string path, reader_.text(node, "BrainPath"));
    const std::string name = fs::path(path).stem().string();
    if (name.find("opencv") == std::string::npos && name.find("explicit") == std::string::npos) {
      ignore(node, "Behaviors.Robot.BrainPath", "a model drives by itself, without code of its own");
      return {};
    }
    return driver_of_ours(node, "Behaviors.Robot.BrainPath", kLineFollowerName);
  }

  // A brain and a model, or two brains, may both mean the same one.
  Status driver_of_ours(const YAML::Node& node, const std::string& key, const std::string& name) {
    const auto same = [&](const StudyNetwork& network) { return network.model == name; };
    const auto first = std::find_if(spec_.networks.begin(), spec_.networks.end(), same);
    if (first == spec_.networks.end()) return add_network(reader_, node, folder_, name, "", spec_);
    ignore(node, key, name + " drives already (line " + std::to_string(first->line) + ")");
    return {};
  }

  Status time_cycle(const YAML::Node& node) {
    PITLANE_TRY(const double period_ms, reader_.number(node, "PilotTimeCycle", 0, 1e6));
    if (period_ms != kCameraPeriod_ms)
      ignore(node, "Behaviors.Robot.PilotTimeCycle", "every network sees the camera's 20 frames a second");
    return {};
  }

  Status parameters(const YAML::Node& node) {
    return walk(node, "Behaviors.Robot.Parameters",
                {{"Model", [this](const YAML::Node& list) {
                    return reader_.each(list, "Model", [this](const YAML::Node& n) { return model(n); });
                  }}});
  }

  Status model(const YAML::Node& node) {
    PITLANE_TRY(const std::string path, reader_.text(node, "Model"));
    if (path == kExpertName || path == kLineFollowerName)
      return driver_of_ours(node, "Behaviors.Robot.Parameters.Model", path);
    std::error_code code;
    if (const std::string file = from_folder(folder_, path); !fs::is_regular_file(file, code)) {
      // The others can still be compared.
      if (!missing_) missing_ = add_network(reader_, node, folder_, path, "", spec_).error();
      ignore(node, "Behaviors.Robot.Parameters.Model '" + printable_name(path) + "'",
             "there is no such file (" + printable_name(file, 200) + ")");
      return {};
    }
    return add_network(reader_, node, folder_, path, "", spec_);
  }

  Status experiment(const YAML::Node& node) {
    return walk(node, "Experiment",
                {{"Name",
                  [this](const YAML::Node& n) -> Status {
                    PITLANE_TRY(spec_.name, reader_.text(n, "Experiment.Name"));
                    return {};
                  }},
                 {"Repetitions",
                  [this](const YAML::Node& n) -> Status {
                    PITLANE_TRY(const std::uint64_t count, reader_.whole(n, "Repetitions", 1, kMostRepetitions));
                    spec_.repetitions = static_cast<int>(count);
                    return {};
                  }},
                 {"Timeout", [this](const YAML::Node& n) { return timeout(n); }}});
  }

  // One for each world; here one holds for all.
  Status timeout(const YAML::Node& node) {
    bool differ = false;
    PITLANE_TRY_STATUS(reader_.each(node, "Timeout", [&](const YAML::Node& item) -> Status {
      PITLANE_TRY(const double seconds, reader_.number(item, "Timeout", 1, kLongestEpisode_s));
      differ = differ || (spec_.timeout_s > 0 && seconds != spec_.timeout_s);
      spec_.timeout_s = std::max(spec_.timeout_s, seconds);
      return {};
    }));
    if (differ) ignore(node, "Experiment.Timeout", "circuits have one timeout together, so the longest holds for all");
    return {};
  }

  Status simulation(const YAML::Node& node) {
    return walk(node, "Simulation", {{"World", [this](const YAML::Node& list) {
                                        return reader_.each(list, "World",
                                                            [this](const YAML::Node& n) { return world(n); });
                                      }}});
  }

  // A world is a launch file of Gazebo; a circuit of that name may have been imported from its perfect lap.
  Status world(const YAML::Node& node) {
    PITLANE_TRY(const std::string path, reader_.text(node, "World"));
    std::string name =
        fs::path(path).extension() == ".launch" ? fs::path(path).stem().string() : circuit_from_folder(folder_, path);
    worlds_.push_back(name);
    const auto same = [&](const StudyEntry& other) { return other.text == name; };
    if (std::none_of(spec_.circuits.begin(), spec_.circuits.end(), same))
      spec_.circuits.push_back({std::move(name), YamlReader::line(node)});
    return {};
  }

  Status stats(const YAML::Node& node) {
    return walk(node, "Stats", {{"PerfectLap", [this](const YAML::Node& list) {
                                   return reader_.each(list, "PerfectLap",
                                                       [this](const YAML::Node& n) { return perfect_lap(n); });
                                 }}});
  }

  Status perfect_lap(const YAML::Node& node) {
    PITLANE_TRY(const std::string path, reader_.text(node, "PerfectLap"));
    laps_.push_back({from_folder(folder_, path), YamlReader::line(node)});
    return {};
  }

  // The lists of worlds and of laps run side by side.
  void match_perfect_laps() {
    for (std::size_t i = 0; i < std::min(worlds_.size(), laps_.size()); ++i) spec_.perfect_laps[worlds_[i]] = laps_[i];
  }

  const YamlReader& reader_;
  const fs::path& folder_;
  StudySpec spec_;
  std::optional<Error> missing_;  // of the first model that is not there
  std::vector<std::string> worlds_;
  std::vector<StudyEntry> laps_;
};

}  // namespace

Result<StudySpec> read_behavior_metrics(const YamlReader& reader, const YAML::Node& root, const fs::path& folder) {
  return BehaviorMetrics(reader, folder).read(root);
}

}  // namespace pitlane
