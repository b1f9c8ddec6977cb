// pitlane drive: a network laps circuits in the simulator.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/cli/command_line.h"
#include "pitlane/cli/drive_car.h"
#include "pitlane/cli/drive_table.h"
#include "pitlane/cli/last_model.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/file.h"
#include "pitlane/measure/episode.h"
#include "pitlane/report/drive_summary.h"
#include "pitlane/sim/perturbation.h"
#include "pitlane/study/latency_limit.h"

namespace pitlane::cli {
namespace {

struct Flags {
  std::vector<std::string> models, circuits, perturbations;
  bool reverse = false, both = false, json = false, trajectory = false, sweep = false;
  std::string latency = "none", report;
  CarOptions car;
  EpisodeOptions episode;
};

struct Conditions {
  std::optional<DrivePerturbation> named;  // empty: nobody asked for any
  Perturbation perturbation;
};

// None first: it is what the others are compared with.
Result<std::vector<Conditions>> parse_conditions(const std::vector<std::string>& texts) {
  if (texts.empty()) return std::vector<Conditions>(1);
  std::vector<Conditions> all{{DrivePerturbation{"none", "none"}, {}}};
  for (const std::string& text : texts) {
    const Result<Perturbation> perturbation = parse_perturbation(text);
    if (!perturbation.ok()) return perturbation.error().in("--perturb");
    const std::string canonical = canonical_text(*perturbation);
    if (std::any_of(all.begin(), all.end(), [&](const auto& c) { return c.named->text == canonical; })) continue;
    all.push_back({DrivePerturbation{text, canonical}, *perturbation});
  }
  return all;
}

std::vector<LatencyModel> grid_of(const LatencyGrid& grid) {
  std::vector<LatencyModel> all;
  for (int ms = 0; ms <= grid.longest_ms; ms += grid.step_ms) all.push_back(LatencyModel::fixed(ms / 1000.0));
  return all;
}

// Everything that is to be driven, opened and checked; and what came of it.
class Drives {
 public:
  explicit Drives(const Flags& flags) : flags_(flags) {}

  Status open() {
    PITLANE_TRY(latencies_, LatencyModel::parse_list(flags_.latency));
    PITLANE_TRY(conditions_, parse_conditions(flags_.perturbations));
    PITLANE_TRY(cars_, open_cars(flags_.models, flags_.car));
    PITLANE_TRY(tracks_, open_tracks(flags_.circuits));
    return {};
  }

  Status run() {
    const DriveTable table(texts());
    table_ = flags_.json ? nullptr : &table;
    if (table_ != nullptr) table_->print_titles();
    for (const Car& car : cars_)
      for (const Conditions& conditions : conditions_) {
        SimOptions sim = car.sim;
        sim.perturbation = conditions.perturbation;
        const std::vector<Course> courses =
            make_courses(tracks_, flags_.both || !flags_.reverse, flags_.both || flags_.reverse, car.trained, sim);
        PITLANE_TRY_STATUS(flags_.sweep ? sweep(car, conditions, courses) : drive_list(car, conditions, courses));
      }
    return {};
  }

  [[nodiscard]] const std::vector<DriveEntry>& entries() const { return entries_; }

 private:
  [[nodiscard]] DriveTable::Texts texts() const {
    DriveTable::Texts texts;
    for (const Car& car : cars_) texts.models.push_back(car.subject.model);
    for (const auto& track : tracks_) texts.circuits.push_back(track->circuit.name());
    for (const LatencyModel& latency : flags_.sweep ? grid_of({}) : latencies_)
      texts.latencies.push_back(latency.name());
    for (const Conditions& conditions : conditions_)
      if (conditions.named) texts.perturbations.push_back(printable(conditions.named->name));
    return texts;
  }

  Status drive_list(const Car& car, const Conditions& conditions, const std::vector<Course>& courses) {
    for (const Course& course : courses)
      for (const LatencyModel& latency : latencies_) PITLANE_TRY_STATUS(drive(car, conditions, course, latency));
    return {};
  }

  // Every course at each latency that is tried, so that the decay shows all of them.
  Status sweep(const Car& car, const Conditions& conditions, const std::vector<Course>& courses) {
    const auto completes = [&](int latency_ms) -> Result<bool> {
      bool all = true;
      for (const Course& course : courses) {
        PITLANE_TRY_STATUS(drive(car, conditions, course, LatencyModel::fixed(latency_ms / 1000.0)));
        all = all && entries_.back().result.completed;
      }
      return all;
    };
    const Result<LatencyLimit> limit = find_latency_limit({}, completes);
    return limit.ok() ? Status() : Status(limit.error());
  }

  Status drive(const Car& car, const Conditions& conditions, const Course& course, const LatencyModel& latency) {
    PITLANE_TRY(const std::unique_ptr<World> world, course.make_world());
    PITLANE_TRY(const std::unique_ptr<Controller> controller, car.make_controller(*world));
    EpisodeOptions options = flags_.episode;
    options.latency = latency;
    DriveEntry entry;
    entry.subject = car.subject;
    entry.circuit = course.circuit;
    entry.held_out = course.held_out;
    entry.reverse = course.reverse;
    entry.laps = options.laps;
    entry.latency = latency.name();
    entry.latency_s = latency.fixed_s();
    entry.perturbation = conditions.named;
    entry.seed = options.seed;
    Result<EpisodeResult> result = run_episode(*world, *controller, options, bar_.callback());
    bar_.clear();
    if (!result.ok()) return result.error();
    entry.result = *std::move(result);
    if (!flags_.trajectory) entry.result.trajectory = {};  // a sweep would keep many of them for nothing
    if (table_ != nullptr) table_->print_entry(entry);
    entries_.push_back(std::move(entry));
    return {};
  }

  const Flags& flags_;
  std::vector<LatencyModel> latencies_;
  std::vector<Conditions> conditions_;
  std::vector<Car> cars_;
  std::vector<std::shared_ptr<const Track>> tracks_;
  const DriveTable* table_ = nullptr;
  ProgressBar bar_;
  std::vector<DriveEntry> entries_;
};

Error stopped(const Error& error, const Flags& flags) {
  if (error.kind() != ErrorKind::kInterrupted) return error;
  return {error.kind(), flags.json ? "interrupted; nothing is printed" : "interrupted; the laps above are complete"};
}

void print_summary(const std::vector<DriveEntry>& entries) {
  for (const std::string& text : {robustness_text(robustness_table(entries), short_model_name),
                                  latency_text(latency_decays(entries), short_model_name)})
    if (!text.empty()) std::printf("\n%s", text.c_str());
}

Result<int> run(const Flags& flags) {
  if (flags.trajectory && !flags.json)
    return invalid_argument("--trajectory: poses are printed with --json only; add it");
  if (!flags.report.empty()) {
    PITLANE_TRY_STATUS(check_output_file(flags.report));
    PITLANE_TRY_STATUS(check_output_folder_is_there(flags.report));
    for (const std::string& model : flags.models)
      PITLANE_TRY_STATUS(check_not_the_same(flags.report, model, "a model"));
  }
  Drives drives(flags);
  PITLANE_TRY_STATUS(drives.open());
  if (const Status driven = drives.run(); !driven.ok()) return stopped(driven.error(), flags);
  const std::vector<DriveEntry>& entries = drives.entries();
  if (flags.json)
    std::fputs(drive_json(entries, flags.trajectory).c_str(), stdout);
  else
    print_summary(entries);
  if (!flags.report.empty())
    PITLANE_TRY_STATUS(write_text(flags.report, drive_page(entries, command_line(), short_model_name)));
  const bool failed = std::any_of(entries.begin(), entries.end(),
                                  [](const auto& e) { return e.result.end == EpisodeEnd::kControllerFailed; });
  return failed ? kPartialFailure : kSuccess;
}

void declare_conditions(CLI::App& verb, Flags& flags) {
  CLI::Option* latency =
      verb.add_option("--latency", flags.latency, "from frame to command: none, 60ms, or a list: 0,20,60,120ms")
          ->capture_default_str();
  verb.add_flag("--latency-sweep", flags.sweep,
                "find the largest latency at which a network completes every drive: 0, 20, 40 ... ms until one fails, "
                "then between the last two to 5 ms")
      ->excludes(latency);
  verb.add_option(
          "--perturb", flags.perturbations,
          "what goes wrong, such as dusk or light=0.6,noise=8,drop=0.1 (see pitlane perturbations); repeatable, "
          "each is driven beside none")
      ->allow_extra_args(false);
  verb.add_option("--seed", flags.episode.seed, "of start offset, appearance, perturbations and latency")
      ->check(seed())
      ->capture_default_str();
}

}  // namespace

void declare_drive(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("drive", "Let networks lap circuits in the simulator and measure how they drive");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("MODEL", flags->models,
                   "model files; 'expert' is the driver that knows the line, 'line-follower' one that sees it and has "
                   "no network");
  add_model_flags(*verb, flags->car.model);
  verb->add_option("--circuit", flags->circuits, "name (see circuit list) or file; all of our own when absent");
  verb->add_flag("--reverse", flags->reverse, "drive the other way round");
  verb->add_flag("--both", flags->both, "drive both ways");
  verb->add_option("--laps", flags->episode.laps, "laps to complete")->check(whole(1, 1000))->capture_default_str();
  declare_conditions(*verb, *flags);
  verb->add_option("--timeout", flags->episode.timeout_s,
                   "simulated seconds (default: what the laps take at 2 m/s, at least 600)")
      ->check(within(1, kLongestEpisode_s));
  verb->add_option("--vehicle", flags->car.vehicle.adapter,
                   "how outputs move the car: auto, direct, steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]")
      ->capture_default_str();
  verb->add_option("--isa", flags->car.isa, "force an instruction set, one of: " + isa_names());
  verb->add_option("--report", flags->report, "an HTML page with charts of decay and robustness, and all drives");
  verb->add_flag("--json", flags->json, "print one JSON document");
  verb->add_flag("--trajectory", flags->trajectory, "with --json: every pose too");
  verb->callback([&chosen, flags, verb] {
    chosen.action = [flags, verb]() -> Result<int> {
      if (flags->models.empty()) {
        PITLANE_TRY(std::string model, take_last_model({&flags->circuits}));
        flags->models.push_back(std::move(model));
      }
      if (std::ranges::all_of(flags->models, is_driver_of_ours))
        PITLANE_TRY_STATUS(refuse_model_flags(*verb, "is about a network, and none drives"));
      return run(*flags);
    };
  });
}

}  // namespace pitlane::cli
