// pitlane drive: a network laps circuits in the simulator.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/verb.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/episode.h"
#include "pitlane/measure/network_controller.h"
#include "pitlane/report/episode_json.h"
#include "pitlane/sim/expert.h"

namespace pitlane::cli {
namespace {

struct Flags {
  std::vector<std::string> models, circuits;
  bool reverse = false, both = false, json = false, trajectory = false;
  std::string latency = "none", isa;
  EpisodeOptions episode;
  VehicleOptions vehicle;
};

constexpr const char* kExpert = "expert";

struct Car {
  JsonSubject subject;
  std::vector<std::string> trained;
  SimOptions sim;
  std::function<Result<std::unique_ptr<Controller>>(const World&)> make_controller;
};

Car expert_car() {
  Car car;
  car.subject.model = kExpert;
  car.subject.runtime = "pure pursuit on the known line";
  car.make_controller = [](const World& world) -> Result<std::unique_ptr<Controller>> {
    return std::unique_ptr<Controller>(std::make_unique<ExpertController>(world));
  };
  return car;
}

Result<Car> network_car(const std::string& path, const Flags& flags) {
  CompileOptions options;
  if (!flags.isa.empty()) {
    PITLANE_TRY(options.isa, parse_isa(flags.isa));
  }
  PITLANE_TRY(const ModelFile file, open_model(path));
  PITLANE_TRY(const auto plan, compile(file.network, options));
  PITLANE_TRY_STATUS(VehicleAdapter::create(flags.vehicle, file.network.outputs));
  Car car;
  car.subject = {path, content_hash(file.network), file.size_bytes, plan->new_session()->description(), {}};
  car.trained = trained_circuits(file.network);
  PITLANE_TRY(car.sim, sim_options_for(file.network));
  car.make_controller = [network = file.network, plan,
                         vehicle = flags.vehicle](const World&) -> Result<std::unique_ptr<Controller>> {
    PITLANE_TRY(auto controller, NetworkController::create(network, *plan, vehicle));
    return std::unique_ptr<Controller>(std::move(controller));
  };
  return car;
}

void print_entry(const DriveEntry& e) {
  const EpisodeResult& r = e.result;
  std::printf("%-22s %-20s %-8s %-7s %-10s %6.1f%% %8.2f %7.2f %7.3f %7.3f %7.3f %7.0fx\n", e.subject.model.c_str(),
              (e.circuit + (e.held_out ? "*" : "")).c_str(), e.reverse ? "reverse" : "forward", e.latency.c_str(),
              to_string(r.end), r.percentage_completed, r.lap_time_s, r.average_speed_mps, r.deviation.mean,
              r.deviation.p95, r.deviation.max, r.wall_s > 0 ? r.simulated_s / r.wall_s : 0);
  if (!r.failure.empty()) std::printf("    %s\n", r.failure.c_str());
}

Result<DriveEntry> drive_once(const Car& car, const Course& course, const LatencyModel& latency, const Flags& flags) {
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
  PITLANE_TRY(entry.result, run_episode(*world, *controller, options));
  return entry;
}

Result<int> run(const Flags& flags) {
  PITLANE_TRY(const auto latencies, parse_latencies(flags.latency));
  std::vector<Car> cars;
  for (const std::string& path : flags.models) {
    if (path == kExpert) {
      cars.push_back(expert_car());
      continue;
    }
    PITLANE_TRY(Car car, network_car(path, flags));
    cars.push_back(std::move(car));
  }
  PITLANE_TRY(const auto tracks, open_tracks(flags.circuits));
  if (!flags.json)
    std::printf(
        "%-22s %-20s %-8s %-7s %-10s %7s %8s %7s %7s %7s %7s %8s\n%-22s %-20s %-8s %-7s %-10s %7s %8s %7s %7s %7s %7s "
        "%8s\n",
        "model", "circuit", "way", "latency", "end", "driven", "lap", "speed", "mean", "p95", "largest", "pace", "",
        "* = held out", "", "", "", "", "s", "m/s", "dev. m", "dev. m", "dev. m", "real time");
  std::vector<DriveEntry> entries;
  bool failed = false;
  for (const Car& car : cars)
    for (const Course& course :
         make_courses(tracks, flags.both || !flags.reverse, flags.both || flags.reverse, car.trained, car.sim))
      for (const LatencyModel& latency : latencies) {
        if (interrupt_requested()) return Error(ErrorKind::kInterrupted, "interrupted; the laps above are complete");
        PITLANE_TRY(DriveEntry entry, drive_once(car, course, latency, flags));
        if (!flags.json) print_entry(entry);
        failed = failed || entry.result.end == EpisodeEnd::kControllerFailed;
        entries.push_back(std::move(entry));
      }
  if (flags.json) std::fputs(drive_json(entries, flags.trajectory).c_str(), stdout);
  return failed ? kPartialFailure : kSuccess;
}

}  // namespace

void declare_drive(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("drive", "Let networks lap circuits in the simulator and measure how they drive");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("MODEL", flags->models, "model files; 'expert' is the driver that knows the line")->required();
  verb->add_option("--circuit", flags->circuits, "name (see circuit list) or file; all of our own when absent");
  verb->add_flag("--reverse", flags->reverse, "drive the other way round");
  verb->add_flag("--both", flags->both, "drive both ways");
  verb->add_option("--laps", flags->episode.laps, "laps to complete")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb->add_option("--latency", flags->latency, "from frame to command: none, 60ms, or a list: none,60ms")
      ->capture_default_str();
  verb->add_option("--seed", flags->episode.seed, "of start offset, appearance and latency")->capture_default_str();
  verb->add_option("--timeout", flags->episode.timeout_s, "simulated seconds")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  verb->add_option("--vehicle", flags->vehicle.adapter,
                   "how outputs move the car: auto, direct, steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]")
      ->capture_default_str();
  verb->add_option("--isa", flags->isa, "force an instruction set: scalar, avx2, avx512 or avx512vnni");
  verb->add_flag("--json", flags->json, "print one JSON document");
  verb->add_flag("--trajectory", flags->trajectory, "with --json: every pose too");
  verb->callback([&chosen, flags] { chosen.action = [flags] { return run(*flags); }; });
}

}  // namespace pitlane::cli
