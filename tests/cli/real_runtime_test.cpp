// What pitlane convert writes, in the runtimes that users have: ONNX Runtime, LiteRT and Keras.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "frameworks.h"
#include "network/lively.h"
#include "pitlane/network/families.h"
#include "pitlane/network/pit_file.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct Case {
  const char* name;
  const char* out;
  const char* runtime;
  const char* flags;
  friend void PrintTo(const Case& tested, std::ostream* stream) { *stream << tested.name; }
};

class RealRuntime : public InAFolder {
 protected:
  void SetUp() override { PITLANE_NEEDS_FRAMEWORKS(python_); }
  void expect_agreement(const std::string& in, const Case& tested, const std::string& more = "") const {
    const Outcome made = pitlane("convert " + in + " " + at(tested.out) + " " + tested.flags + more + " --python '" +
                                 python_.string() + "'");
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_THAT(made.out, HasSubstr(tested.runtime));
    EXPECT_THAT(made.out, HasSubstr(" agrees: largest difference "));
    EXPECT_THAT(made.out, HasSubstr(" of an output's range on 200 pictures\n"));
    std::printf("%s%s", made.out.c_str(), made.err.c_str());
  }
  fs::path python_;
};

class RealRuntimeOfPrecision : public RealRuntime, public ::testing::WithParamInterface<Case> {};

TEST_P(RealRuntimeOfPrecision, AgreesOnTheBundledNetwork) {
  record(place_ / "rec", 200);
  expect_agreement("'" PITLANE_SOURCE_DIR "/examples/pilotnet.pit'", GetParam(), " --data " + at("rec"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, RealRuntimeOfPrecision,
                         ::testing::Values(Case{"Onnx", "a.onnx", "onnxruntime 1", ""},
                                           Case{"OnnxOfBytes", "a.onnx", "onnxruntime 1", "--raw-input"},
                                           Case{"OnnxHalf", "a.onnx", "onnxruntime 1", "--precision float16"},
                                           Case{"OnnxDynamic", "a.onnx", "onnxruntime 1", "--strategy dynamic_quan"},
                                           Case{"OnnxInt8", "a.onnx", "onnxruntime 1", "--strategy int_flt_quan"},
                                           Case{"Tflite", "a.tflite", "LiteRT", ""},
                                           Case{"TfliteHalf", "a.tflite", "LiteRT", "--precision float16"},
                                           Case{"TfliteDynamic", "a.tflite", "LiteRT", "--strategy dynamic_quan"},
                                           Case{"TfliteInt8", "a.tflite", "LiteRT", "--precision int8"},
                                           Case{"TfliteInt8Ends", "a.tflite", "LiteRT", "--precision int8 --io int8"},
                                           Case{"TfliteByteEnds", "a.tflite", "LiteRT", "--precision int8 --io uint8"},
                                           Case{"Keras", "a.h5", "Keras", ""}),
                         [](const auto& tested) { return std::string(tested.param.name); });

class RealRuntimeOfFamily : public RealRuntime, public ::testing::WithParamInterface<const char*> {};

TEST_P(RealRuntimeOfFamily, AgreesInAllKinds) {
  FamilyOptions options;
  options.outputs = {{"v", "m/s", 6.5F, 24, -1, 0}, {"w", "rad/s", -7.1F, 7.1F, -1, 0}};
  const Network network = with_loud_head(find_family(GetParam()).value()->build(options).value());
  ASSERT_TRUE(save_pit(network, place_ / "in.pit").ok());
  expect_agreement(at("in.pit"), {"", "a.onnx", "onnxruntime 1", ""});
  expect_agreement(at("in.pit"), {"", "a.tflite", "LiteRT", ""});
  if (network.states.empty()) expect_agreement(at("in.pit"), {"", "a.h5", "Keras", ""});
}

// One for each shape of inputs and states; that every family's files are right, formats/*_parity shows.
INSTANTIATE_TEST_SUITE_P(Families, RealRuntimeOfFamily,
                         ::testing::Values("pilotnet-tf", "pilotnet-tf-v", "pilotnet-x3-timedistributed-v",
                                           "deepest-lstm-tinypilotnet", "memdccp", "pilotnet-onehot"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace pitlane::testing
