#include "pitlane/report/track_data.h"

#include <algorithm>
#include <cmath>

#include "pitlane/study/episode_json.h"
#include "pitlane/study/quantity.h"
#include "pitlane/study/thin_trajectory.h"

namespace pitlane {
namespace {

constexpr double kThinning_m = 0.01, kThinning_mps = 0.1;
constexpr std::size_t kPointsPerLap = 400;
constexpr std::size_t kPointsInAll = 40'000;  // About 1 MB of page.
constexpr std::size_t kFewestPoints = 40;
constexpr std::size_t kLinePoints = 1'500;

std::int64_t thousandths(double value) { return std::llround(std::clamp(value, -1e9, 1e9) * 1e3); }

double speed_mps(const TrajectoryPoint& from, const TrajectoryPoint& to) {
  const double way_m = std::hypot(to.pose.x_m - from.pose.x_m, to.pose.y_m - from.pose.y_m);
  const double time_s = to.time_s - from.time_s;
  return time_s > 0 ? way_m / time_s : 0;
}

void add_path(Json& lap, const std::vector<TrajectoryPoint>& trajectory, std::size_t max_points) {
  Json path = Json::array(), speed = Json::array();
  const std::vector<TrajectoryPoint> points = thin_trajectory(trajectory, kThinning_m, max_points, kThinning_mps);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const TrajectoryPoint& p = points[i];
    for (const double metres : {p.pose.x_m, p.pose.y_m, p.progress_m, p.deviation_m})
      path.push_back(thousandths(metres));
    // The first point has none before it: it takes the second one's.
    const std::size_t to = std::max<std::size_t>(i, 1);
    speed.push_back(to < points.size() ? thousandths(speed_mps(points[to - 1], points[to])) : 0);
  }
  lap["path"] = std::move(path);
  lap["speed"] = std::move(speed);
}

}  // namespace

Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == 0) return 0;
  const double unit = std::pow(10.0, 3 - std::floor(std::log10(std::abs(value))));
  return std::isfinite(unit) && unit > 0 ? std::round(value * unit) / unit : value;
}

Json circuit_value(const CircuitMap& map) {
  Json line = Json::array(), widths = Json::array();
  bool own_widths = false;
  const double usual_m = std::isfinite(map.road_width_m) ? map.road_width_m : 0;
  const std::size_t step = map.line.size() / kLinePoints + 1;
  for (std::size_t i = 0; i < map.line.size(); i += step) {
    const ReferenceLine::Point& point = map.line[i];
    if (!std::isfinite(point.x_m) || !std::isfinite(point.y_m)) continue;
    line.push_back(thousandths(point.x_m));
    line.push_back(thousandths(point.y_m));
    own_widths = own_widths || point.width_m > 0;
    widths.push_back(thousandths(point.width_m > 0 ? point.width_m : usual_m));
  }
  Json out{{"name", map.name}, {"width", rounded(map.road_width_m)}, {"line", line}};
  if (own_widths) out["widths"] = widths;
  return out;
}

std::size_t points_per_drive(std::size_t drives) {
  return std::clamp(kPointsInAll / std::max<std::size_t>(drives, 1), kFewestPoints, kPointsPerLap);
}

Json drive_value(const DrawnDrive& drive, std::size_t max_points) {
  const EpisodeResult& e = drive.result;
  Json out{{"s", drive.driver}, {"circuit", drive.circuit}, {"held", drive.held_out}, {"reverse", drive.reverse}};
  if (drive.perturbation) out["perturbation"] = *drive.perturbation;
  out["latency"] = drive.latency;
  out["seed"] = std::to_string(drive.seed);  // a script's numbers end at 2^53
  out["done"] = e.completed;
  out["end"] = episode_end_name(e.end);
  out["mean"] = fixed_text(e.deviation.mean, 3);
  out["max"] = fixed_text(e.deviation.max, 2);
  add_path(out, e.trajectory, max_points);
  return out;
}

}  // namespace pitlane
