// Weights that share values: k-means against a slow one, and what is promised of each layer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "pitlane/core/random.h"
#include "pitlane/optimize/k_means.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<float> drawn(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(random.normal() * (i % 7 == 0 ? 3 : 1)));
  return values;
}

double mean(const std::vector<float>& values) {
  double sum = 0;
  for (const float v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double error(const std::vector<float>& values) {
  double sum = 0;
  for (const float v : values) sum += std::pow(v - mean(values), 2);
  return sum;
}

/// Into those up to its mean, and those above.
void halve_the_worst_slowly(std::vector<std::vector<float>>& groups) {
  const auto worst = std::ranges::max_element(groups, {}, error);
  std::vector<float> lower, upper;
  for (const float v : *worst) (v <= mean(*worst) ? lower : upper).push_back(v);
  *worst = lower;
  groups.insert(worst + 1, upper);
}

/// Asks each value for its nearest centre, over and over; a centre that has none begins anew in the worst group.
std::vector<double> lloyd_slowly(const std::vector<float>& values, std::size_t count) {
  const auto [low, high] = std::ranges::minmax(values);
  std::vector<double> centres;
  for (std::size_t c = 0; c < count; ++c)
    centres.push_back(low +
                      (static_cast<double>(high) - low) * static_cast<double>(c) / static_cast<double>(count - 1));
  for (int i = 0; i < 300; ++i) {
    std::vector<std::vector<float>> groups(centres.size());
    for (const float v : values) {
      std::size_t best = 0;
      for (std::size_t c = 1; c < centres.size(); ++c)
        if (std::abs(v - centres[c]) < std::abs(v - centres[best])) best = c;
      groups[best].push_back(v);
    }
    std::erase_if(groups, [](const auto& group) { return group.empty(); });
    while (groups.size() < count) halve_the_worst_slowly(groups);
    std::vector<double> next;
    for (const std::vector<float>& group : groups) next.push_back(mean(group));
    if (next == centres) break;
    centres = next;
  }
  return centres;
}

TEST(KMeans, FindsTheCentresOfLloydsIterations) {
  for (const std::size_t count : {2U, 5U, 16U, 32U}) {
    const std::vector<float> values = drawn(700, count);
    const std::vector<double> slow = lloyd_slowly(values, count);
    const std::vector<float> found = k_means(values, count);
    ASSERT_EQ(found.size(), slow.size());
    for (std::size_t c = 0; c < found.size(); ++c) EXPECT_NEAR(found[c], slow[c], 1e-4) << count;
  }
}

TEST(KMeans, OfFewValuesTheyAreTheCentres) {
  EXPECT_THAT(k_means({3, -1, 3, -1, -1}, 4), ElementsAre(-1, 3));
  EXPECT_THAT(k_means({2, 4}, 1), ElementsAre(3));
  EXPECT_THAT(k_means({5}, 16), ElementsAre(5));
  EXPECT_THAT(k_means({}, 16), IsEmpty());
}

TEST(KMeans, ALongTailTakesNoCentresFromTheRest) {
  // Evenly spread over the range, some of the first centres are nearest to nothing.
  std::vector<float> values = drawn(1000, 7);
  for (float& v : values) v *= 0.05F;
  values.push_back(1);
  const std::vector<float> centres = k_means(values, 15);
  ASSERT_EQ(centres.size(), 15U);
  EXPECT_EQ(centres.back(), 1);
  double apart = 0, of_few = 0;
  const std::vector<float> few = k_means(values, 4);
  for (const float v : values) {
    apart += std::pow(double{v} - nearest(centres, v), 2);
    of_few += std::pow(double{v} - nearest(few, v), 2);
  }
  EXPECT_LT(apart, 0.15 * of_few);
}

TEST(KMeans, NeverGivesZero) {
  const std::vector<float> centres = k_means({-1, 1}, 1);
  ASSERT_EQ(centres.size(), 1U);
  EXPECT_GT(centres[0], 0);
  EXPECT_LT(centres[0], 1e-30);
}

TEST(KMeans, NearestIsThatOfALinearSearch) {
  const std::vector<float> centres = k_means(drawn(500, 3), 9);
  for (const float v : drawn(300, 4)) {
    float best = centres[0];
    for (const float c : centres)
      if (std::abs(double{v} - c) < std::abs(double{v} - best)) best = c;
    EXPECT_EQ(nearest(centres, v), best);
  }
}

TEST(KMeans, ANeighbourIsOneOfTheTwoCentresAroundAValue) {
  const std::vector<float> centres = {-2, -1, 1, 4};
  EXPECT_EQ(neighbour(centres, 0.9F, -0.5F), -1);
  EXPECT_EQ(neighbour(centres, 0.9F, -50), -1) << "no further than the next one";
  EXPECT_EQ(neighbour(centres, 0.9F, 50), 1);
  EXPECT_EQ(neighbour(centres, 0.9F, 0), -1) << "of two equally far the lower";
  EXPECT_EQ(neighbour(centres, 7, -50), 4);
  EXPECT_EQ(neighbour(centres, -7, 50), -2);
  EXPECT_EQ(neighbour(centres, -2, 50), -2) << "the lowest centre has none below, and is one itself";
}

std::size_t distinct(const Weight& weight) {
  const std::vector<float> values = decode_f32(weight);
  return std::set<float>(values.begin(), values.end()).size();
}

/// Each weight to the centre that is nearest to it, whatever that does to the layer.
Network clustered_to_nearest(const Network& from, int values) {
  Network network = from;
  EXPECT_TRUE(apply_pass(FoldBatchNorm{}, network).ok());
  for (const Layer& layer : quantizable_layers(network)) {
    Weight& weight = network.weights[layer.weight];
    std::vector<float> numbers = decode_f32(weight);
    const std::vector<float> centres = k_means(numbers, static_cast<std::size_t>(values));
    for (float& v : numbers) v = nearest(centres, v);
    weight = make_f32_weight(weight.name, weight.shape, std::move(numbers));
  }
  return network;
}

/// Mean squared distance of all answers of two networks.
double apart(const Network& a, const Network& b, const testing::SmallData& data,
             const std::vector<std::int64_t>& samples) {
  const auto one = testing::engine_answers(a, data.dataset, samples);
  const auto other = testing::engine_answers(b, data.dataset, samples);
  double sum = 0;
  for (std::size_t s = 0; s < one.size(); ++s)
    for (std::size_t i = 0; i < one[s].size(); ++i) sum += std::pow(double{one[s][i]} - other[s][i], 2);
  return sum;
}

TEST(Cluster, GivesEachLayerThatMayBecomeInt8AtMostSoManyValues) {
  for (const int values : {2, 16, 32}) {
    Network network = testing::small_network();
    const testing::SmallData data(network);
    ASSERT_TRUE(apply_pass(Cluster{values}, network, data.context, {}).ok());
    for (const char* name : {"conv2", "conv3", "dense5"})
      EXPECT_LE(distinct(testing::weight_of(network, name)), static_cast<std::size_t>(values)) << name;
    EXPECT_EQ(distinct(testing::weight_of(network, "conv3")), static_cast<std::size_t>(values));
    for (const char* name : {"dense6", "dense7"})
      EXPECT_GT(distinct(testing::weight_of(network, name)), 15U) << name << " stays in floats";
  }
}

// Also on pictures that it did not choose on.
TEST(Cluster, MovesTheAnswersLessThanTheNearestValuesDo) {
  for (const int values : {4, 16}) {
    const Network network = testing::small_network();
    const testing::SmallData data(network, 400);
    Network few = network;
    ASSERT_TRUE(apply_pass(Cluster{values}, few, data.context, {}).ok());
    const Network nearest = clustered_to_nearest(network, values);
    EXPECT_LT(apart(network, few, data, data.split.validation),
              0.5 * apart(network, nearest, data, data.split.validation))
        << values;
  }
}

TEST(Cluster, WantsPicturesToChooseOn) {
  Network network = testing::small_network();
  EXPECT_EQ(apply_pass(Cluster{}, network, {}, {}).error().message(),
            "quantisation needs training pictures to measure on; name a recording");
}

TEST(Cluster, StopsWhenAsked) {
  Network network = testing::small_network();
  const testing::SmallData data(network);
  const auto stop = [](const Progress&) { return false; };
  EXPECT_EQ(apply_pass(Cluster{}, network, data.context, stop).error().kind(), ErrorKind::kInterrupted);
}

TEST(Cluster, KeepsZerosApart) {
  Network network = testing::small_network();
  const testing::SmallData data(network);
  ASSERT_TRUE(apply_pass(PruneLocal{0.4, 0.6}, network).ok());
  const Network pruned = network;
  ASSERT_TRUE(apply_pass(Cluster{8}, network, data.context, {}).ok());
  for (const char* name : {"conv2", "conv3", "dense5"}) {
    const std::vector<float> was = decode_f32(testing::weight_of(pruned, name));
    const std::vector<float> is = decode_f32(testing::weight_of(network, name));
    for (std::size_t i = 0; i < was.size(); ++i) ASSERT_EQ(was[i] == 0, is[i] == 0) << name << " " << i;
    EXPECT_LE(distinct(testing::weight_of(network, name)), 8U);
  }
}

TEST(Cluster, RefusesCountsOutOfRange) {
  Network network = testing::small_network();
  const testing::SmallData data(network);
  EXPECT_EQ(apply_pass(Cluster{1}, network, data.context, {}).error().message(),
            "a layer can have 2 to 256 shared values, not 1");
  EXPECT_EQ(apply_pass(Cluster{257}, network, data.context, {}).error().message(),
            "a layer can have 2 to 256 shared values, not 257");
}

TEST(Cluster, ATrainerThatTearsSharedValuesApartIsRefused) {
  Network network = testing::small_network();
  const testing::SmallData data(network);
  ASSERT_TRUE(apply_pass(Cluster{4}, network, data.context, {}).ok());
  const FineTuneFn careless = [](const Network& given, const FineTuning&, const ProgressFn&) {
    return Result<Network>(testing::nudge_weights(given, 5));
  };
  Network copy = network;
  EXPECT_TRUE(apply_pass(FineTune{1, 1e-3, false}, copy, careless, {}).ok());
  EXPECT_EQ(apply_pass(FineTune{1, 1e-3, true}, network, careless, {}).error().message(),
            "fine-tuning made 215 values of the 4 that the weights of Conv2d 'conv2' had");
}

TEST(Cluster, SharedValuesStayEqualInInt8WithOneScale) {
  Network network = testing::small_network();
  const testing::SmallData data(network);
  for (const char* strategy : {"clust_qat", "prune_clust_qat"}) {
    const auto made = apply_strategy(network, **find_strategy(strategy), data.context);
    ASSERT_TRUE(made.ok()) << made.error().message();
    for (const char* name : {"conv2", "conv3", "dense5"}) {
      const Weight& weight = testing::weight_of(*made, name);
      ASSERT_EQ(weight.storage, Storage::kI8);
      EXPECT_LE(distinct(weight), 16U) << strategy << " " << name;
    }
    if (std::string(strategy) == "prune_clust_qat") {
      EXPECT_NEAR(sparsity(testing::weight_of(*made, "dense5")), 0.8, 0.01) << "zeros are kept to the end";
    }
  }
}

}  // namespace
}  // namespace pitlane
