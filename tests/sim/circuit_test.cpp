#include "pitlane/sim/circuit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "small_circuits.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

std::string error_of(const CircuitDefinition& definition) {
  const auto circuit = Circuit::create(definition);
  return circuit ? "no error" : circuit.error().message();
}

TEST(Circuit, HasTheLengthOfItsStraightsAndArcs) {
  const Circuit circuit = make_circuit(oval());
  EXPECT_NEAR(circuit.length_m(), oval_length_m(), 1e-9);
  EXPECT_DOUBLE_EQ(circuit.smallest_radius_m(), 8);
}

TEST(Circuit, PointsLieOnTheLineAndCloseTogether) {
  const Circuit circuit = make_circuit(oval());
  const auto& points = circuit.centre_line();
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto &a = points[i], &b = points[(i + 1) % points.size()];
    EXPECT_LE(std::hypot(b.x_m - a.x_m, b.y_m - a.y_m), 0.25 + 1e-9);
    if (a.x_m >= 8 && a.x_m <= 38) {
      EXPECT_NEAR(std::abs(a.y_m - 8), 8, 1e-9);
    } else {
      EXPECT_NEAR(std::hypot(a.x_m - (a.x_m < 8 ? 8 : 38), a.y_m - 8), 8, 1e-9);
    }
  }
}

TEST(Circuit, StartsAfterTheFirstCornerPlusTheOffset) {
  EXPECT_NEAR(make_circuit(oval()).centre_line()[0].x_m, 8, 1e-9);
  CircuitDefinition later = oval();
  later.start_m = 10;
  EXPECT_NEAR(make_circuit(later).centre_line()[0].x_m, 18, 0.25);
}

TEST(Circuit, ReversedStartsAtTheSamePlaceTheOtherWay) {
  const Circuit circuit = make_circuit(oval());
  const ReferenceLine forward = circuit.reference_line(false), back = circuit.reference_line(true);
  ASSERT_EQ(forward.points.size(), back.points.size());
  EXPECT_DOUBLE_EQ(forward.points[0].x_m, back.points[0].x_m);
  EXPECT_DOUBLE_EQ(forward.points[1].x_m, back.points.back().x_m);
  EXPECT_DOUBLE_EQ(forward.points[1].y_m, back.points.back().y_m);
}

TEST(Circuit, HalfCircleOfTwoCornersIsAHairpinOfThatRadius) {
  const Circuit circuit = make_circuit(oval(2));
  for (const auto& p : circuit.centre_line()) {
    if (p.x_m <= 32) continue;
    EXPECT_NEAR(std::hypot(p.x_m - 32, p.y_m - 2), 2, 1e-9);
  }
}

TEST(Circuit, PointsOnACircleGiveACircle) {
  CircuitDefinition d;
  d.name = "round";
  constexpr int kPoints = 120;
  for (int i = 0; i < kPoints; ++i)
    d.reference.push_back(
        {20 * std::cos(2 * std::numbers::pi * i / kPoints), 20 * std::sin(2 * std::numbers::pi * i / kPoints)});
  const Circuit circuit = make_circuit(d);
  EXPECT_NEAR(circuit.length_m(), 2 * std::numbers::pi * 20, 0.01);
  EXPECT_NEAR(circuit.smallest_radius_m(), 20, 0.1);
}

TEST(CircuitErrors, NameTheWaypoint) {
  CircuitDefinition d = oval();
  d.waypoints[2].radius_m = 0.5;
  EXPECT_THAT(error_of(d),
              AllOf(HasSubstr("waypoint 3"), HasSubstr("radius of 0.5 m"), HasSubstr("cannot turn sharper")));
  d = oval();
  d.waypoints[1].radius_m = 9;
  EXPECT_THAT(error_of(d), AllOf(HasSubstr("waypoint 2 and waypoint 3"), HasSubstr("need 17 m of the 16 m")));
  d = oval();
  d.waypoints[3].x_m = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(error_of(d), HasSubstr("waypoint 4 is not finite"));
  d = oval();
  d.waypoints[0].radius_m = std::numeric_limits<double>::infinity();
  EXPECT_THAT(error_of(d), HasSubstr("waypoint 1 has a radius that is not finite"));
  d = oval();
  d.waypoints.push_back(d.waypoints.front());
  EXPECT_THAT(error_of(d), HasSubstr("are the same point"));
  d = oval();
  d.waypoints[1].x_m = 1e6;
  EXPECT_THAT(error_of(d), AllOf(HasSubstr("waypoint 2"), HasSubstr("100000 m from the origin")));
}

TEST(CircuitErrors, TooFewPoints) {
  CircuitDefinition d = oval();
  d.waypoints.resize(2);
  EXPECT_THAT(error_of(d), HasSubstr("has 2 waypoints; a closed circuit needs at least 3"));
  d.waypoints.clear();
  d.reference = {{0, 0}, {1, 0}, {0, 1}};
  EXPECT_THAT(error_of(d), HasSubstr("at least 8"));
}

TEST(CircuitErrors, TurnsBackOnItself) {
  CircuitDefinition d = oval();
  d.waypoints = {{0, 0, 5}, {40, 0, 5}, {10, 0, 5}, {0, 30, 5}};
  EXPECT_THAT(error_of(d), HasSubstr("waypoint 2 turns back on itself"));
}

TEST(CircuitErrors, OpenLine) {
  CircuitDefinition d;
  d.name = "open";
  for (int i = 0; i < 60; ++i) d.reference.push_back({i * 1.0, 0});
  EXPECT_THAT(error_of(d), AllOf(HasSubstr("is open"), HasSubstr("59 m")));
  d.reference[30].x_m += 40;
  EXPECT_THAT(error_of(d), HasSubstr("from reference point 30 to 31"));
}

TEST(CircuitErrors, SizesThatMakeNoSense) {
  CircuitDefinition d = oval();
  d.road_width_m = -1;
  EXPECT_THAT(error_of(d), HasSubstr("road_width_m is -1"));
  d = oval();
  d.walls = Walls{1, 1, {}};
  EXPECT_THAT(error_of(d), HasSubstr("walls.distance_m is 1; it must be within 1.5..15 m"));
  d = oval();
  for (auto& p : d.waypoints) p.x_m *= 1000, p.y_m *= 1000;
  EXPECT_THAT(error_of(d), HasSubstr("m long; the limit is 20000 m"));
  d = oval();
  d.reference = {{0, 0}};
  EXPECT_THAT(error_of(d), HasSubstr("both waypoints and reference"));
}

TEST(CircuitErrors, SharpReferenceLine) {
  // A square of points without any rounding: its corners are sharper than the car can turn.
  CircuitDefinition d;
  d.name = "square";
  for (int i = 0; i < 80; ++i) d.reference.push_back({i * 0.25, 0});
  for (int i = 0; i < 80; ++i) d.reference.push_back({20, i * 0.25});
  for (int i = 0; i < 80; ++i) d.reference.push_back({20 - i * 0.25, 20});
  for (int i = 0; i < 80; ++i) d.reference.push_back({0, 20 - i * 0.25});
  EXPECT_THAT(error_of(d), AllOf(HasSubstr("near reference point"), HasSubstr("cannot turn sharper")));
}

// Names go to terminals and into lists that commas separate.
TEST(Circuit, NamesAreShortAndPlain) {
  const auto named = [](const std::string& name) {
    CircuitDefinition d = oval();
    d.name = name;
    return error_of(d);
  };
  for (const char* good : {"a", "Nürburgring – Nordschleife", "鈴鹿", "two words (1)"})
    EXPECT_EQ(named(good), "no error");
  EXPECT_EQ(named(std::string(80, 'x')), "no error");
  EXPECT_THAT(named(std::string(81, 'x')), HasSubstr("the name has 81 bytes; at most 80 are allowed"));
  EXPECT_THAT(named("a,b"), HasSubstr("the name 'a,b' holds a comma"));
  for (const char* bad : {"a\nb", "\x1b[31m", "\x7f", "\xc2\x9b", "\xe2\x80\xa8", "\xe2\x80\xae"})
    EXPECT_THAT(named(bad), HasSubstr("the name holds a control character or line break"));
  for (const char* bad : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80"})
    EXPECT_THAT(named(bad), HasSubstr("the name is not UTF-8"));
}

// The camera's table grows with length and width.
TEST(Circuit, HugeOnesAreRefusedBeforeTheyAreDrawn) {
  CircuitDefinition d;
  const double r = 3000;
  d.waypoints = {{0, 0, r}, {2 * r + 10, 0, r}, {2 * r + 10, 2 * r + 10, r}, {0, 2 * r + 10, r}};
  EXPECT_EQ(error_of(d), "no error");
  d.road_width_m = 20;
  EXPECT_THAT(error_of(d),
              ::testing::AllOf(HasSubstr("is 18890 m long and 35 m wide with verges and walls"),
                               HasSubstr("at this width 11429 m are the limit"), HasSubstr("road_width_m")));
}

}  // namespace
}  // namespace pitlane
