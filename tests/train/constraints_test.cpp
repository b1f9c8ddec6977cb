#include "pitlane/train/constraints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "pitlane/network/smallest_weights.h"
#include "synthetic.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;

constexpr int kColumns = 12, kRows = 6;

TEST(Constraints, GradientsOfSharedValuesAreSummed) {
  const Network network = testing::tiny_network(kColumns, kRows);
  TrainOptions options;
  options.keep_shared = options.keep_zeros = true;
  Constraints constraints(network, options);
  WeightValues values(network.weights.size());
  const auto ids = layer_weights(network);
  values[static_cast<std::size_t>(ids[0])] = {2, -1, 2, 0, -1, 2};
  for (int i = 0; i < 300; ++i) values[static_cast<std::size_t>(ids[1])].push_back(static_cast<float>(i));
  constraints.find(values);
  const std::vector<float> gradient = {1, 10, 0.5F, 7, -4, 0.25F};
  const auto summed = constraints.shared(ids[0], gradient, 1);
  EXPECT_THAT(std::vector<float>(summed.begin(), summed.end()), ElementsAre(1.75F, 6, 1.75F, 7, 6, 1.75F));
  const auto keep = constraints.keep(ids[0]);
  EXPECT_THAT(std::vector<int>(keep.begin(), keep.end()), ElementsAre(1, 1, 1, 0, 1, 1));
  const std::vector<float> many(300, 1.0F);
  EXPECT_EQ(constraints.shared(ids[1], many, 1).data(), many.data()) << "more than 256 values are not shared";
}

TEST(Constraints, SharedGradientsAreTheSameOnAnyNumberOfThreads) {
  const Network network = testing::tiny_network(kColumns, kRows);
  TrainOptions options;
  options.keep_shared = true;
  Constraints constraints(network, options);
  const WeightId layer = layer_weights(network)[0];
  constexpr std::size_t kMany = 200'001;  // several blocks and a rest
  WeightValues values(network.weights.size());
  std::vector<float>& shared = values[static_cast<std::size_t>(layer)];
  std::vector<float> gradient(kMany);
  std::map<float, double> expected;
  for (std::size_t i = 0; i < kMany; ++i) {
    shared.push_back(static_cast<float>(i * i % 37));
    gradient[i] = std::sin(static_cast<float>(i));
    expected[shared[i]] += static_cast<double>(gradient[i]);
  }
  constraints.find(values);
  const auto sums = [&](int threads) {
    const auto summed = constraints.shared(layer, gradient, threads);
    return std::vector<float>(summed.begin(), summed.end());
  };
  const std::vector<float> one = sums(1);
  EXPECT_EQ(sums(2), one);
  EXPECT_EQ(sums(5), one);
  for (std::size_t i = 0; i < kMany; i += 1001) EXPECT_NEAR(one[i], expected[shared[i]], 1e-6 * kMany) << i;
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
  Constraints constraints(network, options);
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
    ASSERT_EQ(std::ranges::count(constraints.keep(id), std::uint8_t{0}), zeros) << step;
  }
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
  std::vector<std::vector<float>> before;
  for (const WeightId id : layer_weights(network_)) {
    Weight& weight = network_.weights[static_cast<std::size_t>(id)];
    std::vector<float> values = decode_f32(weight);
    for (float& v : values) v = std::abs(v) < 0.02F ? 0 : v > 0 ? 0.1F : -0.07F;
    before.push_back(values);
    weight = make_f32_weight(weight.name, weight.shape, values);
  }
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
  options_.keep_zeros = false;
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
