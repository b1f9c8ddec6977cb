#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/controls.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/recipe_changes.h"
#include "pitlane/optimize/strategy.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SmallData;
using ::testing::StartsWith;

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const Strategy& strategy : strategies()) result.emplace_back(strategy.name);
  return result;
}

TEST(Strategies, StandInTheOrderOfTheReport) {
  EXPECT_THAT(names(), ElementsAre("baseline", "fine_tune", "fine_tune_long", "fp32", "float16_quan", "bfloat16_quan",
                                   "dynamic_quan", "int_flt_quan", "static_quan", "int_quan", "int8", "int4", "int2",
                                   "quan_aware", "local_prune", "global_prune", "prune", "prune_quan", "prune_quan_tf",
                                   "prune_qat", "clust_qat", "prune_clust_qat", "shrink", "shrink_quan", "grey_input",
                                   "plane_input", "small_input", "small_input_quan"));
}

TEST(Strategies, AreDescribedAndTellWhetherTheyTrain) {
  std::set<std::string> seen, recipes;
  for (const Strategy& strategy : strategies()) {
    EXPECT_TRUE(seen.insert(strategy.name).second) << strategy.name << " stands twice";
    EXPECT_TRUE(recipes.insert(recipe(strategy)).second) << strategy.name << " does what another does";
    EXPECT_EQ(std::string(strategy.summary).back(), '.') << strategy.name;
    EXPECT_FALSE(std::string(strategy.origin).empty()) << strategy.name;
    const bool trains = std::ranges::any_of(strategy.passes, [](const Pass& pass) {
      return std::holds_alternative<FineTune>(pass) || std::holds_alternative<PruneGradually>(pass) ||
             std::holds_alternative<QuantizeAware>(pass);
    });
    EXPECT_EQ(strategy.needs_training, trains) << strategy.name;
  }
}

TEST(Strategies, AreFoundByName) {
  for (const Strategy& strategy : strategies()) EXPECT_EQ(*find_strategy(strategy.name), &strategy);
  EXPECT_EQ(*find_strategy("fp16"), *find_strategy("float16_quan"));
  EXPECT_EQ(*find_strategy("bf16"), *find_strategy("bfloat16_quan"));
  EXPECT_EQ(*find_strategy("prune_quan_torch"), *find_strategy("prune_quan"));
  EXPECT_FALSE(find_strategy("").ok());
  const auto missing = find_strategy("int3");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(missing.error().message(),
            "there is no strategy 'int3'; did you mean 'int8'? (known are baseline, fine_tune, fine_tune_long, fp32, "
            "float16_quan, "
            "bfloat16_quan, dynamic_quan, "
            "int_flt_quan, static_quan, int_quan, int8, int4, int2, quan_aware, local_prune, global_prune, prune, "
            "prune_quan, "
            "prune_quan_tf, prune_qat, clust_qat, prune_clust_qat, shrink, shrink_quan, grey_input, plane_input, "
            "small_input, small_input_quan)");
  EXPECT_THAT(find_strategy("Int4").error().message(), HasSubstr("did you mean 'int4'?"));
  EXPECT_THAT(find_strategy("FP16").error().message(), HasSubstr("did you mean 'fp16'?"));
  EXPECT_THAT(find_strategy("int4,int8").error().message(), HasSubstr("separated by spaces"));
  EXPECT_THAT(find_strategy("nothing_like_it").error().message(),
              HasSubstr("there is no strategy 'nothing_like_it' (known"));
}

TEST(Controls, TrainAsTheirStrategyDoesAndTakeNothingAway) {
  EXPECT_EQ(controls().size(), 15U);
  for (const Strategy& control : controls()) {
    EXPECT_EQ(*find_strategy(control.name), &control);
    EXPECT_TRUE(control.needs_training) << control.name;
    EXPECT_EQ(std::string(control.summary).back(), '.');
    for (const Pass& pass : control.passes) EXPECT_TRUE(std::holds_alternative<FineTune>(pass)) << control.name;
  }
  const auto trained = [](const char* name) { return recipe(**find_strategy(name)); };
  EXPECT_EQ(trained("quan_aware_control"), "fine_tune(epochs=2, learning_rate=0.0001)");
  EXPECT_EQ(trained("clust_qat_control"), "fine_tune(epochs=2, learning_rate=0.0001, distillation=0.5)");
  EXPECT_EQ(trained("prune_quan_control"), trained("fine_tune"));
  EXPECT_EQ(trained("prune_control"), trained("fine_tune_long"));
  EXPECT_EQ(trained("prune_qat_control"), trained("fine_tune_long") + " | fine_tune(epochs=2, learning_rate=0.0001)");
  EXPECT_EQ(trained("small_input_quan_control"), "fine_tune(epochs=8, learning_rate=0.001, distillation=0.5)");
}

TEST(Controls, WhatHasNoneSaysWhy) {
  EXPECT_EQ(find_strategy("int8_control").error().message(),
            "there is no strategy 'int8_control': int8 does not train, so it has no control; compare it with the "
            "baseline");
  EXPECT_EQ(find_strategy("fine_tune_control").error().message(),
            "there is no strategy 'fine_tune_control': fine_tune takes nothing away: it is a control itself");
  EXPECT_THAT(find_strategy("quan_awre_control").error().message(), HasSubstr("did you mean 'quan_aware_control'?"));
}

TEST(Strategies, RecipesNameEveryOption) {
  const Strategy all{"all",
                     "",
                     "",
                     {FoldBatchNorm{}, PruneGlobal{0.25}, FineTune{4, 1e-4}, HalfWeights{}, QuantizeDynamic{32},
                      QuantizeStatic{99, 0.999}, PruneLocal{0.125, 0.5}, PruneGradually{0.5, 0.75, 6, 1e-3},
                      Shrink{0.25}, ReduceInput{0.5, Colours::kGrey}, ReduceInput{1, Colours::kPlane},
                      ReduceInput{0.75}, Cluster{32, 77}, FineTune{1, 1e-5, true, 0.5},
                      QuantizeStatic{16, 1, Calibrator::kEntropy, true, 3, true}, QuantizeAware{3, 1e-2, 64, true}},
                     true};
  EXPECT_EQ(
      recipe(all),
      "fold_batch_norm | prune_global(sparsity=0.25) | fine_tune(epochs=4, learning_rate=0.0001) | half_weights "
      "| quantize_dynamic(bias_samples=32) | quantize_static(samples=99, percentile=0.999, calibrator=cubed_error) "
      "| prune_local(convolution=0.125, dense=0.5) | prune_gradually(from=0.5, sparsity=0.75, epochs=6, "
      "learning_rate=0.001, distillation=0.5) | shrink(keep=0.25) | reduce_input(scale=0.5, grey) "
      "| reduce_input(scale=1, plane) | reduce_input(scale=0.75) | cluster(values=32, samples=77) "
      "| fine_tune(epochs=1, learning_rate=1e-05, distillation=0.5, keep_shared) "
      "| quantize_static(samples=16, percentile=1, calibrator=entropy, integers_only, "
      "bits_of_large=3, equalize) "
      "| quantize_aware(epochs=3, learning_rate=0.01, samples=64, keep_shared)");
  EXPECT_EQ(recipe(strategies().front()), "unchanged");
}

std::string changed(const char* strategy, const RecipeChanges& changes) {
  return recipe(with_changes(**find_strategy(strategy), changes));
}

TEST(RecipeChanges, ReplaceTheShareOfZerosOfAllThatPrune) {
  EXPECT_THAT(changed("prune_quan", {.sparsity = 0.9}), StartsWith("prune_global(sparsity=0.9) "));
  EXPECT_THAT(changed("local_prune", {.sparsity = 0.9}), StartsWith("prune_local(convolution=0.9, dense=0.9) |"));
  EXPECT_THAT(changed("prune", {.sparsity = 0.9}), StartsWith("prune_gradually(from=0.5, sparsity=0.9,"));
  EXPECT_THAT(changed("prune", {.sparsity = 0.25}), StartsWith("prune_gradually(from=0.25, sparsity=0.25,"));
}

TEST(RecipeChanges, ReplaceWhatShrinkingKeepsAndHowIntegersAreChosen) {
  EXPECT_THAT(changed("shrink_quan", {.keep = 0.2, .weight_bits = 3}),
              AllOf(StartsWith("shrink(keep=0.2) |"), HasSubstr("bits_of_large=3")));
  EXPECT_THAT(changed("int8", {.calibrator = Calibrator::kEntropy}), HasSubstr("percentile=1, calibrator=entropy"));
  EXPECT_THAT(changed("int8", {.calibrator = Calibrator::kPercentile}),
              HasSubstr("percentile=0.9999, calibrator=percentile"));
  EXPECT_EQ(changed("int2", {.weight_bits = 8}), recipe(**find_strategy("int_flt_quan")));
  EXPECT_THAT(changed("int8", {.equalize = true}), HasSubstr("calibrator=min_max, equalize)"));
}

TEST(RecipeChanges, ReplaceTheScaleOfASmallerPictureAndOfNoOther) {
  EXPECT_THAT(changed("small_input_quan", {.input_scale = 0.75}), StartsWith("reduce_input(scale=0.75) |"));
  EXPECT_THAT(changed("small_input", {.input_scale = PictureScale(0.5, 1)}), StartsWith("reduce_input(scale=0.5x1) |"));
  EXPECT_THAT(changed("grey_input", {.input_scale = 0.75}), StartsWith("reduce_input(scale=1, grey) |"));
}

TEST(RecipeChanges, ReplaceSharedValuesEpochsAndCalibrationPictures) {
  EXPECT_THAT(changed("clust_qat", {.clusters = 32, .epochs = 7, .calibration_samples = 99}),
              AllOf(StartsWith("cluster(values=32, samples=2048) | quantize_aware(epochs=7,"),
                    HasSubstr("quantize_aware(epochs=7, learning_rate=0.0001, samples=99")));
  EXPECT_THAT(changed("prune", {.epochs = 7}), HasSubstr("epochs=7"));
  EXPECT_THAT(changed("int8", {.calibration_samples = 99}), StartsWith("quantize_static(samples=99,"));
}

TEST(RecipeChanges, ConcernThoseThatHaveSuchAPass) {
  for (const Strategy& strategy : strategies()) {
    const std::string before = recipe(strategy), name = strategy.name;
    EXPECT_EQ(recipe(with_changes(strategy, {})), before);
    EXPECT_EQ(recipe(with_changes(strategy, {.sparsity = 0.33})) != before, prunes(strategy)) << name;
    EXPECT_EQ(recipe(with_changes(strategy, {.keep = 0.33})) != before, shrinks(strategy)) << name;
    EXPECT_EQ(recipe(with_changes(strategy, {.weight_bits = 5})) != before, quantizes_statically(strategy)) << name;
    EXPECT_EQ(recipe(with_changes(strategy, {.input_scale = 0.7})) != before, scales_input(strategy)) << name;
    EXPECT_EQ(recipe(with_changes(strategy, {.equalize = true})) != before, quantizes_statically(strategy)) << name;
    EXPECT_EQ(recipe(with_changes(strategy, {.clusters = 9})) != before, clusters(strategy)) << name;
    EXPECT_EQ(recipe(with_changes(strategy, {.epochs = 99})) != before, trains(strategy)) << name;
    EXPECT_EQ(recipe(with_changes(strategy, {.calibration_samples = 99})) != before, calibrates(strategy)) << name;
    EXPECT_EQ(trains(strategy), strategy.needs_training) << name;
    EXPECT_EQ(clusters(strategy), name.find("clust") != std::string::npos) << name;
    EXPECT_EQ(scales_input(strategy), name.find("small_input") != std::string::npos) << name;
    EXPECT_EQ(reduces_input(strategy), name.find("_input") != std::string::npos) << name;
    EXPECT_EQ(prunes(strategy), name.find("prune") != std::string::npos) << name;
    EXPECT_EQ(shrinks(strategy), name.find("shrink") != std::string::npos) << name;
  }
}

TEST(RecipeChanges, FindCalibratorsByName) {
  EXPECT_EQ(*find_calibrator("min_max"), Calibrator::kMinMax);
  EXPECT_EQ(find_calibrator("max").error().message(),
            "there is no calibrator 'max'; known are cubed_error, min_max, percentile, mse, entropy");
}

class Row : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] Network made(std::uint64_t seed = 1) {
    data_.context.seed = seed;
    Result<Network> network = apply_strategy(baseline_, **find_strategy(GetParam()), data_.context);
    EXPECT_TRUE(network.ok()) << network.error().message();
    return *std::move(network);
  }

  // Integers alone round the outputs too; of random weights and few pictures three levels leave less.
  [[nodiscard]] static double tolerance() {
    return GetParam() == "int2" ? 0.1 : GetParam() == "int_quan" ? 0.03 : 0.015;
  }

  [[nodiscard]] static bool few_bits() { return GetParam() == "int4" || GetParam() == "int2"; }

  Network baseline_ = few_bits() ? testing::network_of_large_layers() : testing::small_network();
  SmallData data_{baseline_};
};

TEST_P(Row, RunsFromTheBaselineToAFileAndBack) {
  const std::string before = content_hash(baseline_);
  const Network network = made();
  EXPECT_EQ(content_hash(baseline_), before);
  EXPECT_EQ(network.metadata.at("strategy"), GetParam());
  EXPECT_EQ(network.metadata.at("recipe"), recipe(**find_strategy(GetParam())));
  const Result<Network> read = parse_pit(SharedBytes(serialize_pit(network).value()));
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(content_hash(*read), content_hash(network));
  EXPECT_EQ(content_hash(network) == before, GetParam() == "baseline");
}

TEST_P(Row, SameSeedSameNetwork) {
  EXPECT_EQ(content_hash(made()), content_hash(made()));
  EXPECT_EQ(content_hash(made(1)) == content_hash(made(2)), !(*find_strategy(GetParam()))->needs_training);
}

TEST_P(Row, AnswersStayNearThoseOfTheSameWeightsInFloats) {
  const Network network = made();
  // With the passes that round taken away; what is left of sharing 16 values is coarse by itself.
  Strategy plain = **find_strategy(GetParam());
  std::erase_if(plain.passes, [](const Pass& pass) {
    return std::holds_alternative<QuantizeDynamic>(pass) || std::holds_alternative<QuantizeStatic>(pass) ||
           std::holds_alternative<QuantizeAware>(pass) || std::holds_alternative<HalfWeights>(pass);
  });
  const Network floats = *apply_strategy(baseline_, plain, data_.context);
  const auto a = testing::engine_answers(floats, data_.seen_by(floats), data_.split.validation);
  const auto b = testing::engine_answers(network, data_.seen_by(network), data_.split.validation);
  double squares = 0;
  for (std::size_t s = 0; s < a.size(); ++s)
    for (std::size_t i = 0; i < a[s].size(); ++i) squares += std::pow(a[s][i] - b[s][i], 2);
  EXPECT_LT(std::sqrt(squares / static_cast<double>(2 * data_.split.validation.size())), tolerance());
}

TEST_P(Row, RunsInTheEngineAsInTheReference) {
  const Network network = made();
  const Dataset& seen = data_.seen_by(network);
  const auto answers = testing::engine_answers(network, seen, data_.split.validation);
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_LT(testing::largest_difference(answers[i],
                                          testing::reference_answer(network, seen.picture(data_.split.validation[i]))),
              2e-4);
}

TEST_P(Row, RefusesNaN) {
  Weight& weight = baseline_.weights[weighted_layers(baseline_)[1].bias];
  const std::vector<float> broken(static_cast<std::size_t>(weight.size()), std::numeric_limits<float>::quiet_NaN());
  weight = make_f32_weight("bias", weight.shape, broken);
  const auto made = apply_strategy(baseline_, **find_strategy(GetParam()), data_.context);
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().message(), HasSubstr("strategy " + GetParam() + ": network 'sketch': weight 'bias' holds "));
}

INSTANTIATE_TEST_SUITE_P(All, Row, ::testing::ValuesIn(names()),
                         [](const auto& param_info) { return param_info.param; });

double zeros(const Network& network) {
  double none = 0, all = 0;
  for (const Layer& layer : weighted_layers(network)) {
    const Weight& weight = network.weights[layer.weight];
    none += sparsity(weight) * static_cast<double>(weight.size());
    all += static_cast<double>(weight.size());
  }
  return none / all;
}

TEST(Strategies, PrunedRowsKeepTheirZerosToTheEnd) {
  const Network network = testing::small_network();
  const SmallData data(network);
  const auto pruned = apply_strategy(network, **find_strategy("global_prune"), data.context);
  const auto both = apply_strategy(network, **find_strategy("prune_quan"), data.context);
  ASSERT_TRUE(pruned.ok() && both.ok());
  EXPECT_NEAR(zeros(*pruned), 0.7, 1e-3);
  EXPECT_GE(zeros(*both), zeros(*pruned));
  EXPECT_LT(serialize_pit(*both)->size(), serialize_pit(*pruned)->size());
  EXPECT_LT(serialize_pit(*pruned)->size(), serialize_pit(network)->size());
}

TEST(Strategies, SayWhatTheyLack) {
  const Network network = testing::small_network();
  EXPECT_EQ(apply_strategy(network, **find_strategy("int_flt_quan"), {}).error().message(),
            "strategy int_flt_quan: quantisation needs training pictures to measure on; name a recording");
  EXPECT_EQ(apply_strategy(network, **find_strategy("global_prune"), {}).error().message(),
            "strategy global_prune: fine-tuning needs a build with LibTorch and training data");
  EXPECT_TRUE(apply_strategy(network, **find_strategy("float16_quan"), {}).ok());
}

TEST(Strategies, AnErrorOfAPassNamesTheStrategy) {
  const Network network = testing::small_network();
  const Strategy strategy{"mine", "", "", {PruneGlobal{2}}, false};
  EXPECT_EQ(apply_strategy(network, strategy, {}).error().message(),
            "strategy mine: sparsity must be at least 0 and below 1, is 2.000000");
}

}  // namespace
}  // namespace pitlane
