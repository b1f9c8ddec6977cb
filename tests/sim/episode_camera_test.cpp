#include "pitlane/sim/episode_camera.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "pitlane/measure/episode.h"
#include "pitlane/sim/expert.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const ImageView& view) { return {view.data, view.data + view.stride_bytes * view.height}; }

/// Drives as the expert does, and keeps what it is shown.
class Witness : public Controller {
 public:
  explicit Witness(const World& world) : expert_(world) {}
  void reset() override { expert_.reset(); }
  Result<Command> decide(const Observation& observation) override {
    seen[observation.time_s] = bytes_of(observation.frames.front());
    return expert_.decide(observation);
  }
  std::map<double, Bytes> seen;

 private:
  ExpertController expert_;
};

TEST(EpisodeCamera, ShowsToTheByteWhatTheDriverSaw) {
  SimOptions options;
  options.camera.width = 64, options.camera.height = 48;
  options.perturbation.noise = 9;
  options.perturbation.blur_px = 0.7;
  options.perturbation.camera_yaw_rad = 0.1;
  options.perturbation.drop = 0.3;
  options.perturbation.delay_s = 0.08;
  SimWorld world(oval_track(), options);
  Witness witness(world);
  EpisodeOptions episode;
  episode.seed = 11;
  episode.timeout_s = 3;
  episode.latency = LatencyModel::fixed(0.06);
  const auto result = run_episode(world, witness, episode);
  ASSERT_TRUE(result.ok());
  ASSERT_GT(witness.seen.size(), 10U);

  auto camera = EpisodeCamera::create(std::make_unique<SimWorld>(oval_track(), options), 11);
  ASSERT_TRUE(camera.ok());
  std::size_t compared = 0;
  for (const TrajectoryPoint& point : result->trajectory) {
    const auto again = camera->see(point.time_s, point.pose);
    ASSERT_TRUE(again.ok());
    const auto seen = witness.seen.find(point.time_s);
    if (seen == witness.seen.end()) continue;  // a frame that got lost
    ++compared;
    EXPECT_EQ(bytes_of(*again), seen->second) << point.time_s;
  }
  EXPECT_EQ(compared, witness.seen.size());

  auto other = EpisodeCamera::create(std::make_unique<SimWorld>(oval_track(), options), 12);
  ASSERT_TRUE(other.ok());
  EXPECT_NE(bytes_of(*other->see(0, result->trajectory[0].pose)), witness.seen.begin()->second) << "another episode";
}

TEST(EpisodeCamera, TimeDoesNotGoBack) {
  auto camera = EpisodeCamera::create(std::make_unique<SimWorld>(oval_track(), SimOptions{}), 1);
  ASSERT_TRUE(camera.ok());
  ASSERT_TRUE(camera->see(1, {}).ok());
  const auto before = camera->see(0.5, {});
  ASSERT_FALSE(before.ok());
  EXPECT_EQ(before.error().message(), "the clock stands at 1 s and cannot go to 0.5 s");
}

class Elsewhere : public World {
 public:
  Status reset(std::uint64_t /*seed*/) override { return {}; }
  Result<Observation> observe() override { return unsupported("blind"); }
  void act(const Command& /*command*/) override {}
  Status advance_to(double /*time_s*/) override { return {}; }
  [[nodiscard]] double time_s() const override { return 0; }
  [[nodiscard]] Pose pose() const override { return {}; }
  [[nodiscard]] const ReferenceLine& reference_line() const override { return line_; }
  [[nodiscard]] double camera_period_s() const override { return 0.05; }
  void restrict_view(const std::vector<int>& /*rows*/, const std::vector<int>& /*columns*/) override {}
  [[nodiscard]] std::string description() const override { return "a car park"; }

 private:
  ReferenceLine line_;
};

TEST(EpisodeCamera, AWorldThatIsNoSimulatorIsRefused) {
  const auto camera = EpisodeCamera::create(std::make_unique<Elsewhere>(), 1);
  ASSERT_FALSE(camera.ok());
  EXPECT_EQ(camera.error().message(), "only a drive in the simulator can be shown again, not one in a car park");
}

}  // namespace
}  // namespace pitlane
