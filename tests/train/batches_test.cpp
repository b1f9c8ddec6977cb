#include "pitlane/train/batches.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "synthetic.h"

namespace pitlane {
namespace {

std::vector<SampleWindow> all_windows(const Dataset& dataset) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(dataset.size()));
  std::iota(indices.begin(), indices.end(), 0);
  return single_windows(indices);
}

TEST(Batches, SizesDifferByOneAtMostAndCoverAll) {
  std::vector<std::int64_t> indices(65);
  std::iota(indices.begin(), indices.end(), 0);
  const WindowBatches batches(single_windows(indices), 64);
  ASSERT_EQ(batches.size(), 2);
  EXPECT_EQ(batches[0].size(), 32U);
  EXPECT_EQ(batches[1].size(), 33U);
  EXPECT_EQ(batches[1][0], SampleWindow{32});
  EXPECT_EQ(batches.first_of(1), 32U);
}

TEST(Batches, PlainPicturesAreScaledPlanes) {
  const Dataset dataset = testing::bar_dataset(5, 3, 2, 1);
  Network network = testing::tiny_network(5, 3);
  Preprocessing& preprocessing = network.inputs[0].preprocessing;
  preprocessing.scale = {1, 0.5F, 0.25F};
  preprocessing.offset = {0, -1, 3};
  const SampleInputs inputs = SampleInputs::create(network, dataset).value();
  const BatchBuffer batch = plain_batch(inputs, std::vector<std::int64_t>{1});
  ASSERT_EQ(batch.pictures.size(), 45U);
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t p = 0; p < 15; ++p)
      EXPECT_EQ(batch.pictures[c * 15 + p],
                static_cast<float>(dataset.picture(1)[p * 3 + c]) * preprocessing.scale[c] + preprocessing.offset[c]);
  EXPECT_EQ(batch.labels[1], dataset.label(1)[1]);
}

TEST(Batches, AnEpochSeesEverySampleOnceInAnotherOrder) {
  const Dataset dataset = testing::bar_dataset(6, 4, 37, 2);
  const SampleInputs inputs = SampleInputs::create(testing::tiny_network(6, 4), dataset).value();
  const AugmentationOptions off{false, 0, false};
  std::vector<std::vector<float>> epochs;
  for (int epoch = 1; epoch <= 2; ++epoch) {
    EpochBatches batches(inputs, off, all_windows(dataset), 8, 5, epoch);
    std::vector<float> labels;
    for (std::int64_t i = 0; i < batches.count(); ++i) {
      const BatchBuffer batch = batches.next();
      EXPECT_LE(batch.samples, 8);
      labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
    }
    epochs.push_back(labels);
  }
  EXPECT_NE(epochs[0], epochs[1]);
  for (const auto& labels : epochs)
    EXPECT_EQ(std::multiset<float>(labels.begin(), labels.end()),
              std::multiset<float>(dataset.labels.begin(), dataset.labels.end()));
}

TEST(Batches, AbandoningAnEpochEarlyIsSafe) {
  const Dataset dataset = testing::bar_dataset(6, 4, 64, 2);
  const SampleInputs inputs = SampleInputs::create(testing::tiny_network(6, 4), dataset).value();
  for (int i = 0; i < 20; ++i) {
    EpochBatches batches(inputs, {}, all_windows(dataset), 8, 5, i);
    if (i % 2 != 0) continue;
    EXPECT_EQ(batches.next().samples, 8);
  }
}

}  // namespace
}  // namespace pitlane
