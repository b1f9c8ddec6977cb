#include "pitlane/train/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  EXPECT_THAT(drive_windows(inputs_, range(0, 50)), ElementsAre(SampleWindow{15, 16, 0}, SampleWindow{29, 14, 8},
                                                                SampleWindow{45, 16, 0}, SampleWindow{49, 4, 8}));
}

TEST_F(Windows, BeginAnewBehindAGapWhichOnlyWarmsUp) {
  const Indices indices = {3, 4, 12, 13, 14, 32};
  EXPECT_THAT(drive_windows(inputs_, indices),
              ElementsAre(SampleWindow{4, 2, 3}, SampleWindow{14, 3, 8}, SampleWindow{32, 1, 2}));
}

TEST_F(Windows, WhatIsNamedTwiceIsLearntFromTwice) {
  const Indices indices = {5, 4, 5, 5};
  EXPECT_THAT(drive_windows(inputs_, indices),
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
