// A budget that pruning or clustering breaks: the layers that cost most are spared, and no others.
#include "pitlane/optimize/spared_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SmallData;
using ::testing::StartsWith;

using Costs = std::vector<std::pair<std::string, double>>;

/// As a PilotNet begins: what is pruned behind the normalisation moves the biases too.
Network network_with_norm() {
  testing::Sketch s(testing::camera(24, 12));
  ValueId x = s.conv(s.norm(s.image()), 8, 3, 2, {});
  x = s.conv(s.norm(x), 12, 3, 1, {});
  x = s.dense(s.flatten(x), 64, {});
  return s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
}

const Strategy& strategy(const char* name) { return **find_strategy(name); }

bool has_zeros(const Weight& weight) { return sparsity(weight) > 0.2; }

bool shares_values(const Weight& weight) {
  const std::vector<float> values = decode_f32(weight);
  return std::set<float>(values.begin(), values.end()).size() <= 16;
}

/// A judge that says what each layer costs that has been pruned (or clustered), and what each costs in int8.
JudgeFn made_up(bool (*reduced)(const Weight&), const Costs& costs, const Costs& int8_costs = {}) {
  return [=](const Network& network, const ProgressFn& progress) -> Result<std::vector<OutputError>> {
    if (!report(progress, {"judge", 0, 1, ""})) return interrupted();
    OutputError w{"w", 1, 1};
    for (const auto& [layer, cost] : costs)
      if (reduced(testing::weight_of(network, layer))) w.mse += cost;
    for (const auto& [layer, cost] : int8_costs)
      if (testing::weight_of(network, layer).storage == Storage::kI8) w.mse += cost;
    return std::vector<OutputError>{{"v", 1, 1}, w};
  };
}

Result<HeldBudget> held(const char* name, const char* budget, const JudgeFn& judge, const ProgressFn& progress = {}) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  return hold_budget(good, strategy(name), data.context, *parse_accuracy_budget(budget), judge, progress);
}

std::vector<std::string> layers_with_zeros(const Network& network) {
  std::vector<std::string> names;
  for (const Layer& layer : weighted_layers(network))
    if (has_zeros(network.weights[layer.weight])) names.push_back(network.nodes[layer.node].name);
  return names;
}

class SparedLayers : public ::testing::TestWithParam<const char*> {};

TEST_P(SparedLayers, TheCulpritAloneIsNotPruned) {
  const auto kept = held(GetParam(), "w=5%", made_up(has_zeros, {{"conv1", 0.02}, {"conv2", 0.5}, {"dense4", 0.01}}));
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_THAT(kept->spared, ElementsAre("Conv2d 'conv2' is not pruned: pruned alone, before any training, it adds 50 % "
                                        "to w's MSE"));
  EXPECT_EQ(kept->not_reduced, "not pruned");
  EXPECT_THAT(kept->put_back, IsEmpty());
  EXPECT_THAT(layers_with_zeros(kept->network), ElementsAre("conv1", "dense4"));
  EXPECT_EQ(kept->network.metadata.at("not pruned"), "Conv2d 'conv2'");
  EXPECT_EQ(kept->network.metadata.at("budget"), "w=5%");
  EXPECT_THAT(kept->network.metadata.at("recipe"), HasSubstr("spared='conv2')"));
  EXPECT_EQ(static_cast<std::size_t>(kept->size_bytes), serialize_pit(kept->network)->size());
  EXPECT_GT(kept->size_bytes, kept->strategy_size_bytes);
}

INSTANTIATE_TEST_SUITE_P(OfWhatPrunes, SparedLayers,
                         ::testing::Values("global_prune", "prune", "prune_quan", "prune_quan_tf", "prune_qat"),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST(SparedLayersOnce, ABudgetThatHoldsSparesNoneAndChangesNoByte) {
  const auto kept = held("prune", "w=50%", made_up(has_zeros, {{"conv2", 0.3}}));
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_THAT(kept->spared, IsEmpty());
  const Network good = testing::int8_network();
  const SmallData data(good);
  EXPECT_EQ(*serialize_pit(kept->network), *serialize_pit(*apply_strategy(good, strategy("prune"), data.context)));
}

TEST(SparedLayersOnce, WhatRoundingCostsGoesBackBeside) {
  const auto kept = held("prune_quan", "w=5%", made_up(has_zeros, {{"conv1", 0.5}}, {{"conv2", 0.3}}));
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_EQ(kept->network.metadata.at("not pruned"), "Conv2d 'conv1'");
  EXPECT_THAT(kept->put_back, ElementsAre("Conv2d 'conv2' stays in floats: alone in int8 it adds 30 % to w's MSE"));
  EXPECT_THAT(layers_with_zeros(kept->network), ElementsAre("conv2", "dense4"));
}

TEST(SparedLayersOnce, ALayerMayKeepItsValuesApart) {
  const auto kept = held("clust_qat", "w=5%", made_up(shares_values, {{"conv2", 0.02}, {"dense4", 0.4}}));
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_THAT(kept->spared, ElementsAre("Dense 'dense4' is not clustered: clustered alone, before any training, it "
                                        "adds 40 % to w's MSE"));
  EXPECT_TRUE(shares_values(testing::weight_of(kept->network, "conv2")));
  EXPECT_FALSE(shares_values(testing::weight_of(kept->network, "dense4")));
  EXPECT_EQ(testing::weight_of(kept->network, "dense4").storage, Storage::kI8);
}

TEST(SparedLayersOnce, ALayerMayKeepItsChannels) {
  for (const char* name : {"shrink", "shrink_quan"}) {
    const JudgeFn judge = [](const Network& network, const ProgressFn&) -> Result<std::vector<OutputError>> {
      double error = 1;
      error += testing::weight_of(network, "conv2").shape[0] < 12 ? 0.5 : 0;
      error += testing::weight_of(network, "dense4").shape[0] < 64 ? 0.01 : 0;
      return std::vector<OutputError>{{"w", error, 1}};
    };
    const auto kept = held(name, "w=5%", judge);
    ASSERT_TRUE(kept.ok()) << kept.error().message();
    EXPECT_THAT(kept->spared, ElementsAre("Conv2d 'conv2' is not shrunk: shrunk alone, before any training, it adds 50 "
                                          "% to w's MSE"));
    EXPECT_EQ(testing::weight_of(kept->network, "conv1").shape[0], 4);
    EXPECT_EQ(testing::weight_of(kept->network, "conv2").shape, (Shape{12, 3, 3, 4}));
    EXPECT_EQ(testing::weight_of(kept->network, "dense4").shape[0], 32);
    EXPECT_EQ(kept->network.metadata.at("not shrunk"), "Conv2d 'conv2'");
  }
}

TEST(SparedLayersOnce, ChannelsAreWeighedOnceForAllTries) {
  const Network good = testing::int8_network();
  SmallData data(good);
  int weighed = 0;
  const ImportanceFn importance = data.context.importance;
  data.context.importance = [&](const Network& given, const ProgressFn& progress) {
    ++weighed;
    return importance(given, progress);
  };
  const JudgeFn judge = [](const Network& network, const ProgressFn&) -> Result<std::vector<OutputError>> {
    return std::vector<OutputError>{{"w", testing::weight_of(network, "conv2").shape[0] < 12 ? 1.5 : 1.0, 1}};
  };
  const auto kept = hold_budget(good, strategy("shrink"), data.context, *parse_accuracy_budget("w=5%"), judge);
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_EQ(kept->trainings, 3) << "all, all but two, all but one";
  EXPECT_EQ(weighed, 1);
}

TEST(SparedLayersOnce, WhatIsPrunedAndClusteredIsSparedFromBoth) {
  const auto kept = held("prune_clust_qat", "w=5%", made_up(has_zeros, {{"conv1", 0.5}, {"dense4", 0.03}}));
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_EQ(kept->network.metadata.at("neither pruned nor clustered"), "Conv2d 'conv1'");
  EXPECT_FALSE(shares_values(testing::weight_of(kept->network, "conv1")));
  EXPECT_TRUE(shares_values(testing::weight_of(kept->network, "dense4")));
  EXPECT_THAT(layers_with_zeros(kept->network), ElementsAre("conv2", "dense4"));
}

TEST(SparedLayersOnce, SaysWhatStandsInTheWay) {
  const auto kept = held("prune", "w=1%", made_up(has_zeros, {{"conv1", 0.5}, {"conv2", 0.02}, {"dense4", 0.3}}));
  ASSERT_FALSE(kept.ok());
  EXPECT_EQ(kept.error().message(),
            "strategy prune: cannot hold the budget: closest was with Conv2d 'conv2' alone pruned (before any training "
            "it adds 2 % to w's MSE), where w's MSE is 1.02 (+2 %), allowed is 1.01 (+1 %), so that this layer or the "
            "training stands in the way; Conv2d 'conv1' costs most (pruned alone, before any training, it adds 50 % to "
            "w's MSE); allow more, or choose another strategy");
}

TEST(SparedLayersOnce, SaysThatTrainingStandsInTheWay) {
  int judged =
      0;  // the network itself, what the strategy makes, the network again and three layers, then with some spared
  const JudgeFn judge = [&](const Network&, const ProgressFn&) -> Result<std::vector<OutputError>> {
    ++judged;
    return std::vector<OutputError>{{"w", judged == 2 || judged > 6 ? 2.0 : 1.0, 1}};
  };
  const auto kept = held("local_prune", "w=1%", judge);
  ASSERT_FALSE(kept.ok());
  EXPECT_EQ(kept.error().message(),
            "strategy local_prune: cannot hold the budget: no layer stands in the way alone; closest was with all of "
            "the layers pruned, where w's MSE is 2 (+100 %), allowed is 1.01 (+1 %); allow more, or choose another "
            "strategy");
}

TEST(SparedLayersOnce, StopsWhenAsked) {
  const JudgeFn judge = made_up(has_zeros, {{"conv1", 0.5}, {"conv2", 0.02}, {"dense4", 0.3}});
  int all = 0;
  const ProgressFn count = [&](const Progress&) { return ++all > 0; };
  ASSERT_TRUE(held("prune_quan", "w=5%", judge, count).ok());
  for (int last = 1; last < all; last += 1 + all / 20) {
    int calls = 0;
    const ProgressFn stop = [&](const Progress&) { return ++calls < last; };
    const auto kept = held("prune_quan", "w=5%", judge, stop);
    ASSERT_FALSE(kept.ok()) << last << " of " << all;
    EXPECT_EQ(kept.error().kind(), ErrorKind::kInterrupted);
    EXPECT_EQ(calls, last);
  }
}

// Closest in int8 are two layers that are spared and the rest in floats; the message tells of the rounding.
TEST(SparedLayersOnce, SaysThatRoundingStandsInTheWayOfWhatIsSpared) {
  const auto kept =
      held("prune_quan", "w=1%",
           made_up(has_zeros, {{"conv1", 0.5}, {"conv2", 0.4}}, {{"conv1", 0.02}, {"conv2", 0.03}, {"dense4", 0.04}}));
  ASSERT_FALSE(kept.ok());
  EXPECT_THAT(kept.error().message(),
              StartsWith("strategy prune_quan: with 2 of 3 layers not pruned: cannot hold the budget: Dense 'dense4' "
                         "stands in the way most (alone in int8 it adds 4 % to w's MSE), and no layer can be int8"));
}

TEST(SparedLayersOnce, WhatCostsNothingAloneSaysSo) {
  const JudgeFn together = [](const Network& network, const ProgressFn&) -> Result<std::vector<OutputError>> {
    const std::vector<std::string> pruned = layers_with_zeros(network);
    return std::vector<OutputError>{{"w", pruned.size() > 1 ? 1.5 : 1.0 - 0.1 * static_cast<double>(pruned.size()), 1}};
  };
  const auto kept = held("prune", "w=1%", together);
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_THAT(kept->spared, ElementsAre("Conv2d 'conv1' is not pruned: pruned alone, before any training, it costs "
                                        "nothing, beside the others it does",
                                        "Conv2d 'conv2' is not pruned: pruned alone, before any training, it costs "
                                        "nothing, beside the others it does"));
}

TEST(SparedLayersOnce, SayWhichTrainingMadeWhatIsKept) {
  const Network good = testing::int8_network();
  SmallData data(good);
  std::vector<std::size_t> pruned;  // layers, of each training
  const FineTuneFn train = data.context.fine_tune;
  data.context.fine_tune = [&](const Network& given, const FineTuning& wanted, const ProgressFn& progress) {
    pruned.push_back(wanted.pruning->weights.size());
    return train(given, wanted, progress);
  };
  const auto kept = hold_budget(good, strategy("prune"), data.context, *parse_accuracy_budget("w=5%"),
                                made_up(has_zeros, {{"conv1", 0.5}, {"conv2", 0.4}}));
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_THAT(pruned, ElementsAre(3, 1, 2)) << "all, all but two, then all but one, which is too many";
  EXPECT_EQ(kept->trainings, 2) << "the last one made what is not kept";
}

TEST(SparedLayersOnce, TrainingThatDivergesIsToldWithWhatWasClosest) {
  const Network good = testing::int8_network();
  SmallData data(good);
  const FineTuneFn train = data.context.fine_tune;
  data.context.fine_tune = [&](const Network& given, const FineTuning& wanted,
                               const ProgressFn& progress) -> Result<Network> {
    if (wanted.pruning->weights.size() == 1) return numeric_error("training diverged");
    return train(given, wanted, progress);
  };
  const auto kept = hold_budget(good, strategy("prune"), data.context, *parse_accuracy_budget("w=5%"),
                                made_up(has_zeros, {{"conv1", 0.5}}));
  ASSERT_FALSE(kept.ok());
  EXPECT_THAT(kept.error().message(),
              AllOf(HasSubstr("Conv2d 'conv1' stands in the way most"),
                    HasSubstr("closest was with all of the layers pruned, where w's MSE is 1.5 (+50 %)")));
}

TEST(SparedLayersOnce, WhatDivergesWithAllLayersMayHoldWithoutSome) {
  const Network good = testing::int8_network();
  SmallData data(good);
  const FineTuneFn train = data.context.fine_tune;
  data.context.fine_tune = [&](const Network& given, const FineTuning& wanted,
                               const ProgressFn& progress) -> Result<Network> {
    if (wanted.pruning->weights.size() == 3) return numeric_error("training diverged");
    return train(given, wanted, progress);
  };
  const auto kept = hold_budget(good, strategy("prune"), data.context, *parse_accuracy_budget("w=5%"),
                                made_up(has_zeros, {{"conv1", 0.5}}));
  ASSERT_TRUE(kept.ok()) << kept.error().message();
  EXPECT_THAT(kept->spared.front(), HasSubstr("Conv2d 'conv1' is not pruned"));
  EXPECT_EQ(kept->strategy_size_bytes, 0) << "by itself it comes to nothing";
  data.context.fine_tune = [](const Network&, const FineTuning&, const ProgressFn&) -> Result<Network> {
    return numeric_error("training diverged");
  };
  EXPECT_EQ(
      hold_budget(good, strategy("quan_aware"), data.context, *parse_accuracy_budget("w=5%"), made_up(has_zeros, {}))
          .error()
          .message(),
      "strategy quan_aware: training diverged");
}

// A channel whose normalisation cannot be undone keeps it unfolded before a padded convolution, until shrinking takes
// that channel.
TEST(WeighReducedLayers, WhereShrinkingLetsMoreNormalisationsFold) {
  testing::Sketch s(testing::camera(24, 12));
  ValueId x = s.conv(s.image(), 8, 3, 2, {});
  testing::Sketch::Norm norm{std::vector<float>(8, 1), std::vector<float>(8, 0.1F), std::vector<float>(8, 0),
                             std::vector<float>(8, 1)};
  norm.gamma[3] = 1e-6F;
  norm.beta[3] = 1;
  x = s.conv(s.norm(x, norm), 12, 3, 1, {.padding = {1, 1, 1, 1}});
  x = s.dense(s.flatten(x), 64, {});
  Network good = s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
  const SmallData data(good);
  StrategyContext context = data.context;
  context.importance = [](const Network& given, const ProgressFn&) -> Result<std::vector<std::vector<double>>> {
    std::vector<std::vector<double>> importance(given.nodes.size());
    for (const Layer& layer : weighted_layers(given)) {
      auto& own = importance[layer.node];
      own.assign(static_cast<std::size_t>(given.weights[layer.weight].shape[0]), 1);
      if (given.nodes[layer.node].name == "conv1" && own.size() == 8) own[3] = 0;
    }
    return importance;
  };
  const auto norms = [&](const Strategy& before_folding) {
    const Network made = *apply_strategy(good, before_folding, context);
    return std::ranges::count_if(made.nodes, [](const Node& n) { return std::holds_alternative<BatchNorm>(n.op); });
  };
  ASSERT_EQ(norms({"", "", "", {FoldBatchNorm{}}, false}), 1);
  ASSERT_EQ(norms({"", "", "", {Shrink{}, FoldBatchNorm{}}, false}), 0);
  const JudgeFn even = [](const Network&, const ProgressFn&) -> Result<std::vector<OutputError>> {
    return std::vector<OutputError>{{"w", 1, 1}};
  };
  int judged = 0;
  const auto limits = std::vector<ErrorLimit>{{0, ErrorMetric::kMse, 1.01, 1, true}};
  const auto layers = weigh_reduced_layers(good, strategy("shrink"), context, limits, even, {}, judged);
  ASSERT_TRUE(layers.ok()) << layers.error().message();
  EXPECT_EQ(layers->size(), 3U);
}

// Against the network in which all other layers are spared, which is what each layer alone means.
TEST(WeighReducedLayers, BehindANormalisationToo) {
  const Network good = network_with_norm();
  const SmallData data(good);
  std::vector<std::vector<float>> biases;  // of the first layer, in each network that is judged
  const JudgeFn judge = [&](const Network& network, const ProgressFn&) -> Result<std::vector<OutputError>> {
    biases.push_back(decode_f32(testing::bias_of(network, "conv2")));
    return std::vector<OutputError>{{"w", 1, 1}};
  };
  int judged = 0;
  const auto limits = std::vector<ErrorLimit>{{0, ErrorMetric::kMse, 1.01, 1, true}};
  const auto layers = weigh_reduced_layers(good, strategy("local_prune"), data.context, limits, judge, {}, judged);
  ASSERT_TRUE(layers.ok()) << layers.error().message();
  ASSERT_EQ(layers->size(), 3U);
  EXPECT_EQ(judged, 4);
  Network pruned = good;
  ASSERT_TRUE(apply_pass(PruneLocal{}, pruned).ok());
  ASSERT_TRUE(apply_pass(FoldBatchNorm{}, pruned).ok());
  EXPECT_EQ(biases[1], decode_f32(testing::bias_of(pruned, "conv2")))
      << "the zeros' share of the normalisation goes too";
  EXPECT_NE(biases[1], biases[0]);
  EXPECT_EQ(biases[2], biases[0]);
}

TEST(WeighReducedLayers, LayersOfOneNameAreOne) {
  Network good = testing::int8_network();
  for (Node& node : good.nodes)
    if (node.name == "conv2") node.name = "conv1";
  const SmallData data(good);
  const JudgeFn even = [](const Network&, const ProgressFn&) -> Result<std::vector<OutputError>> {
    return std::vector<OutputError>{{"w", 1, 1}};
  };
  int judged = 0;
  const auto limits = std::vector<ErrorLimit>{{0, ErrorMetric::kMse, 1.01, 1, true}};
  const auto layers = weigh_reduced_layers(good, strategy("prune"), data.context, limits, even, {}, judged);
  ASSERT_TRUE(layers.ok()) << layers.error().message();
  EXPECT_EQ(layers->size(), 2U);
}

TEST(Sparing, TheOthersLoseWhatTheyWouldLoseBesideThem) {
  for (const Pass& pass : {Pass(PruneGlobal{0.6}), Pass(PruneLocal{0.3, 0.6}), Pass(Cluster{})}) {
    const Network good = testing::int8_network();
    const SmallData data(good);
    const Strategy all{"all", "", "", {pass}, false};
    const Network without = *apply_strategy(good, all, data.context);
    const Network spared = *apply_strategy(good, sparing(all, {"dense4"}), data.context);
    for (const char* name : {"conv1", "conv2"})
      EXPECT_EQ(decode_f32(testing::weight_of(spared, name)), decode_f32(testing::weight_of(without, name))) << name;
    EXPECT_EQ(decode_f32(testing::weight_of(spared, "dense4")), decode_f32(testing::weight_of(good, "dense4")));
  }
}

TEST(Sparing, ALayerThatStandsTwiceIsSparedAsAWhole) {
  testing::Sketch s(testing::camera(24, 12));
  const ValueId x = s.dense(s.image(), 40, {});
  const WeightId shared = s.uniform("shared", {40, 40}, 0.3);
  ValueId y = s.dense(x, 40, {.weight = shared});
  y = s.dense(y, 40, {.weight = shared});
  const Network good = s.finish(s.dense(y, 2, {.activation = Activation::kNone}));
  const SmallData data(good);
  const Strategy prune{"prune", "", "", {PruneLocal{0.5, 0.5}}, false};
  for (const auto& [name, spares] : std::vector<std::pair<std::string, bool>>{{"dense2", true}, {"dense3", false}}) {
    const Network made = *apply_strategy(good, sparing(prune, {name}), data.context);
    EXPECT_EQ(!has_zeros(made.weights[shared]), spares) << name << ": the first one names it";
  }
}

TEST(Sparing, ALayerWhoseValuesStayApartHasAScaleForEachChannel) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  const Network made = *apply_strategy(good, sparing(strategy("clust_qat"), {"conv2"}), data.context);
  const std::vector<float>& own = testing::weight_of(made, "conv2").scales;
  const std::vector<float>& one = testing::weight_of(made, "dense4").scales;
  EXPECT_GT(std::set<float>(own.begin(), own.end()).size(), 1U);
  EXPECT_EQ(std::set<float>(one.begin(), one.end()).size(), 1U);
}

TEST(Sparing, ChangesNothingButWhatPrunesAndClusters) {
  EXPECT_EQ(
      recipe(sparing(strategy("prune_clust_qat"), {"a", "b"})),
      "prune_gradually(from=0.5, sparsity=0.8, epochs=6, learning_rate=0.001, distillation=0.5, spared='a' 'b') | "
      "cluster(values=16, samples=2048, spared='a' 'b') | quantize_aware(epochs=2, learning_rate=0.0001, "
      "samples=512, distillation=0.5, keep_shared)");
  EXPECT_EQ(recipe(sparing(strategy("int8"), {"a"})), recipe(strategy("int8")));
  EXPECT_EQ(how_it_reduces(strategy("int8")), "");
  EXPECT_EQ(how_it_reduces(strategy("local_prune")), "pruned");
  EXPECT_EQ(how_it_reduces(strategy("shrink_quan")), "shrunk");
  EXPECT_EQ(how_it_reduces(strategy("small_input")), "");
}

}  // namespace
}  // namespace pitlane
