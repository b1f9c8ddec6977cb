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
#include "pitlane/cli/drive_film.h"
#include "pitlane/cli/drive_latency.h"
#include "pitlane/cli/drive_runtime.h"
#include "pitlane/cli/drive_table.h"
#include "pitlane/cli/last_model.h"
#include "pitlane/cli/machine.h"
#include "pitlane/cli/not_empty.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/verb.h"
#include "pitlane/cli/video_output.h"
#include "pitlane/core/file.h"
#include "pitlane/measure/episode.h"
#include "pitlane/report/drive_summary.h"
#include "pitlane/sim/perturbation.h"
#include "pitlane/study/latency_limit.h"
#include "pitlane/study/study_spec.h"
#include "pitlane/study/thin_trajectory.h"

namespace pitlane::cli {
namespace {

struct DriveFlags {
  std::vector<std::string> models, circuits, perturbations;
  bool reverse = false, both = false, json = false, trajectory = false, sweep = false, no_video = false;
  std::string report, video;
  LatencyFlags latency;
  CarOptions car;
  DriveRuntimeFlags runtime;
  EpisodeOptions episode;

  [[nodiscard]] bool filmed() const { return !video.empty() || (!report.empty() && !no_video); }
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

DriveLatency fixed_latency(int ms) {
  const LatencyModel model = LatencyModel::fixed(ms / 1000.0);
  return {model.name(), model};
}

std::vector<std::string> names_of(const LatencyGrid& grid) {
  std::vector<std::string> names;
  for (int ms = 0; ms <= grid.longest_ms; ms += grid.step_ms) names.push_back(fixed_latency(ms).name);
  return names;
}

// Everything that is to be driven, opened and checked; and what came of it.
class Drives {
 public:
  explicit Drives(const DriveFlags& flags) : flags_(flags) {}

  Status open() {
    PITLANE_TRY(const std::vector<CarRuntime> runtimes, drive_runtimes(flags_.runtime, flags_.car.isa));
    PITLANE_TRY(latencies_, DriveLatencies::parse(flags_.latency, count_drivers(flags_.models, runtimes)));
    PITLANE_TRY(conditions_, parse_conditions(flags_.perturbations));
    PITLANE_TRY(cars_, open_cars_on(flags_.models, flags_.car, runtimes));
    PITLANE_TRY(tracks_, open_tracks(flags_.circuits));
    return {};
  }

  Status run() {
    const DriveTable table(texts());
    table_ = flags_.json ? nullptr : &table;
    if (table_ != nullptr) table_->print_titles();
    for (const Car& car : cars_) {
      PITLANE_TRY(const std::vector<DriveLatency> latencies,
                  latencies_.of(car, courses_of(car, {}).front(), bar_.callback()));
      bar_.clear();
      for (const Conditions& conditions : conditions_) {
        const std::vector<Course> courses = courses_of(car, conditions);
        PITLANE_TRY_STATUS(flags_.sweep ? sweep(car, conditions, courses)
                                        : drive_list(car, conditions, courses, latencies));
      }
    }
    return {};
  }

  [[nodiscard]] const std::vector<DriveEntry>& entries() const { return entries_; }
  [[nodiscard]] DriveOrigin origin() const { return {command_line(), machine_provenance(), circuits_}; }
  /// In the same order; none where nobody wants a video.
  [[nodiscard]] const std::vector<ShownDrive>& shown() const { return shown_; }

 private:
  [[nodiscard]] std::vector<Course> courses_of(const Car& car, const Conditions& conditions) const {
    SimOptions sim = car.sim;
    sim.perturbation = conditions.perturbation;
    return make_courses(tracks_, flags_.both || !flags_.reverse, flags_.both || flags_.reverse, car.trained, sim);
  }

  [[nodiscard]] DriveTable::Texts texts() const {
    DriveTable::Texts texts;
    for (const Car& car : cars_) texts.models.push_back(car.subject.who());
    for (const auto& track : tracks_) texts.circuits.push_back(track->circuit.name());
    texts.latencies = flags_.sweep ? names_of({}) : latencies_.names();
    for (const Conditions& conditions : conditions_)
      if (conditions.named) texts.perturbations.push_back(printable(conditions.named->name));
    return texts;
  }

  Status drive_list(const Car& car, const Conditions& conditions, const std::vector<Course>& courses,
                    const std::vector<DriveLatency>& latencies) {
    for (std::size_t i = 0; i < courses.size(); ++i)
      for (const DriveLatency& latency : latencies) PITLANE_TRY_STATUS(drive(car, conditions, courses, i, latency));
    return {};
  }

  // Every course at each latency that is tried, so that the decay shows all of them.
  Status sweep(const Car& car, const Conditions& conditions, const std::vector<Course>& courses) {
    const auto completes = [&](int latency_ms) -> Result<bool> {
      bool all = true;
      for (std::size_t i = 0; i < courses.size(); ++i) {
        PITLANE_TRY_STATUS(drive(car, conditions, courses, i, fixed_latency(latency_ms)));
        all = all && entries_.back().result.completed;
      }
      return all;
    };
    const Result<LatencyLimit> limit = find_latency_limit({}, completes);
    return limit.ok() ? Status() : Status(limit.error());
  }

  Status drive(const Car& car, const Conditions& conditions, const std::vector<Course>& courses, std::size_t index,
               const DriveLatency& latency) {
    const Course& course = courses[index];
    PITLANE_TRY(const std::unique_ptr<World> world, course.make_world());
    PITLANE_TRY(const std::unique_ptr<Controller> controller, car.make_controller(*world));
    EpisodeOptions options = flags_.episode;
    options.latency = latency.model;
    DriveEntry entry;
    entry.subject = car.subject;
    entry.circuit = course.circuit;
    entry.held_out = course.held_out;
    entry.reverse = course.reverse;
    entry.laps = options.laps;
    entry.latency = latency.name;
    entry.latency_s = latency.model.fixed_s();
    entry.perturbation = conditions.named;
    entry.seed = options.seed;
    Result<EpisodeResult> result = run_episode(*world, *controller, options, bar_.callback());
    bar_.clear();
    if (!result.ok()) return result.error();
    entry.result = *std::move(result);
    if (flags_.filmed()) PITLANE_TRY_STATUS(show(car, conditions, course, index, entry));
    keep_what_is_drawn(entry, course);
    if (table_ != nullptr) table_->print_entry(entry);
    entries_.push_back(std::move(entry));
    return {};
  }

  // A sweep would keep many whole trajectories for nothing.
  void keep_what_is_drawn(DriveEntry& entry, const Course& course) {
    if (!flags_.trajectory)
      entry.result.trajectory = flags_.report.empty() ? std::vector<TrajectoryPoint>()
                                                      : trajectory_to_keep(entry.result.trajectory, entry.laps);
    const auto same = [&](const CircuitMap& map) { return map.name == course.map.name; };
    if (!flags_.report.empty() && std::none_of(circuits_.begin(), circuits_.end(), same))
      circuits_.push_back(course.map);
  }

  Status show(const Car& car, const Conditions& conditions, const Course& course, std::size_t index,
              const DriveEntry& entry) {
    ShownDrive shown;
    shown.model = static_cast<std::size_t>(&car - cars_.data());
    shown.perturbation = static_cast<std::size_t>(&conditions - conditions_.data());
    shown.course = index;
    shown.latency = entry.latency;
    const bool perturbed = entry.perturbation && entry.perturbation->text != "none";
    PITLANE_TRY(shown.drive, filmed_drive(course, short_model_name(entry.subject.who()),
                                          {latency_words(entry.latency), perturbed ? entry.perturbation->name : ""},
                                          entry.seed, entry.laps, entry.result));
    shown_.push_back(std::move(shown));
    return {};
  }

  const DriveFlags& flags_;
  DriveLatencies latencies_;
  std::vector<Conditions> conditions_;
  std::vector<Car> cars_;
  std::vector<std::shared_ptr<const Track>> tracks_;
  const DriveTable* table_ = nullptr;
  ProgressBar bar_;
  std::vector<DriveEntry> entries_;
  std::vector<ShownDrive> shown_;
  std::vector<CircuitMap> circuits_;
};

Error stopped(const Error& error, const DriveFlags& flags) {
  if (error.kind() != ErrorKind::kInterrupted) return error;
  return {error.kind(), flags.json ? "interrupted; nothing is printed" : "interrupted; the laps above are complete"};
}

Error not_filmed(const Error& error) {
  if (error.kind() != ErrorKind::kInterrupted) return error;
  return {error.kind(), "interrupted; the drives are complete, the video is not written"};
}

void print_summary(const std::vector<DriveEntry>& entries) {
  for (const std::string& text : {robustness_text(robustness_table(entries), short_model_name),
                                  latency_text(latency_decays(entries), short_model_name)})
    if (!text.empty()) std::printf("\n%s", text.c_str());
}

Status check_outputs(const DriveFlags& flags) {
  if (!flags.report.empty()) {
    PITLANE_TRY_STATUS(check_output_file(flags.report));
    PITLANE_TRY_STATUS(check_output_folder_is_there(flags.report));
  }
  if (!flags.video.empty()) PITLANE_TRY_STATUS(check_video_file(flags.video));
  if (!flags.video.empty() && !flags.report.empty())
    PITLANE_TRY_STATUS(check_not_the_same(flags.video, flags.report, "the page of --report"));
  for (const std::string& output : {flags.report, flags.video}) {
    if (output.empty()) continue;
    for (const std::string& model : flags.models) PITLANE_TRY_STATUS(check_not_the_same(output, model, "a model"));
    for (const std::string& circuit : flags.circuits)
      PITLANE_TRY_STATUS(check_not_the_same(output, circuit, "a circuit"));
    if (!flags.latency.profile.empty())
      PITLANE_TRY_STATUS(check_not_the_same(output, flags.latency.profile, "the file of --latency-profile"));
  }
  return {};
}

// The page is written whatever becomes of its video.
Status write_page(const DriveFlags& flags, const Drives& drives, ProgressBar& bar) {
  bool interrupted_by_user = false;
  PageVideos videos;
  if (!flags.no_video) videos = drive_page_videos(drives.shown(), bar.callback(), interrupted_by_user);
  bar.clear();
  PITLANE_TRY_STATUS(write_text(flags.report, drive_page(drives.entries(), drives.origin(), short_model_name, videos)));
  return interrupted_by_user ? Status(interrupted()) : Status();
}

Status write_video(const DriveFlags& flags, const Drives& drives, ProgressBar& bar) {
  PITLANE_TRY(const Film film, make_film(film_scenes(drives.shown()), {}, bar.callback()));
  bar.clear();
  PITLANE_TRY_STATUS(write_file(flags.video, film.mp4));
  std::fprintf(stderr, "%s\n", video_summary(flags.video, film).c_str());
  return {};
}

Result<int> run(const DriveFlags& flags) {
  if (flags.trajectory && !flags.json)
    return invalid_argument("--trajectory: poses are printed with --json only; add it");
  if (flags.no_video && flags.report.empty())
    return invalid_argument("--no-video: is about the page of --report, and none is written");
  PITLANE_TRY_STATUS(check_outputs(flags));
  Drives drives(flags);
  PITLANE_TRY_STATUS(drives.open());
  if (const Status driven = drives.run(); !driven.ok()) return stopped(driven.error(), flags);
  const std::vector<DriveEntry>& entries = drives.entries();
  if (flags.json)
    std::fputs(drive_json(entries, flags.trajectory).c_str(), stdout);
  else
    print_summary(entries);
  ProgressBar bar;
  if (!flags.report.empty()) {
    if (const Status page = write_page(flags, drives, bar); !page.ok()) return not_filmed(page.error());
  }
  if (!flags.video.empty()) {
    if (const Status video = write_video(flags, drives, bar); !video.ok()) return not_filmed(video.error());
  }
  const bool failed = std::any_of(entries.begin(), entries.end(),
                                  [](const auto& e) { return e.result.end == EpisodeEnd::kControllerFailed; });
  return failed ? kPartialFailure : kSuccess;
}

void declare_conditions(CLI::App& verb, DriveFlags& flags) {
  CLI::Option* latency =
      verb.add_option("--latency", flags.latency.list,
                      "from frame to command: none, 60ms, measured (each driver as long as it takes here), or a list: "
                      "0,20,60ms,measured")
          ->capture_default_str();
  CLI::Option* profile =
      verb.add_option("--latency-profile", flags.latency.profile,
                      "of 'measured': a file with a time in ms on each line, e.g. of the robot; made here where it is "
                      "not there, so that the drive can be made again to the byte")
          ->check(not_empty());
  CLI::Option* factor = verb.add_option("--latency-factor", flags.latency.factor,
                                        "of 'measured': the robot is so many times slower than this machine")
                            ->check(within(1e-3, 1000));
  verb.add_flag("--latency-sweep", flags.sweep,
                "find the largest latency at which a network completes every drive: 0, 20, 40 ... ms until one fails, "
                "then between the last two to 5 ms")
      ->excludes(latency)
      ->excludes(profile)
      ->excludes(factor);
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
  const auto flags = std::make_shared<DriveFlags>();
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
  verb->add_option("--off-road-limit", flags->episode.off_road_limit_m,
                   "metres from the line at which a drive ends as off the road; walls that stand farther away are only "
                   "reached with a larger one")
      ->check(within(kSmallestOffRoadLimit_m, kLargestOffRoadLimit_m))
      ->capture_default_str();
  verb->add_option("--vehicle", flags->car.vehicle.adapter,
                   "how outputs move the car: auto, direct, steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]")
      ->capture_default_str();
  add_drive_runtime_flags(*verb, flags->runtime);
  verb->add_option("--isa", flags->car.isa, "force an instruction set, one of: " + isa_names());
  verb->add_option("--report", flags->report,
                   "an HTML page: who drives best, decay, robustness, maps, all drives, and a video of one")
      ->check(not_empty());
  verb->add_flag("--no-video", flags->no_video, "with --report: leave the video out");
  verb->add_option("--video", flags->video,
                   "an MP4 file of all drives: camera, map and commands; several networks (or else perturbations, or "
                   "latencies) side by side, the first beside each of the others")
      ->check(not_empty());
  verb->add_flag("--json", flags->json, "print one JSON document");
  verb->add_flag("--trajectory", flags->trajectory, "with --json: every pose too");
  verb->callback([&chosen, flags, verb] {
    chosen.action = [flags, verb]() -> Result<int> {
      if (flags->models.empty()) {
        PITLANE_TRY(std::string model, take_last_model({&flags->circuits}));
        flags->models.push_back(std::move(model));
      }
      if (std::ranges::all_of(flags->models, is_driver_of_ours)) {
        constexpr const char* kNone = "is about a network, and none drives";
        PITLANE_TRY_STATUS(refuse_model_flags(*verb, kNone));
        PITLANE_TRY_STATUS(refuse_flags(*verb, {"--runtime", "--python", "--python-limit-s"}, kNone));
      }
      return run(*flags);
    };
  });
}

}  // namespace pitlane::cli
