#include "pitlane/report/track_data.h"

#include <gtest/gtest.h>

namespace pitlane {
namespace {

CircuitMap square() {
  CircuitMap map;
  map.name = "square";
  map.line = {{0, 0}, {10, 0}, {10, 10.5}, {0, 10}};
  return map;
}

TEST(TrackData, ACircuitIsItsLineInMillimetres) {
  EXPECT_EQ(circuit_value(square()),
            Json({{"name", "square"}, {"width", 3}, {"line", {0, 0, 10000, 0, 10000, 10500, 0, 10000}}}));
}

TEST(TrackData, EachPointHasAWidthWhereAnyHas) {
  CircuitMap map = square();
  map.line[1].width_m = 4.25;
  const Json value = circuit_value(map);
  EXPECT_EQ(value["width"], 3);
  EXPECT_EQ(value["widths"], Json({3000, 4250, 3000, 3000}));
}

}  // namespace
}  // namespace pitlane
