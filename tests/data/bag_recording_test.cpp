// Pictures and commands of a ROS 1 bag, aligned in time.
#include <fstream>

#include "made_up_bag.h"
#include "made_up_recording.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/recording.h"
#include "sim/test_data.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Messages = std::vector<MadeUpMessage>;

constexpr const char* kCamera = "/cam/image_raw";

/// Picture k (of tag k) at 100 + k / 20 s, and a command every 30 ms: v = t, w = 0.5 - t / 10 with t since 100 s.
Messages drive(int pictures = 30, double offset_s = 0) {
  Messages out;
  for (int k = 0; k < pictures; ++k)
    out.push_back({kCamera, "sensor_msgs/Image", 100 + offset_s + 0.05 * k,
                   image_message(MadeUpRecording::picture(16, 12, k), "bgr8", 4)});
  for (int k = 0; 0.03 * k < 0.05 * pictures; ++k) {
    const double t = 0.03 * k;
    out.push_back({"/cmd_vel", "geometry_msgs/Twist", 100 + t, twist_message(t, 0.5 - t / 10)});
  }
  return out;
}

class BagRecording : public ::testing::Test {
 protected:
  void SetUp() override { PITLANE_NEEDS_ROSBAG(); }

  Result<Recording> open(const Messages& messages, BagCompression compression = BagCompression::kNone) {
    write_bag(folder_ / "drive.bag", messages, compression, 4000);
    return open_recording(folder_ / "drive.bag", options_);
  }
  std::string fault(const Messages& messages) {
    const auto recording = open(messages);
    return recording ? "fine" : recording.error().message();
  }

  TemporaryDirectory folder_;
  RecordingOptions options_;
};

TEST_F(BagRecording, TheNearestCommandBelongsToEachPicture) {
  const auto recording = open(drive());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->format, "bag");
  ASSERT_THAT(recording->rows, SizeIs(30));
  for (int k = 0; k < 30; ++k) {
    const RecordingRow& row = recording->rows[static_cast<std::size_t>(k)];
    EXPECT_NEAR(row.time_s, 100 + 0.05 * k, 1e-6);
    EXPECT_NEAR(row.labels[0], 0.05 * k, 0.0151) << "half the step between commands";
    EXPECT_NEAR(row.labels[1], 0.5 - row.labels[0] / 10, 1e-12) << "both of one command";
    EXPECT_TRUE(std::isnan(row.speed_mps));
    EXPECT_EQ(row.index, k);
  }
  EXPECT_EQ(recording->labels[0].name, "v");
  EXPECT_FLOAT_EQ(recording->labels[0].high, 1.5F) << "rounded up to two digits from 1.47";
  EXPECT_FLOAT_EQ(recording->labels[1].low, -0.5F);
  EXPECT_EQ(recording->image_width, 16);
}

TEST_F(BagRecording, InterpolatedCommandsLieOnTheLine) {
  options_.bag.interpolate = true;
  const auto recording = open(drive());
  ASSERT_TRUE(recording) << recording.error().message();
  for (const RecordingRow& row : recording->rows) EXPECT_NEAR(row.labels[0], row.time_s - 100, 1e-6);
}

TEST_F(BagRecording, SpeedComesFromOdometry) {
  Messages messages = drive();
  for (int k = 0; k < 30; ++k)
    messages.push_back({"/odom", "nav_msgs/Odometry", 100.01 + 0.05 * k,
                        odometry_message(0, 0, 3 * (0.01 + 0.05 * k), 4 * (0.01 + 0.05 * k))});
  const auto recording = open(messages);
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_NEAR(recording->rows[0].speed_mps, 0.05, 1e-6) << "before the first one: the nearest";
  for (std::size_t k = 1; k < 30; ++k)
    EXPECT_NEAR(recording->rows[k].speed_mps, 5 * 0.05 * static_cast<double>(k), 1e-5);
}

TEST_F(BagRecording, LoadsPicturesOfEveryKind) {
  for (const auto compression : {BagCompression::kNone, BagCompression::kBz2, BagCompression::kLz4})
    for (const bool files : {false, true}) {
      Messages messages = drive();
      for (int k = 0; files && k < 30; ++k) {
        std::vector<unsigned char> png;
        cv::imencode(".png", MadeUpRecording::picture(16, 12, k), png);
        auto& message = messages[static_cast<std::size_t>(k)];
        message.type = "sensor_msgs/CompressedImage";
        message.bytes = compressed_image_message({png.begin(), png.end()}, "png");
      }
      const auto recording = open(messages, compression);
      ASSERT_TRUE(recording) << recording.error().message();
      const auto dataset = load_dataset(*recording, small_preprocessing(), {output("v", 0, 2), output("w", -1, 1)});
      ASSERT_TRUE(dataset) << dataset.error().message();
      ASSERT_EQ(dataset->size(), 30);
      // Against the same pictures as files.
      const MadeUpRecording made;
      std::string csv = "image_name,v,w\n";
      for (int k = 0; k < 30; ++k) {
        const std::string name = std::to_string(k) + ".png";
        made.image(name, k);
        csv += name + "," + std::to_string(k) + ",0." + std::to_string(k) + "\n";
      }
      made.text("data.csv", csv);
      const auto expected = load_dataset(*open_recording(made.path()), small_preprocessing(), f1_outputs());
      ASSERT_TRUE(expected) << expected.error().message();
      EXPECT_EQ(dataset->pictures, expected->pictures);
    }
}

TEST_F(BagRecording, GreyPicturesServeColourNetworksAndGreyOnes) {
  Messages messages = drive();
  for (int k = 0; k < 30; ++k) {
    cv::Mat grey(12, 16, CV_8UC1, cv::Scalar(10 + k));
    messages[static_cast<std::size_t>(k)].bytes = image_message(grey, "mono8");
  }
  const auto recording = open(messages);
  ASSERT_TRUE(recording) << recording.error().message();
  for (const PixelFormat format : {PixelFormat::kRgb, PixelFormat::kGrey}) {
    Preprocessing preprocessing = small_preprocessing();
    preprocessing.format = format;
    preprocessing.scale.resize(static_cast<std::size_t>(channels_of(format)));
    preprocessing.offset.resize(static_cast<std::size_t>(channels_of(format)));
    const auto dataset = load_dataset(*recording, preprocessing, {output("v", 0, 2)});
    ASSERT_TRUE(dataset) << dataset.error().message();
    for (int k = 0; k < 30; ++k)
      for (const std::uint8_t value : dataset->picture(k)) ASSERT_NEAR(value, 10 + k, 1);
  }
}

TEST_F(BagRecording, PicturesBeforeAndAfterTheDriveAreNoFault) {
  Messages messages = drive(30, -0.52);
  const auto recording = open(messages);
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->rows, SizeIs(21)) << "9 of them were taken more than 0.1 s before the first command";
  EXPECT_THAT(recording->problems, SizeIs(0));
  EXPECT_THAT(fault(drive(30, 1000)), HasSubstr("none of its 30 pictures was taken while commands were given"));
}

TEST_F(BagRecording, AGapInTheCommandsMakesBadRows) {
  Messages messages = drive(100);
  std::erase_if(messages,
                [](const MadeUpMessage& m) { return m.topic == "/cmd_vel" && m.time_s > 102 && m.time_s < 102.4; });
  const auto recording = open(messages);
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->problems, ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(recording->problems[0], HasSubstr("drive.bag:43: no command within 100 ms of the picture"));
  std::erase_if(messages,
                [](const MadeUpMessage& m) { return m.topic == "/cmd_vel" && m.time_s > 101 && m.time_s < 104; });
  EXPECT_THAT(fault(messages), AllOf(HasSubstr("rows are bad, more than a tenth"), HasSubstr("no command within")));
  options_.bag.tolerance_s = 3;
  EXPECT_EQ(fault(messages), "fine");
}

TEST_F(BagRecording, ALongPauseBeginsASession) {
  Messages messages = drive(60);
  for (MadeUpMessage& message : messages)
    if (message.time_s > 101.5) message.time_s += 60;
  const auto recording = open(messages);
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->rows.front().session, 0);
  EXPECT_EQ(recording->rows.back().session, 1);
}

TEST_F(BagRecording, TopicsAreChosenOrNamed) {
  Messages messages = drive();
  messages.push_back(
      {"/rear/image_raw", "sensor_msgs/Image", 100, image_message(MadeUpRecording::picture(16, 12, 1), "bgr8")});
  EXPECT_THAT(fault(messages),
              AllOf(HasSubstr("drive.bag: has several topics of pictures; name one with --image-topic"),
                    HasSubstr("'/cam/image_raw' (sensor_msgs/Image), '/rear/image_raw'")));
  options_.bag.image_topic = kCamera;
  EXPECT_EQ(fault(messages), "fine");
  options_.bag.image_topic = "/front";
  EXPECT_THAT(fault(messages), HasSubstr("has no pictures on topic '/front'; there is '/cam/image_raw'"));
  options_.bag.image_topic = kCamera;
  messages.push_back({"/safe/cmd_vel", "geometry_msgs/TwistStamped", 100, twist_stamped_message(3, 1)});
  EXPECT_THAT(fault(messages), HasSubstr("has several topics of commands; name one with --command-topic"));
  options_.bag.command_topic = "/cmd_vel";
  options_.bag.speed_topic = "/odom";
  EXPECT_THAT(fault(messages), HasSubstr("has no odometry on topic '/odom'"));
}

TEST_F(BagRecording, WhatIsMissingIsNamed) {
  Messages pictures = drive();
  std::erase_if(pictures, [](const MadeUpMessage& m) { return m.topic != kCamera; });
  EXPECT_THAT(fault(pictures), HasSubstr("holds no commands (geometry_msgs/Twist or TwistStamped) beside its pictures; "
                                         "it holds '/cam/image_raw'"));
  Messages commands = drive();
  std::erase_if(commands, [](const MadeUpMessage& m) { return m.topic == kCamera; });
  EXPECT_THAT(fault(commands), HasSubstr("holds no pictures"));
  Messages shortened = drive();
  shortened.back().bytes.resize(40);
  EXPECT_THAT(fault(shortened), HasSubstr("/cmd_vel at 101.47"));
  Messages nan = drive(50);
  nan[52].bytes = twist_message(NAN, 0);
  const auto recording = open(nan);
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->problems, ElementsAre(HasSubstr("drive.bag:2: its command is not finite")));
}

TEST_F(BagRecording, EncodingsThatAreNoPictureAndOddSizes) {
  Messages depth = drive();
  for (int k = 0; k < 30; ++k)
    depth[static_cast<std::size_t>(k)].bytes = image_message(cv::Mat(12, 16, CV_16UC1, cv::Scalar(1)), "16UC1");
  EXPECT_THAT(fault(depth), AllOf(HasSubstr("no readable image among the first rows"), HasSubstr("'16UC1'")));
  Messages odd = drive();
  odd[4].bytes = image_message(MadeUpRecording::picture(20, 12, 1), "bgr8");
  odd[5].bytes.resize(50);
  const auto recording = open(odd);
  ASSERT_TRUE(recording) << recording.error().message();
  const auto dataset = load_dataset(*recording, small_preprocessing(), {output("v", 0, 2)});
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_THAT(dataset->skipped, ElementsAre("drive.bag:5: picture 5: is 20x12, not 16x12",
                                            "drive.bag:6: picture 6: truncated image message"));
}

TEST(BagWithoutPictures, IsRefusedInOneLine) {
  const auto path = test_data("jderobot/lap-simple-circuit.bag");
  PITLANE_NEEDS_TEST_DATA(path);
  const auto recording = open_recording(path);
  ASSERT_FALSE(recording);
  EXPECT_THAT(recording.error().message(),
              AllOf(HasSubstr("lap-simple-circuit.bag: holds no pictures"),
                    HasSubstr("'/F1ROS/odom' (nav_msgs/Odometry)"), HasSubstr("pitlane circuit import")));
}

TEST(BagThatIsNone, IsRefused) {
  const TemporaryDirectory folder;
  std::ofstream(folder / "text.bag") << "hello";
  EXPECT_THAT(open_recording(folder / "text.bag").error().message(), HasSubstr("text.bag: is no complete ROS 1 bag"));
  EXPECT_THAT(open_recording(folder.path()).error().message(), HasSubstr("no recording; looked for"));
  std::ofstream(folder / "cut.bag") << "#ROSBAG V2.0\n";
  EXPECT_THAT(open_recording(folder.path()).error().message(), HasSubstr("cut.bag holds a recording"));
  RecordingOptions options;
  options.format = "bag";
  EXPECT_THAT(open_recording(folder.path(), options).error().message(), HasSubstr("no such file"));
}

}  // namespace
}  // namespace pitlane
