#include "pitlane/data/ros_messages.h"

#include <opencv2/imgproc.hpp>

#include "made_up_bag.h"
#include "made_up_recording.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

std::string fault(const MessageBytes& bytes, const std::string& type = kImageType) {
  const auto frame = parse_image(bytes, type);
  return frame ? "fine" : frame.error().message();
}

/// The same picture in the order of channels that an encoding names.
cv::Mat converted(const cv::Mat& bgr, const std::string& encoding) {
  cv::Mat out = bgr.clone();
  if (encoding == "rgb8") cv::cvtColor(bgr, out, cv::COLOR_BGR2RGB);
  if (encoding == "rgba8") cv::cvtColor(bgr, out, cv::COLOR_BGR2RGBA);
  if (encoding == "bgra8") cv::cvtColor(bgr, out, cv::COLOR_BGR2BGRA);
  if (encoding == "mono8") cv::cvtColor(bgr, out, cv::COLOR_BGR2GRAY);
  return out;
}

TEST(ParseImage, EveryEncodingAndStride) {
  const cv::Mat bgr = MadeUpRecording::picture(7, 5, 3);
  for (const std::string encoding : {"rgb8", "bgr8", "rgba8", "bgra8", "mono8"})
    for (const std::uint32_t padding : {0U, 1U, 13U}) {
      const cv::Mat stored = converted(bgr, encoding);
      const auto frame = parse_image(image_message(stored, encoding, padding), kImageType);
      ASSERT_TRUE(frame) << encoding << ": " << frame.error().message();
      EXPECT_EQ(frame->raw_size, (ImageSize{7, 5}));
      const bool grey = encoding == "mono8";
      cv::Mat expected = converted(bgr, grey ? "mono8" : encoding[0] == 'r' ? "rgb8" : "bgr8");
      EXPECT_EQ(frame->raw_format, grey                 ? PixelFormat::kGrey
                                   : encoding[0] == 'r' ? PixelFormat::kRgb
                                                        : PixelFormat::kBgr);
      ASSERT_EQ(frame->bytes.size(), expected.total() * expected.elemSize()) << encoding;
      EXPECT_EQ(std::memcmp(frame->bytes.data(), expected.data, frame->bytes.size()), 0) << encoding << padding;
    }
}

TEST(ParseImage, WhatCannotBeAPicture) {
  const cv::Mat bgr = MadeUpRecording::picture(7, 5, 3);
  EXPECT_THAT(fault(image_message(bgr, "16UC1")), HasSubstr("encoding '16UC1' is not known; rgb8, bgr8"));
  EXPECT_THAT(fault(image_message(bgr, "bayer_rggb8")), HasSubstr("'bayer_rggb8'"));
  EXPECT_THAT(fault(image_message(bgr, "rgba8")), HasSubstr("105 bytes in rows of 21 are no 7x5 rgba8 picture"));
  MessageBytes wide = image_message(bgr, "bgr8");
  const std::uint32_t huge = 0x7FFFFFFF;
  std::memcpy(&wide[12 + 4 + 11], &huge, 4);  // behind the header: the height
  EXPECT_THAT(fault(wide), HasSubstr("size 7x2147483647 is not believable"));
  const std::uint32_t zero = 0;
  std::memcpy(&wide[12 + 4 + 11], &zero, 4);
  EXPECT_THAT(fault(wide), HasSubstr("size 7x0 is not believable"));
}

TEST(ParseMessages, EveryLengthIsChecked) {
  const MessageBytes image = image_message(MadeUpRecording::picture(3, 2, 1), "bgr8");
  for (std::size_t size = 0; size < image.size(); ++size)
    EXPECT_EQ(fault({image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size)}), "truncated image message");
  const MessageBytes compressed = compressed_image_message("JPEG", "jpeg");
  for (std::size_t size = 0; size < compressed.size(); ++size)
    EXPECT_FALSE(parse_image({compressed.data(), size}, kCompressedImageType)) << size;
  const MessageBytes twist = twist_stamped_message(1, 2);
  for (std::size_t size = 0; size < twist.size(); ++size)
    EXPECT_FALSE(parse_twist({twist.data(), size}, kTwistStampedType)) << size;
  MessageBytes odometry = odometry_message(1, 2, 3, 4);
  const std::size_t needed = odometry.size() - 36 * sizeof(double);
  for (std::size_t size = 0; size < needed; ++size) EXPECT_FALSE(parse_odometry({odometry.data(), size})) << size;
  const std::uint32_t huge = 0xFFFFFFFF;
  std::memcpy(&odometry[12], &huge, 4);
  EXPECT_FALSE(parse_odometry(odometry));
}

TEST(ParseMessages, SayWhatWasWritten) {
  const auto twist = parse_twist(twist_message(1.5, -2.25), kTwistType);
  ASSERT_TRUE(twist);
  EXPECT_EQ(twist->forward_mps, 1.5);
  EXPECT_EQ(twist->yaw_radps, -2.25);
  const auto stamped = parse_twist(twist_stamped_message(1.5, -2.25), kTwistStampedType);
  ASSERT_TRUE(stamped);
  EXPECT_EQ(stamped->yaw_radps, -2.25);
  const auto odometry = parse_odometry(odometry_message(10, -20, 3, 4));
  ASSERT_TRUE(odometry);
  EXPECT_EQ(odometry->x_m, 10);
  EXPECT_EQ(odometry->y_m, -20);
  EXPECT_EQ(odometry->twist.forward_mps, 3);
  EXPECT_EQ(odometry->twist.sideways_mps, 4);
  const auto image = parse_image(compressed_image_message("bytes of a file", "jpeg"), kCompressedImageType);
  ASSERT_TRUE(image);
  EXPECT_FALSE(image->raw());
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(image->bytes.data()), image->bytes.size()), "bytes of a file");
}

}  // namespace
}  // namespace pitlane
