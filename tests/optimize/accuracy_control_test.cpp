// A budget puts back the layers that break it, and no others.
#include "pitlane/optimize/accuracy_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/recipe_changes.h"
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

Weight& weight_named(Network& network, const std::string& node) {
  for (const Layer& layer : weighted_layers(network))
    if (network.nodes[layer.node].name == node) return network.weights[layer.weight];
  ADD_FAILURE() << "no layer " << node;
  return network.weights[0];
}

/// One weight of each output channel far larger than the rest, and on a pixel that is always dark: in floats it does
/// nothing, in int8 it takes the steps of all others.
Network with_outliers(SmallData& data) {
  Network spoilt = testing::int8_network();
  for (std::size_t i = 2; i < data.dataset.pictures.size(); i += 3) data.dataset.pictures[i] = 0;
  Weight& weight = weight_named(spoilt, "conv1");
  std::vector<float> values = decode_f32(weight);
  const std::size_t row = values.size() / 8;
  for (std::size_t o = 0; o < 8; ++o) values[o * row + 2] = 300;
  weight = make_f32_weight(weight.name, weight.shape, values);
  return spoilt;
}

/// Against what `wanted` answers, plus a tenth: the baseline's own error is 0.01 of each output.
JudgeFn judge_against(const Network& wanted, const SmallData& data) {
  const auto right = testing::engine_answers(wanted, data.dataset, data.split.validation);
  return [right, &data](const Network& network, const ProgressFn& progress) -> Result<std::vector<OutputError>> {
    if (!report(progress, {"judge", 0, 1, ""})) return interrupted();
    const auto answers = testing::engine_answers(network, data.dataset, data.split.validation);
    std::vector<OutputError> errors = {{"v", 0, 0}, {"w", 0, 0}};
    for (std::size_t s = 0; s < right.size(); ++s)
      for (std::size_t o = 0; o < 2; ++o) {
        const double error = answers[s][o] - right[s][o];
        errors[o].mse += (0.01 + error * error) / static_cast<double>(right.size());
        errors[o].mae += (0.1 + std::abs(error)) / static_cast<double>(right.size());
      }
    return errors;
  };
}

const Strategy& strategy(const char* name) { return **find_strategy(name); }

std::vector<std::string> layers_in(const Network& network, Storage storage) {
  std::vector<std::string> names;
  for (const Layer& layer : weighted_layers(network))
    if (network.weights[layer.weight].storage == storage) names.push_back(network.nodes[layer.node].name);
  return names;
}

class AccuracyControl : public ::testing::TestWithParam<const char*> {};

TEST_P(AccuracyControl, PutsBackTheCulpritAlone) {
  SmallData data(testing::int8_network());
  const Network spoilt = with_outliers(data);
  const auto held = hold_budget(spoilt, strategy(GetParam()), data.context, *parse_accuracy_budget("20%"),
                                judge_against(spoilt, data));
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_THAT(layers_in(held->network, Storage::kI8), ElementsAre("conv2", "dense4"));
  EXPECT_THAT(held->put_back,
              ElementsAre(AllOf(StartsWith("Conv2d 'conv1' stays in floats: alone in int8 it adds "),
                                ::testing::AnyOf(HasSubstr(" % to v's MSE"), HasSubstr(" % to w's MSE")))));
  EXPECT_EQ(held->network.metadata.at("budget"), "20%");
  EXPECT_EQ(held->network.metadata.at("in floats"), "Conv2d 'conv1'");
  EXPECT_GT(held->size_bytes, held->strategy_size_bytes);
  EXPECT_EQ(static_cast<std::size_t>(held->size_bytes), serialize_pit(held->network)->size());
}

TEST_P(AccuracyControl, WithoutABudgetSoManyLayersStayInFloats) {
  SmallData data(testing::int8_network());
  const Network spoilt = with_outliers(data);
  const auto keep = [&](std::size_t count) {
    return keep_costliest_in_floats(spoilt, strategy(GetParam()), data.context, count, judge_against(spoilt, data));
  };
  const auto one = keep(1), two = keep(2), all = keep(3);
  ASSERT_TRUE(one.ok()) << one.error().message();
  ASSERT_TRUE(two.ok()) << two.error().message();
  EXPECT_THAT(layers_in(*one, Storage::kI8), ElementsAre("conv2", "dense4"));
  EXPECT_EQ(one->metadata.at("in floats"), "Conv2d 'conv1'");
  EXPECT_EQ(one->metadata.at("strategy"), GetParam());
  EXPECT_EQ(layers_in(*two, Storage::kI8).size(), 1U);
  EXPECT_THAT(two->metadata.at("in floats"), HasSubstr("Conv2d 'conv1'"));
  ASSERT_FALSE(all.ok());
  EXPECT_EQ(all.error().message(),
            std::string("strategy ") + GetParam() + " has no 4 layers of which 3 could stay in floats");
}

TEST_P(AccuracyControl, ABudgetThatHoldsChangesNoByte) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  const auto held =
      hold_budget(good, strategy(GetParam()), data.context, *parse_accuracy_budget("50%"), judge_against(good, data));
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_THAT(held->put_back, IsEmpty());
  EXPECT_EQ(held->judged, 1);
  const Network plain = *apply_strategy(good, strategy(GetParam()), data.context);
  EXPECT_EQ(*serialize_pit(held->network), *serialize_pit(plain));
}

INSTANTIATE_TEST_SUITE_P(OfInt8, AccuracyControl,
                         ::testing::Values("int_flt_quan", "static_quan", "int8", "dynamic_quan", "quan_aware"),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST(AccuracyControlOnce, TwoRunsMakeTheSameBytes) {
  SmallData data(testing::int8_network());
  const Network spoilt = with_outliers(data);
  const auto run = [&] {
    return *hold_budget(spoilt, strategy("int_flt_quan"), data.context, *parse_accuracy_budget("20%"),
                        judge_against(spoilt, data));
  };
  EXPECT_EQ(*serialize_pit(run().network), *serialize_pit(run().network));
}

TEST(AccuracyControlOnce, ValuesThatFloatsAloneReadAreNotRounded) {
  SmallData data(testing::int8_network());
  const Network spoilt = with_outliers(data);
  const auto held = hold_budget(spoilt, strategy("int_flt_quan"), data.context, *parse_accuracy_budget("20%"),
                                judge_against(spoilt, data));
  ASSERT_TRUE(held.ok());
  EXPECT_FALSE(held->network.values[held->network.inputs[0].value].quantization);
  EXPECT_TRUE(held->network.values[testing::node_named(held->network, "conv1").output].quantization);
  EXPECT_TRUE(held->network.values[testing::node_named(held->network, "conv2").output].quantization);
}

/// A judge that says what each layer costs: exact sums, so that the right answer is known.
JudgeFn made_up(const std::vector<std::pair<std::string, double>>& costs, double floats = 1) {
  return [costs, floats](const Network& network, const ProgressFn&) -> Result<std::vector<OutputError>> {
    OutputError w{"w", floats, floats};
    for (const auto& [layer, cost] : costs)
      if (testing::weight_of(network, layer).storage != Storage::kF32) w.mse += cost;
    return std::vector<OutputError>{{"v", 1, 1}, w};
  };
}

TEST(AccuracyControlOnce, AsFewLayersAsPossible) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  const auto held = hold_budget(good, strategy("float16_quan"), data.context, *parse_accuracy_budget("w=10%"),
                                made_up({{"conv1", 0.035}, {"conv2", 0.05}, {"dense4", 0.06}, {"dense5", 0.03}}));
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_THAT(layers_in(held->network, Storage::kF16), ElementsAre("conv1", "dense4"))
      << "no single layer is enough, and of the pairs that are this is the smallest";
  EXPECT_THAT(held->put_back, ElementsAre("Conv2d 'conv2' stays in floats: alone in float16 it adds 5 % to w's MSE",
                                          "Dense 'dense5' stays in floats: alone in float16 it adds 3 % to w's MSE"));
}

/// Drives 0.1 m beside the line in floats, and farther by what each layer in few bits adds; counts.
struct MadeUpTrack {
  std::vector<std::pair<std::string, double>> costs;
  double most_m = 0.15;
  int drives = 0;

  TrackFn judge() {
    return [this](const Network& network, const ProgressFn&) -> Result<TrackVerdict> {
      ++drives;
      double metres = 0.1;
      for (const auto& [layer, cost] : costs)
        if (testing::weight_of(network, layer).storage != Storage::kF32) metres += cost;
      return TrackVerdict{metres <= most_m, metres / most_m, "the car is " + std::to_string(metres) + " m beside"};
    };
  }
};

Result<HeldBudget> held_on(MadeUpTrack& track, const std::string& budget, const JudgeFn& errors) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  return hold_budget(good, strategy("float16_quan"), data.context, *parse_accuracy_budget(budget), errors, {},
                     track.judge());
}

TEST(AccuracyControlOnTrack, PutsBackWhatTheCarNeeds) {
  MadeUpTrack track{.costs = {{"conv1", 0.02}, {"conv2", 0.09}, {"dense4", 0.02}}};
  const JudgeFn errors = made_up({{"conv1", 0.03}, {"conv2", 0.02}, {"dense4", 0.01}, {"dense5", 0.04}});
  const auto held = held_on(track, "track:50%", errors);
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_THAT(held->put_back,
              ElementsAre("Conv2d 'conv2' stays in floats: in float16 too, the car is 0.230000 m beside"));
  EXPECT_THAT(layers_in(held->network, Storage::kF16), ElementsAre("conv1", "dense4", "dense5"));
  EXPECT_LT(track.drives, held->judged) << "no layer is driven alone";
}

TEST(AccuracyControlOnTrack, DrivesOnlyWhatHoldsTheOtherLimits) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  const TrackFn drives = [](const Network& network, const ProgressFn&) -> Result<TrackVerdict> {
    EXPECT_EQ(testing::weight_of(network, "conv1").storage, Storage::kF32) << "its answers break the budget already";
    return TrackVerdict();
  };
  const auto held = hold_budget(good, strategy("float16_quan"), data.context, *parse_accuracy_budget("w=4%,track:50%"),
                                made_up({{"conv1", 0.05}, {"conv2", 0.01}}), {}, drives);
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_THAT(layers_in(held->network, Storage::kF16), ElementsAre("conv2", "dense4", "dense5"));
}

TEST(AccuracyControlOnTrack, SaysWhereTheCarEndsWhenItCannot) {
  MadeUpTrack track{.costs = {{"conv1", 0.2}, {"conv2", 0.3}, {"dense4", 0.4}, {"dense5", 0.5}}};
  const auto held = held_on(track, "track:50%", made_up({{"conv1", 0.03}, {"dense5", 0.01}}));
  ASSERT_FALSE(held.ok());
  EXPECT_THAT(held.error().message(),
              AllOf(HasSubstr("cannot hold the budget: the laps stand in the way, and no layer can be float16; closest "
                              "was Conv2d 'conv1' so and the rest in floats, where the car is 0.3"),
                    HasSubstr("; allow more, or choose another strategy")));
}

TEST(AccuracyControlOnTrack, WhereEveryLapIsLostTheCheapestLayerIsNamed) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  const TrackFn lost = [](const Network& network, const ProgressFn&) -> Result<TrackVerdict> {
    for (const Layer& layer : weighted_layers(network))
      if (network.weights[layer.weight].storage != Storage::kF32)
        return TrackVerdict{false, std::numeric_limits<double>::infinity(), "the lap is lost"};
    return TrackVerdict();
  };
  const auto held =
      hold_budget(good, strategy("float16_quan"), data.context, *parse_accuracy_budget("track:50%"),
                  made_up({{"conv1", 0.05}, {"conv2", 0.01}, {"dense4", 0.02}, {"dense5", 0.03}}), {}, lost);
  ASSERT_FALSE(held.ok());
  EXPECT_THAT(held.error().message(),
              HasSubstr("closest was Conv2d 'conv2' so and the rest in floats, where the lap is lost"));
}

TEST(AccuracyControlOnTrack, LayersAreWeighedBesideFloatsThatAreFarFromTheBaseline) {
  MadeUpTrack track{.costs = {{"conv1", 0.02}, {"conv2", 0.09}, {"dense4", 0.02}}};
  const auto floats_answer_badly = [](const Network& network, const ProgressFn&) -> Result<std::vector<OutputError>> {
    static int judged = 0;
    const double floats = judged++ == 0 ? 1 : 5;  // the baseline is judged first
    OutputError w{"w", floats, floats};
    if (testing::weight_of(network, "conv2").storage != Storage::kF32) w.mse += 1;
    return std::vector<OutputError>{{"v", floats, floats}, w};
  };
  const auto held = held_on(track, "track:50%", floats_answer_badly);
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_THAT(layers_in(held->network, Storage::kF16), ElementsAre("conv1", "dense4", "dense5"));
}

TEST(AccuracyControlOnTrack, FloatsThatDoNotDriveAreNoRoundingsFault) {
  MadeUpTrack track{.costs = {}, .most_m = 0.05};
  const auto held = held_on(track, "track:50%", made_up({}));
  ASSERT_FALSE(held.ok());
  EXPECT_THAT(held.error().message(), AllOf(HasSubstr("with every layer in floats the car is 0.1"),
                                            HasSubstr("what float16_quan does before it rounds stands in the way")));
}

bool fits_four_bits(const Weight& weight) {
  return weight.storage == Storage::kI8 &&
         std::ranges::all_of(weight.i8(), [](std::int8_t q) { return std::abs(q) <= 7; });
}

/// As made_up, where a layer costs one thing in 4 bits and another in 8.
struct CostOfBits {
  std::string layer;
  double four = 0, eight = 0;
};
JudgeFn made_up_by_bits(const std::vector<CostOfBits>& costs) {
  return [costs](const Network& network, const ProgressFn&) -> Result<std::vector<OutputError>> {
    OutputError w{"w", 1, 1};
    for (const CostOfBits& cost : costs) {
      const Weight& weight = testing::weight_of(network, cost.layer);
      if (weight.storage == Storage::kI8) w.mse += fits_four_bits(weight) ? cost.four : cost.eight;
    }
    return std::vector<OutputError>{w};
  };
}

Result<HeldBudget> held_in_four_bits(const Network& network, const std::vector<CostOfBits>& costs) {
  const SmallData data(network);
  return hold_budget(network, strategy("int4"), data.context, *parse_accuracy_budget("w=10%"), made_up_by_bits(costs));
}

TEST(AccuracyControlOnce, FourBitsGoBackToEightAndNotToFloats) {
  const Network good = testing::network_of_large_layers();
  const auto held = held_in_four_bits(good, {{"dense1", 0.2, 0.04}, {"dense2", 0.03, 0.01}});
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_FALSE(fits_four_bits(testing::weight_of(held->network, "dense1")));
  EXPECT_EQ(testing::weight_of(held->network, "dense1").storage, Storage::kI8);
  EXPECT_TRUE(fits_four_bits(testing::weight_of(held->network, "dense2")));
  EXPECT_THAT(held->put_back, ElementsAre("Dense 'dense1' stays in 8 bits: alone in 4 bits it adds 15.2 % to w's MSE"));
  EXPECT_EQ(held->put_back_to, "8 bits");
  EXPECT_EQ(held->network.metadata.at("in 8 bits"), "Dense 'dense1'");
}

TEST(AccuracyControlOnce, WhereEightBitsAreTooFewFloatsFollow) {
  const Network good = testing::network_of_large_layers();
  const auto held = held_in_four_bits(good, {{"dense1", 0.3, 0.2}, {"dense2", 0.03, 0.01}});
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_EQ(testing::weight_of(held->network, "dense1").storage, Storage::kF32);
  EXPECT_EQ(testing::weight_of(held->network, "dense2").storage, Storage::kI8);
  EXPECT_THAT(held->put_back, ElementsAre("Dense 'dense1' stays in floats: alone in int8 it adds 20 % to w's MSE"));
  EXPECT_EQ(held->put_back_to, "floats");
  EXPECT_EQ(held->network.metadata.at("in floats"), "Dense 'dense1'");
  EXPECT_TRUE(fits_four_bits(testing::weight_of(held->network, "dense2"))) << "what bears few bits has them";
  EXPECT_EQ(held->all_in_eight_bits, "");
  EXPECT_EQ(held->network.metadata.count("in 8 bits"), 0U);
  EXPECT_EQ(held->standing, "w's MSE is 1.03 (+3 %), allowed is 1.1 (+10 %)");
}

TEST(AccuracyControlOnce, NothingIsRoundedForALayerInFloats) {
  const Network good = testing::network_of_large_layers();
  const auto held = held_in_four_bits(good, {{"dense1", 0.03, 0.01}, {"dense2", 0.3, 0.2}});
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_EQ(testing::weight_of(held->network, "dense2").storage, Storage::kF32);
  EXPECT_TRUE(fits_four_bits(testing::weight_of(held->network, "dense1")));
  const auto reader = std::ranges::find(held->network.nodes, "dense2", &Node::name);
  ASSERT_NE(reader, held->network.nodes.end());
  EXPECT_EQ(held->network.values[static_cast<std::size_t>(reader->inputs[0])].quantization, std::nullopt);
}

TEST(AccuracyControlOnce, WhereNeitherBearsFewBitsOneHasEightAndOneFloats) {
  const Network good = testing::network_of_large_layers();
  const auto held = held_in_four_bits(good, {{"dense1", 0.3, 0.2}, {"dense2", 0.3, 0.01}});
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_EQ(testing::weight_of(held->network, "dense1").storage, Storage::kF32);
  EXPECT_EQ(testing::weight_of(held->network, "dense2").storage, Storage::kI8);
  EXPECT_FALSE(fits_four_bits(testing::weight_of(held->network, "dense2")));
  EXPECT_EQ(held->all_in_eight_bits, "Dense 'dense2'");
  EXPECT_EQ(held->network.metadata.at("in 8 bits"), "Dense 'dense2'");
  EXPECT_EQ(held->network.metadata.at("in floats"), "Dense 'dense1'");
}

TEST(AccuracyControlOnce, NetworksOfIntegersAloneMayGoBackToEightBits) {
  const Network good = testing::network_of_large_layers();
  const SmallData data(good);
  const auto held =
      hold_budget(good, with_changes(strategy("int_quan"), {.weight_bits = 4}), data.context,
                  *parse_accuracy_budget("w=10%"), made_up_by_bits({{"dense1", 0.2, 0.04}, {"dense2", 0.03, 0.01}}));
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_EQ(held->network.metadata.at("in 8 bits"), "Dense 'dense1'");
}

std::string complaint(const char* name, const char* budget, const JudgeFn& judge) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  const auto held = hold_budget(good, strategy(name), data.context, *parse_accuracy_budget(budget), judge);
  EXPECT_FALSE(held.ok());
  return held.ok() ? "" : held.error().message();
}

TEST(AccuracyControlOnce, SaysWhatStandsInTheWay) {
  EXPECT_EQ(complaint("int_flt_quan", "w=1%", made_up({{"conv1", 0.5}, {"conv2", 0.02}, {"dense4", 0.3}})),
            "strategy int_flt_quan: cannot hold the budget: Conv2d 'conv1' stands in the way most (alone in int8 it "
            "adds 50 % to w's MSE), and no layer can be int8; closest was Conv2d 'conv2' so and the rest in floats, "
            "where w's MSE is 1.02 (+2 %), allowed is 1.01 (+1 %); allow more, or choose another strategy");
}

TEST(AccuracyControlOnce, SaysWhichLimitsAreLoose) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  const auto held =
      hold_budget(good, strategy("int_flt_quan"), data.context, *parse_accuracy_budget("w=0.3"), made_up({}, 0.1));
  ASSERT_TRUE(held.ok()) << held.error().message();
  EXPECT_THAT(held->loose, ::testing::ElementsAre(
                               HasSubstr("The budget lets w's MSE rise to 0.3, where the network itself has 0.1;")));
}

TEST(AccuracyControlOnce, IntegersAloneThatOnlyLoseLapsAreNotWeighed) {
  const Network good = testing::int8_network();
  const SmallData data(good);
  int judged = 0;
  const JudgeFn even = [&](const Network&, const ProgressFn&) -> Result<std::vector<OutputError>> {
    ++judged;
    return std::vector<OutputError>{{"w", 1, 1}};
  };
  const TrackFn lost = [](const Network&, const ProgressFn&) -> Result<TrackVerdict> {
    return TrackVerdict{false, 2, "hairpins is not completed"};
  };
  const auto held =
      hold_budget(good, strategy("int_quan"), data.context, *parse_accuracy_budget("track:10%"), even, {}, lost);
  ASSERT_FALSE(held.ok());
  EXPECT_THAT(held.error().message(),
              HasSubstr("so no layer can go back to floats; the laps stand in the way, and hairpins is not completed"));
  EXPECT_EQ(judged, 2) << "the network itself and the one of integers";
}

TEST(AccuracyControlOnce, NamesTheLayerThatIntegersAloneCannotBear) {
  EXPECT_EQ(complaint("int_quan", "w=1%", made_up({{"conv1", 0.5}, {"conv2", 0.02}, {"dense4", 0.3}})),
            "strategy int_quan: cannot hold the budget: int_quan is integers alone, so no layer can go back to floats; "
            "Conv2d 'conv1' stands in the way most (alone in int8 it adds 50 % to w's MSE), and w's MSE is 1.82 (+82 "
            "%), allowed is 1.01 (+1 %); allow more, or use int_flt_quan");
}

TEST(AccuracyControlOnce, SaysThatTheNetworkItselfIsTooFarOff) {
  EXPECT_EQ(complaint("int_flt_quan", "w=0.5", made_up({})),
            "cannot hold the budget: in the network itself, before anything is done to it, w's MSE is 1 (+0 %), "
            "allowed is 0.5 (-50 %); allow more");
}

TEST(AccuracyControlOnce, SaysThatNothingCanGoBack) {
  int judged = 0;
  const JudgeFn worse = [&](const Network&, const ProgressFn&) -> Result<std::vector<OutputError>> {
    return std::vector<OutputError>{{"v", judged++ == 0 ? 1.0 : 2.0, 1}};
  };
  EXPECT_EQ(complaint("fp32", "3%", worse),
            "strategy fp32: cannot hold the budget: fp32 stores no layer in fewer bits that could go back, and v's MSE "
            "is 2 (+100 %), allowed is 1.03 (+3 %); allow more, or choose another strategy");
  judged = 0;
  EXPECT_THAT(complaint("int_quan", "3%", worse),
              HasSubstr("int_quan is integers alone, so no layer can go back to floats; no rounding stands in the way, "
                        "since with every layer in floats it is too far, and v's MSE is 2"));
  judged = 0;
  EXPECT_EQ(
      complaint("prune_quan", "3%", worse),
      "strategy prune_quan: cannot hold the budget: no layer stands in the way alone; closest was with all of the "
      "layers pruned, where v's MSE is 2 (+100 %), allowed is 1.03 (+3 %); allow more, or choose another "
      "strategy");
  judged = 0;
  EXPECT_EQ(complaint("small_input_quan", "3%", worse),
            "strategy small_input_quan: cannot hold the budget: with every layer in floats v's MSE is 2 (+100 %), "
            "allowed is 1.03 (+3 %); what small_input_quan does before it rounds stands in the way, and no layer's "
            "rounding; allow more");
}

TEST(AccuracyControlOnce, AnAnswerThatIsNoNumberHoldsNoBudget) {
  EXPECT_THAT(complaint("int_flt_quan", "w=1%", made_up({{"conv1", NAN}, {"conv2", NAN}, {"dense4", NAN}})),
              HasSubstr("cannot hold the budget"));
}

TEST(AccuracyControlOnce, StopsWhenAsked) {
  SmallData data(testing::int8_network());
  const Network spoilt = with_outliers(data);
  const JudgeFn judge = judge_against(spoilt, data);
  int all = 0;
  const ProgressFn count = [&](const Progress&) { return ++all > 0; };
  ASSERT_TRUE(hold_budget(spoilt, strategy("dynamic_quan"), data.context, *parse_accuracy_budget("20%"), judge, count));
  for (const int last : {1, all / 3, all / 2, all - 1}) {
    int calls = 0;
    const ProgressFn stop = [&](const Progress&) { return ++calls < last; };
    const auto held =
        hold_budget(spoilt, strategy("dynamic_quan"), data.context, *parse_accuracy_budget("20%"), judge, stop);
    ASSERT_FALSE(held.ok()) << last << " of " << all;
    EXPECT_EQ(held.error().kind(), ErrorKind::kInterrupted);
    EXPECT_EQ(calls, last);
  }
}

}  // namespace
}  // namespace pitlane
