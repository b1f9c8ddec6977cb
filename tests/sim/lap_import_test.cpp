#include "pitlane/sim/lap_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "pitlane/core/file.h"
#include "pitlane/sim/lap_smoothing.h"
#include "small_circuits.h"
#include "temporary_directory.h"
#include "test_data.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
using Points = std::vector<ReferenceLine::Point>;

// A closed line as a map of pixels would hold it: each position rounded to the grid, repeats left out.
Points on_grid(const Points& line, double grid_m) {
  Points result;
  for (const auto& p : line) {
    const ReferenceLine::Point rounded{std::round(p.x_m / grid_m) * grid_m, std::round(p.y_m / grid_m) * grid_m};
    if (result.empty() || rounded.x_m != result.back().x_m || rounded.y_m != result.back().y_m)
      result.push_back(rounded);
  }
  return result;
}

Points fine_oval(double radius_m) {
  Points line;
  const Circuit circuit = make_circuit(oval(radius_m));
  const auto& points = circuit.centre_line();
  for (std::size_t i = 0; i < points.size(); ++i)
    for (int k = 0; k < 20; ++k) {
      const auto &a = points[i], &b = points[(i + 1) % points.size()];
      line.push_back({a.x_m + k / 20.0 * (b.x_m - a.x_m), a.y_m + k / 20.0 * (b.y_m - a.y_m)});
    }
  return line;
}

TEST(SmoothLap, FindsTheLineBehindTheStaircase) {
  // Turned by 17 degrees, so that straights climb stairs too.
  Points line = fine_oval(8);
  const double c = std::cos(0.3), s = std::sin(0.3);
  for (auto& p : line) p = {c * p.x_m - s * p.y_m, s * p.x_m + c * p.y_m};
  const auto lap = smooth_lap(on_grid(line, 0.13));
  ASSERT_TRUE(lap.ok()) << lap.error().message();
  EXPECT_GT(lap->raw_length_m, oval_length_m() + 5) << "a staircase is longer than what it follows";
  EXPECT_NEAR(lap->length_m, oval_length_m(), 0.5);
  EXPECT_NEAR(lap->grid_m, 0.13, 0.01);
  for (const auto& p : lap->points) {
    const double x = c * p.x_m + s * p.y_m, y = -s * p.x_m + c * p.y_m;
    EXPECT_NEAR(std::hypot(x - std::clamp(x, 8.0, 38.0), y - 8), 8, 0.15);
  }
}

TEST(SmoothLap, KeepsTightHairpins) {
  const auto lap = smooth_lap(on_grid(fine_oval(2.5), 0.13));
  ASSERT_TRUE(lap.ok()) << lap.error().message();
  CircuitDefinition d;
  d.name = "x";
  d.reference = lap->points;
  const Circuit circuit = make_circuit(d);
  EXPECT_GT(circuit.smallest_radius_m(), 1.9);
  EXPECT_LT(circuit.smallest_radius_m(), 3.0);
}

TEST(SmoothLap, LeavesOutWhatComesAfterTheLap) {
  Points line = fine_oval(8);
  const auto once = smooth_lap(line);
  line.insert(line.end(), line.begin(), line.begin() + 2000);
  const auto more = smooth_lap(line);
  ASSERT_TRUE(once.ok() && more.ok());
  EXPECT_NEAR(once->length_m, more->length_m, 0.1);
}

TEST(SmoothLap, Errors) {
  EXPECT_THAT(smooth_lap({}).error().message(), HasSubstr("only 0 different positions"));
  Points open;
  for (int i = 0; i < 200; ++i) open.push_back({i * 0.5, 0});
  EXPECT_THAT(smooth_lap(open).error().message(), HasSubstr("does not close"));
  open[100].x_m += 30;
  EXPECT_THAT(smooth_lap(open).error().message(), HasSubstr("gap of 30"));
  open[50].y_m = std::numeric_limits<double>::infinity();
  EXPECT_THAT(smooth_lap(open).error().message(), HasSubstr("not finite"));
}

struct RealLap {
  const char* file;
  double recorded_m, smooth_m;
};
class ImportRealLap : public ::testing::TestWithParam<RealLap> {};

TEST_P(ImportRealLap, GivesADrivableCircuitOfTheKnownLength) {
  const auto bag = test_data(std::string("jderobot/") + GetParam().file);
  PITLANE_NEEDS_TEST_DATA(bag);
  const auto lap = import_lap(bag, "real");
  ASSERT_TRUE(lap.ok()) << lap.error().message();
  EXPECT_EQ(lap->topic, "/F1ROS/odom");
  EXPECT_NEAR(lap->raw_length_m, GetParam().recorded_m, 1);
  EXPECT_NEAR(lap->length_m, GetParam().smooth_m, 5);
  EXPECT_FALSE(lap->definition.crossings);
  // Topics that are not there, by name.
  EXPECT_THAT(import_lap(bag, "real", "/other").error().message(), HasSubstr("there is /F1ROS/odom"));
}

INSTANTIATE_TEST_SUITE_P(Bags, ImportRealLap,
                         ::testing::Values(RealLap{"lap-simple-circuit.bag", 463.7, 430},
                                           RealLap{"lap-montreal.bag", 1513.8, 1432}));

TEST(ImportLap, BrokenBagsAreNamed) {
  const TemporaryDirectory folder;
  EXPECT_THAT(import_lap(folder / "none.bag", "x").error().message(), HasSubstr("none.bag"));
  ASSERT_TRUE(write_text(folder / "text.bag", "this is no bag").ok());
  const auto text = import_lap(folder / "text.bag", "x");
  ASSERT_FALSE(text.ok());
  EXPECT_THAT(text.error().message(), HasSubstr("text.bag"));
  const auto real = test_data("jderobot/lap-simple-circuit.bag");
  PITLANE_NEEDS_TEST_DATA(real);
  const auto content = read_file(real);
  ASSERT_TRUE(content.ok());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{20}, std::size_t{5000}, content->size() / 2, content->size() - 7}) {
    ASSERT_TRUE(write_file(folder / "cut.bag", {content->data(), size}).ok());
    const auto cut = import_lap(folder / "cut.bag", "x");
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_THAT(cut.error().message(), HasSubstr("cut.bag")) << size;
  }
}

}  // namespace
}  // namespace pitlane
