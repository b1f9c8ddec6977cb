// Whole channels go: the smaller network answers as the larger one does where those channels are silent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "pitlane/engine/reference.h"
#include "pitlane/network/families.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "pitlane/optimize/remove_channels.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

using Masks = std::vector<std::vector<bool>>;

std::size_t index_of(const Network& network, const std::string& name) {
  const auto found = std::ranges::find(network.nodes, name, &Node::name);
  EXPECT_NE(found, network.nodes.end()) << name;
  return static_cast<std::size_t>(found - network.nodes.begin());
}

/// Two branches of a picture, one normalised and pooled, and the car's speed; then dense layers.
Network joined_network() {
  testing::Sketch s(testing::camera(16, 12), 5);
  const ValueId speed = s.builder().vector("speed", InputKind::kSpeed, 1, 0.1F, {0});
  ValueId x = s.norm(s.conv(s.norm(s.image()), 6, 3, 1, {.activation = Activation::kNone, .padding = {1, 1, 1, 1}}));
  x = s.activate(x, Activation::kRelu);
  x = s.builder().add("pool", Pool2d{PoolKind::kMax, 2, 2, 2, 2, {}}, {x});
  x = s.conv(x, 5, 3, 2, {.padding = {0, 1, 1, 0}});
  const ValueId other = s.conv(s.image(), 4, 4, 4, {});
  const ValueId joined = s.builder().add("joined", Concat{}, {s.flatten(x), s.flatten(other), speed});
  x = s.dense(joined, 9, {});
  return s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
}

std::vector<float> answer(const Network& network, std::uint64_t seed) {
  std::vector<std::vector<float>> inputs;
  Random random(seed);
  for (const InputSpec& input : network.inputs) {
    std::vector<float>& values = inputs.emplace_back();
    for (std::int64_t i = 0; i < element_count(network.values[input.value].shape); ++i)
      values.push_back(static_cast<float>(random.uniform()));
  }
  const auto result = run_reference(network, inputs);
  EXPECT_TRUE(result.ok()) << result.error().message();
  return result->values[network.outputs[0].value];
}

void edit(Weight& weight, const std::function<void(std::vector<float>&)>& change) {
  std::vector<float> values = decode_f32(weight);
  change(values);
  weight = make_f32_weight(weight.name, weight.shape, std::move(values));
}

/// The channel says nothing: its row and bias are zero, and a normalisation right behind it gives zero.
void silence(Network& network, std::size_t node, std::size_t channel) {
  for (WeightId* id : weight_fields(network.nodes[node].op))
    edit(network.weights[*id], [&](std::vector<float>& values) {
      const std::size_t row = values.size() / static_cast<std::size_t>(network.weights[*id].shape[0]);
      std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(channel * row), row, 0.0F);
    });
  for (const Node& reader : network.nodes)
    if (const auto* norm = std::get_if<BatchNorm>(&reader.op); norm && reader.inputs[0] == network.nodes[node].output)
      for (const WeightId id : {norm->gamma, norm->beta})
        edit(network.weights[id], [&](std::vector<float>& values) { values[channel] = 0; });
}

TEST(RemoveChannels, AnswersAsIfTheyWereSilent) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Network network = joined_network();
    const std::vector<std::string> why = why_channels_must_stay(network);
    Masks keep(network.nodes.size());
    Random random(seed);
    std::size_t layers = 0, gone = 0;
    for (const Layer& layer : weighted_layers(network)) {
      if (!why[layer.node].empty()) continue;
      ++layers;
      const auto channels = static_cast<std::size_t>(network.weights[layer.weight].shape[0]);
      keep[layer.node].assign(channels, true);
      for (std::size_t c = 1; c < channels; ++c)
        if (random.chance(0.4)) keep[layer.node][c] = false, ++gone;
    }
    ASSERT_EQ(layers, 4U) << "all but the one that makes the outputs";
    ASSERT_GT(gone, 0U);
    const Result<Network> small = without_channels(network, keep);
    ASSERT_TRUE(small.ok()) << small.error().message();
    EXPECT_LT(parameter_count(*small), parameter_count(network));
    for (std::size_t i = 0; i < keep.size(); ++i)
      for (std::size_t c = 0; c < keep[i].size(); ++c)
        if (!keep[i][c]) silence(network, i, c);
    for (const std::uint64_t picture : {7U, 8U})
      EXPECT_LT(testing::largest_difference(answer(*small, picture), answer(network, picture)), 1e-5) << seed;
  }
}

TEST(RemoveChannels, NothingRemovedIsTheSameNetwork) {
  const Network network = joined_network();
  const auto same = without_channels(network, Masks(network.nodes.size()));
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(content_hash(*same), content_hash(network));
}

TEST(RemoveChannels, SaysWhatMustStay) {
  const Network network = joined_network();
  const auto why = why_channels_must_stay(network);
  const std::size_t last = network.nodes.size() - 1;
  EXPECT_EQ(why[last], "it becomes an output or a memory");
  EXPECT_EQ(why[index_of(network, "pool")], "");
  Masks keep(network.nodes.size());
  keep[last] = {true, false};
  EXPECT_EQ(without_channels(network, keep).error().message(),
            layer_name(network.nodes[last]) + " must keep its channels: it becomes an output or a memory");
  keep[last].clear();
  keep[last - 1].assign(9, false);
  EXPECT_EQ(without_channels(network, keep).error().message(),
            layer_name(network.nodes[last - 1]) + " would lose all of its channels; keep more");
}

TEST(RemoveChannels, GroupsSharedWeightsAndSumsKeepTheirChannels) {
  testing::Sketch s(testing::camera(8, 8));
  const ValueId a = s.conv(s.image(), 4, 3, 1, {});
  const ValueId b = s.conv(s.image(), 4, 3, 1, {});
  const ValueId sum = s.builder().add("sum", Add{}, {a, b});
  Conv2d grouped;
  grouped.groups = 2;
  grouped.weight = s.uniform("grouped", {4, 3, 3, 2}, 0.5);
  const ValueId c = s.conv(sum, 4, 1, 1, {});
  const ValueId g = s.builder().add("grouped", grouped, {c});
  const Network network = s.finish(s.dense(s.flatten(g), 2, {.activation = Activation::kNone}));
  const auto why = why_channels_must_stay(network);
  EXPECT_EQ(why[0], "Add 'sum' reads it and mixes channels");
  EXPECT_EQ(why[index_of(network, "conv3")], "Conv2d 'grouped' reads it in groups");
  EXPECT_EQ(why[index_of(network, "grouped")], "it works in groups");
  Network copy = network;
  EXPECT_EQ(apply_pass(Shrink{}, copy, {}, {}).error().message(),
            "no layer can lose channels: Conv2d 'conv1' must stay whole, for Add 'sum' reads it and mixes channels");
}

TEST(Shrink, KeepsTheMostImportantOfEachLayer) {
  Network network = testing::small_network();
  const Network before = network;
  const testing::SmallData data(network);
  const ImportanceFn importance = [](const Network& given, const ProgressFn&) {
    std::vector<std::vector<double>> all(given.nodes.size());
    for (const Layer& layer : weighted_layers(given))
      for (std::int64_t c = 0; c < given.weights[layer.weight].shape[0]; ++c)
        all[layer.node].push_back(c % 3 == 1 ? 5 : c == 0 ? 4 : 1);
    return Result<std::vector<std::vector<double>>>(all);
  };
  ASSERT_TRUE(apply_pass(Shrink{0.5}, network, importance, {}).ok());
  EXPECT_EQ(testing::weight_of(network, "conv2").shape, (Shape{4, 3, 3, 3}));
  EXPECT_EQ(testing::weight_of(network, "conv3").shape, (Shape{6, 3, 3, 4}));
  EXPECT_EQ(testing::weight_of(network, "dense5").shape, (Shape{12, 240}));
  EXPECT_EQ(testing::weight_of(network, "dense7").shape, (Shape{2, 4}));
  // Of eight channels 1, 4 and 7 count most, then 0.
  const std::vector<float> was = decode_f32(testing::bias_of(before, "conv2"));
  EXPECT_EQ(decode_f32(testing::bias_of(network, "conv2")), (std::vector<float>{was[0], was[1], was[4], was[7]}));
}

TEST(Shrink, NormalisationsBehindALayerAreWeighedWithIt) {
  testing::Sketch s(testing::camera(16, 12));
  const ValueId x =
      s.activate(s.norm(s.conv(s.image(), 4, 3, 1, {.activation = Activation::kNone})), Activation::kRelu);
  Network network = s.finish(s.dense(s.flatten(x), 2, {.activation = Activation::kNone}));
  const std::vector<float> gains =
      decode_f32(network.weights[std::get<BatchNorm>(testing::node_named(network, "norm2").op).gamma]);
  const ImportanceFn importance = [&](const Network& given, const ProgressFn&) {
    std::vector<std::vector<double>> all(given.nodes.size());
    for (const Node& node : given.nodes) EXPECT_FALSE(std::holds_alternative<BatchNorm>(node.op)) << node.name;
    for (const Layer& layer : weighted_layers(given))
      for (std::int64_t c = 0; c < given.weights[layer.weight].shape[0]; ++c)
        all[layer.node].push_back(c == 1 || c == 3 ? 1 : 0);
    return Result<std::vector<std::vector<double>>>(all);
  };
  ASSERT_TRUE(apply_pass(Shrink{0.5}, network, importance, {}).ok());
  EXPECT_EQ(decode_f32(network.weights[std::get<BatchNorm>(testing::node_named(network, "norm2").op).gamma]),
            (std::vector<float>{gains[1], gains[3]}));
}

TEST(Shrink, SaysWhatItLacks) {
  Network network = testing::small_network();
  for (const double keep : {0.0, -1.0, 1.5})
    EXPECT_THAT(apply_pass(Shrink{keep}, network, {}, {}).error().message(),
                HasSubstr("the share of channels that stay must be above 0 and at most 1, is"));
  EXPECT_EQ(apply_pass(Shrink{}, network, {}, {}).error().message(),
            "shrinking needs a build with LibTorch and training data");
}

TEST(Shrink, FamiliesWithAMemoryOrNothingToRemoveSayWhy) {
  for (const Family* family : {*find_family("pilotnet-torch"), *find_family("pilotnet-tf-v")}) {
    FamilyOptions options;
    options.outputs = {{"v", "m/s", 0, 10, -1, 0}, {"w", "rad/s", -3, 3, -1, 0}};
    Network network = family->build(options).value();
    const auto why = why_channels_must_stay(network);
    for (const Layer& layer : weighted_layers(network))
      EXPECT_EQ(why[layer.node].empty(), layer.node != weighted_layers(network).back().node)
          << network.name << " " << network.nodes[layer.node].name << ": " << why[layer.node];
  }
}

TEST(Distillation, TheBaselineIsTheTeacher) {
  Network network = testing::small_network();
  testing::SmallData data(network);
  FineTuning seen;
  const FineTuneFn own = data.context.fine_tune;
  data.context.fine_tune = [&](const Network& given, const FineTuning& wanted, const ProgressFn& progress) {
    seen = wanted;
    return own(given, wanted, progress);
  };
  ASSERT_TRUE(apply_strategy(network, **find_strategy("shrink"), data.context).ok());
  ASSERT_TRUE(seen.teacher);
  EXPECT_EQ(content_hash(*seen.teacher), content_hash(network));
  EXPECT_EQ(seen.teacher_share, 0.5);
  EXPECT_EQ(apply_pass(FineTune{1, 1e-3, false, 0.5}, network, own, {}).error().message(),
            "distillation needs a network to learn from");
  EXPECT_THAT(apply_pass(FineTune{1, 1e-3, false, 1.5}, network, own, {}, &network).error().message(),
              HasSubstr("the share of distillation must be within 0 to 1"));
}

}  // namespace
}  // namespace pitlane
