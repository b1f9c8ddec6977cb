// pitlane drive: a network laps circuits in the simulator.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/car.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/verb.h"
#include "pitlane/measure/episode.h"
#include "pitlane/report/episode_json.h"

namespace pitlane::cli {
namespace {

struct Flags {
  std::vector<std::string> models, circuits;
  bool reverse = false, both = false, json = false, trajectory = false;
  std::string latency = "none", isa;
  ModelFlags model;
  EpisodeOptions episode;
  VehicleOptions vehicle;
};

// The file's name alone: paths are as long as they like.
std::string short_name(const std::string& model) {
  return printable(has_no_network(model) ? model : std::filesystem::path(model).filename().string());
}

// Rows are printed as they come, so the columns whose texts the user chooses are measured before.
class Table {
 public:
  Table(const std::vector<Car>& cars, const std::vector<std::shared_ptr<const Track>>& tracks,
        const std::vector<LatencyModel>& latencies) {
    for (const Car& car : cars) model_ = std::max(model_, width(short_name(car.subject.model)));
    for (const auto& track : tracks) circuit_ = std::max(circuit_, width(track->circuit.name()) + 1);
    for (const LatencyModel& latency : latencies) latency_ = std::max(latency_, width(latency.name()));
  }

  void print_titles() const {
    print("model", "circuit", "way", "latency", "end");
    std::printf(" %7s %8s %7s %7s %7s %7s %9s\n", "driven", "lap", "speed", "mean", "p95", "largest", "pace");
    print("", "* = held out", "", "", "");
    std::printf(" %7s %8s %7s %7s %7s %7s %9s\n", "", "s", "m/s", "dev. m", "dev. m", "dev. m", "real time");
  }

  void print_entry(const DriveEntry& e) const {
    const EpisodeResult& r = e.result;
    char lap[32] = "-";
    if (r.lap_time_s > 0) std::snprintf(lap, sizeof lap, "%.2f", r.lap_time_s);
    print(short_name(e.subject.model), e.circuit + (e.held_out ? "*" : ""), e.reverse ? "reverse" : "forward",
          e.latency, to_string(r.end));
    std::printf(" %6.1f%% %8s %7.2f %7.3f %7.3f %7.3f %8.0fx\n", r.percentage_completed, lap, r.average_speed_mps,
                r.deviation.mean, r.deviation.p95, r.deviation.max, r.wall_s > 0 ? r.simulated_s / r.wall_s : 0);
    if (!r.failure.empty()) std::printf("    %s\n", printable(r.failure).c_str());
  }

 private:
  // Characters, not bytes: of UTF-8's bytes those that begin one.
  static std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  }
  static std::string padded(const std::string& text, std::size_t to) {
    return text + std::string(to - std::min(to, width(text)), ' ');
  }
  void print(const std::string& model, const std::string& circuit, const std::string& way, const std::string& latency,
             const std::string& end) const {
    std::printf("%s %s %s %s %s", padded(model, model_).c_str(), padded(circuit, circuit_).c_str(),
                padded(way, 8).c_str(), padded(latency, latency_).c_str(), padded(end, end_).c_str());
  }

  std::size_t model_ = 10, circuit_ = 12, latency_ = 7;
  std::size_t end_ = std::string("controller failed").size();
};

Result<DriveEntry> drive_once(const Car& car, const Course& course, const LatencyModel& latency, const Flags& flags,
                              const ProgressFn& progress) {
  PITLANE_TRY(const std::unique_ptr<World> world, course.make_world());
  PITLANE_TRY(const std::unique_ptr<Controller> controller, car.make_controller(*world));
  EpisodeOptions options = flags.episode;
  options.latency = latency;
  DriveEntry entry;
  entry.subject = car.subject;
  entry.circuit = course.circuit;
  entry.held_out = course.held_out;
  entry.reverse = course.reverse;
  entry.laps = options.laps;
  entry.latency = latency.name();
  entry.seed = options.seed;
  PITLANE_TRY(entry.result, run_episode(*world, *controller, options, progress));
  return entry;
}

Result<std::vector<Car>> open_cars(const Flags& flags) {
  std::vector<Car> cars;
  for (const std::string& path : flags.models) {
    PITLANE_TRY(Car car, open_car(path, flags.isa, flags.vehicle, flags.model));
    cars.push_back(std::move(car));
  }
  return cars;
}

Error stopped(const Error& error, const Flags& flags) {
  if (error.kind() != ErrorKind::kInterrupted) return error;
  return {error.kind(), flags.json ? "interrupted; nothing is printed" : "interrupted; the laps above are complete"};
}

Result<int> run(const Flags& flags) {
  if (flags.trajectory && !flags.json)
    return invalid_argument("--trajectory: poses are printed with --json only; add it");
  PITLANE_TRY(const auto latencies, parse_latencies(flags.latency));
  PITLANE_TRY(const std::vector<Car> cars, open_cars(flags));
  PITLANE_TRY(const auto tracks, open_tracks(flags.circuits));
  const Table table(cars, tracks, latencies);
  if (!flags.json) table.print_titles();
  std::vector<DriveEntry> entries;
  bool failed = false;
  ProgressBar bar;
  for (const Car& car : cars)
    for (const Course& course :
         make_courses(tracks, flags.both || !flags.reverse, flags.both || flags.reverse, car.trained, car.sim))
      for (const LatencyModel& latency : latencies) {
        Result<DriveEntry> entry = drive_once(car, course, latency, flags, bar.callback());
        bar.clear();
        if (!entry.ok()) return stopped(entry.error(), flags);
        if (!flags.json) table.print_entry(*entry);
        failed = failed || entry->result.end == EpisodeEnd::kControllerFailed;
        entries.push_back(*std::move(entry));
      }
  if (flags.json) std::fputs(drive_json(entries, flags.trajectory).c_str(), stdout);
  return failed ? kPartialFailure : kSuccess;
}

}  // namespace

void declare_drive(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("drive", "Let networks lap circuits in the simulator and measure how they drive");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("MODEL", flags->models,
                   "model files; 'expert' is the driver that knows the line, 'line-follower' one that sees it and has "
                   "no network")
      ->required();
  add_model_flags(*verb, flags->model);
  verb->add_option("--circuit", flags->circuits, "name (see circuit list) or file; all of our own when absent");
  verb->add_flag("--reverse", flags->reverse, "drive the other way round");
  verb->add_flag("--both", flags->both, "drive both ways");
  verb->add_option("--laps", flags->episode.laps, "laps to complete")->check(whole(1, 1000))->capture_default_str();
  verb->add_option("--latency", flags->latency, "from frame to command: none, 60ms, or a list: none,60ms")
      ->capture_default_str();
  verb->add_option("--seed", flags->episode.seed, "of start offset, appearance and latency")
      ->check(seed())
      ->capture_default_str();
  verb->add_option("--timeout", flags->episode.timeout_s,
                   "simulated seconds (default: what the laps take at 2 m/s, at least 600)")
      ->check(within(1, kLongestEpisode_s));
  verb->add_option("--vehicle", flags->vehicle.adapter,
                   "how outputs move the car: auto, direct, steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]")
      ->capture_default_str();
  verb->add_option("--isa", flags->isa, "force an instruction set, one of: " + isa_names());
  verb->add_flag("--json", flags->json, "print one JSON document");
  verb->add_flag("--trajectory", flags->trajectory, "with --json: every pose too");
  verb->callback([&chosen, flags] { chosen.action = [flags] { return run(*flags); }; });
}

}  // namespace pitlane::cli
