#include "pitlane/sim/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "pitlane/core/hash.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

struct Seen {
  std::string hash;
  std::vector<Command> labels;
  std::vector<int> sessions;
  int width = 0, height = 0;
};

RecordOptions few_frames() {
  RecordOptions options;
  options.driven_frames = 120;
  options.random_frames = 60;
  options.session_frames = 30;
  return options;
}

Seen record(const RecordOptions& options, const MakeDriver& driver = {}) {
  Seen seen;
  Hasher hasher;
  const Status status = record_frames(
      {oval_track()}, options,
      [&](const RecordedFrame& frame) -> Status {
        EXPECT_EQ(frame.index, static_cast<std::int64_t>(seen.labels.size()));
        hasher.bytes(std::as_bytes(frame.picture)).real(frame.label.v_mps).real(frame.label.w_radps);
        seen.labels.push_back(frame.label);
        seen.sessions.push_back(frame.session);
        seen.width = frame.width, seen.height = frame.height;
        return {};
      },
      {}, driver);
  EXPECT_TRUE(status.ok()) << status.error().message();
  seen.hash = hasher.hex();
  return seen;
}

TEST(Recorder, SameSeedSameBytes) {
  const Seen a = record(few_frames()), b = record(few_frames());
  EXPECT_EQ(a.hash, b.hash);
  RecordOptions other = few_frames();
  other.seed = 2;
  EXPECT_NE(record(other).hash, a.hash);
}

// The speed is the car's at the frame: at rest where a drive begins, then what the expert ordered a frame before. At
// random places it is any, so that a network cannot learn to go on as it went.
TEST(Recorder, TellsSpeedsAndWhereTheCarWasPut) {
  std::vector<RecordedFrame> frames;
  const Status status = record_frames({oval_track()}, few_frames(), [&](const RecordedFrame& frame) -> Status {
    frames.push_back(frame);
    return {};
  });
  ASSERT_TRUE(status.ok()) << status.error().message();
  int driven = 0, placed = 0;
  double lowest = 100, highest = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i].command, 0);
    const bool first = i == 0 || frames[i - 1].session != frames[i].session;
    if (first) {
      EXPECT_EQ(frames[i].drive, 0) << i;
    }
    const bool same_drive = !first && frames[i].drive == frames[i - 1].drive;
    if (!first && !same_drive) {
      EXPECT_EQ(frames[i].drive, frames[i - 1].drive + 1);
      lowest = std::min(lowest, frames[i].speed_mps);
      highest = std::max(highest, frames[i].speed_mps);
      ++placed;
    }
    if (!same_drive) continue;
    EXPECT_NEAR(frames[i].speed_mps, frames[i - 1].label.v_mps, 1e-9) << i;
    ++driven;
  }
  EXPECT_EQ(driven, 120 - 4);
  EXPECT_EQ(placed, 60 - 2);
  EXPECT_LT(lowest, 4);
  EXPECT_GT(highest, 16);
}

TEST(Recorder, GivesAllFramesInWholeSessionsAtTheNetworksSize) {
  const Seen seen = record(few_frames());
  EXPECT_EQ(seen.labels.size(), 180U);
  EXPECT_EQ(seen.width, 200);
  EXPECT_EQ(seen.height, 66);
  std::map<int, int> frames;
  for (const int session : seen.sessions) ++frames[session];
  EXPECT_EQ(frames.size(), 6U);
  for (const auto& [session, count] : frames) EXPECT_EQ(count, 30) << session;
  EXPECT_TRUE(std::is_sorted(seen.sessions.begin(), seen.sessions.end()));
}

TEST(Recorder, LabelsAreWithinRangeAndTurnBothWays) {
  const Seen seen = record(few_frames());
  int left = 0, right = 0;
  for (const Command& label : seen.labels) {
    EXPECT_TRUE(label.v_mps >= 6.5 && label.v_mps <= 24);
    EXPECT_LE(std::abs(label.w_radps), 7.1);
    left += label.w_radps > 0.2 ? 1 : 0;
    right += label.w_radps < -0.2 ? 1 : 0;
  }
  EXPECT_GT(left, 20);
  EXPECT_GT(right, 20);
}

TEST(Recorder, WholeFramesWithoutPreprocessing) {
  RecordOptions options = few_frames();
  options.driven_frames = 5;
  options.random_frames = 0;
  options.preprocessing.reset();
  const Seen seen = record(options);
  EXPECT_EQ(seen.width, 640);
  EXPECT_EQ(seen.height, 480);
}

// Drives straight on, whatever comes.
class StraightOn : public Controller {
 public:
  void reset() override { ++resets; }
  Result<Command> decide(const Observation& observation) override {
    EXPECT_EQ(observation.frames.size(), 1U);
    return Command{10, 0};
  }
  inline static int resets = 0;
};

TEST(Recorder, ForeignDriverIsLabelledAndPutBackWhenLost) {
  RecordOptions options = few_frames();
  options.random_frames = 0;
  StraightOn::resets = 0;
  const Seen seen = record(options, [](const World&) -> Result<std::unique_ptr<Controller>> {
    return std::unique_ptr<Controller>(std::make_unique<StraightOn>());
  });
  EXPECT_EQ(seen.labels.size(), 120U);
  EXPECT_GT(StraightOn::resets, 4) << "once for each session, and when it left the road";
}

TEST(Recorder, StopsWhenAskedTo) {
  int frames = 0;
  const Status status = record_frames(
      {oval_track()}, few_frames(), [&](const RecordedFrame&) -> Status { return ++frames, Status{}; },
      [](const Progress& progress) { return progress.done < 50; });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(frames, 50);
}

TEST(Recorder, PassesOnErrors) {
  const auto error_of = [](const RecordOptions& options, const std::vector<std::shared_ptr<const Track>>& tracks) {
    const Status status =
        record_frames(tracks, options, [](const RecordedFrame&) -> Status { return io_error("disk full"); });
    return status.ok() ? "no error" : status.error().message();
  };
  EXPECT_EQ(error_of(few_frames(), {oval_track()}), "disk full");
  EXPECT_THAT(error_of(few_frames(), {}), ::testing::HasSubstr("no circuit"));
  RecordOptions wrong = few_frames();
  wrong.preprocessing->source_width = 320;
  wrong.preprocessing->crop = {0, 240, 320, 240};
  EXPECT_THAT(error_of(wrong, {oval_track()}), ::testing::HasSubstr("the camera gives 640x480"));
  wrong = few_frames();
  wrong.driven_frames = -1;
  EXPECT_THAT(error_of(wrong, {oval_track()}), ::testing::HasSubstr("not negative"));
}

}  // namespace
}  // namespace pitlane
