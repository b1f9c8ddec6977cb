#include "pitlane/cli/study_inputs.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "pitlane/cli/drive_car.h"
#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/core/hash.h"
#include "pitlane/core/log.h"
#include "pitlane/core/printable.h"
#include "pitlane/kernels/cpu.h"
#include "pitlane/kernels/isa.h"
#include "pitlane/runtimes/python.h"
#include "pitlane/sim/circuit_file.h"
#include "pitlane/sim/lap_import.h"
#include "pitlane/sim/number_text.h"
#include "pitlane/sim/perturbation.h"
#include "pitlane/study/latency_profile.h"

namespace pitlane::cli {
namespace {

constexpr const char* kVehicleFlag = "--vehicle ";

using Tracks = std::vector<std::shared_ptr<const Track>>;

Error at_line(const StudySpec& spec, int line, const Error& error) {
  return {error.kind(), spec.error(line, error.message()).message()};
}

// Where errors of what a network is opened with come from: the command line's flag is a key of the file here.
Error of_network(const StudySpec& spec, const StudyNetwork& network, const Error& error) {
  std::string text = error.message();
  if (const std::size_t at = text.find(kVehicleFlag); at != std::string::npos) {
    text.replace(at, std::string_view(kVehicleFlag).size(), "vehicle: ");
    const bool named = spec.vehicle_line > 0;
    return spec.error(named ? spec.vehicle_line : network.line, text + " (network " + network.name + ")");
  }
  return at_line(spec, network.line, error);
}

// Of a world that is no circuit of ours: the line of its perfect lap, as `circuit import` makes it.
Result<Circuit> of_perfect_lap(const StudySpec& spec, const StudyEntry& world, const Error& unknown) {
  const std::string ignored = "the world '" + printable_name(world.text) + "' is ignored: ";
  const auto bag = spec.perfect_laps.find(world.text);
  std::error_code code;
  if (bag == spec.perfect_laps.end() || !std::filesystem::exists(bag->second.text, code))
    return Error(unknown.kind(), ignored + "there is no such circuit" +
                                     (bag == spec.perfect_laps.end()
                                          ? std::string()
                                          : ", nor its perfect lap " + printable_name(bag->second.text, 200)) +
                                     "; 'pitlane circuit import' makes one of a bag with its perfect lap");
  Result<ImportedLap> lap = import_lap(bag->second.text, world.text);
  if (!lap) return Error(lap.error().kind(), ignored + lap.error().message());
  lap->definition.held_out = true;
  Result<Circuit> circuit = Circuit::create(std::move(lap->definition));
  if (!circuit) return Error(circuit.error().kind(), ignored + bag->second.text + ": " + circuit.error().message());
  return circuit;
}

Result<Tracks> open_circuits(const StudySpec& spec) {
  Tracks tracks;
  for (const StudyEntry& entry : spec.circuits) {
    Result<Circuit> circuit = find_circuit(entry.text);
    if (!circuit && spec.foreign) {
      circuit = of_perfect_lap(spec, entry, circuit.error());
      if (!circuit) {
        log_warning(spec.error(entry.line, circuit.error().message()).message());
        continue;
      }
    }
    if (!circuit) return at_line(spec, entry.line, circuit.error());
    for (const auto& other : tracks)
      if (other->circuit.name() == circuit->name())
        return spec.error(entry.line, "a second circuit is called '" + circuit->name() + "'; keep one");
    tracks.push_back(make_track(*std::move(circuit)));
  }
  if (!tracks.empty()) return tracks;
  if (!spec.circuits.empty()) log_warning(spec.origin + ": all circuits of our own are driven instead");
  return open_tracks({});
}

// By their meaning: "none" in two spellings is one.
Result<std::vector<Perturbation>> open_perturbations(const StudySpec& spec) {
  std::vector<Perturbation> perturbations;
  for (const StudyEntry& entry : spec.perturbations) {
    const Result<Perturbation> perturbation = parse_perturbation(entry.text);
    if (!perturbation) return at_line(spec, entry.line, perturbation.error());
    const std::string text = canonical_text(*perturbation);
    for (const Perturbation& other : perturbations)
      if (canonical_text(other) == text)
        return spec.error(entry.line, "perturbation '" + text + "' is listed twice; keep one");
    perturbations.push_back(*perturbation);
  }
  return perturbations;
}

Status check_isa(const StudySpec& spec, const StudyRuntime& runtime) {
  if (runtime.isa.empty()) return {};
  const Result<Isa> isa = parse_isa(runtime.isa);
  const Status can = isa ? require_isa(*isa, detect_cpu()) : Status(isa.error());
  return can.ok() ? Status() : Status(at_line(spec, runtime.isa_line, can.error().in("isa")));
}

// Of others: which version there is, so that one that is missing is told before anything is driven.
Status open_foreign(const StudySpec& spec, const StudyRuntime& runtime, CarRuntime& opened) {
  const Python python = choose_python(runtime.python, "python");
  const int line = runtime.python_line > 0 ? runtime.python_line : runtime.line;
  if (const Status there = check_python(python); !there.ok()) return at_line(spec, line, there.error());
  opened.worker = {python.program, runtime.limit_s, "give it more with 'limit_s:' of its runtime", interrupt_requested};
  const Result<std::string> version = Worker::version(*opened.foreign, opened.worker);
  if (version.ok()) {
    opened.version = *version;
    return {};
  }
  if (version.error().kind() == ErrorKind::kInterrupted) return version.error();
  const bool missing = version.error().kind() == ErrorKind::kNotFound;
  return at_line(spec, line,
                 Error(version.error().kind(), "runtime " + runtime.engine + ": " + version.error().message() +
                                                   (missing ? "; 'python:' of the runtime or PITLANE_PYTHON names a "
                                                              "Python that has it"
                                                            : "")));
}

Result<std::vector<CarRuntime>> open_runtimes(const StudySpec& spec) {
  const bool networks = std::ranges::any_of(spec.networks, [](const auto& n) { return !is_driver_of_ours(n.model); });
  const auto pool = std::make_shared<WorkerPool>();
  std::vector<CarRuntime> opened;
  for (const StudyRuntime& runtime : spec.runtimes) {
    PITLANE_TRY_STATUS(check_isa(spec, runtime));
    CarRuntime& one = opened.emplace_back();
    one.foreign = find_foreign_runtime(runtime.engine);
    one.pool = pool;
    if (one.foreign != nullptr && networks) PITLANE_TRY_STATUS(open_foreign(spec, runtime, one));
  }
  return opened;
}

struct Places {
  Tracks tracks;
  std::vector<Perturbation> perturbations;
};

// Circuits, then directions, then perturbations.
std::vector<Course> courses_of(const StudySpec& spec, const Places& places, const Car& car) {
  std::vector<Course> courses;
  for (const auto& track : places.tracks)
    for (const bool reverse : spec.directions)
      for (const Perturbation& perturbation : places.perturbations) {
        SimOptions sim = car.sim;
        sim.perturbation = perturbation;
        for (Course& course : make_courses({track}, !reverse, reverse, car.trained, sim))
          courses.push_back(std::move(course));
      }
  return courses;
}

StudyDriver driver_of(const StudySpec& spec, const StudyNetwork& network, const StudyRuntime& runtime,
                      const Places& places, const Car& car) {
  StudyDriver driver;
  driver.name = network.name;
  driver.runtime = car.subject.runtime;
  driver.network_hash = car.subject.network_hash;
  driver.family = car.family;
  driver.strategy = car.strategy;
  driver.size_bytes = car.subject.size_bytes;
  if (car.has_network) driver.file = std::filesystem::path(network.model).filename().string();
  if (!car.isa.empty()) driver.runtime = runtime.engine + " " + car.isa;
  Hasher hasher;
  hasher.text(car.has_network ? "network" : network.model);
  hasher.text(driver.network_hash).text(driver.runtime).text(spec.vehicle);
  if (!car.foreign_key.empty()) hasher.text(runtime.engine).text(car.foreign_key);
  driver.key = hasher.hex();
  driver.courses = courses_of(spec, places, car);
  driver.make_controller = car.make_controller;
  return driver;
}

// Two entries of `runtimes` may come to one level of instructions.
Status check_runtime_is_new(const StudySpec& spec, const StudyRuntime& runtime, const StudyDriver& driver,
                            const StudyGrid& grid) {
  for (const StudyDriver& other : grid.drivers)
    if (other.name == driver.name && other.runtime == driver.runtime)
      return spec.error(runtime.line, "this runtime is '" + driver.runtime + "' here, as another one is; keep one");
  return {};
}

std::string latency_name(const StudyLatencyEntry& entry) {
  std::string name = "measured";
  if (!entry.profile.empty()) name += " " + std::filesystem::path(entry.profile).filename().string();
  return entry.factor == 1 ? name : name + " x" + number_text(entry.factor);
}

// Empty: not measured yet.
Result<std::vector<double>> profile_of(const StudyLatencyEntry& entry, const StudyDriver& driver, Store& store,
                                       Measuring measuring, const ProgressFn& progress) {
  if (!entry.profile.empty()) return read_latency_profile(entry.profile);
  PITLANE_TRY(std::optional<std::vector<double>> stored, stored_latency_profile(store, driver));
  if (stored) return *std::move(stored);
  if (measuring == Measuring::kLeftOut) return std::vector<double>();
  return measure_latency_profile(store, driver, progress);
}

Result<StudyLatency> latency_of(const StudySpec& spec, const StudyLatencyEntry& entry, const StudyDriver& driver,
                                Store& store, Measuring measuring, const ProgressFn& progress) {
  if (entry.text == "measured") {
    PITLANE_TRY(const std::vector<double> profile, profile_of(entry, driver, store, measuring, progress));
    if (profile.empty()) return unmeasured_latency(latency_name(entry));
    Result<StudyLatency> latency = measured_latency(latency_name(entry), profile, entry.factor);
    if (!latency) return at_line(spec, entry.line, latency.error());
    return latency;
  }
  StudyLatency latency;
  PITLANE_TRY(latency.model, LatencyModel::parse(entry.text));
  latency.name = latency.key = entry.text;
  return latency;
}

}  // namespace

Result<StudyGrid> open_study(const StudySpec& spec) {
  PITLANE_TRY(const std::vector<CarRuntime> runtimes, open_runtimes(spec));
  Places places;
  PITLANE_TRY(places.perturbations, open_perturbations(spec));
  PITLANE_TRY(places.tracks, open_circuits(spec));
  StudyGrid grid{spec.name, {}, spec.repetitions, spec.laps, spec.seed, spec.timeout_s};
  grid.off_road_limit_m = spec.off_road_limit_m;
  for (std::size_t i = 0; i < places.perturbations.size(); ++i)
    grid.perturbation_names[canonical_text(places.perturbations[i])] = spec.perturbations[i].text;
  for (const StudyNetwork& network : spec.networks)
    for (std::size_t i = 0; i < runtimes.size(); ++i) {
      const StudyRuntime& runtime = spec.runtimes[i];
      const Result<std::vector<Car>> car = open_cars({network.model}, {runtime.isa, {}, {spec.vehicle}, runtimes[i]});
      if (!car) return of_network(spec, network, car.error());
      if (!car->front().has_network && i > 0) continue;  // no runtime is in it
      StudyDriver driver = driver_of(spec, network, runtime, places, car->front());
      PITLANE_TRY_STATUS(check_runtime_is_new(spec, runtime, driver, grid));
      grid.drivers.push_back(std::move(driver));
    }
  return grid;
}

Status add_latencies(const StudySpec& spec, Store& store, Measuring measuring, StudyGrid& grid,
                     const ProgressFn& progress) {
  for (StudyDriver& driver : grid.drivers)
    for (const StudyLatencyEntry& entry : spec.latencies) {
      const ProgressFn tell = [&](const Progress& p) {
        return report(progress, {"latency of " + driver.name, p.done, p.total, p.detail});
      };
      PITLANE_TRY(StudyLatency latency, latency_of(spec, entry, driver, store, measuring, tell));
      driver.latencies.push_back(std::move(latency));
    }
  return {};
}

}  // namespace pitlane::cli
