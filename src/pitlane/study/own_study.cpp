#include <algorithm>
#include <limits>
#include <system_error>
#include <utility>

#include "pitlane/core/printable.h"
#include "pitlane/measure/episode.h"
#include "pitlane/measure/latency_model.h"
#include "pitlane/runtimes/foreign_runtime.h"
#include "pitlane/runtimes/worker.h"
#include "pitlane/study/study_files.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;
using Handler = YamlReader::Handler;

constexpr double kLargestFactor = 1000;

template <typename Items, typename Same>
Status refuse_twice(const YamlReader& reader, const YAML::Node& at, const Items& items, const std::string& what,
                    const Same& same) {
  if (std::any_of(items.begin(), items.end(), same)) return reader.error(at, what + " is listed twice; keep one");
  return {};
}

class OwnStudy {
 public:
  OwnStudy(const YamlReader& reader, const fs::path& folder) : reader_(reader), folder_(folder) {}

  Result<StudySpec> read(const YAML::Node& root) {
    PITLANE_TRY_STATUS(reader_.walk(root, "the study", handlers()));
    if (format_ != "pitlane-study")
      return reader_.error(root,
                           "is no study: 'format: pitlane-study' is missing (nor a configuration of "
                           "BehaviorMetrics, which has 'Behaviors:'); see docs/formats/study.md");
    if (version_ != 1)
      return reader_.error(root, "'version: 1' of the format is missing; this program reads version 1");
    if (spec_.networks.empty())
      return reader_.error(root, std::string("names no networks; list some under 'networks:', e.g. ") + kExpertName);
    if (spec_.runtimes.empty()) spec_.runtimes.emplace_back();
    if (spec_.directions.empty()) spec_.directions.push_back(false);
    if (spec_.latencies.empty()) spec_.latencies.emplace_back();
    if (spec_.perturbations.empty()) spec_.perturbations.push_back({"none", 0});
    return std::move(spec_);
  }

 private:
  YamlReader::Handlers handlers() {
    return {{"format", text("format", format_)},
            {"version", whole("version", version_, 1, 1)},
            {"name", text("name", spec_.name)},
            {"description", text("description", description_)},
            {"networks", list("networks", [this](const YAML::Node& n) { return network(n); })},
            {"runtimes", list("runtimes", [this](const YAML::Node& n) { return runtime(n); })},
            {"circuits", list("circuits", [this](const YAML::Node& n) { return circuit(n); })},
            {"directions", list("directions", [this](const YAML::Node& n) { return direction(n); })},
            {"latencies", list("latencies", [this](const YAML::Node& n) { return latency(n); })},
            {"perturbations", list("perturbations", [this](const YAML::Node& n) { return perturbation(n); })},
            {"repetitions", whole("repetitions", spec_.repetitions, 1, kMostRepetitions)},
            {"laps", whole("laps", spec_.laps, 1, kMostLaps)},
            {"seed", whole("seed", spec_.seed, 0, std::numeric_limits<std::uint64_t>::max() - kMostRepetitions)},
            {"timeout_s", number("timeout_s", spec_.timeout_s, 1, kLongestEpisode_s)},
            {"off_road_limit_m",
             number("off_road_limit_m", spec_.off_road_limit_m, kSmallestOffRoadLimit_m, kLargestOffRoadLimit_m)},
            {"vehicle", [this](const YAML::Node& node) -> Status {
               PITLANE_TRY(spec_.vehicle, reader_.text(node, "vehicle"));
               spec_.vehicle_line = YamlReader::line(node);
               return {};
             }}};
  }

  Handler text(const char* key, std::string& into) {
    return [this, key, &into](const YAML::Node& node) -> Status {
      PITLANE_TRY(into, reader_.text(node, key));
      return {};
    };
  }
  template <typename Whole>
  Handler whole(const char* key, Whole& into, std::uint64_t low, std::uint64_t high) {
    return [this, key, &into, low, high](const YAML::Node& node) -> Status {
      PITLANE_TRY(const std::uint64_t value, reader_.whole(node, key, low, high));
      into = static_cast<Whole>(value);
      return {};
    };
  }
  Handler number(const char* key, double& into, double low, double high) {
    return [this, key, &into, low, high](const YAML::Node& node) -> Status {
      PITLANE_TRY(into, reader_.number(node, key, low, high));
      return {};
    };
  }
  Handler list(const char* key, Handler read) {
    return [this, key, read = std::move(read)](const YAML::Node& node) { return reader_.each(node, key, read); };
  }

  Status network(const YAML::Node& node) {
    std::string model, name;
    if (node.IsMap()) {
      PITLANE_TRY_STATUS(
          reader_.walk(node, "a network", {{"model", text("model", model)}, {"name", text("name", name)}}));
      if (model.empty()) return reader_.error(node, "a network needs 'model:', a file's path");
    } else {
      PITLANE_TRY(model, reader_.text(node, "a network"));
    }
    return add_network(reader_, node, folder_, model, name, spec_);
  }

  Status runtime(const YAML::Node& node) {
    StudyRuntime runtime;
    runtime.line = YamlReader::line(node);
    if (node.IsMap()) {
      PITLANE_TRY_STATUS(runtime_map(node, runtime));
    } else {
      PITLANE_TRY(runtime.engine, reader_.text(node, "a runtime"));
    }
    if (runtime.engine != kOwnEngine && find_foreign_runtime(runtime.engine) == nullptr)
      return reader_.error(node,
                           "there is no runtime '" + printable_name(runtime.engine) + "'; there are " + engine_names());
    PITLANE_TRY_STATUS(
        refuse_twice(reader_, node, spec_.runtimes, "runtime '" + runtime.engine + "'", [&](const StudyRuntime& r) {
          return r.engine == runtime.engine && r.isa == runtime.isa && r.python == runtime.python;
        }));
    spec_.runtimes.push_back(runtime);
    return {};
  }

  Status runtime_map(const YAML::Node& node, StudyRuntime& runtime) {
    int limit_line = 0;
    const auto at_line = [](int& line, Handler read) -> Handler {
      return [&line, read = std::move(read)](const YAML::Node& value) {
        line = YamlReader::line(value);
        return read(value);
      };
    };
    PITLANE_TRY_STATUS(reader_.walk(
        node, "a runtime",
        {{"engine", text("engine", runtime.engine)},
         {"isa", at_line(runtime.isa_line, text("isa", runtime.isa))},
         {"python", at_line(runtime.python_line, text("python", runtime.python))},
         {"limit_s", at_line(limit_line, number("limit_s", runtime.limit_s, kShortestLimit_s, kLongestLimit_s))}}));
    if (runtime.engine == kOwnEngine) {
      if (runtime.python_line > 0) return of_other_engine(runtime.python_line, "python", kOwnEngine);
      if (limit_line > 0) return of_other_engine(limit_line, "limit_s", kOwnEngine);
    } else if (runtime.isa_line > 0) {
      return of_other_engine(runtime.isa_line, "isa", runtime.engine);
    }
    // A name is looked for on PATH, a path begins at the study's folder.
    if (runtime.python.find('/') == std::string::npos) return {};
    runtime.python = from_folder(folder_, runtime.python);
    if (runtime.python.find('/') == std::string::npos) runtime.python.insert(0, "./");
    return {};
  }

  Error of_other_engine(int line, const std::string& key, const std::string& engine) const {
    return reader_.error(line, key + ": says nothing about the engine " + printable_name(engine) + "; leave it out");
  }

  Status circuit(const YAML::Node& node) {
    PITLANE_TRY(const std::string name, reader_.text(node, "a circuit"));
    const std::string path = circuit_from_folder(folder_, name);
    PITLANE_TRY_STATUS(refuse_twice(reader_, node, spec_.circuits, "circuit '" + printable_name(name) + "'",
                                    [&](const StudyEntry& other) { return other.text == path; }));
    spec_.circuits.push_back({path, YamlReader::line(node)});
    return {};
  }

  Status direction(const YAML::Node& node) {
    PITLANE_TRY(const std::string name, reader_.text(node, "a direction"));
    if (name != "forward" && name != "reverse")
      return reader_.error(node, "there is no direction '" + printable_name(name) + "'; there are forward and reverse");
    const bool reverse = name == "reverse";
    PITLANE_TRY_STATUS(refuse_twice(reader_, node, spec_.directions, "direction '" + name + "'",
                                    [&](bool other) { return other == reverse; }));
    spec_.directions.push_back(reverse);
    return {};
  }

  Status latency(const YAML::Node& node) {
    StudyLatencyEntry entry;
    entry.line = YamlReader::line(node);
    if (node.IsMap()) {
      PITLANE_TRY_STATUS(profile(node, entry));
    } else {
      PITLANE_TRY(entry.text, reader_.text(node, "a latency"));
    }
    if (entry.text != "measured") {
      const Result<LatencyModel> model = LatencyModel::parse(entry.text);
      if (!model) return reader_.error(node, model.error().message() + ", or measured");
      entry.text = model->name();  // 0.06s and 60ms are one
    }
    PITLANE_TRY_STATUS(refuse_twice(
        reader_, node, spec_.latencies, "latency '" + entry.text + "'", [&](const StudyLatencyEntry& other) {
          return other.text == entry.text && other.profile == entry.profile && other.factor == entry.factor;
        }));
    spec_.latencies.push_back(entry);
    return {};
  }

  Status profile(const YAML::Node& node, StudyLatencyEntry& entry) {
    entry.text = "measured";
    std::string file;
    PITLANE_TRY_STATUS(reader_.walk(
        node, "a measured latency",
        {{"profile", text("profile", file)}, {"factor", number("factor", entry.factor, 1e-3, kLargestFactor)}}));
    if (file.empty() || file == "measured") return {};
    entry.profile = from_folder(folder_, file);
    std::error_code code;
    if (fs::is_regular_file(entry.profile, code)) return {};
    return reader_.error(node, "latency profile '" + printable_name(file) + "': no such file (" +
                                   printable_name(entry.profile, 200) +
                                   "); give a text with a time in ms on each line");
  }

  Status perturbation(const YAML::Node& node) {
    PITLANE_TRY(const std::string name, reader_.text(node, "a perturbation"));
    PITLANE_TRY_STATUS(refuse_twice(reader_, node, spec_.perturbations, "perturbation '" + printable_name(name) + "'",
                                    [&](const StudyEntry& other) { return other.text == name; }));
    spec_.perturbations.push_back({name, YamlReader::line(node)});
    return {};
  }

  const YamlReader& reader_;
  const fs::path& folder_;
  std::string format_, description_;
  int version_ = 0;
  StudySpec spec_;
};

}  // namespace

Result<StudySpec> read_own_study(const YamlReader& reader, const YAML::Node& root, const fs::path& folder) {
  return OwnStudy(reader, folder).read(root);
}

}  // namespace pitlane
