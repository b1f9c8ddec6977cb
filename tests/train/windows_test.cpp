#include "pitlane/train/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "pitlane/train/batches.h"
#include "remembering.h"

namespace pitlane {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

using Indices = std::vector<std::int64_t>;

class Windows : public ::testing::Test {
 protected:
  // Two drives of 30 and 20 samples.
  Dataset dataset_ = testing::drives({30, 20}, 3);
  Network network_ = testing::remembering_network(1);
  SampleInputs inputs_ = SampleInputs::create(network_, dataset_).value();

  static Indices range(std::int64_t begin, std::int64_t end) {
    Indices indices(static_cast<std::size_t>(end - begin));
    std::iota(indices.begin(), indices.end(), begin);
    return indices;
  }
};

TEST_F(Windows, CutDrivesAndWarmUpWithWhatCameBefore) {
  EXPECT_THAT(
      drive_windows(inputs_, range(0, 50), kLearntWindows),
      ElementsAre(SampleWindow{15, 16, 0}, SampleWindow{29, 14, 8}, SampleWindow{45, 16, 0}, SampleWindow{49, 4, 8}));
}

TEST_F(Windows, BeginAnewBehindAGapWhichOnlyWarmsUp) {
  const Indices indices = {3, 4, 12, 13, 14, 32};
  EXPECT_THAT(drive_windows(inputs_, indices, kLearntWindows),
              ElementsAre(SampleWindow{4, 2, 3}, SampleWindow{14, 3, 8}, SampleWindow{32, 1, 2}));
}

TEST_F(Windows, WhatIsNamedTwiceIsLearntFromTwice) {
  const Indices indices = {5, 4, 5, 5};
  EXPECT_THAT(drive_windows(inputs_, indices, kLearntWindows),
              ElementsAre(SampleWindow{5, 2, 4}, SampleWindow{5, 1, 5}, SampleWindow{5, 1, 5}));
}

TEST_F(Windows, SamplesStandInTheOrderOfTheDrive) {
  EXPECT_THAT(samples_of({14, 3, 2}, inputs_), ElementsAre(10, 11, 12, 13, 14));
}

TEST_F(Windows, ShorterOnesOfABatchBeginLaterAndEndWithTheOthers) {
  const std::vector<SampleWindow> windows = {{4, 2, 3}, {32, 1, 2}};
  const BatchBuffer batch = plain_batch(inputs_, windows);
  ASSERT_EQ(batch.steps, 5);
  ASSERT_EQ(batch.samples, 10);
  EXPECT_EQ(batch.learnt(), 3);
  EXPECT_THAT(batch.begins, ElementsAre(1, 0, 0, 0, 0, 1, 0, 0, 0, 0));
  EXPECT_THAT(batch.counts, ElementsAre(0, 0, 0, 0, 0, 0, 1, 0, 1, 1));
  const Indices shown = {0, 30, 1, 30, 2, 30, 3, 31, 4, 32};
  for (std::size_t i = 0; i < shown.size(); ++i) EXPECT_EQ(batch.labels[2 * i], dataset_.label(shown[i])[0]) << i;
}

TEST_F(Windows, CamerasOfARowHaveWindowsOfTheirOwn) {
  // Two cameras take turns within one drive.
  for (std::size_t i = 0; i < 10; ++i) {
    dataset_.side_camera[i] = i % 2;
    dataset_.row[i] = static_cast<std::int64_t>(i / 2);
  }
  const SampleInputs inputs = SampleInputs::create(network_, dataset_).value();
  const auto windows = drive_windows(inputs, range(0, 10), kLearntWindows);
  ASSERT_THAT(windows, ElementsAre(SampleWindow{8, 5, 0}, SampleWindow{9, 5, 0}));
  EXPECT_THAT(samples_of(windows[1], inputs), ElementsAre(1, 3, 5, 7, 9));
}

// Frames of their own, e.g. recorded at random poses, beside drives.
TEST_F(Windows, LikeLengthsComeInBatchesTogetherAndFillThem) {
  std::vector<SampleWindow> windows;
  for (std::int64_t i = 0; i < 200; ++i) windows.push_back(i % 5 == 0 ? SampleWindow{i, 16, 8} : SampleWindow{i, 1, 0});
  const WindowBatches batches(windows, 64);
  std::size_t seen = 0;
  for (std::int64_t b = 0; b < batches.size(); ++b) {
    std::int64_t learnt = 0, longest = 0;
    for (const SampleWindow& window : batches[b]) {
      learnt += window.learnt;
      longest = std::max<std::int64_t>(longest, window.length());
    }
    EXPECT_EQ(batches.first_of(b), seen);
    seen += batches[b].size();
    EXPECT_LE(std::ssize(batches[b]) * longest, 128);
    EXPECT_GE(learnt, b + 1 < batches.size() ? 64 : 1) << b;
  }
  EXPECT_EQ(seen, windows.size());
  EXPECT_EQ(batches.size(), 10 + 3);  // 40 windows of 16, and 160 frames
  std::ranges::reverse(windows);
  EXPECT_EQ(WindowBatches(windows, 64).size(), batches.size());
}

TEST_F(Windows, NoSingleFrameIsABatchOfItsOwn) {
  std::vector<SampleWindow> windows(4, {15, 16, 8});
  windows.push_back({20, 1, 0});
  const WindowBatches batches(windows, 64);
  ASSERT_EQ(batches.size(), 1);
  EXPECT_EQ(batches[0].size(), 5U);
}

TEST_F(Windows, OneThatIsLongerThanABatchStandsAlone) {
  const WindowBatches batches({{20, 16, 4}, {40, 16, 8}}, 4);
  ASSERT_EQ(batches.size(), 2);
  EXPECT_EQ(batches[0].size(), 1U);
}

TEST_F(Windows, AllPicturesOfOneAreVariedAlike) {
  AugmentationOptions options;
  options.brightness = 0;
  // A mirrored window has every steering mirrored.
  for (int epoch = 1; epoch <= 4; ++epoch) {
    EpochBatches batches(inputs_, options, {{20, 8, 0}}, 1, 1, epoch);
    const BatchBuffer batch = batches.next();
    std::vector<bool> mirrored;
    for (std::size_t i = 0; i < 8; ++i)
      mirrored.push_back(batch.labels[2 * i + 1] != dataset_.label(13 + static_cast<std::int64_t>(i))[1]);
    EXPECT_THAT(mirrored, Each(mirrored.front())) << epoch;
  }
}

}  // namespace
}  // namespace pitlane
