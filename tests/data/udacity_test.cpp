#include "made_up_recording.h"
#include "pitlane/data/recording.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string line(const std::string& folder, const std::string& time, const std::string& steering) {
  std::string out;
  for (const char* camera : {"center", "left", "right"}) out += folder + camera + "_" + time + ".jpg,";
  return out + steering + ",0.5,0,30.1\n";
}

void write_images(const MadeUpRecording& made, const std::string& time) {
  for (const char* camera : {"center", "left", "right"})
    made.image("IMG/" + std::string(camera) + "_" + time + ".jpg", 1, 320, 160);
}

TEST(Udacity, PathsOfOtherMachinesAreRerooted) {
  const MadeUpRecording made;
  const std::string first = "2018_07_16_17_11_43_382";
  const std::string second = "2018_07_16_17_11_43_450";
  for (const auto& time : {first, second}) write_images(made, time);
  made.text("driving_log.csv",
            line(R"(C:\Users\Amer\track\IMG\)", first, "0.25") + line("/mnt/disk/track/IMG/", second, "-0.5"));
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->format, "udacity");
  ASSERT_THAT(recording->rows, SizeIs(2));
  EXPECT_EQ(recording->rows[0].image, made.path() / "IMG" / ("center_" + first + ".jpg"));
  EXPECT_EQ(recording->labels[0].name, "steering");
  EXPECT_THAT(recording->rows[1].labels, ElementsAre(-0.5, 0.5, 0.0, 30.1));
  EXPECT_NEAR(recording->rows[1].time_s - recording->rows[0].time_s, 0.068, 1e-6);
  EXPECT_EQ(recording->image_width, 320);

  ASSERT_THAT(recording->side_rows, SizeIs(4));
  EXPECT_THAT(recording->side_rows[0].image.filename().string(), HasSubstr("left"));
  EXPECT_FLOAT_EQ(recording->side_rows[0].labels[0], 0.40F) << "steer right, back to the middle";
  EXPECT_THAT(recording->side_rows[1].image.filename().string(), HasSubstr("right"));
  EXPECT_FLOAT_EQ(recording->side_rows[1].labels[0], 0.10F);
  EXPECT_EQ(recording->side_rows[3].index, 1);
  EXPECT_EQ(recording->side_rows[3].line, 2);
}

TEST(Udacity, OptionsForSideCameras) {
  const MadeUpRecording made;
  write_images(made, "2018_07_16_17_11_43_382");
  made.text("driving_log.csv", line("IMG/", "2018_07_16_17_11_43_382", "0"));
  RecordingOptions options;
  options.steering_correction = 0.2;
  EXPECT_FLOAT_EQ(open_recording(made.path(), options)->side_rows[0].labels[0], 0.2F);
  options.side_cameras = false;
  EXPECT_THAT(open_recording(made.path(), options)->side_rows, SizeIs(0));
  options.steering_correction = NAN;
  EXPECT_THAT(open_recording(made.path(), options).error().message(), HasSubstr("steering correction"));
}

TEST(Udacity, AHeaderIsTolerated) {
  const MadeUpRecording made;
  write_images(made, "2018_07_16_17_11_43_382");
  made.text("driving_log.csv",
            "center,left,right,steering,throttle,brake,speed\n" + line("IMG/", "2018_07_16_17_11_43_382", "0"));
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  ASSERT_THAT(recording->rows, SizeIs(1));
  EXPECT_EQ(recording->rows[0].index, 0);
  EXPECT_EQ(recording->rows[0].line, 2);
  EXPECT_EQ(recording->row_count, 1);
}

TEST(Udacity, LogsOfOneCamera) {
  const MadeUpRecording made;
  write_images(made, "2018_07_16_17_11_43_382");
  made.text("driving_log.csv", "IMG/center_2018_07_16_17_11_43_382.jpg,,,0.5,1,0,30\n");
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->rows, SizeIs(1));
  EXPECT_THAT(recording->side_rows, SizeIs(0));
}

TEST(Udacity, SessionsByGapsInTheNames) {
  const MadeUpRecording made;
  std::string log;
  for (const char* time : {"2018_07_16_23_59_59_900", "2018_07_16_23_59_59_970", "2018_07_17_00_00_00_040",
                           "2018_07_17_00_00_09_000", "2018_07_17_00_00_09_070"}) {
    write_images(made, time);
    log += line("IMG/", time, "0.5");
  }
  made.text("driving_log.csv", log);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  std::vector<int> sessions;
  std::vector<int> side_sessions;
  for (const RecordingRow& row : recording->rows) sessions.push_back(row.session);
  for (const RecordingRow& row : recording->side_rows) side_sessions.push_back(row.session);
  EXPECT_THAT(sessions, ElementsAre(0, 0, 0, 1, 1));
  EXPECT_THAT(side_sessions, ElementsAre(0, 0, 0, 0, 0, 0, 1, 1, 1, 1));
}

TEST(Udacity, BadLines) {
  const MadeUpRecording made;
  std::string log;
  for (int i = 0; i < 40; ++i) {
    const std::string time = "2018_07_16_17_11_43_" + std::to_string(100 + i);
    write_images(made, time);
    log += line("IMG/", time, "0.01");
  }
  std::filesystem::remove(made.path() / "IMG" / "left_2018_07_16_17_11_43_101.jpg");
  log += "a,b,c,0.1\n" + line("IMG/", "2018_07_16_17_11_43_100", "left");
  log += "IMG\\..,x,y,0,0,0,0\n";
  made.text("driving_log.csv", log);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->rows, SizeIs(40));
  EXPECT_THAT(recording->side_rows, SizeIs(79));
  EXPECT_EQ(recording->bad_rows, 4);
  ASSERT_GE(recording->problems.size(), 4U);
  EXPECT_THAT(recording->problems[0], AllOf(HasSubstr("driving_log.csv:2: left: image"), HasSubstr("is missing")));
  EXPECT_EQ(recording->problems[1], "driving_log.csv:41: 4 fields, not 7");
  EXPECT_EQ(recording->problems[2], "driving_log.csv:42: steering is 'left', not a finite number");
  EXPECT_THAT(recording->problems[3], HasSubstr("driving_log.csv:43: centre: image '..' lies outside"));
}

}  // namespace
}  // namespace pitlane
