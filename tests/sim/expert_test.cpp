#include "pitlane/sim/expert.h"

#include <gtest/gtest.h>

#include "pitlane/measure/episode.h"
#include "pitlane/sim/circuit_file.h"
#include "pitlane/sim/lap_import.h"
#include "pitlane/sim/sim_world.h"
#include "small_circuits.h"
#include "test_data.h"

namespace pitlane {
namespace {

// Both directions, with and without latency.
void expect_good_laps(const std::shared_ptr<const Track>& track) {
  for (const bool reverse : {false, true}) {
    SimOptions options;
    options.reverse = reverse;
    SimWorld world(track, options);
    for (const double latency_s : {0.0, 0.06}) {
      ExpertController expert(world);
      EpisodeOptions episode;
      episode.latency = LatencyModel::fixed(latency_s);
      const auto result = run_episode(world, expert, episode);
      ASSERT_TRUE(result.ok()) << result.error().message();
      const std::string which = world.description() + " at " + episode.latency.name();
      EXPECT_TRUE(result->completed) << which << ": " << to_string(result->end);
      EXPECT_LE(result->deviation.mean, latency_s == 0 ? 0.10 : 0.05) << which;
      EXPECT_LE(result->deviation.max, 0.5) << which;
      EXPECT_GE(result->average_speed_mps, 9) << which;
    }
  }
}

TEST(Expert, DrivesEveryCircuitOfOurs) {
  for (const std::string& name : list_circuits()) {
    auto circuit = find_circuit(name);
    ASSERT_TRUE(circuit.ok()) << circuit.error().message();
    expect_good_laps(make_track(*std::move(circuit)));
  }
}

TEST(Expert, DrivesRealCircuits) {
  for (const char* file : {"jderobot/lap-simple-circuit.bag", "jderobot/lap-montreal.bag"}) {
    const auto bag = test_data(file);
    PITLANE_NEEDS_TEST_DATA(bag);
    const auto lap = import_lap(bag, file);
    ASSERT_TRUE(lap.ok()) << lap.error().message();
    expect_good_laps(make_track(make_circuit(lap->definition)));
  }
}

TEST(Expert, SteersBackToTheLine) {
  const ReferenceLine line = make_circuit(oval()).reference_line(false);
  Expert expert(line);
  EXPECT_LT(expert.command({20, 0.5, 0}).w_radps, -0.1) << "left of the line: to the right";
  expert.reset();
  EXPECT_GT(expert.command({20, -0.5, 0}).w_radps, 0.1);
  expert.reset();
  EXPECT_NEAR(expert.command({15, 0, 0}).w_radps, 0, 0.02);
}

TEST(Expert, TurnsTheCirclesOwnCurvatureInASteadyBend) {
  CircuitDefinition d;
  d.name = "round";
  for (int i = 0; i < 120; ++i) d.reference.push_back({20 * std::cos(i * 0.0523599), 20 * std::sin(i * 0.0523599)});
  Expert expert(make_circuit(d).reference_line(false));
  const Command command = expert.command({20, 0, std::numbers::pi / 2});
  EXPECT_NEAR(command.w_radps / command.v_mps, 1 / 20.0, 0.002);
  EXPECT_NEAR(command.v_mps, std::sqrt(8 * 20), 0.5);
}

TEST(Expert, SpeedFollowsTheRuleAndStaysWithinItsRange) {
  Expert expert(make_circuit(oval(2)).reference_line(false));
  // A corner beyond the sight of 9 m changes nothing; in the hairpin it is at the slowest.
  EXPECT_DOUBLE_EQ(expert.command({5, 0, 0}).v_mps, ExpertOptions().fastest_mps);
  expert.reset();
  EXPECT_DOUBLE_EQ(expert.command({33.8, 1.2, 1.2}).v_mps, 6.5);
  expert.reset();
  double last = 30;
  for (double x = 18; x < 32; x += 0.1) {
    const double v = expert.command({x, 0, 0}).v_mps;
    EXPECT_LE(v, last + 1e-9);
    EXPECT_LT(last - v, x > 18 ? 1.0 : 30) << "no jump when the corner comes into sight";
    last = v;
  }
}

}  // namespace
}  // namespace pitlane
