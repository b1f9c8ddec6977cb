#include "pitlane/cli/track_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "network/small_network.h"

namespace pitlane::cli {
namespace {

using ::testing::HasSubstr;

CircuitDefinition definition() {
  CircuitDefinition d;
  d.name = "square";
  d.walls = Walls{};
  d.waypoints = {{0, 0, 5}, {40, 0, 5}, {40, 30, 5}, {0, 30, 5}};
  return d;
}

std::string key(const CircuitDefinition& d, const SimOptions& options = {}) {
  Result<Circuit> circuit = Circuit::create(d);
  EXPECT_TRUE(circuit.ok()) << circuit.error().message();
  return make_courses({make_track(*std::move(circuit))}, true, false, {}, options).front().key;
}

// A row of an earlier run counts only if its world was this one.
TEST(Courses, KeyNamesEverythingThatDecidesTheWorld) {
  const std::vector<std::function<void(CircuitDefinition&)>> changes = {[](auto& d) { d.road_width_m = 3.5; },
                                                                        [](auto& d) { d.line_width_m = 0.3; },
                                                                        [](auto& d) { d.verge_width_m = 0.6; },
                                                                        [](auto& d) { d.start_m = 2; },
                                                                        [](auto& d) { d.crossings = true; },
                                                                        [](auto& d) { d.colours.road.g = 1; },
                                                                        [](auto& d) { d.walls.reset(); },
                                                                        [](auto& d) { d.walls->height_m = 1.5; },
                                                                        [](auto& d) { d.walls->distance_m = 6; },
                                                                        [](auto& d) { d.walls->colour.b = 9; },
                                                                        [](auto& d) { d.waypoints[2].radius_m = 6; },
                                                                        [](auto& d) { d.waypoints[2].width_m = 4; },
                                                                        [](auto& d) { d.waypoints[1].width_m = 4; }};
  std::set<std::string> keys{key(definition())};
  for (const auto& change : changes) {
    CircuitDefinition d = definition();
    change(d);
    EXPECT_TRUE(keys.insert(key(d)).second) << "change " << keys.size();
  }
  SimOptions small, wide, slow;
  small.camera.width = 320;
  wide.camera.horizontal_field_of_view_rad = 1.2;
  slow.camera_period_s = 0.1;
  for (const SimOptions& options : {small, wide, slow}) EXPECT_TRUE(keys.insert(key(definition(), options)).second);
  EXPECT_EQ(key(definition()), key(definition()));
}

TEST(SimOptionsFor, TheCameraTakesThePictureThatTheNetworkKnows) {
  Network network = small_network();
  network.inputs.front().preprocessing.source_width = 320;
  network.inputs.front().preprocessing.source_height = 160;
  EXPECT_EQ(sim_options_for(network)->camera.width, 320);
  EXPECT_EQ(sim_options_for(network)->camera.height, 160);
  network.inputs.front().preprocessing.source_width = 9000;
  EXPECT_THAT(sim_options_for(network).error().message(),
              HasSubstr("the network wants frames of 9000x160; the simulator's camera takes 8 to 4096 pixels a side"));
}

}  // namespace
}  // namespace pitlane::cli
