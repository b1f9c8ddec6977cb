#include "pitlane/train/constraints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "pitlane/core/random.h"
#include "pitlane/network/smallest_weights.h"
#include "synthetic.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

constexpr int kColumns = 12, kRows = 6;

TEST(Constraints, OnlyWhatIsAskedForIsKept) {
  const Network network = testing::tiny_network(kColumns, kRows);
  const WeightId id = layer_weights(network)[0];
  WeightValues values(network.weights.size());
  const auto updated = [&](bool keep_zeros, bool keep_shared) {
    TrainOptions options;
    options.keep_zeros = keep_zeros;
    options.keep_shared = keep_shared;
    Constraints constraints(network, options, 1);
    std::vector<float>& weight = values[static_cast<std::size_t>(id)];
    weight = {0, 1, 1};
    constraints.find(values);
    AdamMoments moments{std::vector<float>(3), std::vector<float>(3)};
    constraints.update(id, weight, std::vector<float>{1, 5, -1}, moments, {0.5, 1});
    return weight;
  };
  // The first step of Adam goes by the learning rate, against the gradient's sign.
  EXPECT_THAT(updated(false, false), Pointwise(FloatNear(1e-5F), {-0.5F, 0.5F, 1.5F}));
  EXPECT_THAT(updated(true, false), Pointwise(FloatNear(1e-5F), {0.0F, 0.5F, 1.5F}));
  EXPECT_THAT(updated(false, true), Pointwise(FloatNear(1e-5F), {-0.5F, 0.5F, 0.5F}));
  EXPECT_THAT(updated(true, true), Pointwise(FloatNear(1e-5F), {0.0F, 0.5F, 0.5F}));
}

// s(t) = to + (from - to) (1 - t / T)^3: at the start, in the middle, at the end and after it.
TEST(Constraints, SparsityRisesAlongTheClosedForm) {
  EXPECT_DOUBLE_EQ(polynomial_share(0.5, 0.8, 0, 100), 0.5);
  EXPECT_DOUBLE_EQ(polynomial_share(0.5, 0.8, 50, 100), 0.8 - 0.3 / 8);
  EXPECT_DOUBLE_EQ(polynomial_share(0.5, 0.8, 75, 100), 0.8 - 0.3 / 64);
  EXPECT_DOUBLE_EQ(polynomial_share(0.5, 0.8, 100, 100), 0.8);
  EXPECT_DOUBLE_EQ(polynomial_share(0.5, 0.8, 1000, 100), 0.8);
  EXPECT_DOUBLE_EQ(polynomial_share(0.5, 0.8, 0, 0), 0.8);

  const Network network = testing::tiny_network(kColumns, kRows);
  const WeightId id = layer_weights(network)[0];
  TrainOptions options;
  options.keep_zeros = true;
  options.sparsity = RisingSparsity{.from = 0.25, .to = 0.75, .weights = {id}};
  Constraints constraints(network, options, 2);
  WeightValues values(network.weights.size());
  for (int i = 0; i < 1000; ++i)
    values[static_cast<std::size_t>(id)].push_back(static_cast<float>(i % 2 == 0 ? i + 1 : -i - 1));
  std::vector<AdamMoments> moments(network.weights.size());
  moments[static_cast<std::size_t>(id)] = {std::vector<float>(1000, 1), std::vector<float>(1000, 1)};
  for (std::int64_t step = 0; step <= 130; ++step) {
    constraints.raise_sparsity(step, 200, values, moments);
    const std::int64_t looked = step >= 100 ? 100 : step / 16 * 16;
    const double left = 1 - static_cast<double>(looked) / 100;
    const auto zeros = static_cast<std::ptrdiff_t>((0.75 - 0.5 * left * left * left) * 1000);
    const auto& now = values[static_cast<std::size_t>(id)];
    ASSERT_EQ(std::ranges::count(now, 0.F), zeros) << step;
    ASSERT_EQ(now[static_cast<std::size_t>(zeros)] != 0, true) << "the smallest go first";
    ASSERT_EQ(std::ranges::count(moments[static_cast<std::size_t>(id)].first, 0.F), zeros) << step;
    ASSERT_EQ(moments[static_cast<std::size_t>(id)].first, moments[static_cast<std::size_t>(id)].second) << step;
  }
  const std::vector<float> before = values[static_cast<std::size_t>(id)], gradient(1000, 1);
  auto& now = values[static_cast<std::size_t>(id)];
  constraints.update(id, now, gradient, moments[static_cast<std::size_t>(id)], {});
  for (std::size_t i = 0; i < now.size(); ++i) ASSERT_EQ(now[i] != before[i], before[i] != 0) << i;
}

TEST(Constraints, ZeroSmallestTakesTheFirstOfEqualOnes) {
  std::vector<float> values = {3, -1, 1, 1, -2, 0};
  zero_smallest(values, 3);
  EXPECT_THAT(values, ElementsAre(3, 0, 0, 1, -2, 0));
  zero_smallest(values, 0);
  EXPECT_THAT(values, ElementsAre(3, 0, 0, 1, -2, 0));
  zero_smallest(values, 99);
  EXPECT_THAT(values, ElementsAre(0, 0, 0, 0, 0, 0));
}

// Against sorting, with ties, both signs, numbers that differ in their last bits alone, and the least of all.
TEST(Constraints, ZeroSmallestAgreesWithSorting) {
  Random random(11);
  for (const std::size_t kinds : {3U, 50U, 100'000U}) {
    std::vector<float> values(3000);
    for (float& v : values) v = (1 + 1e-7F * static_cast<float>(random.index(kinds))) * (random.chance(0.5) ? 1 : -1);
    values[17] = values[1800] = std::numeric_limits<float>::denorm_min();
    for (const std::size_t count : {1U, 2U, 3U, 1499U, 2999U, 3000U}) {
      std::vector<std::size_t> order(values.size());
      std::iota(order.begin(), order.end(), 0);
      std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::abs(values[i]); });
      std::vector<float> expected = values, zeroed = values;
      for (std::size_t i = 0; i < count; ++i) expected[order[i]] = 0;
      zero_smallest(zeroed, count);
      EXPECT_EQ(zeroed, expected) << kinds << " kinds, " << count;
    }
  }
}

class ConstrainedTraining : public ::testing::Test {
 protected:
  ConstrainedTraining() {
    options_.epochs = 4;
    options_.batch = 16;
    options_.learning_rate = 5e-3;
    options_.threads = 1;
    options_.keep_last = options_.keep_zeros = true;
  }

  [[nodiscard]] Network trained() const {
    const auto result = train(network_, dataset_, split_, options_);
    EXPECT_TRUE(result.ok()) << result.error().message();
    return result.ok() ? result->network : network_;
  }

  /// Gives each layer three values, zero among them; returns them by layer.
  std::vector<std::vector<float>> share_three_values() {
    std::vector<std::vector<float>> given;
    for (const WeightId id : layer_weights(network_)) {
      Weight& weight = network_.weights[static_cast<std::size_t>(id)];
      std::vector<float> values = decode_f32(weight);
      for (float& v : values) v = std::abs(v) < 0.02F ? 0 : v > 0 ? 0.1F : -0.07F;
      given.push_back(values);
      weight = make_f32_weight(weight.name, weight.shape, values);
    }
    return given;
  }

  Dataset dataset_ = testing::bar_dataset(kColumns, kRows, 200, 7);
  Split split_ = testing::tail_split(dataset_);
  Network network_ = testing::tiny_network(kColumns, kRows);
  TrainOptions options_;
};

TEST_F(ConstrainedTraining, ReachesTheShareOfEachLayer) {
  const std::vector<WeightId> layers = layer_weights(network_);
  options_.sparsity = RisingSparsity{.from = 0.5, .to = 0.8, .weights = {layers[0], layers[1]}};
  const Network after = trained();
  for (const WeightId id : options_.sparsity->weights) {
    const Weight& weight = after.weights[static_cast<std::size_t>(id)];
    EXPECT_EQ(std::ranges::count(weight.f32(), 0.F),
              static_cast<std::ptrdiff_t>(0.8 * static_cast<double>(weight.size())));
  }
  EXPECT_EQ(std::ranges::count(after.weights[static_cast<std::size_t>(layers[2])].f32(), 0.F), 0);
}

TEST_F(ConstrainedTraining, SharedValuesMoveTogether) {
  const std::vector<std::vector<float>> before = share_three_values();
  options_.keep_shared = true;
  const Network after = trained();
  std::size_t layer = 0;
  for (const WeightId id : layer_weights(network_)) {
    const std::vector<float> values = decode_f32(after.weights[static_cast<std::size_t>(id)]);
    std::map<float, std::set<float>> became;
    for (std::size_t i = 0; i < values.size(); ++i) became[before[layer][i]].insert(values[i]);
    for (const auto& [was, is] : became) {
      EXPECT_EQ(is.size(), 1U) << was;
      EXPECT_EQ(*is.begin() == was, was == 0) << "what is not zero has learnt";
    }
    ++layer;
  }
}

TEST_F(ConstrainedTraining, SharedValuesGoOnWhereTheyStopped) {
  share_three_values();
  options_.keep_shared = true;
  const Network whole = trained();
  options_.checkpoint = std::filesystem::path(::testing::TempDir()) / "shared_values.ckpt";
  std::filesystem::remove(options_.checkpoint);
  const auto part = train(network_, dataset_, split_, options_, [](const Progress& p) { return p.done < p.total / 2; });
  ASSERT_FALSE(part.ok());
  ASSERT_TRUE(std::filesystem::exists(options_.checkpoint));
  EXPECT_EQ(content_hash(trained()), content_hash(whole));
  std::filesystem::remove(options_.checkpoint);
}

TEST_F(ConstrainedTraining, ATeacherAloneIsImitated) {
  Network teacher = testing::tiny_network(kColumns, kRows, 23);
  const auto loss_to_teacher = [&](const Network& network) {
    const auto y = torch_predict(network, dataset_, split_.validation);
    const auto t = torch_predict(teacher, dataset_, split_.validation);
    double sum = 0;
    for (std::size_t i = 0; i < y->size(); ++i) sum += std::pow((*y)[i] - (*t)[i], 2);
    return sum;
  };
  options_.epochs = 12;
  options_.teacher = Teacher{&teacher, 1};
  EXPECT_LT(loss_to_teacher(trained()), 0.1 * loss_to_teacher(network_));
  options_.teacher->share = 0;
  const Network without = trained();
  options_.teacher.reset();
  EXPECT_EQ(content_hash(without), content_hash(trained())) << "a teacher without a share says nothing";
}

TEST_F(ConstrainedTraining, RefusesWhatDoesNotFit) {
  const auto refusal = [&] {
    const auto result = train(network_, dataset_, split_, options_);
    return result.ok() ? std::string("none") : result.error().message();
  };
  options_.sparsity = RisingSparsity{.from = 0.8, .to = 0.5, .weights = {}};
  EXPECT_EQ(refusal(), "a rising share of zeros must stay between 0 and 1, and may not fall");
  options_.sparsity = RisingSparsity{.weights = {99}};
  EXPECT_EQ(refusal(), "there is no weight 99 to prune");
  options_.sparsity = RisingSparsity{};
  options_.keep_shared = true;
  EXPECT_EQ(refusal(), "a rising share of zeros parts weights that share a value; ask for one of the two");
  options_.keep_shared = options_.keep_zeros = false;
  EXPECT_EQ(refusal(), "a rising share of zeros needs zeros that are kept");
  options_.sparsity.reset();
  options_.int8.resize(3);
  EXPECT_EQ(refusal(),
            "simulated int8 is asked for 3 weights, the network has " + std::to_string(network_.weights.size()));
  options_.int8.clear();
  const Network teacher = testing::tiny_network(kColumns + 2, kRows);
  options_.teacher = Teacher{&teacher, 0.5};
  EXPECT_EQ(refusal(), "the teacher's inputs or outputs are not those of the network that it teaches");
  options_.teacher = Teacher{&network_, 1.5};
  EXPECT_EQ(refusal(), "a teacher is a network, and its share of the loss between 0 and 1");
}

}  // namespace
}  // namespace pitlane
