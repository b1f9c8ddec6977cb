// pitlane convert on models: every kind out and in again, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <ostream>
#include <string>

#include "pitlane/network/builder.h"
#include "pitlane/network/pit_file.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A Python without anything that is not its own, so that no runtime is found on any machine.
class ConvertModel : public InAFolder {
 protected:
  void SetUp() override {
    write(place_ / "bare", "#!/bin/sh\nHOME=/nonexistent exec python3 -S \"$@\"\n");
    fs::permissions(place_ / "bare", fs::perms::owner_all);
    fs::copy_file(fs::path(PITLANE_SOURCE_DIR) / "examples/pilotnet.pit", place_ / "in.pit");
  }
  [[nodiscard]] Outcome convert(const std::string& words) const {
    return pitlane("convert " + words + " --python " + at("bare"));
  }
};

struct Kind {
  const char* name;
  const char* ending;
  const char* flags;
  const char* described;
  const char* runtime;
  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

class ToAKindAndBack : public ConvertModel, public ::testing::WithParamInterface<Kind> {};

TEST_P(ToAKindAndBack, KeepsWhatTheNetworkComputes) {
  const Kind& kind = GetParam();
  const std::string out = std::string("out") + kind.ending;
  const Outcome made = convert(at("in.pit") + " " + at(out) + " " + kind.flags);
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, AllOf(HasSubstr(out + ": " + kind.described), HasSubstr("MB, was 6.387 MB"),
                              HasSubstr("read again and run on 200 pictures: largest difference"),
                              HasSubstr(std::string("not checked in ") + kind.runtime + ": "),
                              HasSubstr("bare has no "), HasSubstr("(pip install ")));
  const Outcome back = convert(at(out) + " " + at("back.pit") + " --output v:6.5:24:m/s --output w:-7.1:7.1:rad/s");
  EXPECT_EQ(back.code, 0) << back.err;
  EXPECT_THAT(back.out, AllOf(HasSubstr("back.pit: Pitlane, "), HasSubstr("largest difference 0 of"),
                              Not(HasSubstr("not checked"))));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ToAKindAndBack,
    ::testing::Values(Kind{"Onnx", ".onnx", "", "ONNX, float32", "onnxruntime"},
                      Kind{"OnnxOfBytes", ".onnx", "--raw-input", "ONNX, float32", "onnxruntime"},
                      Kind{"OnnxHalf", ".onnx", "--precision float16", "ONNX, float16", "onnxruntime"},
                      Kind{"OnnxDynamic", ".onnx", "--strategy dynamic_quan", "ONNX, dynamic", "onnxruntime"},
                      Kind{"Tflite", ".tflite", "", "TFLite, float32", "LiteRT"},
                      Kind{"TfliteHalf", ".tflite", "--precision float16", "TFLite, float16", "LiteRT"},
                      Kind{"TfliteDynamic", ".tflite", "--precision dynamic", "TFLite, dynamic", "LiteRT"},
                      Kind{"Keras", ".h5", "", "Keras HDF5, float32", "Keras"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(ConvertModel, ToInt8ByARecording) {
  record(place_ / "rec", 60);
  for (const std::string& flags :
       {std::string("int8.onnx --strategy int_flt_quan"), std::string("int8.tflite --precision int8"),
        std::string("whole.tflite --precision int8 --io int8"),
        std::string("bytes.tflite --precision int8 --io uint8")}) {
    const std::string name = flags.substr(0, flags.find(' '));
    const Outcome made =
        convert(at("in.pit") + " " + at(name) + flags.substr(flags.find(' ')) + " --data " + at("rec"));
    EXPECT_EQ(made.code, 0) << flags << made.err;
    EXPECT_THAT(made.out, AllOf(HasSubstr(", int8, 1.6"), HasSubstr("read again and run on 200 pictures")));
    EXPECT_THAT(pitlane("inspect " + at(name)).out, AllOf(HasSubstr("int8"), HasSubstr("6.5 to 24")));
  }
}

// In a .pit it is stated, so that no flag can say it otherwise.
TEST_F(ConvertModel, SaysEachGuessWithItsFlagAndThatItWasOne) {
  ASSERT_EQ(convert(at("in.pit") + " " + at("a.h5")).code, 0);
  const Outcome made = convert(at("a.h5") + " " + at("back.pit"));
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, AllOf(HasSubstr("a.h5: assumed of the picture: "), HasSubstr("(else --pixels)"),
                              HasSubstr("(else say --output, once for each)")));
  EXPECT_THAT(pitlane("inspect " + at("a.h5")).out, HasSubstr("\nassumed of the picture: "));
  EXPECT_THAT(pitlane("inspect " + at("back.pit")).out, HasSubstr("\nwas assumed of the picture: "));
  EXPECT_THAT(pitlane("bench --seconds 0.01 " + at("back.pit")).err, Not(HasSubstr("assumed")));
}

TEST_F(ConvertModel, SaysThatKerasUndoesSmallWeights) {
  ASSERT_EQ(convert(at("in.pit") + " " + at("small.pit") + " --strategy float16_quan").code, 0);
  const Outcome made = convert(at("small.pit") + " " + at("out.h5"));
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("a .h5 holds float32 alone: float16 weights become float32 of the same values"));
  EXPECT_THAT(convert(at("in.pit") + " " + at("plain.h5")).err, Not(HasSubstr("holds float32 alone")));
}

TEST_F(ConvertModel, SaysOnWhatItCalibrates) {
  Running running("convert in.pit int8.tflite --precision int8", place_.path());
  EXPECT_TRUE(running.wait_until([&] {
    return running.err().find("no --data is given: the simulator's expert drives 3000 frames") != std::string::npos;
  })) << running.err();
  running.send(SIGINT);
  running.finish();
}

TEST_F(ConvertModel, WithMemory) {
  NetworkBuilder builder("counting");
  const ValueId speed = builder.vector("speed", InputKind::kSpeed, 1, 0.01F);
  const ValueId sum = builder.state("sum", {1});
  const ValueId after = builder.add("count", Add{}, {speed, sum});
  builder.remember(sum, after);
  builder.output({"sum", "1", 0, 1, after, 0});
  ASSERT_TRUE(save_pit(std::move(builder).build().value(), place_ / "counting.pit").ok());
  for (const char* out : {"a.onnx", "a.tflite"}) {
    const Outcome made = convert(at("counting.pit") + " " + at(out));
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_THAT(pitlane("inspect " + at(out)).out, HasSubstr("state   sum"));
  }
  EXPECT_THAT(refused("convert " + at("counting.pit") + " " + at("a.h5")),
              AllOf(HasSubstr("keeps 'sum' from one run to the next"), HasSubstr("convert it to .pit")));
  EXPECT_FALSE(fs::exists(place_ / "a.h5"));
}

TEST_F(ConvertModel, AsksBeforeItReplaces) {
  write(place_ / "out.onnx", "of the user");
  EXPECT_THAT(refused("convert " + at("in.pit") + " " + at("out.onnx")),
              AllOf(HasSubstr("out.onnx: exists already"), HasSubstr("--overwrite")));
  EXPECT_EQ(read(place_ / "out.onnx"), "of the user");
  const Outcome made = convert(at("in.pit") + " " + at("out.onnx") + " --overwrite");
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_GT(fs::file_size(place_ / "out.onnx"), 1000000U);
  EXPECT_THAT(refused("convert " + at("in.pit") + " " + at("in.pit") + " --overwrite"),
              HasSubstr("in.pit: is the model itself and would be replaced"));
}

TEST_F(ConvertModel, RefusesKindsAndWordsThatAreNone) {
  const std::string in = "convert " + at("in.pit") + " ";
  EXPECT_THAT(refused(in + at("out.xyz")), HasSubstr("its ending must say the kind: .pit, .onnx, .tflite or .h5"));
  EXPECT_THAT(refused(in + at("out.onnx") + " --precision int4"),
              HasSubstr("--precision: must be auto, float32, float16, dynamic or int8, not 'int4'"));
  EXPECT_THAT(refused(in + at("out.h5") + " --precision int8"), HasSubstr("a .h5 has float32 only"));
  EXPECT_THAT(refused(in + at("out.pit") + " --precision int8"), HasSubstr("choose it with --strategy"));
  EXPECT_THAT(refused(in + at("out.tflite") + " --io int16"),
              HasSubstr("--io: must be float, int8 or uint8, not 'int16'"));
  EXPECT_THAT(refused(in + at("out.onnx") + " --io int8"), HasSubstr("only a .tflite has integers at its ends"));
  EXPECT_THAT(refused(in + at("out.onnx") + " --precision int8"), HasSubstr("no int8 weights; quantise it"));
  EXPECT_THAT(refused(in + at("out.onnx") + " --strategy smaller"), HasSubstr("smaller"));
  fs::create_directory(place_ / "folder.onnx");
  EXPECT_THAT(refused(in + at("folder.onnx")), HasSubstr("is a directory; name a file in it"));
  EXPECT_EQ(entries(place_.path()), 3U) << "nothing was written";
}

// What has no meaning for IN or OUT is never passed over in silence, and nothing is read before that is said.
TEST_F(ConvertModel, RefusesFlagsThatItWouldPassOver) {
  fs::create_directory(place_ / "rec");
  write(place_ / "drive.bag", "#ROSBAG V2.0\n");
  for (const std::string in : {"rec", "drive.bag"})
    for (const std::string flag : {"--strategy baseline", "--precision int8", "--io int8", "--python python3",
                                   "--python-limit-s 3", "--raw-input", "--overwrite", "--data x", "--seed 2"})
      EXPECT_THAT(refused("convert " + at(in) + " " + at("out") + " " + flag),
                  HasSubstr(flag.substr(0, flag.find(' ')) + ": is about models, and IN is a recording; leave it out"));
  for (const std::string flag :
       {"--frame 64x48", "--frame-crop 0 0 8 8", "--frame-ages 1,0", "--picture 9x9", "--colours rgb", "--pixels unit",
        "--input a=light", "--output a:0:1", "--speed-scale 3", "--lambda q=scale:1", "--architecture file"})
    EXPECT_THAT(refused("convert " + at("rec") + " " + at("out") + " " + flag),
                HasSubstr(flag.substr(0, flag.find(' ')) +
                          ": says what a model leaves unsaid, and IN is a recording; leave it out"));
  for (const std::string flag : {"--to tub", "--drop"}) {
    EXPECT_THAT(refused("convert " + at("in.pit") + " " + at("out.onnx") + " " + flag),
                HasSubstr(flag.substr(0, flag.find(' ')) + ": is about recordings, and IN is a model; leave it out"));
    EXPECT_THAT(refused("convert " + at("gone.pit") + " " + at("out.onnx") + " " + flag),
                HasSubstr("gone.pit: no such file or directory; convert takes IN first, then OUT"))
        << "nobody knows what it would have been";
  }
  for (const std::string flag :
       {"--image-topic /c", "--command-topic /c", "--speed-topic /c", "--tolerance-ms 100", "--interpolate",
        "--format bag", "--steering-correction 0.15", "--no-side-cameras", "--split session"})
    EXPECT_THAT(refused("convert " + at("in.pit") + " " + at("out.onnx") + " " + flag),
                HasSubstr(flag.substr(0, flag.find(' ')) +
                          ": is about recordings, IN is a model and no --data is given; leave it out"));
  for (const std::string out : {"out.tflite", "out.h5", "out.pit"})
    EXPECT_THAT(refused("convert " + at("in.pit") + " " + at(out) + " --raw-input"),
                HasSubstr("--raw-input: only an .onnx scales pictures itself; leave it out, or write an .onnx"));
  EXPECT_EQ(entries(place_.path()), 4U) << "nothing was written";
}

TEST_F(ConvertModel, IntegersAtTheEndsOfRealNumbersAreRefusedEarly) {
  const std::string remedy = "; add --precision int8, or leave --io out", out = " " + at("out.tflite") + " --io int8";
  for (const std::string precision : {"float32", "float16", "dynamic"})
    EXPECT_THAT(refused("convert " + at("in.pit") + out + " --precision " + precision),
                HasSubstr("--io int8: needs a network of int8, not " + precision + remedy));
  EXPECT_THAT(refused("convert " + at("in.pit") + out), HasSubstr("not float32" + remedy));
  // Data that is not there shows that none is read before.
  const std::string gone = " --data " + at("gone");
  EXPECT_THAT(refused("convert " + at("in.pit") + out + " --strategy dynamic_quan" + gone),
              HasSubstr("not dynamic" + remedy));
  EXPECT_THAT(refused("convert " + at("in.pit") + out + " --strategy float16_quan" + gone),
              HasSubstr("not float16" + remedy));
  for (const std::string flags : {"--strategy int_flt_quan", "--precision int8"})
    EXPECT_THAT(refused("convert " + at("in.pit") + out + " " + flags + gone), HasSubstr("gone: no such directory"));
}

TEST_F(ConvertModel, ABagIsKnownByItsFirstBytes) {
  write(place_ / "drive.rosbag", "#ROSBAG V2.0\n");
  EXPECT_THAT(refused("convert " + at("drive.rosbag") + " " + at("out")),
              HasSubstr("drive.rosbag: is no complete ROS 1 bag"));
}

TEST_F(ConvertModel, RefusesWhatIsNoModel) {
  write(place_ / "words.onnx", "this is a sentence");
  write(place_ / "empty.h5", "");
  write(place_ / "words.txt", "this is a sentence");
  const std::string out = " " + at("out.pit");
  EXPECT_THAT(refused("convert " + at("gone.onnx") + out), HasSubstr("gone.onnx: no such file"));
  EXPECT_THAT(refused("convert " + at("gone.onnx") + " " + at("words.onnx")),
              HasSubstr("gone.onnx: no such file or directory; convert takes IN first, then OUT"));
  EXPECT_THAT(refused("convert " + at("words.onnx") + out), HasSubstr("words.onnx: "));
  EXPECT_THAT(refused("convert " + at("words.txt") + out),
              AllOf(HasSubstr("words.txt: unknown kind of model"), HasSubstr(".onnx"), HasSubstr(".h5")));
  EXPECT_THAT(refused("convert " + at("empty.h5") + out), HasSubstr("empty.h5: the file is empty"));
  EXPECT_FALSE(fs::exists(place_ / "out.pit"));
}

}  // namespace
}  // namespace pitlane::testing
