#include "sample_study.h"

#include <cmath>
#include <numbers>

#include "pitlane/search/recommend_study.h"

namespace pitlane {
namespace {

constexpr double kLength_m = 60;

CircuitMap oval(const std::string& name, double width_m, double height_m) {
  CircuitMap map{.name = name, .road_width_m = 3, .line = {}};
  for (int i = 0; i < 120; ++i) {
    const double at = 2 * std::numbers::pi * i / 120;
    map.line.push_back({width_m * std::cos(at), height_m * std::sin(at)});
  }
  return map;
}

Course sample_course(const CircuitMap& map, bool reverse, const std::string& perturbation) {
  Course course;
  course.circuit = course.key = map.name;
  course.held_out = map.name == "</script>oval";
  course.reverse = reverse;
  course.perturbation = perturbation;
  course.map = map;
  return course;
}

StudyDriver sample_driver(const std::string& name, const std::string& file) {
  StudyDriver driver;
  driver.name = driver.key = name;
  driver.file = file;
  driver.runtime = file.empty() ? "knows the line" : "pitlane avx2";
  driver.family = file.empty() ? "" : "pilotnet-torch";
  driver.strategy = file == "int8.pit" ? "static_quan" : "";
  driver.network_hash = file.empty() ? "" : "0123abcd";
  driver.size_bytes = file.empty() ? 0 : 345'678;
  for (const CircuitMap& map : {oval("tight", 40, 12), oval("</script>oval", 15, 22)})
    for (const bool reverse : {false, true})
      for (const char* perturbation : {"none", "light=0.5,noise=8"})
        driver.courses.push_back(sample_course(map, reverse, perturbation));
  driver.latencies = {StudyLatency{}, {LatencyModel::fixed(0.06), "60ms", "60ms", {}}};
  driver.latencies.push_back({LatencyModel::fixed(0.12), "120ms", "120ms", {}});
  return driver;
}

// A drive around the map that weaves by `deviation_m`, and leaves the road after `share` of the lap.
EpisodeResult sample_episode(const Course& course, double deviation_m, double share, std::uint64_t seed) {
  EpisodeResult e;
  e.completed = share >= 1;
  e.end = e.completed ? EpisodeEnd::kCompleted : EpisodeEnd::kOffRoad;
  e.percentage_completed = 100 * std::min(1.0, share);
  e.driving_score = 0.9 * e.percentage_completed;
  e.deviation = {deviation_m, 1.1 * deviation_m, 2 * deviation_m, 3 * deviation_m, 0, 0};
  e.lap_time_s = e.completed ? 20 + 10 * deviation_m + 0.01 * static_cast<double>(seed) : 0;
  e.average_speed_mps = 3.1;
  e.wall_s = 0.25;
  const auto& line = course.map.line;
  for (std::size_t i = 0; i < 120 && static_cast<double>(i) < 120 * share; ++i) {
    const std::size_t at = course.reverse ? 119 - i : i;
    const double d = deviation_m * std::sin(0.3 * static_cast<double>(i + seed));
    const double radius = std::hypot(line[at].x_m, line[at].y_m);
    TrajectoryPoint p;
    p.time_s = 0.2 * static_cast<double>(i) + 0.02 * std::sin(0.1 * static_cast<double>(i));
    p.pose = {line[at].x_m * (1 + d / radius), line[at].y_m * (1 + d / radius), 0};
    p.deviation_m = d;
    p.progress_m = kLength_m * static_cast<double>(i) / 120;
    p.command.v_mps = 3 + std::sin(0.1 * static_cast<double>(i));
    e.trajectory.push_back(p);
  }
  return e;
}

std::vector<double> sample_times(double usual_s, std::uint64_t seed) {
  std::vector<double> times;
  for (std::uint64_t i = 0; i < 50; ++i)
    times.push_back(usual_s * (1 + 0.02 * static_cast<double>((i * 7 + seed) % 10)) * (i == 49 ? 3 : 1));
  return times;
}

}  // namespace

StudyResult sample_study() {
  StudyResult result;
  result.grid.name = "int8 & its <baseline>";
  result.grid.repetitions = 2;
  result.grid.timeout_s = 600;
  result.grid.drivers = {sample_driver("baseline", "baseline.pit"), sample_driver("int8 <b>static</b>", "int8.pit"),
                         sample_driver("expert", "")};
  result.cells = study_cells(result.grid);
  for (const StudyCell& cell : result.cells) {
    const StudyDriver& driver = result.grid.drivers[cell.driver];
    const Course& course = driver.courses[cell.course];
    const double latency_s = *driver.latencies[cell.latency].model.fixed_s();
    const bool perturbed = course.perturbation != "none";
    const double deviation_m = 0.1 + 0.02 * static_cast<double>(cell.driver) + 2 * latency_s + (perturbed ? 0.1 : 0) +
                               0.01 * static_cast<double>(cell.course + cell.seed);
    const bool lost = latency_s > 0.1 && cell.driver < 2 && (perturbed || course.reverse);
    const bool elsewhere = cell.driver == 2 && cell.repetition == 1;
    result.outcomes.push_back({sample_episode(course, deviation_m, lost ? 0.4 : 1, cell.seed),
                               "",
                               {elsewhere ? "Other <CPU>, 8 cores" : "Sample CPU, 2 cores", "0.1.0 0123456789ab"}});
    result.outcomes.back().episode->decide_s = sample_times(cell.driver == 1 ? 0.0006 : 0.002, cell.seed);
  }
  // The last drive of the second one could not be made.
  const std::size_t undriven = 2 * result.cells.size() / 3 - 1;
  result.outcomes[undriven] = {std::nullopt, "no such <world>; name another", {}};
  result.recommendation = recommend(result, DecisionTiming::kCounts);
  return result;
}

}  // namespace pitlane
