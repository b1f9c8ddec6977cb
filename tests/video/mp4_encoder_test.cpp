#include "pitlane/video/mp4_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "decoded.h"
#include "needs_encoder.h"
#include "pitlane/core/random.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Mp4 : public NeedsEncoder {};

constexpr int kWidth = 160, kHeight = 96;

// A slope of colours with a square that moves four pixels a frame.
cv::Mat picture(int frame) {
  cv::Mat rgb(kHeight, kWidth, CV_8UC3);
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x)
      rgb.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(x + 40), static_cast<std::uint8_t>(2 * y + 20), 120};
  cv::rectangle(rgb, {4 * (frame % 30), 30, 24, 24}, {230, 40, 30}, cv::FILLED);
  return rgb;
}

ImageView view(const cv::Mat& rgb) { return {rgb.data, rgb.cols, rgb.rows, static_cast<std::ptrdiff_t>(rgb.step)}; }

std::vector<std::byte> encoded(int frames, int quality = 18) {
  auto encoder = Mp4Encoder::create({.width = kWidth, .height = kHeight, .frames_per_second = 25, .quality = quality});
  EXPECT_TRUE(encoder.ok());
  for (int i = 0; i < frames; ++i) EXPECT_TRUE(encoder->add(view(picture(i))).ok());
  auto whole = encoder->finish();
  EXPECT_TRUE(whole.ok());
  return *std::move(whole);
}

// Boxes of a file: four bytes of size, four of name (ISO/IEC 14496-12).
std::vector<std::string> boxes(const std::string& file) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at + 8 <= file.size();) {
    std::size_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<std::uint8_t>(file[at + i]);
    names.push_back(file.substr(at + 4, 4));
    if (size < 8) break;
    at += size;
  }
  return names;
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_F(Mp4, AnotherDecoderSeesThePictures) {
  for (const int frames : {1, 2, 60}) {
    const Decoded seen = decoded(encoded(frames));
    ASSERT_EQ(seen.frames.size(), static_cast<std::size_t>(frames));
    EXPECT_NEAR(seen.frames_per_second, 25, 1e-6);
    for (int i = 0; i < frames; ++i) {
      const cv::Mat& frame = seen.frames[static_cast<std::size_t>(i)];
      ASSERT_EQ(frame.size(), cv::Size(kWidth, kHeight));
      // Colours have a quarter of the resolution, so edges differ; on the whole it is the picture, and no other one.
      EXPECT_LT(cv::norm(frame, picture(i), cv::NORM_L1) / (3.0 * kWidth * kHeight), 3) << i;
      EXPECT_NEAR(frame.at<cv::Vec3b>(42, 4 * (i % 30) + 12)[0], 230, 12) << "the square is where it was drawn";
    }
  }
}

TEST_F(Mp4, IsWhatBrowsersPlay) {
  const std::string file = text_of(encoded(40));
  EXPECT_THAT(boxes(file), ElementsAre("ftyp", "moov", "free", "mdat")) << "the index stands in front";
  const std::size_t settings = file.find("avcC");
  ASSERT_NE(settings, std::string::npos) << "H.264";
  EXPECT_EQ(static_cast<std::uint8_t>(file[settings + 5]), 77) << "main profile, which is 4:2:0";
}

TEST_F(Mp4, SamePicturesSameBytes) {
  const std::vector<std::byte> first = encoded(60);
  EXPECT_EQ(first, encoded(60));
  const std::string file = text_of(first);
  EXPECT_THAT(file, AllOf(Not(HasSubstr("Lavf")), Not(HasSubstr("Lavc")))) << "names no version of the muxer";
  const std::size_t header = file.find("mvhd");
  ASSERT_NE(header, std::string::npos);
  EXPECT_EQ(file.substr(header + 8, 8), std::string(8, '\0')) << "was made and changed at no time";
}

TEST_F(Mp4, LimitOfBitsHolds) {
  const auto size = [](int most_bits_per_s) {
    Random random(7);
    auto encoder = Mp4Encoder::create({.width = 320, .height = 240, .quality = 10, .most_bits_per_s = most_bits_per_s});
    EXPECT_TRUE(encoder.ok());
    cv::Mat noise(240, 320, CV_8UC3);
    for (int i = 0; i < 100; ++i) {  // 5 s
      for (std::size_t k = 0; k < noise.total() * 3; ++k)
        noise.data[k] = static_cast<std::uint8_t>(random.uniform(0, 255));
      EXPECT_TRUE(encoder->add(view(noise)).ok());
    }
    return encoder->finish()->size();
  };
  EXPECT_LT(size(1'000'000), 1'000'000 / 8 * 7U) << "five seconds and a buffer of two";
  EXPECT_GT(size(0), 2'000'000U);
}

TEST_F(Mp4, WrongSizesAreRefused) {
  const auto said = [](const Mp4Options& options) {
    const auto encoder = Mp4Encoder::create(options);
    return encoder.ok() ? "" : encoder.error().message();
  };
  EXPECT_EQ(said({.width = 321}), "a video's sides are even numbers of 16 to 8192 pixels, not 321x720");
  EXPECT_EQ(said({.height = 14}), "a video's sides are even numbers of 16 to 8192 pixels, not 1280x14");
  EXPECT_THAT(said({.frames_per_second = 0}), HasSubstr("1 to 240 frames a second, not 0"));
  EXPECT_THAT(said({.quality = 52}), HasSubstr("0 to 51"));
  EXPECT_THAT(said({.most_bits_per_s = -1}), HasSubstr("no negative number of bits"));
}

TEST_F(Mp4, NeedsAPicture) {
  auto encoder = Mp4Encoder::create({});
  ASSERT_TRUE(encoder.ok());
  const auto whole = encoder->finish();
  ASSERT_FALSE(whole.ok());
  EXPECT_EQ(whole.error().message(), "a video without a picture cannot be made");
}

}  // namespace
}  // namespace pitlane
