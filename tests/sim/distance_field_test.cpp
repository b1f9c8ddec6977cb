#include "pitlane/sim/distance_field.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pitlane/core/random.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

// Exact distance to the oval's line, positive inside (left of the driving direction).
double oval_distance(double x, double y, double r = 8) {
  const double along = std::clamp(x, r, 30 + r);
  return r - std::hypot(x - along, y - r);
}

TEST(DistanceField, AgreesWithTheExactDistanceWithinTwoMillimetres) {
  const Circuit circuit = make_circuit(oval());
  const DistanceField field(circuit.centre_line(), 6, false);
  Random random(5);
  int inside_band = 0;
  for (int i = 0; i < 20'000; ++i) {
    const double x = random.uniform(-10, 56), y = random.uniform(-10, 26);
    const double exact = oval_distance(x, y);
    if (std::abs(exact) > 5.9 || std::abs(exact - 8) < 0.2) continue;
    ++inside_band;
    // 1 mm of a chord's sagitta, 0.5 mm of rounding, and the bend of the field within a cell.
    ASSERT_NEAR(field.at(x, y), exact, 0.003) << x << ", " << y;
  }
  EXPECT_GT(inside_band, 8'000);
}

TEST(DistanceField, IsSaturatedFarAwayAndDefinedEverywhere) {
  const Circuit circuit = make_circuit(oval());
  const DistanceField field(circuit.centre_line(), 6, false);
  EXPECT_NEAR(std::abs(field.at(1e7, -1e7)), 6, 1e-3);
  EXPECT_NEAR(std::abs(field.at(-9.5, -9.5)), 6, 1e-3);
}

TEST(DistanceField, WithCrossingsHasNoSign) {
  CircuitDefinition d = oval();
  d.waypoints = {{0, 0, 5}, {40, 30, 5}, {40, 0, 5}, {0, 30, 5}};
  d.crossings = true;
  const Circuit circuit = make_circuit(d);
  const DistanceField field(circuit.centre_line(), 6, true);
  for (double x = -5; x < 45; x += 0.31)
    for (double y = -5; y < 35; y += 0.29) EXPECT_GE(field.at(x, y), 0);
  EXPECT_NEAR(field.at(20, 15), 0, 0.02);
}

}  // namespace
}  // namespace pitlane
