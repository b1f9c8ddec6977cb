// Strategies that show the network less, as a user calls them: file, exports, data and simulator agree about the
// pictures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "pitlane/network/pit_file.h"
#include "program.h"

namespace pitlane::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ReducedInput : public InAFolder {
 protected:
  void SetUp() override { save_pilotnet(place_ / "a.pit"); }
  [[nodiscard]] Outcome convert(const std::string& in, const std::string& out, const std::string& more = "") const {
    return pitlane("convert " + at(in) + " " + at(out) + " " + more);
  }
};

TEST_F(ReducedInput, GreyIsMadeOfPicturesThatWereStoredInColour) {
  record(place_ / "rec", 24);
  const Outcome made = convert("a.pit", "grey.pit", "--strategy grey_input --data " + at("rec"));
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(pitlane("inspect " + at("grey.pit")).out,
              AllOf(HasSubstr("66x200x1  from a 640x480 frame, crop 640x240 at (0, 240), resized to 200x66, grey"),
                    HasSubstr("recipe: reduce_input(scale=1, grey) | fine_tune(")));
  for (const char* more : {"int8.tflite --strategy int_flt_quan --data ", "grey.onnx --raw-input --data "}) {
    const std::string words = more;
    const std::size_t space = words.find(' ');
    const Outcome exported = convert("grey.pit", words.substr(0, space), words.substr(space) + at("rec"));
    EXPECT_EQ(exported.code, 0) << exported.err;
    EXPECT_THAT(exported.out, HasSubstr("read again and run on 200 pictures")) << exported.err;
  }
  for (const char* model : {"grey.pit", "grey.onnx"}) {
    const Outcome judged = pitlane("evaluate " + at(model) + " --data " + at("rec"));
    EXPECT_EQ(judged.code, 0) << model << ": " << judged.err;
  }
  EXPECT_THAT(
      refused("convert " + at("a.pit") + " " + at("small.pit") + " --strategy small_input --data " + at("rec")),
      AllOf(HasSubstr("rec: holds pictures at one network's size, and small_input looks at others too; record it "
                      "with --whole-frames")));
}

TEST_F(ReducedInput, ASmallerPictureComesFromWholeFrames) {
  record(place_ / "rec", 24, "--circuit mixed --whole-frames");
  const std::string data = " --data " + at("rec");
  const Outcome made = convert("a.pit", "small.pit", "--strategy small_input_quan --input-scale 0.75" + data);
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(pitlane("inspect " + at("small.pit")).out, HasSubstr("resized to 150x50, RGB"));
  const Outcome narrow = convert("a.pit", "narrow.pit", "--strategy small_input_quan --input-scale 0.5x1" + data);
  ASSERT_EQ(narrow.code, 0) << narrow.err;
  EXPECT_THAT(pitlane("inspect " + at("narrow.pit")).out, HasSubstr("resized to 100x66, RGB"));
  for (const char* none : {"1", "1x1", "0.5x", "x0.5", "0.5x0.01", "2", "nan", "half", "0.5x0.5x0.5"})
    EXPECT_THAT(
        refused("convert " + at("a.pit") + " " + at("b.pit") + " --strategy small_input --input-scale " + none + data),
        HasSubstr("--input-scale: must be a share of at least 0.05 and below 1, or COLUMNSxROWS with shares within "
                  "0.05 to 1, "
                  "e.g. 0.5x1, not '" +
                  std::string(none) + "'"));
  const Outcome exported = convert("small.pit", "small.onnx", data);
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(pitlane("evaluate " + at("small.pit") + data).code, 0);
  const Outcome driven = pitlane("drive " + at("small.pit") + " --circuit mixed --json");
  EXPECT_LE(driven.code, 1) << driven.err;
  EXPECT_THAT(driven.out, HasSubstr("\"distance_m\""));
  EXPECT_THAT(
      refused("convert " + at("a.pit") + " " + at("b.pit") + " --strategy small_input --input-scale 0.05" + data),
      HasSubstr("strategy small_input: a picture of 10x3 is too small for the 5x5 window of Conv2d 'conv1'; take "
                "a larger --input-scale"));
}

}  // namespace
}  // namespace pitlane::testing
