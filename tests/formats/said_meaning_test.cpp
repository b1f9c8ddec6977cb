// What is said beside a file that states its meaning itself: heeded, or refused with one line; never passed over.
#include "pitlane/formats/said_meaning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/formats/export.h"
#include "pitlane/formats/import.h"
#include "pitlane/network/builder.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Two frames of 64x48, of which the lower half is seen, and the speed; v comes out.
Network stated_network() {
  Preprocessing p;
  p.source_width = 64, p.source_height = 48, p.crop = {0, 24, 64, 24};
  p.width = 16, p.height = 6, p.frames = 2;
  NetworkBuilder builder("stated");
  const ValueId flat = builder.add("flat", Flatten{}, {builder.image("camera", p, {3, 0})});
  const ValueId speed = builder.vector("speed", InputKind::kSpeed, 1, 0.25F);
  const ValueId all = builder.add("all", Concat{}, {flat, speed});
  const std::int64_t size = builder.shape(all)[0];
  const std::vector<float> values(static_cast<std::size_t>(size), 0.01F);
  Dense dense;
  dense.weight = builder.weight(make_f32_weight("w", {1, size}, values));
  const ValueId v = builder.add("v", dense, {all});
  builder.output({"v", "m/s", 6.5F, 24, v, 0});
  return std::move(builder).build().value();
}

class SaidMeaning : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto options = export_options(file(), "auto", "float");
    ASSERT_TRUE(options.ok());
    const Network network = prepared_for(stated_network(), *options);
    const auto written = export_network(network, *options, file());
    ASSERT_TRUE(written.ok()) << written.error().message();
  }
  [[nodiscard]] std::filesystem::path file() const { return place_ / (std::string("m") + GetParam()); }
  [[nodiscard]] Result<Network> read() const { return import_network(file(), said_); }
  [[nodiscard]] std::string refusal() const {
    const auto network = read();
    EXPECT_FALSE(network.ok());
    return network.ok() ? "" : network.error().message();
  }

  TemporaryDirectory place_;
  ImportOptions said_;
};

TEST_P(SaidMeaning, AnotherFrameAndCropAct) {
  said_.image.source_width = 128, said_.image.source_height = 96;
  const auto larger = read();
  ASSERT_TRUE(larger.ok()) << larger.error().message();
  EXPECT_EQ(larger->inputs[0].preprocessing.source_width, 128);
  EXPECT_EQ(larger->inputs[0].preprocessing.crop, (Rect{0, 48, 128, 48})) << "the lower half of that frame, too";
  said_.image.crop = Rect{1, 2, 30, 40};
  EXPECT_EQ(read()->inputs[0].preprocessing.crop, (Rect{1, 2, 30, 40}));
  said_.image.crop = Rect{100, 0, 64, 40};
  EXPECT_THAT(refusal(), HasSubstr("crop"));
}

TEST_P(SaidMeaning, AgesActWhereThereAreAsManyFrames) {
  said_.image.ages = {6, 0};
  const auto older = read();
  ASSERT_TRUE(older.ok()) << older.error().message();
  EXPECT_EQ(older->inputs[0].ages, (std::vector<int>{6, 0}));
  said_.image.ages = {2, 1, 0};
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("--frame-ages 2,1,0: the file itself says 2 frames, as old as 3,0"), HasSubstr("leave")));
}

TEST_P(SaidMeaning, WhatTheFileSaysMayBeSaidAgain) {
  said_.image.scaling = PixelScaling::kUnit;
  said_.image.format = PixelFormat::kRgb;
  said_.speed_scale = 0.25F;
  said_.outputs = {{"v", "m/s", 6.5F, 24, -1, 0}};
  const auto again = read();
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(again->inputs[0].preprocessing, stated_network().inputs[0].preprocessing);
}

TEST_P(SaidMeaning, ButNotOtherwise) {
  said_.image.scaling = PixelScaling::kImageNet;
  EXPECT_THAT(refusal(), AllOf(HasSubstr(file().string() + ": --pixels imagenet: the file itself says unit; leave"),
                               Not(HasSubstr("\n"))));
  said_ = {};
  said_.image.format = PixelFormat::kBgr;
  EXPECT_THAT(refusal(), HasSubstr("--colours: the file itself says rgb; leave the flag out"));
  said_ = {};
  said_.speed_scale = 1.F;
  EXPECT_THAT(refusal(), HasSubstr("--speed-scale 1: the file itself says 0.25; leave the flag out"));
  said_ = {};
  said_.outputs = {{"v", "m/s", 0, 24, -1, 0}};
  EXPECT_THAT(refusal(), HasSubstr("--output v:0:24:m/s: the file itself says v:6.5:24:m/s; leave the flag out"));
  said_.outputs = {{"v", "m/s", 6.5F, 24, -1, 0}, {"w", "1", 0, 1, -1, 0}};
  EXPECT_THAT(refusal(), HasSubstr("--output v:6.5:24:m/s, w:0:1: the file itself says v:6.5:24:m/s"));
}

TEST_P(SaidMeaning, WhatTheKindHasNotIsRefused) {
  said_.architecture = "layers.yaml";
  EXPECT_THAT(refusal(), HasSubstr("--architecture: describes the layers of a PyTorch state dict, and this is "));
  said_ = {};
  said_.image.width = 9, said_.image.height = 9;
  EXPECT_THAT(refusal(), HasSubstr("--picture: is for PyTorch state dicts, and this is "));
  said_ = {};
  said_.lambdas["half"] = {};
  EXPECT_THAT(refusal(), HasSubstr("--lambda half: is for Keras' Lambda layers, and this is "));
}

INSTANTIATE_TEST_SUITE_P(Kinds, SaidMeaning, ::testing::Values(".pit", ".onnx", ".tflite"),
                         [](const auto& tested) { return std::string(tested.param).substr(1); });

/// Frames of 16x6 of which one channel is seen.
Network one_channel_network(PixelFormat format) {
  Preprocessing p;
  p.source_width = p.width = 16, p.source_height = p.height = 6, p.crop = {0, 0, 16, 6};
  p.format = format, p.scale = {1 / 255.F}, p.offset = {0};
  NetworkBuilder builder("one");
  const ValueId flat = builder.add("flat", Flatten{}, {builder.image("camera", p)});
  Dense dense;
  dense.weight = builder.weight(make_f32_weight("w", {1, 96}, std::vector<float>(96, 0.01F)));
  builder.output({"v", "m/s", 6.5F, 24, builder.add("v", dense, {flat}), 0});
  return std::move(builder).build().value();
}

class OneChannelInFiles : public ::testing::TestWithParam<PixelFormat> {};

TEST_P(OneChannelInFiles, ComesBackOrIsSaid) {
  const TemporaryDirectory place;
  const Network network = one_channel_network(GetParam());
  for (const char* name : {"m.pit", "m.onnx", "m.tflite", "m.h5"}) {
    auto options = export_options(place / name, "auto", "float");
    ASSERT_TRUE(options.ok());
    ASSERT_TRUE(export_network(prepared_for(network, *options), *options, place / name).ok()) << name;
    ImportOptions said;
    if (std::string(name) == "m.h5") said.image.format = GetParam();  // Keras' own files cannot say it
    const auto read = import_network(place / name, said);
    ASSERT_TRUE(read.ok()) << name << ": " << read.error().message();
    EXPECT_STREQ(to_string(read->inputs[0].preprocessing.format), to_string(GetParam())) << name;
    said.image.format = PixelFormat::kRgb;
    const auto contradicted = import_network(place / name, said);
    ASSERT_FALSE(contradicted.ok()) << name;
    EXPECT_THAT(contradicted.error().message(),
                HasSubstr("--colours rgb: the network's picture has one channel: grey, red, green or blue"));
    if (std::string(name) == "m.h5") continue;
    said.image.format = GetParam() == PixelFormat::kGrey ? PixelFormat::kRed : PixelFormat::kGrey;
    EXPECT_THAT(import_network(place / name, said).error().message(),
                HasSubstr(std::string("--colours: the file itself says ") + to_string(GetParam())));
  }
}

INSTANTIATE_TEST_SUITE_P(Channels, OneChannelInFiles,
                         ::testing::Values(PixelFormat::kGrey, PixelFormat::kRed, PixelFormat::kGreen,
                                           PixelFormat::kBlue),
                         [](const auto& of) { return std::string(to_string(of.param)); });

TEST(SaidMeaningOfKeras, LambdasThatAreNotThereAreNamed) {
  const TemporaryDirectory place;
  const Network network = stated_network();
  ExportOptions keras;
  keras.kind = ExportKind::kKeras;
  ASSERT_TRUE(export_network(network, keras, place / "m.h5").ok());
  ImportOptions said;
  said.lambdas["half"] = {};
  const auto read = import_network(place / "m.h5", said);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message(), AllOf(HasSubstr("m.h5: --lambda half: the model has no Lambda layer"),
                                            HasSubstr("it has none at all, leave the flag out")));
}

TEST(SaidMeaningOfNetworks, WhatNothingHeedsIsRefused) {
  NetworkBuilder builder("vector");
  const ValueId command = builder.vector("command", InputKind::kCommand, 2);
  builder.output({"v", "1", 0, 1, command, 0});
  const Network network = std::move(builder).build().value();
  ImportOptions said;
  said.speed_scale = 2.F;
  EXPECT_THAT(check_options_of_network(said, network).error().message(),
              HasSubstr("--speed-scale: the network does not see its speed; leave it out"));
  said = {};
  said.image.scaling = PixelScaling::kNone;
  EXPECT_THAT(check_options_of_network(said, network).error().message(),
              HasSubstr("--pixels: the network sees no picture; leave it out"));
}

}  // namespace
}  // namespace pitlane
