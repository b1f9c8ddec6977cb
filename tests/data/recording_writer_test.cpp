#include "pitlane/data/recording_writer.h"

#include <array>
#include <optional>

#include "made_up_recording.h"
#include "pitlane/data/recording.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

constexpr std::array<double, 2> kLabels = {10, 0.5};

RecordingManifest manifest() {
  RecordingManifest out;
  out.labels = {{"v", "m/s", 6.5F, 24}, {"w", "rad/s", -7.1F, 7.1F}};
  return out;
}

std::size_t files(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

Status add(RecordingWriter& writer) {
  const std::vector<std::uint8_t> grey(3 * 8 * 4, 128);
  return writer.add(grey, 8, 4, kLabels, 0, 0);
}

TEST(RecordingWriter, UnfinishedLeavesOnlyWhatWasThere) {
  const MadeUpRecording made;
  made.text("3.png", "somebody's");
  {
    RecordingWriter writer(made.path(), manifest(), "command", 1);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(add(writer).ok());
    EXPECT_EQ(files(made.path()), 4U);
    const Status taken = add(writer);
    ASSERT_FALSE(taken.ok());
    EXPECT_THAT(taken.error().message(), HasSubstr("3.png: appeared meanwhile"));
  }
  EXPECT_EQ(files(made.path()), 1U);
  EXPECT_EQ(made.read("3.png"), "somebody's");
}

TEST(RecordingWriter, BytesThatAreNoUtf8AreMarked) {
  const MadeUpRecording made;
  {
    RecordingWriter writer(made.path(), manifest(), "pitlane record --out rec\xff", 1);
    ASSERT_TRUE(add(writer).ok());
    ASSERT_TRUE(writer.finish().ok());
  }
  EXPECT_EQ(files(made.path()), 3U);
  EXPECT_THAT(made.read("recording.json"), HasSubstr("rec\xEF\xBF\xBD"));
}

TEST(RecordingWriter, WritesTheStateThatNetworksMayRead) {
  const MadeUpRecording made;
  const std::vector<std::uint8_t> grey(3 * 8 * 4, 128);
  RecordingWriter writer(made.path(), manifest(), "command", 1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(writer.add(grey, 8, 4, kLabels, 0.05 * i, 0, {2.5 * i, i, i / 2}).ok());
  ASSERT_TRUE(writer.finish().ok());
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording.ok()) << recording.error().message();
  ASSERT_EQ(recording->rows.size(), 3U);
  EXPECT_EQ(recording->rows[2].speed_mps, 5);
  EXPECT_EQ(recording->rows[2].command, 2);
  EXPECT_EQ(recording->rows[2].drive, 1);
  EXPECT_EQ(recording->rows[2].light, -1);
}

// Of a network that wants BGR the manifest says so; the files show true colours.
TEST(RecordingWriter, NotesTheChannelOrder) {
  const MadeUpRecording made;
  RecordingManifest bgr = manifest();
  bgr.stored = small_preprocessing();
  bgr.stored->format = PixelFormat::kBgr;
  RecordingWriter writer(made.path(), bgr, "command", 1);
  ASSERT_TRUE(add(writer).ok());
  ASSERT_TRUE(writer.finish().ok());
  EXPECT_THAT(made.read("recording.json"), HasSubstr("\"format\": \"bgr\""));
}

}  // namespace
}  // namespace pitlane
