// Networks that are shown less. What grey pictures and even pictures are answered is known: as before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "pitlane/data/one_channel.h"
#include "pitlane/engine/reference.h"
#include "pitlane/network/families.h"
#include "pitlane/optimize/choose_plane.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "pitlane/optimize/reduce_input.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
using testing::Sketch;

Preprocessing scaled_camera(int width, int height, int frames = 1) {
  Preprocessing p = testing::camera(width, height);
  p.scale = {0.01F, 0.02F, 0.005F};
  p.offset = {-1, 0.5F, 0.25F};
  p.frames = frames;
  return p;
}

/// Each byte of `grey` `channels` times.
std::vector<std::uint8_t> repeated(const std::vector<std::uint8_t>& grey, std::size_t channels) {
  std::vector<std::uint8_t> colours;
  for (const std::uint8_t byte : grey) colours.insert(colours.end(), channels, byte);
  return colours;
}

/// Of pictures without colours, both networks.
double difference_on_grey(const Network& coloured, const Network& grey) {
  double most = 0;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const std::vector<std::uint8_t> picture = testing::random_picture(grey, seed);
    most = std::max(most, testing::largest_difference(testing::reference_answer(grey, picture),
                                                      testing::reference_answer(coloured, repeated(picture, 3))));
  }
  return most;
}

TEST(GreyInput, GreyPicturesAreAnsweredAsBefore) {
  Sketch s(scaled_camera(16, 12));
  ValueId x = s.builder().add("pool", Pool2d{PoolKind::kAverage, 2, 2, 1, 1, {}}, {s.norm(s.image())});
  const ValueId a = s.conv(s.norm(x), 5, 3, 2, {});
  const ValueId b = s.conv(s.image(), 4, 4, 4, {.bias = false});
  x = s.builder().add("joined", Concat{}, {s.flatten(a), s.flatten(b)});
  const Network network = s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
  const auto grey = with_one_channel(network);
  ASSERT_TRUE(grey.ok()) << grey.error().message();
  EXPECT_EQ(grey->inputs[0].preprocessing.format, PixelFormat::kGrey);
  EXPECT_EQ(grey->inputs[0].preprocessing.scale.size(), 1U);
  EXPECT_EQ(grey->values[grey->inputs[0].value].shape, (Shape{12, 16, 1}));
  EXPECT_LT(parameter_count(*grey), parameter_count(network));
  EXPECT_LT(difference_on_grey(network, *grey), 2e-5);
}

TEST(GreyInput, ABorderStaysWhatItWas) {
  Sketch s(testing::camera(9, 7));  // bytes scaled alike, so that no colour is treated apart
  const ValueId x = s.conv(s.image(), 6, 3, 1, {.padding = {1, 1, 1, 1}});
  const Network network = s.finish(s.dense(s.flatten(x), 2, {.activation = Activation::kNone}));
  const auto grey = with_one_channel(network);
  ASSERT_TRUE(grey.ok()) << grey.error().message();
  EXPECT_LT(difference_on_grey(network, *grey), 2e-5);
}

TEST(GreyInput, ADeadColourIsNotTakenForAll) {
  Sketch s(testing::camera(8, 6));
  const ValueId x = s.norm(s.image(), {{0.5F, 0, 2}, {0.1F, 0.7F, -0.2F}, {0.3F, 0.2F, 0.1F}, {0.1F, 0.2F, 0.3F}});
  const Network network = s.finish(s.dense(s.flatten(s.conv(x, 4, 3, 1, {})), 2, {.activation = Activation::kNone}));
  const auto grey = with_one_channel(network);
  ASSERT_TRUE(grey.ok()) << grey.error().message();
  EXPECT_LT(difference_on_grey(network, *grey), 2e-5);
}

TEST(GreyInput, FramesThatShareALayerGoOnSharingIt) {
  Sketch s(scaled_camera(8, 6, 2));
  Conv2d conv;
  conv.weight = s.uniform("shared", {5, 3, 3, 3}, 0.4);
  std::vector<ValueId> frames;
  for (const std::int64_t first : {0, 3}) {
    const std::string name = "frame" + std::to_string(first);
    const ValueId frame = s.builder().add(name, Slice{{0, 0, first}, {6, 8, first + 3}}, {s.image()});
    frames.push_back(s.builder().add(name + ".conv", conv, {frame}));
  }
  const ValueId x = s.flatten(s.builder().add("both", Concat{}, frames));
  const Network network = s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
  const auto grey = with_one_channel(network);
  ASSERT_TRUE(grey.ok()) << grey.error().message();
  EXPECT_EQ(users_of(*grey, std::get<Conv2d>(grey->nodes[1].op).weight).size(), 2U);
  const std::vector<std::uint8_t> picture = testing::random_picture(*grey, 4);  // {row, column, frame}
  EXPECT_LT(testing::largest_difference(testing::reference_answer(*grey, picture),
                                        testing::reference_answer(network, repeated(picture, 3))),
            2e-5);
}

TEST(GreyInput, WhatReadsColoursOtherwiseIsRefused) {
  Sketch flat(testing::camera(4, 4));
  const Network dense = flat.finish(flat.dense(flat.flatten(flat.image()), 2, {}));
  EXPECT_EQ(with_one_channel(dense).error().message(),
            "Flatten 'plain1' reads the camera's colours in a way that grey cannot take the place of");
  Sketch one(testing::camera(4, 4));
  Conv2d depthwise;
  depthwise.groups = 3;
  depthwise.weight = one.uniform("depthwise", {3, 3, 3, 1}, 0.5);
  const ValueId x = one.builder().add("depthwise", depthwise, {one.image()});
  const Network grouped = one.finish(one.dense(one.flatten(x), 2, {}));
  EXPECT_EQ(with_one_channel(grouped).error().message(),
            "Conv2d 'depthwise' reads the camera's colours in a way that grey cannot take the place of");
  Sketch grey(testing::camera(8, 8, PixelFormat::kGrey));
  const Network already = grey.finish(grey.dense(grey.flatten(grey.conv(grey.image(), 3, 3, 1, {})), 2, {}));
  EXPECT_EQ(with_one_channel(already).error().message(), "the network's pictures are grey already");
}

/// Red is half of blue and 40, green is 200 - blue, in bytes: what `channel` says of blue.
const OneChannel kTold{PixelFormat::kBlue, {0.5, -1, 1}, {40, 200, 0}};

TEST(PlaneInput, PicturesWhoseColoursAreToldAreAnsweredAsBefore) {
  for (const PixelFormat order : {PixelFormat::kRgb, PixelFormat::kBgr}) {
    Preprocessing p = scaled_camera(12, 10);
    p.format = order;
    Sketch s(p);
    const ValueId a = s.conv(s.norm(s.norm(s.image())), 5, 3, 2, {});
    const ValueId b = s.conv(s.image(), 4, 4, 2, {.bias = false});
    const ValueId x = s.builder().add("joined", Concat{}, {s.flatten(a), s.flatten(b)});
    const Network network = s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
    const auto one = with_one_channel(network, kTold);
    ASSERT_TRUE(one.ok()) << one.error().message();
    const Preprocessing& seen = one->inputs[0].preprocessing;
    EXPECT_EQ(seen.format, PixelFormat::kBlue);
    const std::size_t blue = order == PixelFormat::kRgb ? 2 : 0;
    EXPECT_EQ(seen.scale, std::vector<float>{p.scale[blue]}) << "the colour keeps its own scale";
    EXPECT_EQ(seen.offset, std::vector<float>{p.offset[blue]});
    std::vector<std::uint8_t> plane = testing::random_picture(*one, 5), colours;
    for (std::uint8_t& byte : plane) {
      byte = static_cast<std::uint8_t>(byte * 3 / 4 & ~1);  // even, 190 at most: the others are whole bytes
      const std::uint8_t red = byte / 2 + 40, green = 200 - byte;
      const std::array<std::uint8_t, 3> rgb{red, green, byte};
      for (std::size_t c = 0; c < 3; ++c) colours.push_back(rgb[order == PixelFormat::kRgb ? c : 2 - c]);
    }
    EXPECT_LT(testing::largest_difference(testing::reference_answer(*one, plane),
                                          testing::reference_answer(network, colours)),
              2e-4);
  }
}

/// Noise, and a bar of half the pictures' width whose brightness in `plane` is the only thing that changes.
Dataset bars_in(const Network& network, std::size_t plane, int samples) {
  Dataset d = testing::bar_pictures(network, samples);
  const std::size_t pixels = d.picture_bytes() / 3;
  for (std::size_t s = 0; s < static_cast<std::size_t>(samples); ++s)
    for (std::size_t i = 0; i < pixels; ++i)
      for (std::size_t c = 0; c < 3; ++c) {
        const bool bar = c == plane && 2 * (i % static_cast<std::size_t>(d.width)) < static_cast<std::size_t>(d.width);
        d.pictures[s * d.picture_bytes() + 3 * i + c] = static_cast<std::uint8_t>(bar ? 7 * s % 256 : 90);
      }
  return d;
}

TEST(PlaneInput, TheColourThatTellsMostIsChosen) {
  for (const PixelFormat order : {PixelFormat::kRgb, PixelFormat::kBgr}) {
    Sketch s(testing::camera(12, 10, order));
    const Network network = s.finish(s.dense(s.flatten(s.conv(s.image(), 6, 3, 2, {})), 2, {}));
    const PixelFormat names[] = {PixelFormat::kRed, PixelFormat::kGreen, PixelFormat::kBlue};
    for (std::size_t plane = 0; plane < 3; ++plane) {
      const Dataset dataset = bars_in(network, plane, 32);
      const testing::SmallData data(network, 32);
      const auto chosen = choose_plane(network, dataset, data.split.train, {});
      ASSERT_TRUE(chosen.ok()) << chosen.error().message();
      EXPECT_EQ(to_string(chosen->format), to_string(names[order == PixelFormat::kRgb ? plane : 2 - plane]));
    }
  }
}

TEST(PlaneInput, ColoursThatAreOneAnotherAreFoundOut) {
  Sketch s(testing::camera(12, 10));
  const Network network = s.finish(s.dense(s.flatten(s.conv(s.image(), 6, 3, 2, {})), 2, {}));
  Dataset dataset = testing::bar_pictures(network, 32);
  for (std::size_t i = 0; i < dataset.pictures.size(); i += 3) {
    const std::uint8_t byte = dataset.pictures[i] & 0x7E;
    dataset.pictures[i] = byte / 2 + 40, dataset.pictures[i + 1] = 200 - byte, dataset.pictures[i + 2] = byte;
  }
  const testing::SmallData data(network, 32);
  const OneChannel chosen = choose_plane(network, dataset, data.split.train, {}).value();
  const Network one = with_one_channel(network, chosen).value();
  const Dataset plane = in_one_channel(dataset, PixelFormat::kRgb, chosen.format);
  const auto before = testing::engine_answers(network, dataset, data.split.train);
  const auto after = testing::engine_answers(one, plane, data.split.train);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_LT(testing::largest_difference(before[i], after[i]), 1e-4);
}

TEST(PlaneInput, IsRefusedWithoutDataOrColours) {
  Sketch s(testing::camera(8, 8, PixelFormat::kGreen));
  const Network already = s.finish(s.dense(s.flatten(s.conv(s.image(), 3, 3, 1, {})), 2, {}));
  EXPECT_EQ(with_one_channel(already).error().message(), "the network's pictures have one colour already");
  Sketch colours(testing::camera(8, 8));
  const Network network =
      colours.finish(colours.dense(colours.flatten(colours.conv(colours.image(), 3, 3, 1, {})), 2, {}));
  const Strategy& strategy = **find_strategy("plane_input");
  EXPECT_EQ(apply_strategy(network, strategy, {}).error().message(),
            "strategy plane_input: a colour is chosen on training pictures, and there are none; name a recording");
  const testing::SmallData data(network);
  Dataset plain = data.dataset;
  for (std::size_t i = 0; i < plain.pictures.size(); ++i) plain.pictures[i] = plain.pictures[i / 3 * 3];
  EXPECT_EQ(choose_plane(network, plain, data.split.train, {}).error().message(),
            "the pictures have no colours to choose from; grey_input is for such a camera");
  EXPECT_EQ(choose_plane(already, data.dataset, data.split.train, {}).error().message(),
            "the network's pictures have one colour already");
}

/// Convolutions without borders: an even picture makes even pictures all the way.
Network even_network(int width, int height) {
  Sketch s(testing::camera(width, height), 3);
  ValueId x = s.conv(s.norm(s.image()), 4, 3, 1, {});
  x = s.builder().add("pool", Pool2d{PoolKind::kMax, 2, 2, 2, 2, {}}, {x});
  const ValueId speed = s.builder().vector("speed", InputKind::kSpeed, 3, 0.1F, {0, 1, 2});
  const ValueId side = s.builder().add("wide", Expand{height, width}, {speed});
  const ValueId y = s.conv(s.builder().add("beside", Concat{}, {s.image(), side}), 3, 5, 3, {});
  Pool2d whole;
  whole.kind = PoolKind::kAverage;
  whole.window_h = static_cast<int>(s.builder().shape(y)[0]);
  whole.window_w = static_cast<int>(s.builder().shape(y)[1]);
  const ValueId mean = s.flatten(s.builder().add("mean", whole, {y}));
  const ValueId joined = s.builder().add("joined", Concat{}, {speed, s.flatten(x), mean, s.flatten(y)});
  return s.finish(s.dense(s.dense(joined, 12, {}), 2, {.activation = Activation::kNone}));
}

std::vector<float> answer_to(const Network& network, const std::vector<float>& colour) {
  std::vector<std::vector<float>> inputs;
  for (const InputSpec& input : network.inputs) {
    std::vector<float>& values = inputs.emplace_back();
    for (std::int64_t i = 0; i < element_count(network.values[input.value].shape); ++i)
      values.push_back(colour[static_cast<std::size_t>(i) % colour.size()]);
  }
  const auto result = run_reference(network, inputs);
  EXPECT_TRUE(result.ok()) << result.error().message();
  return result->values[network.outputs[0].value];
}

TEST(SmallInput, EvenPicturesAreAnsweredAsBefore) {
  const Network network = even_network(26, 20);
  for (const PictureScale& scale : {PictureScale(0.5), {0.75}, {0.9}, {0.45}, {0.5, 1}, {1, 0.5}, {0.45, 0.8}}) {
    const auto small = with_small_input(network, scale);
    ASSERT_TRUE(small.ok()) << small.error().message();
    const Preprocessing& p = small->inputs[0].preprocessing;
    EXPECT_EQ(p.width, std::lround(26 * scale.columns));
    EXPECT_EQ(p.height, std::lround(20 * scale.rows));
    EXPECT_EQ(p.crop, network.inputs[0].preprocessing.crop);
    EXPECT_LT(mac_count(*small), mac_count(network));
    for (const std::vector<float>& colour : {std::vector<float>{0.2F, 0.5F, 0.9F}, {1, 0, 0.3F}})
      EXPECT_LT(testing::largest_difference(answer_to(network, colour), answer_to(*small, colour)), 2e-5)
          << scale.columns << " " << scale.rows;
  }
}

/// A dense layer that weighs places by where they are meets a ramp: by hand, from 4 columns to 2.
TEST(SmallInput, APlaceGivesItsWeightToThoseAroundIt) {
  Sketch s(testing::camera(4, 1, PixelFormat::kGrey));
  Dense dense;
  dense.weight = s.builder().weight(make_f32_weight("w", {1, 4}, {1, 10, 100, 1000}));
  const Network network = s.finish(s.builder().add("dense", dense, {s.flatten(s.image())}));
  const auto small = with_small_input(network, 0.5);
  ASSERT_TRUE(small.ok()) << small.error().message();
  // Centres of four columns lie at -0.25, 0.25, 0.75, 1.25 of two.
  EXPECT_EQ(decode_f32(testing::weight_of(*small, "dense")), (std::vector<float>{1 + 7.5F + 25, 2.5F + 75 + 1000}));
}

TEST(SmallInput, AFamilyKeepsAllItsLayers) {
  for (const char* family : {"pilotnet-torch", "pilotnet-tf"}) {
    const Network network = testing::lively_pilotnet(family);
    const auto small = with_small_input(network, 0.5);
    ASSERT_TRUE(small.ok()) << small.error().message();
    EXPECT_EQ(small->nodes.size(), network.nodes.size());
    EXPECT_LT(mac_count(*small), 0.35 * static_cast<double>(mac_count(network)));
    EXPECT_EQ(decode_f32(testing::weight_of(*small, "conv3")), decode_f32(testing::weight_of(network, "conv3")));
    const std::vector<float> answer = testing::reference_answer(*small, testing::random_picture(*small, 1));
    for (const float y : answer) EXPECT_TRUE(std::isfinite(y));
  }
}

TEST(SmallInput, AMemoryOfNumbersStaysAsItIs) {
  Sketch s(testing::camera(16, 12));
  const ValueId before = s.builder().state("memory", {4});
  const ValueId seen = s.flatten(s.conv(s.image(), 3, 3, 2, {}));
  const ValueId after = s.dense(s.builder().add("joined", Concat{}, {seen, before}), 4, {});
  s.builder().remember(before, after);
  const Network network = s.finish(s.dense(after, 2, {}));
  const auto small = with_small_input(network, 0.5);
  ASSERT_TRUE(small.ok()) << small.error().message();
  EXPECT_EQ(small->states.size(), 1U);
  const auto shape = [](const Network& of) { return of.values[of.states[0].before].shape; };
  EXPECT_EQ(shape(*small), shape(network));
  // The weights of the memory are the last columns.
  const auto last = [](const Network& of) {
    const std::vector<float> all = decode_f32(testing::weight_of(of, "dense3"));
    return std::vector<float>(all.end() - 4, all.end());
  };
  EXPECT_EQ(last(*small), last(network));
}

std::string refusal(const Network& network, double scale = 0.5) {
  const auto small = with_small_input(network, scale);
  EXPECT_FALSE(small.ok());
  return small.ok() ? "" : small.error().message();
}

TEST(SmallInput, WhatHoldsForOneSizeIsRefused) {
  EXPECT_EQ(refusal(testing::small_network(), 0.1),
            "a picture of 2x1 is too small for the 3x3 window of Conv2d 'conv2'; take a larger --input-scale");
  Sketch cut(testing::camera(16, 12));
  const ValueId half = cut.builder().add("half", Slice{{0, 0, 0}, {6, 16, 3}}, {cut.image()});
  EXPECT_EQ(refusal(cut.finish(cut.dense(cut.flatten(half), 2, {}))),
            "Slice 'half' cuts out places of a picture, so that its pictures cannot get smaller");
  Sketch norm(testing::camera(4, 4));
  EXPECT_EQ(refusal(norm.finish(norm.dense(norm.norm(norm.flatten(norm.image())), 2, {}))),
            "BatchNorm 'norm2' has weights for each place of a picture, so that its pictures cannot get smaller");
  Sketch places(testing::camera(4, 1, PixelFormat::kGrey));
  EXPECT_EQ(refusal(places.finish(places.flatten(places.image()))),
            "output 'v' is taken from a place of the picture, so that it cannot get smaller");
}

TEST(ReduceInput, SaysWhatIsWrong) {
  Network network = testing::small_network();
  for (const double scale : {0.0, -1.0, 1.5})
    EXPECT_THAT(apply_pass(ReduceInput{scale}, network, {}, {}).error().message(),
                HasSubstr("the scale of the picture must be above 0 and at most 1, is"));
}

TEST(ReduceInput, LaterPassesSeeThePicturesOfTheSmallerNetwork) {
  const Network network = testing::small_network();
  testing::SmallData data(network);
  const Strategy both{"both", "", "", {ReduceInput{0.5, Colours::kGrey}, QuantizeStatic{}}};
  const auto made = apply_strategy(network, both, data.context);
  ASSERT_TRUE(made.ok()) << made.error().message();
  EXPECT_EQ(made->inputs[0].preprocessing.width, 12);
  EXPECT_EQ(made->values[made->inputs[0].value].shape, (Shape{6, 12, 1}));
  data.context.seen_by = {};
  EXPECT_EQ(apply_strategy(network, both, data.context).error().message(),
            "strategy both: quantisation needs training pictures to measure on; name a recording");
}

}  // namespace
}  // namespace pitlane
