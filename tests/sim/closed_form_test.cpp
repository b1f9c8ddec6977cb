// Whole drives in the simulator whose every number is known on paper, to a millionth. The reference line of a circuit
// is a polygon with corners on its arcs (at most 0.25 m apart), and deviations are from that: on a bend of radius R it
// lies up to 0.25^2 / (8 R) inside the arc, 0.4 mm at 20 m. So the closed forms are the polygon's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "pitlane/measure/episode.h"
#include "pitlane/sim/circuit_file.h"
#include "pitlane/sim/sim_world.h"
#include "placed_car.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

constexpr double kPi = std::numbers::pi, kExact = 1e-6, kPeriod_s = 0.05;

EpisodeResult drive(const std::shared_ptr<const Track>& track, const Command& command, const Pose& start,
                    const EpisodeOptions& options = {}) {
  PlacedCar world(track, {}, start);
  Steady controller(command);
  return run_episode(world, controller, options).value();
}

// Four quarter arcs round (20, 20); the line begins at (20, 0), towards x.
struct Circle {
  static constexpr double kRadius_m = 20;
  std::shared_ptr<const Track> track = make_track(make_circuit(definition()));
  double corners = static_cast<double>(track->circuit.centre_line().size());
  double half_rad = kPi / corners;  // half of the angle of an edge
  double edge_m = 2 * kRadius_m * std::sin(half_rad);

  static CircuitDefinition definition() {
    CircuitDefinition d;
    d.name = "circle";
    d.waypoints = {{0, 0, 20}, {40, 0, 20}, {40, 40, 20}, {0, 40, 20}};
    return d;
  }
  // Of the car at this angle from the start: within its edge, from the edge's middle.
  [[nodiscard]] double from_middle(double angle) const {
    return angle - (2 * std::floor(angle / (2 * half_rad)) + 1) * half_rad;
  }
  // Of a car that drives round at this distance from the middle; positive to the left, which is inside.
  [[nodiscard]] double deviation_m(double radius_m, double angle) const {
    return kRadius_m * std::cos(half_rad) - radius_m * std::cos(from_middle(angle));
  }
  [[nodiscard]] double progress_m(double radius_m, double angle) const {
    return std::floor(angle / (2 * half_rad)) * edge_m + edge_m / 2 + radius_m * std::sin(from_middle(angle));
  }
};

class ClosedFormCircle : public ::testing::TestWithParam<double> {};  // metres inside the line

TEST_P(ClosedFormCircle, EveryNumberOfALap) {
  const Circle circle;
  const double radius_m = Circle::kRadius_m - GetParam(), lap_s = 16.02;
  const double w = 2 * kPi / lap_s, v = radius_m * w;
  const EpisodeResult result = drive(circle.track, {v, w}, {20, GetParam(), 0});
  EXPECT_TRUE(result.completed);
  EXPECT_NEAR(circle.track->circuit.length_m(), 2 * kPi * Circle::kRadius_m, kExact);
  EXPECT_NEAR(result.circuit_length_m, circle.corners * circle.edge_m, kExact);
  // Beside the line its nearest point jumps at each corner, and the moment of crossing lies between two looks.
  EXPECT_NEAR(result.lap_time_s, lap_s, GetParam() == 0 ? kExact : 1e-3);
  EXPECT_NEAR(result.completed_distance_m, circle.corners * circle.edge_m, kExact);
  const double periods = std::ceil(lap_s / kPeriod_s), step_m = 2 * radius_m * std::sin(w * kPeriod_s / 2);
  EXPECT_NEAR(result.simulated_s, periods * kPeriod_s, kExact);
  EXPECT_NEAR(result.distance_m, periods * step_m, kExact);
  EXPECT_NEAR(result.average_speed_mps, step_m / kPeriod_s, kExact);
  EXPECT_NEAR(result.speed_mps.min, step_m / kPeriod_s, kExact);
  EXPECT_NEAR(result.speed_mps.max, step_m / kPeriod_s, kExact);
  EXPECT_NEAR(result.decisions_hz, 1 / kPeriod_s, kExact);
  EXPECT_NEAR(result.suddenness.w_radps, 0, kExact);

  ASSERT_EQ(result.trajectory.size(), static_cast<std::size_t>(periods) + 1);
  std::vector<double> deviations;
  double sum = 0, squares = 0, bm = 0;
  for (std::size_t k = 0; k < result.trajectory.size(); ++k) {
    const double angle = w * kPeriod_s * static_cast<double>(k);
    const double wanted = circle.deviation_m(radius_m, angle);
    EXPECT_NEAR(result.trajectory[k].deviation_m, wanted, kExact) << k;
    if (k > 0) {  // the start lies on a corner, as near to one edge as to the other
      EXPECT_NEAR(result.trajectory[k].progress_m - result.trajectory[1].progress_m,
                  circle.progress_m(radius_m, angle) - circle.progress_m(radius_m, w * kPeriod_s), kExact)
          << k;
    }
    deviations.push_back(std::abs(wanted));
    sum += std::abs(wanted), squares += wanted * wanted, bm += std::pow(1000, std::abs(wanted));
  }
  const auto n = static_cast<double>(deviations.size());
  EXPECT_NEAR(result.deviation.mean, sum / n, kExact);
  EXPECT_NEAR(result.deviation.total, sum, kExact * n);
  EXPECT_NEAR(result.deviation.rmse, std::sqrt(squares / n), kExact);
  EXPECT_NEAR(result.deviation.max, *std::max_element(deviations.begin(), deviations.end()), kExact);
  EXPECT_NEAR(result.deviation.bm_compat, bm / n, 1e-4) << "its slope is seven times itself";
}

INSTANTIATE_TEST_SUITE_P(Inside, ClosedFormCircle, ::testing::Values(0.0, 0.4));

// Between straights and arcs nothing is lost either.
TEST(ClosedForm, LengthOfAnOvalIsItsStraightsAndItsCircle) {
  for (const double radius_m : {2.0, 8.0, 31.0})
    EXPECT_NEAR(make_circuit(oval(radius_m)).length_m(), oval_length_m(radius_m), kExact) << radius_m;
}

TEST(ClosedForm, AStraightBesideTheLine) {
  EpisodeOptions options;
  options.timeout_s = 2;
  options.latency = LatencyModel::fixed(0.06);
  const EpisodeResult result = drive(oval_track(), {10, 0}, {9, 0.4, 0}, options);
  const double driven_m = 10 * (2 - 0.06);
  EXPECT_EQ(result.end, EpisodeEnd::kTimeout);
  EXPECT_NEAR(result.simulated_s, 2, kExact);
  EXPECT_NEAR(result.distance_m, driven_m, kExact);
  EXPECT_NEAR(result.completed_distance_m, driven_m, kExact);
  EXPECT_NEAR(result.effective_completed_distance_m, driven_m, kExact);
  EXPECT_NEAR(result.percentage_completed, 100 * driven_m / result.circuit_length_m, kExact);
  EXPECT_NEAR(result.driving_score, 100 * driven_m / result.circuit_length_m, kExact);
  EXPECT_NEAR(result.average_speed_mps, driven_m / 2, kExact);
  EXPECT_NEAR(result.speed_mps.min, 10, kExact);
  EXPECT_NEAR(result.speed_mps.max, 10, kExact);
  for (const double d : {result.deviation.mean, result.deviation.rmse, result.deviation.p95, result.deviation.max})
    EXPECT_NEAR(d, 0.4, kExact);
  EXPECT_NEAR(result.deviation.total, 41 * 0.4, 41 * kExact);
  EXPECT_NEAR(result.deviation.bm_compat, std::pow(1000, 0.4), 1e-4);
  EXPECT_EQ(result.off_road_s, 0);
}

TEST(ClosedForm, AStraightThatLeavesTheRoad) {
  EpisodeOptions options;
  options.off_road_limit_m = 2;
  const double angle = 0.1, v = 8, per_s = v * std::sin(angle);
  const EpisodeResult result = drive(oval_track(), {v, 0}, {9, 0, angle}, options);
  EXPECT_EQ(result.end, EpisodeEnd::kOffRoad);
  const double frames = std::floor(2 / (per_s * kPeriod_s)) + 1, end_s = frames * kPeriod_s;  // first frame beyond 2 m
  EXPECT_NEAR(result.simulated_s, end_s, kExact);
  EXPECT_NEAR(result.deviation.max, per_s * end_s, kExact);
  EXPECT_NEAR(result.deviation.mean, per_s * end_s / 2, kExact);
  EXPECT_NEAR(result.completed_distance_m, v * std::cos(angle) * end_s, kExact);
  const double off_frames = std::floor(1.5 / (per_s * kPeriod_s)) + 1;  // first frame that finds it beside the road
  EXPECT_NEAR(result.off_road_s, end_s - off_frames * kPeriod_s, kExact);
  EXPECT_NEAR(result.effective_completed_distance_m, v * std::cos(angle) * off_frames * kPeriod_s, kExact);
}

// The walls of this one stand nearer than the limit of the road.
TEST(ClosedForm, WhoStraysInTheAlleyHitsAWall) {
  const Circuit alley = find_circuit("alley").value();
  const double wall_m = alley.definition().walls->distance_m;
  ASSERT_LT(wall_m - kCarHalfWidth_m, EpisodeOptions{}.off_road_limit_m);
  const double angle = 0.2, v = 8, per_s = v * std::sin(angle);
  const auto &a = alley.centre_line()[0], &b = alley.centre_line()[1];
  const double yaw = std::atan2(b.y_m - a.y_m, b.x_m - a.x_m);
  const EpisodeResult result = drive(make_track(alley), {v, 0}, {a.x_m, a.y_m, yaw + angle});
  EXPECT_EQ(result.end, EpisodeEnd::kCollision);
  EXPECT_EQ(result.collisions, 1);
  const double frames = std::ceil((wall_m - kCarHalfWidth_m) / (per_s * kPeriod_s));
  EXPECT_NEAR(result.simulated_s, frames * kPeriod_s, kExact);
  EXPECT_NEAR(result.driving_score,
              0.65 * result.percentage_completed * result.effective_completed_distance_m / result.completed_distance_m,
              kExact);
  EXPECT_LT(result.driving_score, 0.65 * result.percentage_completed) << "and it was off the road before";
}

}  // namespace
}  // namespace pitlane
