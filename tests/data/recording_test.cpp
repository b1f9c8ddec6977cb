// What holds for recordings of every format.
#include "pitlane/data/recording.h"

#include "made_up_recording.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string fault(const std::filesystem::path& directory, const RecordingOptions& options = {}) {
  const auto recording = open_recording(directory, options);
  return recording ? "fine" : recording.error().message();
}

/// `rows` good rows, images 0.png and so on.
std::string good_csv(const MadeUpRecording& made, int rows) {
  std::string csv = "image_name,v,w,timestamp\n";
  for (int i = 0; i < rows; ++i) {
    made.image(std::to_string(i) + ".png", i);
    csv += std::to_string(i) + ".png," + std::to_string(7 + i) + ",0.1," + std::to_string(0.05 * i) + "\n";
  }
  return csv;
}

TEST(OpenRecording, SaysWhatItLookedFor) {
  const MadeUpRecording made;
  EXPECT_THAT(fault(made.path()), AllOf(HasSubstr("no recording"), HasSubstr("data.csv (deeplearningstudio)"),
                                        HasSubstr("driving_log.csv (udacity)"), HasSubstr("recording.json (pitlane)")));
  EXPECT_THAT(fault(made.path() / "nowhere"), HasSubstr("nowhere: no such directory"));
  RecordingOptions options;
  options.format = "rosbag";
  EXPECT_THAT(fault(made.path(), options), HasSubstr("unknown recording format 'rosbag'"));
}

TEST(OpenRecording, PointsAtARecordingOneLevelDown) {
  const MadeUpRecording made;
  made.text("lap1/data.csv", "v,w\n");
  EXPECT_THAT(fault(made.path()), HasSubstr("lap1 holds a recording"));
}

TEST(OpenRecording, AForcedFormatWins) {
  const MadeUpRecording made;
  made.text("data.csv", good_csv(made, 3));
  RecordingOptions options;
  options.format = "udacity";
  EXPECT_THAT(fault(made.path(), options), HasSubstr("driving_log.csv"));
  options.format = "deeplearningstudio";
  EXPECT_EQ(fault(made.path(), options), "fine");
}

TEST(OpenRecording, BadRowsAreNamedAndSkipped) {
  const MadeUpRecording made;
  std::string csv = good_csv(made, 40);  // lines 2..41
  csv += "missing.png,8,0,0\n";
  made.text("empty.png", "");
  csv += "empty.png,8,0,0\n";
  csv += "0.png,fast,0,0\n";
  csv += "1.png,8,nan,0\n";
  made.text("data.csv", csv);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->rows, SizeIs(40));
  EXPECT_EQ(recording->row_count, 44);
  EXPECT_EQ(recording->bad_rows, 4);
  EXPECT_THAT(recording->problems, ::testing::UnorderedElementsAre("data.csv:42: image 'missing.png' is missing",
                                                                   "data.csv:43: image 'empty.png' is empty (0 bytes)",
                                                                   "data.csv:44: v is 'fast', not a finite number",
                                                                   "data.csv:45: w is 'nan', not a finite number"));
}

TEST(OpenRecording, ATenthIsToleratedMoreIsNot) {
  const MadeUpRecording made;
  const std::string good = good_csv(made, 18);
  made.text("data.csv", good + "x.png,1,1,1\ny.png,1,1,1\n");
  EXPECT_EQ(fault(made.path()), "fine");
  made.text("data.csv", good + "x.png,1,1,1\ny.png,1,1,1\n0.png,?,1,1\n1,2\n3\n");
  EXPECT_THAT(fault(made.path()), AllOf(HasSubstr("5 of 23 rows are bad, more than a tenth"),
                                        HasSubstr("data.csv:22: v is '?'"), HasSubstr("; ...")));
}

TEST(OpenRecording, WithoutAnyImageSaysWhereTheFirstShouldBe) {
  const MadeUpRecording made;
  made.text("data.csv", "image_name,v,w\na.png,1,2\nb.png,2,3\n");
  EXPECT_THAT(fault(made.path()),
              AllOf(HasSubstr("none of its 2 images is there"), HasSubstr("a.png"), HasSubstr("copy the images")));
  made.text("data.csv", "image_name,v,w\n");
  EXPECT_THAT(fault(made.path()), HasSubstr("data.csv: no rows"));
  made.text("data.csv", "");
  EXPECT_THAT(fault(made.path()), HasSubstr("data.csv: empty"));
}

TEST(OpenRecording, NamesNeverLeadOutOfTheDirectory) {
  const MadeUpRecording outside;
  outside.image("secret.png", 1);
  const MadeUpRecording made;
  std::string csv = good_csv(made, 40);
  const std::string absolute = (outside.path() / "secret.png").string();
  const std::string relative = "../" + outside.path().filename().string() + "/secret.png";
  ASSERT_TRUE(std::filesystem::exists(made.path() / relative)) << "the test would prove nothing";
  csv += absolute + ",1,1,1\n" + relative + ",1,1,1\nx/../../secret.png,1,1,1\n";
  made.text("data.csv", csv);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->rows, SizeIs(40));
  ASSERT_THAT(recording->problems, SizeIs(3));
  for (const std::string& problem : recording->problems) EXPECT_THAT(problem, HasSubstr("outside the recording"));
}

TEST(OpenRecording, HostileNamesAreShownSafely) {
  const MadeUpRecording made;
  std::string csv = good_csv(made, 20);
  csv += "\x1B[31m" + std::string(5000, 'a') + ".png,1,1,1\n";
  made.text("data.csv", csv);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  ASSERT_THAT(recording->problems, SizeIs(1));
  EXPECT_LT(recording->problems[0].size(), 200U);
  EXPECT_EQ(recording->problems[0].find('\x1B'), std::string::npos);
}

TEST(OpenRecording, ADirectoryOrPipeIsNoImage) {
  const MadeUpRecording made;
  std::string csv = good_csv(made, 20);
  std::filesystem::create_directory(made.path() / "folder.png");
  csv += "folder.png,1,1,1\n";
  made.text("data.csv", csv);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->problems, ElementsAre("data.csv:22: image 'folder.png' is not a regular file"));
}

TEST(OpenRecording, TheUsualSizeCountsNotTheFirst) {
  const MadeUpRecording made;
  made.text("data.csv", good_csv(made, 20));
  made.image("0.png", 0, 32, 24);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->image_width, 16);
  EXPECT_EQ(recording->image_height, 12);
  // Of equals the first seen.
  for (int i = 0; i < 20; ++i) made.image(std::to_string(i) + ".png", i, i % 2 == 0 ? 20 : 16, 12);
  EXPECT_EQ(open_recording(made.path()).value().image_width, 20);
}

}  // namespace
}  // namespace pitlane
