#include "pitlane/measure/network_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "network/small_network.h"
#include "pitlane/measure/drawn_inputs.h"
#include "pitlane/measure/network_runner.h"
#include "pitlane/network/builder.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

/// The speed in m/s, twice that, and `start` plus the sum of all speeds since the last reset, all over 100.
Network counting_network(float offset = 0) {
  NetworkBuilder builder("counting");
  const ValueId speed = builder.vector("speed", InputKind::kSpeed, 1, 0.01F);
  const ValueId sum = builder.state("sum", {1});
  const ValueId after = builder.add("count", Add{}, {speed, sum});
  builder.remember(sum, after);
  const WeightId weight = builder.weight(make_f32_weight("weight", {2, 1}, {1, 2}));
  const WeightId bias = builder.weight(make_f32_weight("bias", {2}, {0, offset}));
  const ValueId both = builder.add("both", Dense{weight, bias}, {speed});
  builder.output({"once", "1", 0, 1, both, 0});
  builder.output({"twice", "1", 0, 1, both, 1});
  builder.output({"sum", "1", 0, 1, after, 0});
  return std::move(builder).build().value();
}

TEST(NetworkDifference, IsNoneBetweenANetworkAndItself) {
  const Network network = small_network();
  const auto difference = compare_networks(network, network, 7);
  ASSERT_TRUE(difference.ok()) << difference.error().message();
  EXPECT_EQ(difference->largest, 0);
  EXPECT_EQ(difference->pictures, 7);
}

TEST(NetworkDifference, IsWhatABiasWasMovedBy) {
  const auto difference = compare_networks(counting_network(), counting_network(-0.25F), 10);
  ASSERT_TRUE(difference.ok()) << difference.error().message();
  EXPECT_NEAR(difference->largest, 0.25, 1e-6);
}

TEST(NetworkDifference, RefusesWhatCannotBeCompared) {
  const Network network = small_network();
  EXPECT_THAT(compare_networks(network, counting_network(), 1).error().message(),
              HasSubstr("inputs of different number or size"));
  Network one = network;
  one.outputs.pop_back();
  EXPECT_THAT(compare_networks(network, one, 1).error().message(), HasSubstr("2 and 1 outputs"));
}

TEST(NetworkDifference, StopsWhenAskedTo) {
  const Network network = small_network();
  std::int64_t asked = 0;
  const auto difference = compare_networks(network, network, 7, {}, [&](const Progress& progress) {
    EXPECT_EQ(progress.done, asked++);
    EXPECT_EQ(progress.total, 7);
    return progress.done < 3;
  });
  ASSERT_FALSE(difference.ok());
  EXPECT_EQ(difference.error().kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(asked, 4);
}

TEST(NetworkRunner, GivesOutputsInTheNetworksOrderAndRemembers) {
  const Network network = counting_network();
  NetworkRunner runner = NetworkRunner::create(network).value();
  DrawnInputs inputs(network, {});
  double sum = 0;
  for (int i = 0; i < 6; ++i) {
    if (i == 3) runner.reset(), sum = 0;
    const std::vector<TensorView>& shown = inputs.next();
    ASSERT_EQ(shown.size(), 1U);
    const double speed = static_cast<double>(*static_cast<const float*>(shown[0].data)) / 100;
    EXPECT_GE(speed, 0);
    EXPECT_LE(speed, 0.2);
    sum += speed;
    const std::vector<float> answer = runner.run(shown).value();
    ASSERT_EQ(answer.size(), 3U);
    EXPECT_NEAR(answer[0], speed, 1e-6);
    EXPECT_NEAR(answer[1], 2 * speed, 1e-6);
    EXPECT_NEAR(answer[2], sum, 1e-6);
  }
}

TEST(LargestDifference, IsInfiniteWhereANumberIsNone) {
  EXPECT_DOUBLE_EQ(largest_difference({1, 2}, {1.5F, 2}), 0.5);
  EXPECT_TRUE(std::isinf(largest_difference({1, 2}, {1, std::nanf("")})));
}

Dataset labelled_pictures(const Network& network, int count) {
  const Preprocessing& p = network.inputs.front().preprocessing;
  Dataset dataset;
  dataset.width = p.width, dataset.height = p.height, dataset.channels = 3;
  dataset.session.assign(static_cast<std::size_t>(count), 0);
  for (int i = 0; i < count; ++i) {
    dataset.row.push_back(i);
    dataset.side_camera.push_back(0);
    dataset.pictures.insert(dataset.pictures.end(), dataset.picture_bytes(), static_cast<std::uint8_t>(40 + i));
  }
  return dataset;
}

bool is_plain(const TensorView& picture) {
  const auto* bytes = static_cast<const std::uint8_t*>(picture.data);
  return std::all_of(bytes, bytes + picture.size_bytes, [&](std::uint8_t b) { return b == bytes[0] && b >= 40; });
}

TEST(DrawnInputs, AreNoiseAndRealPicturesInTurnWhereThereAreSome) {
  const Network network = small_network();
  const Dataset dataset = labelled_pictures(network, 5);
  DrawnInputs inputs(network, {.dataset = &dataset}), without(network, {.noise = false});
  DrawnInputs samples(network, {.dataset = &dataset, .noise = false});
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(is_plain(inputs.next()[0]), i % 2 == 1) << i;
    EXPECT_FALSE(is_plain(without.next()[0])) << i;
    EXPECT_TRUE(is_plain(samples.next()[0])) << i;
  }
}

}  // namespace
}  // namespace pitlane
