// Model files that are cut, of another time, or damaged in one place: each verb that opens one refuses it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>

#include "pitlane/network/builder.h"
#include "pitlane/network/pilotnet.h"
#include "pitlane/network/pit_checksum.h"
#include "pitlane/network/pit_file.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

class BadModel : public InAFolder {
 protected:
  // Output names of equal length, so that one can be written over the other.
  static Network network(const Preprocessing& preprocessing = {}) {
    const std::vector<OutputSpec> outputs = {{"speed", "m/s", 6.5, 24, -1, 0}, {"turns", "rad/s", -7, 7, -1, 0}};
    return build_pilotnet_torch({preprocessing, outputs, 1}).value();
  }

  // The network's file with `to` wherever `from` stood; both of one length.
  void save_damaged(const std::string& name, const std::string& from, const std::string& to) const {
    ASSERT_EQ(from.size(), to.size());
    ASSERT_TRUE(save_pit(network(), place_ / name).ok());
    std::string bytes = read(place_ / name);
    ASSERT_NE(bytes.find(from), std::string::npos) << "nothing was damaged";
    for (auto at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + to.size()))
      bytes.replace(at, from.size(), to);
    seal_pit(std::as_writable_bytes(std::span(bytes)));  // what lies behind the checksum is what is meant here
    write(place_ / name, bytes);
  }
};

TEST_F(BadModel, NoSuchFile) {
  for (const char* verb : {"inspect ", "bench ", "drive "})
    EXPECT_THAT(refused(verb + at("gone.pit")), HasSubstr("gone.pit: no such file")) << verb;
}

TEST_F(BadModel, UnknownFileType) {
  write(place_ / "model.xyz", "who knows");
  for (const char* verb : {"inspect ", "bench ", "drive "})
    EXPECT_THAT(refused(verb + at("model.xyz")),
                AllOf(HasSubstr("model.xyz: unknown kind of model"), HasSubstr("known are Pitlane (.pit), PyTorch")))
        << verb;
  EXPECT_THAT(refused("tune " + at("model.xyz") + " --out " + at("out")), HasSubstr("unknown kind of model"));
  write(place_ / "text.pit", "this is a sentence");
  EXPECT_THAT(refused("inspect " + at("text.pit")), HasSubstr("text.pit: not a .pit file"));
  EXPECT_EQ(entries(place_.path()), 2U);
}

TEST_F(BadModel, Truncated) {
  save_pilotnet(place_ / "a.pit");
  const std::string whole = read(place_ / "a.pit");
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 100}) {
    write(place_ / "cut.pit", whole.substr(0, size));
    const std::string message = refused("inspect " + at("cut.pit"));
    EXPECT_THAT(message, HasSubstr("cut.pit: ")) << size;
    if (size <= 10) continue;  // too little to tell what it was
    EXPECT_THAT(message, HasSubstr("truncated .pit file (" + std::to_string(size) + " bytes)"));
  }
  EXPECT_THAT(refused("tune " + at("cut.pit") + " --out " + at("out")), HasSubstr("truncated"));
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

TEST_F(BadModel, OfANewerVersion) {
  save_pilotnet(place_ / "new.pit");
  std::string bytes = read(place_ / "new.pit");
  // The version is the root table's first field: found by following the table's own offsets.
  const auto number = [&](std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, size);
    return value;
  };
  const std::size_t root = number(0, 4), vtable = root - number(root, 4);
  bytes[root + number(vtable + 4, 2)] = 99;
  write(place_ / "new.pit", bytes);
  EXPECT_THAT(refused("inspect " + at("new.pit")),
              AllOf(HasSubstr("new.pit: written by a newer Pitlane (format 99"), HasSubstr("update Pitlane")));
}

TEST_F(BadModel, WithTwoOutputsOfOneName) {
  save_damaged("twice.pit", "turns", "speed");
  for (const char* verb : {"inspect ", "drive ", "bench "})
    EXPECT_THAT(refused(verb + at("twice.pit")),
                AllOf(HasSubstr("twice.pit: "), HasSubstr("output 'speed' is named twice")))
        << verb;
}

TEST_F(BadModel, WithNaNAmongItsWeights) {
  const Network sound = network();
  const auto kernel = std::find_if(sound.weights.begin(), sound.weights.end(),
                                   [](const Weight& weight) { return weight.shape.size() == 4; });
  ASSERT_NE(kernel, sound.weights.end());
  const std::string start(reinterpret_cast<const char*>(kernel->f32().data()), 16);
  save_damaged("nan.pit", start, bytes_of(std::numeric_limits<float>::quiet_NaN()) + start.substr(4));
  for (const char* verb : {"inspect ", "drive ", "bench "})
    EXPECT_THAT(refused(verb + at("nan.pit")),
                AllOf(HasSubstr("nan.pit: "), HasSubstr("weight '" + kernel->name + "' holds NaN")))
        << verb;
}

TEST_F(BadModel, WhoseInputIsNotWhatItsPreprocessingMakes) {
  const auto shape = [](std::int64_t width) {
    return bytes_of(std::int64_t{66}) + bytes_of(width) + bytes_of(std::int64_t{3});
  };
  save_damaged("wide.pit", shape(200), shape(204));
  EXPECT_THAT(refused("drive " + at("wide.pit")), AllOf(HasSubstr("wide.pit: "), HasSubstr("its preprocessing makes")));
}

// Recordings and the simulator have one.
TEST_F(BadModel, ThatReadsTwoCameras) {
  NetworkBuilder builder("two");
  const ValueId left = builder.image("camera", {}), right = builder.image("camera2", {});
  const ValueId both = builder.add("both", Add{}, {left, right});
  const ValueId flat = builder.add("flat", Flatten{}, {both});
  const std::int64_t size = builder.shape(flat)[0];
  const std::vector<float> zeros(static_cast<std::size_t>(2 * size));
  Dense dense;
  dense.weight = builder.weight(make_f32_weight("w", {2, size}, zeros));
  const ValueId out = builder.add("out", dense, {flat});
  builder.output({"v", "m/s", 6.5, 24, out, 0});
  builder.output({"w", "rad/s", -7, 7, out, 1});
  ASSERT_TRUE(save_pit(std::move(builder).build().value(), place_ / "two.pit").ok());
  record(place_ / "rec", 20);
  const std::string data = " --data " + at("rec"), two = at("two.pit");
  for (const std::string& words :
       {"evaluate " + two + data, "drive " + two, "tune " + two + data + " --out " + at("tuned"),
        "train --from " + two + data + " --out " + at("t.pit"), "record --driver " + two + " --out " + at("r"),
        "convert " + two + " " + at("t.tflite") + " --precision int8" + data})
    EXPECT_THAT(refused(words), AllOf(HasSubstr("two.pit: the network reads 2 cameras, and recordings and the "
                                                "simulator show one"),
                                      HasSubstr("take a network of one camera")))
        << words;
}

TEST_F(BadModel, MadeForACameraThatTheSimulatorHasNot) {
  Preprocessing narrow;
  narrow.source_width = 320, narrow.source_height = 6, narrow.crop = {0, 0, 320, 6};
  Network other = network(narrow);
  other.outputs[0].name = "v", other.outputs[1].name = "w";
  ASSERT_TRUE(save_pit(other, place_ / "other.pit").ok());
  for (const std::string& verb : {"drive " + at("other.pit"), "tune " + at("other.pit") + " --out " + at("out")})
    EXPECT_THAT(refused(verb), HasSubstr("the network wants frames of 320x6; the simulator's camera takes 8 to 4096"));
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

// Frames of Udacity's size, steering alone: an adapter is all that such a network lacks to drive.
TEST(SteeringNetwork, DrivesOnceAnAdapterIsNamed) {
  const TemporaryDirectory place;
  Preprocessing udacity;
  udacity.source_width = 320, udacity.source_height = 160, udacity.crop = {0, 60, 320, 75};
  const Result<Network> network = build_pilotnet_torch({udacity, {{"steering", "1", -1, 1, -1, 0}}, 1});
  ASSERT_TRUE(save_pit(*network, place / "steers.pit").ok());
  const std::string drive = "drive '" + (place / "steers.pit").string() + "' --circuit mixed --timeout 2 --json";
  EXPECT_THAT(pitlane(drive).err, HasSubstr("--vehicle steering:8:0.5"));
  const Outcome driven = pitlane(drive + " --vehicle steering:8:0.5");
  EXPECT_EQ(driven.code, 0) << driven.err;
  EXPECT_THAT(driven.out, HasSubstr("\"frames_used\": "));
  EXPECT_THAT(driven.out, Not(HasSubstr("controller_failed")));
}

TEST_F(BadModel, ThatSeesOtherPicturesThanTheRecordingHolds) {
  save_pilotnet(place_ / "a.pit");
  record(place_ / "rec", 20);
  std::string manifest = read(place_ / "rec/recording.json");
  const auto width = manifest.find("\"width\": 200");
  ASSERT_NE(width, std::string::npos);
  write(place_ / "rec/recording.json", manifest.replace(width, 12, "\"width\": 160"));
  EXPECT_THAT(refused("evaluate " + at("a.pit") + " --data " + at("rec")),
              AllOf(HasSubstr("200x66"), HasSubstr("160x66")));
}

}  // namespace
}  // namespace pitlane::testing
