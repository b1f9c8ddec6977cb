#include "pitlane/data/recording_manifest.h"

#include "made_up_recording.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kManifest = R"({"format": "pitlane-recording", "version": 1,
  "labels": [{"name": "v", "unit": "m/s", "low": 6.5, "high": 24}, {"name": "w", "unit": "rad/s", "low": -7.1, "high": 7.1}],
  "stored_preprocessing": {"source_width": 640, "source_height": 480, "crop": [0, 240, 640, 240],
                           "width": 200, "height": 66, "format": "rgb"}})";

/// The manifest with `from` replaced by `to`.
std::string fault(const std::string& from, const std::string& to) {
  std::string text = kManifest;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  const MadeUpRecording made;
  made.text("recording.json", text);
  const auto manifest = read_recording_manifest(made.path() / "recording.json");
  return manifest ? "fine" : manifest.error().message();
}

TEST(RecordingManifest, LabelsAndStoredPreprocessing) {
  const MadeUpRecording made;
  made.text("recording.json", kManifest);
  const auto manifest = read_recording_manifest(made.path() / "recording.json");
  ASSERT_TRUE(manifest) << manifest.error().message();
  ASSERT_THAT(manifest->labels, SizeIs(2));
  EXPECT_EQ(manifest->labels[1].name, "w");
  EXPECT_EQ(manifest->labels[1].unit, "rad/s");
  EXPECT_EQ(manifest->labels[1].high, 7.1F);
  ASSERT_TRUE(manifest->stored);
  EXPECT_EQ(*manifest->stored, Preprocessing{}) << "the default is the F1 car's";
}

TEST(RecordingManifest, WholeFramesMayBeStored) {
  EXPECT_EQ(fault(R"("format": "rgb")", R"("format": "grey")"), "fine");
  const MadeUpRecording made;
  made.text("recording.json",
            R"({"format": "pitlane-recording", "version": 1, "stored_preprocessing": null,
                "labels": [{"name": "steer", "unit": "1", "low": -1, "high": 1}]})");
  const auto manifest = read_recording_manifest(made.path() / "recording.json");
  ASSERT_TRUE(manifest) << manifest.error().message();
  EXPECT_FALSE(manifest->stored);
}

TEST(RecordingManifest, EveryFaultIsNamed) {
  EXPECT_THAT(fault("\"version\": 1", "\"version\": 2"), HasSubstr("version 2 is not known"));
  EXPECT_THAT(fault("\"version\": 1", "\"version\": \"1\""), HasSubstr("'version' must be a whole number"));
  EXPECT_THAT(fault("pitlane-recording", "tub"), HasSubstr("'format' is 'tub'"));
  EXPECT_THAT(fault("\"low\": 6.5", "\"low\": 24"), HasSubstr("'high' must be above 'low'"));
  EXPECT_THAT(fault("\"name\": \"w\"", "\"name\": \"v\""), HasSubstr("label 'v' is listed twice"));
  EXPECT_THAT(fault("\"name\": \"w\", ", ""), HasSubstr("'name' must be a text"));
  EXPECT_THAT(fault("\"high\": 24", "\"high\": 1e999"), HasSubstr("recording.json"));
  EXPECT_THAT(fault("[0, 240, 640, 240]", "[0, 240, 640]"), HasSubstr("'crop' must be [x, y, width, height]"));
  EXPECT_THAT(fault("[0, 240, 640, 240]", "[0, 240, 641, 240]"), HasSubstr("stored_preprocessing"));
  EXPECT_THAT(fault("[0, 240, 640, 240]", "[0, 240, -1, 240]"), HasSubstr("out of range"));
  EXPECT_THAT(fault("\"rgb\"", "\"yuv\""), HasSubstr("'yuv'"));
  EXPECT_THAT(fault("{\"format\"", "[\"format\""), HasSubstr("not a JSON object"));
}

// A copy of such a node took the whole stack.
TEST(RecordingManifest, ListsMayNestDeeply) {
  constexpr std::size_t kDeep = 200'000;
  EXPECT_THAT(fault("[0, 240,", "[" + std::string(kDeep, '[') + std::string(kDeep, ']') + ", 240,"),
              HasSubstr("'crop' must be a whole number"));
}

TEST(RecordingManifest, OpensAsOurOwnFormat) {
  const MadeUpRecording made;
  made.text("recording.json", kManifest);
  made.image("7.png", 1, 200, 66);
  made.text("data.csv", "image_name,v,w,timestamp,session\n7.png,7,0.5,0,0\n");
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->format, "pitlane");
  EXPECT_TRUE(recording->stored);
  EXPECT_THAT(recording->rows, SizeIs(1));
}

}  // namespace
}  // namespace pitlane
