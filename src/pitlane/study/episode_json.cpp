#include "pitlane/study/episode_json.h"

#include <array>
#include <utility>

namespace pitlane {
namespace {

// Frozen: these names are on disk.
constexpr std::array<std::pair<EpisodeEnd, const char*>, 7> kEnds{
    {{EpisodeEnd::kCompleted, "completed"},
     {EpisodeEnd::kOffRoad, "off_road"},
     {EpisodeEnd::kCollision, "collision"},
     {EpisodeEnd::kTimeout, "timeout"},
     {EpisodeEnd::kStuck, "stuck"},
     {EpisodeEnd::kWrongWay, "wrong_way"},
     {EpisodeEnd::kControllerFailed, "controller_failed"}}};

EpisodeEnd read_end(const JsonCursor& at) {
  const std::string name = at.text();
  for (const auto& [end, known] : kEnds)
    if (name == known) return end;
  at.fail("unknown end '" + name + "'");
  return EpisodeEnd::kTimeout;
}

Json write_point(const TrajectoryPoint& p) {
  return reals({p.time_s, p.pose.x_m, p.pose.y_m, p.pose.yaw_rad, p.deviation_m, p.progress_m, p.command.v_mps,
                p.command.w_radps});
}

TrajectoryPoint read_point(const JsonCursor& at) {
  const std::vector<double> v = at.numbers(8);
  return {.time_s = v[0],
          .pose = {.x_m = v[1], .y_m = v[2], .yaw_rad = v[3]},
          .deviation_m = v[4],
          .progress_m = v[5],
          .command = {.v_mps = v[6], .w_radps = v[7]}};
}

}  // namespace

const char* episode_end_name(EpisodeEnd end) {
  for (const auto& [known, name] : kEnds)
    if (known == end) return name;
  return "unknown";
}

Json write_episode(const EpisodeResult& e) {
  return {{"end", episode_end_name(e.end)},
          {"failure", e.failure},
          {"completed", e.completed},
          {"circuit_length_m", real(e.circuit_length_m)},
          {"completed_distance_m", real(e.completed_distance_m)},
          {"effective_completed_distance_m", real(e.effective_completed_distance_m)},
          {"percentage_completed", real(e.percentage_completed)},
          {"distance_m", real(e.distance_m)},
          {"lap_time_s", real(e.lap_time_s)},
          {"average_speed_mps", real(e.average_speed_mps)},
          {"simulated_s", real(e.simulated_s)},
          {"off_road_s", real(e.off_road_s)},
          {"line_lost_s", real(e.line_lost_s)},
          {"wrong_way_s", real(e.wrong_way_s)},
          {"collisions", e.collisions},
          {"deviation_m", reals({e.deviation.mean, e.deviation.rmse, e.deviation.p95, e.deviation.max,
                                 e.deviation.total, e.deviation.bm_compat})},
          {"speed_mps", reals({e.speed_mps.min, e.speed_mps.max})},
          {"suddenness", reals({e.suddenness.v_mps, e.suddenness.w_radps})},
          {"frame_age_s", reals({e.frame_age.mean_s, e.frame_age.p95_s, e.frame_age.max_s})},
          {"decisions_hz", real(e.decisions_hz)},
          {"target_frequency_reached", real(e.target_frequency_reached)},
          {"driving_score", real(e.driving_score)},
          {"frames_used", e.frames_used},
          {"frames_skipped", e.frames_skipped},
          {"trajectory", list(e.trajectory, write_point)},
          {"wall_s", real(e.wall_s)},
          {"decide_s", reals(e.decide_s)}};
}

EpisodeResult read_episode(const JsonCursor& at) {
  EpisodeResult e;
  e.end = read_end(at["end"]);
  e.failure = at["failure"].text();
  e.completed = at["completed"].boolean();
  e.circuit_length_m = at["circuit_length_m"].number();
  e.completed_distance_m = at["completed_distance_m"].number();
  e.effective_completed_distance_m = at["effective_completed_distance_m"].number();
  e.percentage_completed = at["percentage_completed"].number();
  e.distance_m = at["distance_m"].number();
  e.lap_time_s = at["lap_time_s"].number();
  e.average_speed_mps = at["average_speed_mps"].number();
  e.simulated_s = at["simulated_s"].number();
  e.off_road_s = at["off_road_s"].number();
  e.line_lost_s = at["line_lost_s"].number();
  e.wrong_way_s = at["wrong_way_s"].number();
  e.collisions = at["collisions"].integer<int>();
  const std::vector<double> deviation = at["deviation_m"].numbers(6);
  e.deviation = {deviation[0], deviation[1], deviation[2], deviation[3], deviation[4], deviation[5]};
  const std::vector<double> speed = at["speed_mps"].numbers(2), sudden = at["suddenness"].numbers(2);
  e.speed_mps = {speed[0], speed[1]};
  e.suddenness = {sudden[0], sudden[1]};
  const std::vector<double> age = at["frame_age_s"].numbers(3);
  e.frame_age = {age[0], age[1], age[2]};
  e.decisions_hz = at["decisions_hz"].number();
  e.target_frequency_reached = at["target_frequency_reached"].number();
  e.driving_score = at["driving_score"].number();
  e.frames_used = at["frames_used"].integer<int>();
  e.frames_skipped = at["frames_skipped"].integer<int>();
  e.trajectory = at["trajectory"].list(read_point);
  e.wall_s = at["wall_s"].number();
  e.decide_s = read_reals(at["decide_s"]);
  return e;
}

}  // namespace pitlane
