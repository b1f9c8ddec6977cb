// Roads that cross, and roads that run too close to themselves.
#include "pitlane/sim/self_overlap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "small_circuits.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kDegree = std::numbers::pi / 180;

std::string error_of(const CircuitDefinition& definition) {
  const auto circuit = Circuit::create(definition);
  return circuit ? "no error" : circuit.error().message();
}

CircuitDefinition declared(CircuitDefinition definition) {
  definition.crossings = true;
  return definition;
}

// A figure of eight in a box of 60 m by `height_m`: its diagonals cross in the middle.
CircuitDefinition eight(double height_m) {
  CircuitDefinition d = oval();
  d.waypoints = {{0, 0, 3}, {60, height_m, 3}, {60, 0, 3}, {0, height_m, 3}};
  return d;
}

// Crosses itself twice, and the straight after waypoint 6 lies `gap_m` beside the one after waypoint 10.
CircuitDefinition eight_with_a_neighbour(double gap_m) {
  CircuitDefinition d = oval();
  d.waypoints = {{30, 0, 3},    {60, 30, 3},    {60, 0, 3},  {30, 30, 3}, {8, 30, 3},
                 {8, gap_m, 2}, {20, gap_m, 2}, {20, 24, 2}, {-8, 24, 2}, {-8, 0, 3}};
  return d;
}

CentreLine circle_line(std::size_t count, double radius_m) {
  CentreLine line;
  for (std::size_t i = 0; i < count; ++i) {
    const double at = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(count);
    line.points.push_back({radius_m * std::cos(at), radius_m * std::sin(at)});
    line.waypoint.push_back(0);
  }
  line.length_m = 2 * std::numbers::pi * radius_m;
  return line;
}

TEST(SelfOverlap, ACircleHasNone) {
  const SelfOverlap overlap = find_self_overlap(circle_line(200, 6), 3);
  EXPECT_TRUE(overlap.crossings.empty());
  EXPECT_FALSE(overlap.beside.has_value());
}

TEST(SelfOverlap, FindsACrossingWithItsAngle) {
  for (const double height_m : {60.0, 45.0, 36.0}) {
    const Circuit circuit = make_circuit(declared(eight(height_m)));
    CentreLine line{circuit.centre_line(), {}, circuit.length_m()};
    line.waypoint.resize(line.points.size());
    const SelfOverlap overlap = find_self_overlap(line, 3);
    ASSERT_EQ(overlap.crossings.size(), 1U);
    EXPECT_NEAR(overlap.crossings[0].angle_rad, 2 * std::atan(height_m / 60), 0.2 * kDegree);
    const auto& at = line.points[overlap.crossings[0].first];
    EXPECT_LT(std::hypot(at.x_m - 30, at.y_m - height_m / 2), 0.3);
    EXPECT_FALSE(overlap.beside.has_value()) << height_m;
  }
}

TEST(SelfOverlap, ACrossingIsDeclared) {
  EXPECT_THAT(
      error_of(eight(45)),
      AllOf(HasSubstr("overlaps itself: the road after waypoint 1 crosses the road after waypoint 3 near (29.9"),
            HasSubstr("or write 'crossings: true' where the road is meant to cross")));
  EXPECT_EQ(error_of(declared(eight(45))), "no error");
}

TEST(SelfOverlap, AFlatCrossingIsNone) {
  // 2 atan(15 / 60) = 28.1 degrees
  for (const CircuitDefinition& flat : {eight(15), declared(eight(15))})
    EXPECT_THAT(error_of(flat),
                AllOf(HasSubstr("the road after waypoint 1 crosses the road after waypoint 3 near (29.9"),
                      HasSubstr(" at 28.1 degrees; move them apart, or let them cross at 30 degrees or more"),
                      Not(HasSubstr("crossings: true"))));
  EXPECT_EQ(error_of(declared(eight(17))), "no error") << "31.6 degrees";
}

TEST(SelfOverlap, RoadsSideBySideAreNoCrossing) {
  CircuitDefinition narrow = oval(1);  // two straights 2 m apart
  for (const CircuitDefinition& d : {narrow, declared(narrow)})
    EXPECT_THAT(error_of(d), AllOf(HasSubstr("overlaps itself: the road after waypoint 1 runs beside the road after "
                                             "waypoint 3 near ("),
                                   HasSubstr(", 2 m from line to line where the road is 3 m wide; move them apart, or "
                                             "make the road narrower"),
                                   Not(HasSubstr("crossings: true"))));
  narrow.road_width_m = 1.8;
  EXPECT_EQ(error_of(narrow), "no error");
}

TEST(SelfOverlap, ACrossingElsewhereExcusesNothing) {
  EXPECT_EQ(error_of(declared(eight_with_a_neighbour(4))), "no error");
  EXPECT_THAT(error_of(declared(eight_with_a_neighbour(2.5))),
              AllOf(HasSubstr("the road after waypoint 6 runs beside the road after waypoint 10"),
                    HasSubstr("2.5 m from line to line")));
}

// They cross at a right angle, and one bends round soon after, to follow the other.
TEST(SelfOverlap, WhoTurnsAlongsideAfterCrossingIsNotExcused) {
  CircuitDefinition d = declared(oval());
  const auto bent = [&](double gap_m) {
    d.waypoints = {{-30, 0, 3},   {40, 0, 3},     {40, -20, 3}, {0, -20, 3},
                   {0, gap_m, 1}, {25, gap_m, 1}, {25, 20, 3},  {-30, 20, 3}};
    return error_of(d);
  };
  EXPECT_EQ(bent(3.5), "no error");
  EXPECT_THAT(bent(2), AllOf(HasSubstr("the road after waypoint 1 runs beside the road after waypoint 5"),
                             HasSubstr("2 m from line to line")));
}

TEST(SelfOverlap, ALineThatLiesOnItselfAThousandTimesTakesNoLonger) {
  CentreLine line;
  const CentreLine lap = circle_line(80, 3);
  for (int turn = 0; turn < 1000; ++turn) {
    line.points.insert(line.points.end(), lap.points.begin(), lap.points.end());
    line.waypoint.insert(line.waypoint.end(), lap.waypoint.begin(), lap.waypoint.end());
    line.length_m += lap.length_m;
  }
  EXPECT_TRUE(find_self_overlap(line, 3).beside.has_value());
}

}  // namespace
}  // namespace pitlane
