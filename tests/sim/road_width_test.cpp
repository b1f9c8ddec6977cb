#include "pitlane/sim/road_width.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/measure/episode.h"
#include "pitlane/measure/line_tracker.h"
#include "pitlane/sim/appearance.h"
#include "pitlane/sim/circuit_file.h"
#include "pitlane/sim/sim_world.h"
#include "placed_car.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string error_of(const CircuitDefinition& definition) {
  const auto circuit = Circuit::create(definition);
  return circuit ? "no error" : circuit.error().message();
}

// A circle of 20 m, driven anticlockwise from (20, 0), whose road widens from 3 m to 6 m at the far side and narrows
// again.
CircuitDefinition widening_ring() {
  CircuitDefinition d;
  d.name = "ring";
  constexpr int kPoints = 120;
  for (int i = 0; i < kPoints; ++i) {
    const double angle = 2 * std::numbers::pi * i / kPoints;
    d.reference.push_back({20 * std::cos(angle), 20 * std::sin(angle), 3 + 3.0 * std::min(i, kPoints - i) / 60});
  }
  return d;
}

TEST(RoadWidth, IsThatOfTheArcAndChangesLinearlyOnTheStraight) {
  CircuitDefinition d = oval();
  d.waypoints = {{0, 0, 5}, {46, 0, 5, 4.5}, {46, 16, 5}, {0, 16, 5}};
  const Circuit circuit = make_circuit(d);
  for (const auto& p : circuit.centre_line()) {
    double wanted = 3;
    if (p.y_m < 5 && p.x_m >= 5) wanted = 3 + 1.5 * std::min(1.0, (p.x_m - 5) / 36);
    if (p.y_m >= 5 && p.y_m <= 11 && p.x_m > 40) wanted = 4.5 - 1.5 * (p.y_m - 5) / 6;
    EXPECT_NEAR(p.width_m, wanted, 1e-9) << p.x_m << ", " << p.y_m;
  }
}

// The radius of a waypoint where the line does not turn is that of no arc.
TEST(RoadWidth, APointOnAStraightIsNoCorner) {
  EXPECT_DOUBLE_EQ(make_circuit(widening_oval()).smallest_radius_m(), 8);
  CircuitDefinition d = widening_oval();
  for (Waypoint& p : d.waypoints) {  // turned by an angle that rounding does not spare
    const double x = p.x_m;
    p.x_m = x * std::cos(0.3) - p.y_m * std::sin(0.3);
    p.y_m = x * std::sin(0.3) + p.y_m * std::cos(0.3);
  }
  EXPECT_NEAR(make_circuit(d).smallest_radius_m(), 8, 1e-9);
}

TEST(RoadWidth, OfReferencePointsChangesLinearlyBetweenThem) {
  const Circuit circuit = make_circuit(widening_ring());
  for (const auto& p : circuit.centre_line()) {
    const double angle = std::abs(std::atan2(p.y_m, p.x_m));
    EXPECT_NEAR(p.width_m, 3 + 3 * angle / std::numbers::pi, 0.002) << angle;
  }
  EXPECT_EQ(road_widths(circuit.definition()).narrowest_m, 3);
  EXPECT_EQ(road_widths(circuit.definition()).widest_m, 6);
}

TEST(RoadWidth, ALineKnowsItForwardsAndReversed) {
  const Circuit circuit = make_circuit(widening_oval());
  for (const bool reverse : {false, true}) {
    LineTracker tracker(circuit.reference_line(reverse));
    for (const double x : {9.0, 16.0, 18.0, 20.75, 24.0, 26.0, 37.0})
      for (const double y : {0.3, -2.0, 15.0, 17.1})
        EXPECT_NEAR(tracker.locate(x, y).road_width_m, 2 * widening_half_m(x), 1e-9) << x << ", " << y;
  }
  LineTracker plain(make_circuit(oval()).reference_line(false));
  EXPECT_EQ(plain.locate(20, 1).road_width_m, 3);
}

EpisodeResult drive(const std::shared_ptr<const Track>& track, const Pose& start, bool reverse, double timeout_s) {
  SimOptions sim;
  sim.reverse = reverse;
  PlacedCar world(track, sim, start);
  Steady controller({.v_mps = 10});
  EpisodeOptions options;
  options.timeout_s = timeout_s;
  options.off_road_limit_m = 12;
  return run_episode(world, controller, options).value();
}

// On the straight, 10 m/s, a look every half metre from x = 10 to 30: half a road is as wide as the car is far from
// the line at x = 17 + (side - 1.5) / 0.2.
TEST(RoadWidth, ACarIsOffTheRoadWhereTheRoadIsNarrower) {
  const auto track = make_track(make_circuit(widening_oval()));
  for (const double side : {1.43, 1.57, 2.03, 2.33, 2.97, 3.03})
    for (const double sign : {1.0, -1.0}) {
      SCOPED_TRACE(sign * side);
      int forwards = 0, backwards = 0;
      for (int k = 0; k < 40; ++k) {
        forwards += side > widening_half_m(10 + 0.5 * k) ? 1 : 0;
        backwards += side > widening_half_m(30 - 0.5 * k) ? 1 : 0;
      }
      EXPECT_NEAR(drive(track, {10, sign * side, 0}, false, 2).off_road_s, 0.05 * forwards, 1e-9);
      EXPECT_NEAR(drive(track, {30, sign * side, std::numbers::pi}, true, 2).off_road_s, 0.05 * backwards, 1e-9);
    }
}

// Walls are 2 m from the road's edge: 3.5 m from the line and, on the wide part, 5 m.
TEST(RoadWidth, WallsGoWithTheEdge) {
  CircuitDefinition d = widening_oval();
  d.walls = Walls{3.5, 0.8, {}};
  const auto track = make_track(make_circuit(d));
  EXPECT_EQ(drive(track, {26, 4.8, 0}, false, 0.5).end, EpisodeEnd::kTimeout);
  EXPECT_EQ(drive(track, {26, 4.9, 0}, false, 0.5).end, EpisodeEnd::kCollision);
  EXPECT_EQ(drive(track, {10, 3.3, 0}, false, 0.5).end, EpisodeEnd::kTimeout);
  EXPECT_EQ(drive(track, {10, 3.4, 0}, false, 0.5).end, EpisodeEnd::kCollision);
  // Back from the wide part, 4 m from the line: the wall is within 0.15 m where half of the road is 2.15 m, at 20.25.
  const EpisodeResult result = drive(track, {30, -4, std::numbers::pi}, true, 5);
  EXPECT_EQ(result.end, EpisodeEnd::kCollision);
  EXPECT_NEAR(result.trajectory.back().pose.x_m, 20.0, 1e-6) << "the first look beyond 20.25";
}

// What is stored of a place is where it would be if the road were as narrow as at its narrowest.
TEST(RoadWidth, TheFieldPutsBothEdgesOfTheRoadInOnePlace) {
  const auto track = make_track(make_circuit(widening_oval()));
  Random random(11);
  for (int i = 0; i < 20'000; ++i) {
    const double x = random.uniform(8, 38), away = random.uniform(-7, 7);
    const double edge = from_widening_edge_m(x, std::abs(away));
    const double stored = track->field->at(x, away);
    if (std::abs(away) > 0.1) {
      ASSERT_EQ(stored > 0, away > 0) << x << ", " << away;
    }
    if (std::abs(away) <= 0.08) {
      ASSERT_NEAR(std::abs(stored), std::abs(away), 0.003) << x << ", " << away;
    }
    // 3 mm as without widths; the line's points cut corners by up to 12.5 mm, discs the one at 24.5 by
    // another 0.5 % of 3 m.
    const double bound = std::abs(x - 24.5) < 2 ? 0.031 : std::abs(x - 17) < 2 ? 0.016 : 0.004;
    if (edge > -0.05 && 1.5 + edge < 7.9) {
      ASSERT_NEAR(std::abs(stored), 1.5 + edge, bound) << x << ", " << away;
    }
    if (edge < -0.1 && std::abs(away) > 0.1) {
      ASSERT_LT(std::abs(stored), 1.46) << x << ", " << away;
      ASSERT_GT(std::abs(stored), 0.09) << x << ", " << away;
    }
  }
}

// Painter and finder of walls rely on it: nowhere does what is stored change faster than a distance.
TEST(RoadWidth, TheFieldChangesNoFasterThanDistances) {
  CircuitDefinition eight = oval();  // narrow crosses wide
  eight.waypoints = {{0, 0, 5, 2}, {40, 40, 5, 2}, {40, 0, 5, 8}, {0, 40, 5, 8}};
  eight.crossings = true;
  CircuitDefinition tight = oval(2);  // bends whose inner edge folds, and straights 4 m apart
  tight.waypoints = {{0, 0, 2, 3.6}, {20, 0, 1, 1}, {34, 0, 2, 3.8}, {34, 4, 2, 3.8}, {20, 4, 1, 2}, {0, 4, 2, 3.6}};
  CircuitDefinition corner = oval();
  corner.waypoints = {{0, 0, 1, 6}, {30, 0, 1, 0.5}, {30, 30, 1, 9}, {0, 30, 1, 0.5}};
  for (const CircuitDefinition& d : {widening_oval(), widening_ring(), eight, tight, corner}) {
    const auto track = make_track(make_circuit(d));
    const auto& corners = track->field->corners();
    const std::size_t tiles = (corners.size() - DistanceField::kSpareCorners) / DistanceField::kTileSize;
    int fastest = 0;
    for (std::size_t tile = 0; tile < tiles; ++tile)
      for (int y = 0; y < DistanceField::kTileStride; ++y)
        for (int x = 0; x < DistanceField::kTileStride; ++x) {
          const auto at = [&](int cx, int cy) {
            const int index = cy * DistanceField::kTileStride + cx;
            return std::abs(int{corners[tile * DistanceField::kTileSize + static_cast<std::size_t>(index)]});
          };
          if (x + 1 < DistanceField::kTileStride) fastest = std::max(fastest, std::abs(at(x + 1, y) - at(x, y)));
          if (y + 1 < DistanceField::kTileStride) fastest = std::max(fastest, std::abs(at(x, y + 1) - at(x, y)));
        }
    EXPECT_LE(fastest, 51) << d.waypoints.size() << ": 50 mm from corner to corner, rounded";
  }
}

// Where two roads of different width cross, both are there in full.
TEST(RoadWidth, ACrossingIsTheGroundOfBothRoads) {
  CircuitDefinition d = oval();
  d.waypoints = {{0, 0, 5, 2}, {40, 40, 5, 2}, {40, 0, 5, 8}, {0, 40, 5, 8}};
  d.crossings = true;
  const auto track = make_track(make_circuit(d));
  const double half = std::sqrt(0.5);
  // Along y = x the road is 2 m wide near (20, 20), across it 8 m: u along the narrow one, v along the wide one.
  for (double u = -6; u <= 6; u += 0.25)
    for (double v = -6; v <= 6; v += 0.25) {
      const double narrow = std::abs(v) - 1, wide = std::abs(u) - 4, edge = std::min(narrow, wide);
      if (std::abs(edge) < 0.05) continue;
      const double stored = track->field->at(20 + half * (u - v), 20 + half * (u + v));
      EXPECT_EQ(stored < 1, edge < 0) << u << ", " << v;
    }
}

// Roads that widen away from their crossing part later than those that stay as they are.
TEST(RoadWidth, RoadsMayWidenAwayFromTheirCrossing) {
  CircuitDefinition d = oval();
  d.crossings = true;
  const double w = 80, h = w * std::tan(std::numbers::pi / 8);  // they cross at 45 degrees
  const double dx = 15 * std::cos(std::numbers::pi / 8), dy = 15 * std::sin(std::numbers::pi / 8);
  d.waypoints = {
      {0, 0, 8, 9}, {w / 2 - dx, h / 2 - dy, 1, 9}, {w / 2, h / 2, 1, 3}, {w / 2 + dx, h / 2 + dy, 1, 9}, {w, h, 8, 9},
      {w, 0, 8, 9}, {w / 2 + dx, h / 2 - dy, 1, 9}, {w / 2, h / 2, 1, 3}, {w / 2 - dx, h / 2 + dy, 1, 9}, {0, h, 8, 9}};
  EXPECT_EQ(error_of(d), "no error");
}

// As steep as it may be, right behind a short gap: there the curve runs through its parameter slowest.
TEST(RoadWidth, EdgesMoveEvenlyHoweverPointsLie) {
  CircuitDefinition d = oval();
  d.waypoints.clear();
  const double radius_m = 30, turn = 2 * std::numbers::pi;
  std::vector<double> at{0, 4 / radius_m};
  const double step = (turn - at.back()) / 21;
  for (int k = 1; k <= 20; ++k) at.push_back(at[1] + k * step);
  for (const double a : at) d.reference.push_back({radius_m * std::cos(a), radius_m * std::sin(a), 3});
  d.reference[2].width_m = 3 + 2 * 0.2 * 8.7;
  d.reference[3].width_m = 3 + 2 * 0.2 * 8.7;
  d.reference[4].width_m = 3 + 2 * 0.2 * 2;
  const Circuit circuit = make_circuit(d);
  const auto& line = circuit.centre_line();
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto &a = line[i], &b = line[(i + 1) % line.size()];
    const double way_m = std::hypot(b.x_m - a.x_m, b.y_m - a.y_m);
    EXPECT_LE(std::abs(b.width_m - a.width_m) / 2, 0.2 * way_m * 1.01) << i;
  }
}

TEST(RoadWidth, EqualOnesGiveTheBytesOfNone) {
  CircuitDefinition own = oval();
  for (Waypoint& p : own.waypoints) p.width_m = own.road_width_m;
  const auto with = make_track(make_circuit(own)), without = oval_track();
  EXPECT_EQ(with->field->corners(), without->field->corners());
  EXPECT_EQ(with->field->tile_start(), without->field->tile_start());
  for (const Circuit* circuit : {&with->circuit, &without->circuit})
    EXPECT_FALSE(road_widths(circuit->definition()).vary());
}

// A table with widths, of a road that is equally wide, is the table without: to the millimetre of rounding.
TEST(RoadWidth, AnEqualRoadIsNotNarrowed) {
  const Circuit circuit = make_circuit(widening_oval());
  auto line = circuit.centre_line();
  for (auto& p : line) p.width_m = 3;
  const DistanceField plain(line, 8, false), shaped(line, 8, false, RoadShape{3, 3, 0.25});
  ASSERT_EQ(plain.corners().size(), shaped.corners().size());
  for (std::size_t i = 0; i < plain.corners().size(); ++i) ASSERT_NEAR(plain.corners()[i], shaped.corners()[i], 1) << i;
}

TEST(RoadWidth, DiscsOfATaperTouchItsEdges) {
  const Circuit circuit = make_circuit(widening_oval());
  const auto& line = circuit.centre_line();
  const std::vector<double> radius = disc_radii(line);
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i].y_m < 1e-6 && line[i].x_m > 8 && line[i].x_m < 38) {
      // A piece of 0.25 m may cut a corner.
      EXPECT_NEAR(radius[i], -from_widening_edge_m(line[i].x_m, 0), 0.007) << line[i].x_m;
    }
}

TEST(RoadWidthErrors, NameTheWaypoint) {
  CircuitDefinition d = oval();
  d.waypoints[2].width_m = 0.4;
  EXPECT_THAT(error_of(d), HasSubstr("the road width of waypoint 3 is 0.4; it must be within 0.5..20 m"));
  d.waypoints[2].width_m = std::nan("");
  EXPECT_THAT(error_of(d), HasSubstr("the road width of waypoint 3 is nan"));
  d.waypoints[2].width_m = -3;
  EXPECT_THAT(error_of(d), HasSubstr("the road width of waypoint 3 is -3"));
  d.line_width_m = 0.8;
  d.waypoints[2].width_m = 0.7;
  EXPECT_THAT(error_of(d), HasSubstr("the road width of waypoint 3 is 0.7; it must be within 0.8..20 m"));
  d = widening_ring();
  d.reference[6].width_m = 21;
  EXPECT_THAT(error_of(d), HasSubstr("the road width of reference point 7 is 21"));
}

TEST(RoadWidthErrors, EdgesThatMoveAsideTooFast) {
  CircuitDefinition d = widening_oval();
  EXPECT_EQ(error_of(d), "no error") << "as steep as possible";
  d.waypoints[2].width_m = 6.01;
  EXPECT_THAT(error_of(d), HasSubstr("from waypoint 2 to waypoint 3 the road's edges move 1.505 m aside, which takes "
                                     "7.525 m of line (0.2 m per metre), and there are 7.5: make the widths more"));
  d = oval();  // between these arcs there is no straight
  d.waypoints[2].width_m = 3.2;
  EXPECT_THAT(error_of(d),
              HasSubstr("from waypoint 2 to waypoint 3 the road's edges move 0.1 m aside, which takes 0.5 m of line "
                        "(0.2 m per metre), and there are 0: "));
  d = oval();
  d.waypoints[0].width_m = 3.2;
  EXPECT_THAT(error_of(d), HasSubstr("from waypoint 4 to waypoint 1"));
  d = widening_ring();
  d.reference[60].width_m = 9;
  EXPECT_THAT(error_of(d), HasSubstr("from reference point 60 to reference point 61"));
}

TEST(RoadWidthErrors, RoadsThatTouchWhereTheyAreWide) {
  // Two straights 5 m apart.
  CircuitDefinition d = oval(2.5);
  EXPECT_EQ(error_of(d), "no error");
  d.waypoints.insert(d.waypoints.begin() + 1, {17, 0, 1, 6.4});
  EXPECT_EQ(error_of(d), "no error") << "6.4 m and 3 m need 4.7 m";
  d.waypoints.insert(d.waypoints.begin() + 4, {17, 5, 1, 4.4});
  EXPECT_THAT(error_of(d), AllOf(HasSubstr("runs beside the road after waypoint"), HasSubstr("m from line to line"),
                                 HasSubstr("where the road is"), HasSubstr(" and ")));
}

TEST(RoadWidthErrors, TheWidestPlaceCountsForTheArea) {
  CircuitDefinition d;
  const double r = 2800;
  d.waypoints = {{0, 0, r}, {2 * r + 400, 0, r}, {2 * r + 400, 2 * r + 400, r}, {0, 2 * r + 400, r}};
  d.waypoints[1].width_m = 20;
  EXPECT_THAT(error_of(d),
              AllOf(HasSubstr("m wide with verges and walls"), HasSubstr("make its widths, verge_width_m")));
}

TEST(RoadWidth, ComesBackAsItWasWritten) {
  CircuitDefinition d = widening_oval();
  d.waypoints[0].width_m = 0;
  const std::string text = circuit_text(d);
  EXPECT_THAT(text, AllOf(HasSubstr("corner radius m, road width m\n"), HasSubstr("- [0, 0, 8]\n"),
                          HasSubstr("- [24.5, 0, 1, 6]\n")));
  const auto back = parse_circuit(text, "x");
  ASSERT_TRUE(back.ok()) << back.error().message();
  for (std::size_t i = 0; i < d.waypoints.size(); ++i)
    EXPECT_EQ(back->definition().waypoints[i].width_m, d.waypoints[i].width_m);
  const auto ring = parse_circuit(circuit_text(widening_ring()), "x");
  ASSERT_TRUE(ring.ok()) << ring.error().message();
  EXPECT_DOUBLE_EQ(ring->definition().reference[6].width_m, 3.3);
  EXPECT_THAT(circuit_text(oval()), AllOf(HasSubstr("corner radius m\n"), Not(HasSubstr("road width m"))));
}

TEST(RoadWidth, TheExampleIsValid) {
  const auto circuit = find_circuit(PITLANE_SOURCE_DIR "/examples/narrows.yaml");
  ASSERT_TRUE(circuit.ok()) << circuit.error().message();
  EXPECT_TRUE(circuit->definition().held_out);
  EXPECT_EQ(road_widths(circuit->definition()).narrowest_m, 2.2);
  EXPECT_EQ(road_widths(circuit->definition()).widest_m, 5);
}

}  // namespace
}  // namespace pitlane
