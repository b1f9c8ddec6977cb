#include "pitlane/capture/picture_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "temporary_directory.h"

namespace pitlane::capture {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using Bytes = std::vector<unsigned char>;

// Smooth with an edge and a little noise: compresses, and shows what changes places.
cv::Mat picture(int width, int height) {
  cv::Mat image(height, width, CV_8UC3);
  cv::RNG noise(5);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      image.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(x * 255 / width),
                                   static_cast<std::uint8_t>(y * 255 / height),
                                   static_cast<std::uint8_t>((x > y ? 200 : 20) + noise.uniform(0, 20))};
  return image;
}

Bytes encoded(const char* extension, const cv::Mat& image, const std::vector<int>& options = {}) {
  Bytes bytes;
  EXPECT_TRUE(cv::imencode(extension, image, bytes, options));
  return bytes;
}

Status decode(const Bytes& file, const FrameSize& size, std::vector<std::uint8_t>& rgb) {
  return decode_picture(std::as_bytes(std::span(file)), size, rgb);
}

std::string fault(const Bytes& file, const FrameSize& size) {
  std::vector<std::uint8_t> rgb;
  const Status status = decode(file, size, rgb);
  return status.ok() ? "fine" : status.error().message();
}

// As OpenCV decodes it, in our order of colours.
std::vector<std::uint8_t> reference(const Bytes& file) {
  const cv::Mat bgr = cv::imdecode(file, cv::IMREAD_COLOR);
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < bgr.rows; ++y)
    for (int x = 0; x < bgr.cols; ++x)
      for (const int c : {2, 1, 0}) rgb.push_back(bgr.at<cv::Vec3b>(y, x)[c]);
  return rgb;
}

void expect_as_opencv(const Bytes& file, const FrameSize& size, const char* what) {
  std::vector<std::uint8_t> rgb;
  const Status status = decode(file, size, rgb);
  ASSERT_TRUE(status.ok()) << what << ": " << status.error().message();
  EXPECT_EQ(rgb, reference(file)) << what;
}

TEST(PictureFile, PngOfEveryKindIsWhatOpenCvReads) {
  const cv::Mat colour = picture(37, 21);
  cv::Mat grey(21, 37, CV_8UC1), deep(21, 37, CV_16UC3), alpha(21, 37, CV_8UC4), two = cv::Mat::zeros(21, 37, CV_8UC1);
  cv::extractChannel(colour, grey, 1);
  colour.convertTo(deep, CV_16UC3, 257);
  const int from_to[] = {0, 0, 1, 1, 2, 2};
  alpha.setTo(cv::Scalar(0, 0, 0, 90));
  cv::mixChannels(&colour, 1, &alpha, 1, from_to, 3);
  expect_as_opencv(encoded(".png", colour), {37, 21}, "colour");
  expect_as_opencv(encoded(".png", grey), {37, 21}, "grey");
  expect_as_opencv(encoded(".png", deep), {37, 21}, "16 bits");
  expect_as_opencv(encoded(".png", alpha), {37, 21}, "alpha");
  expect_as_opencv(encoded(".png", two, {cv::IMWRITE_PNG_BILEVEL, 1}), {37, 21}, "one bit");
}

TEST(PictureFile, JpegOfEveryKindIsWhatOpenCvReads) {
  const cv::Mat colour = picture(45, 30);
  cv::Mat grey;
  cv::extractChannel(colour, grey, 1);
  expect_as_opencv(encoded(".jpg", colour), {45, 30}, "colour");
  expect_as_opencv(encoded(".jpg", colour, {cv::IMWRITE_JPEG_QUALITY, 20}), {45, 30}, "quality 20");
  expect_as_opencv(encoded(".jpg", grey), {45, 30}, "grey");
  expect_as_opencv(encoded(".jpg", colour, {cv::IMWRITE_JPEG_PROGRESSIVE, 1}), {45, 30}, "progressive");
  expect_as_opencv(encoded(".jpg", colour, {cv::IMWRITE_JPEG_RST_INTERVAL, 1}), {45, 30}, "restarts");
}

TEST(PictureFile, AnotherSizeIsRefusedBeforeItIsUnpacked) {
  for (const char* extension : {".png", ".jpg"})
    EXPECT_EQ(fault(encoded(extension, picture(40, 30)), {30, 40}),
              "a picture of 40x30; the network was made for frames of 30x40");
}

TEST(PictureFile, EveryCutIsAnErrorAndLeavesNothingHalf) {
  for (const Bytes& whole : {encoded(".png", picture(17, 9)), encoded(".jpg", picture(40, 30)),
                             encoded(".jpg", picture(40, 30), {cv::IMWRITE_JPEG_PROGRESSIVE, 1})}) {
    const FrameSize size = whole[1] == 'P' ? FrameSize{17, 9} : FrameSize{40, 30};
    ASSERT_EQ(fault(whole, size), "fine");
    for (std::size_t kept = 0; kept < whole.size(); ++kept)
      ASSERT_NE(fault({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept)}, size), "fine")
          << kept << " of " << whole.size() << " bytes";
    EXPECT_THAT(fault({whole.begin(), whole.end() - 3}, size), HasSubstr("damaged or truncated"));
  }
}

TEST(PictureFile, DamagedDataIsAnErrorAndNotGrey) {
  Bytes jpeg = encoded(".jpg", picture(200, 100));
  std::fill(jpeg.begin() + static_cast<std::ptrdiff_t>(jpeg.size() / 2), jpeg.end() - 2, std::uint8_t{0});
  EXPECT_THAT(fault(jpeg, {200, 100}), HasSubstr("damaged or truncated JPEG"));
  Bytes png = encoded(".png", picture(200, 100));
  png[png.size() / 2] ^= 1;
  EXPECT_THAT(fault(png, {200, 100}), HasSubstr("damaged or truncated PNG"));
}

// Flipped bits may leave a picture that is one, or an error; nothing else (sanitizers watch).
TEST(PictureFile, FlippedBitsNeverCrash) {
  int errors = 0;
  for (const Bytes& whole : {encoded(".png", picture(17, 9)), encoded(".jpg", picture(24, 16)),
                             encoded(".jpg", picture(24, 16), {cv::IMWRITE_JPEG_PROGRESSIVE, 1})}) {
    const FrameSize size = whole[1] == 'P' ? FrameSize{17, 9} : FrameSize{24, 16};
    for (std::size_t i = 0; i < whole.size(); ++i) {
      Bytes damaged = whole;
      damaged[i] ^= static_cast<unsigned char>(1U << (i % 8));
      if (fault(damaged, size) != "fine") ++errors;
    }
  }
  EXPECT_GT(errors, 100);
}

void put_big32(Bytes& bytes, std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i)
    bytes[at + static_cast<std::size_t>(i)] = static_cast<unsigned char>(value >> (24 - 8 * i));
}

std::uint32_t crc32(std::span<const unsigned char> bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const unsigned char b : bytes) {
    crc ^= b;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

// Sizes that nobody has memory for: 16 bytes of header say them, and nothing is allocated for them.
TEST(PictureFile, HugeSizesCostNothing) {
  Bytes png = encoded(".png", picture(8, 8));
  put_big32(png, 16, 16000);
  put_big32(png, 20, 16000);
  put_big32(png, 29, crc32(std::span(png).subspan(12, 17)));
  EXPECT_EQ(fault(png, {8, 8}), "a picture of 16000x16000; the network was made for frames of 8x8");
  put_big32(png, 16, 0x7FFFFFFF);
  put_big32(png, 29, crc32(std::span(png).subspan(12, 17)));
  EXPECT_THAT(fault(png, {8, 8}), HasSubstr("damaged or truncated PNG"));
  Bytes jpeg = encoded(".jpg", picture(8, 8));
  constexpr unsigned char kFrameHeader[] = {0xFF, 0xC0};
  const auto frame = std::search(jpeg.begin(), jpeg.end(), std::begin(kFrameHeader), std::end(kFrameHeader));
  ASSERT_NE(frame, jpeg.end());
  for (int i = 5; i < 9; ++i) frame[i] = 0xF0;
  EXPECT_EQ(fault(jpeg, {8, 8}), "a picture of 61680x61680; the network was made for frames of 8x8");
}

// Scans cost a pass over the whole picture each, and a few bytes say another one.
TEST(PictureFile, JpegsOfEndlessScansAreRefused) {
  const Bytes whole = encoded(".jpg", picture(64, 64), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  constexpr unsigned char kScan[] = {0xFF, 0xDA};
  const auto last = std::find_end(whole.begin(), whole.end(), std::begin(kScan), std::end(kScan));
  Bytes bomb(whole.begin(), whole.end() - 2);
  for (int i = 0; i < 300; ++i) bomb.insert(bomb.end(), last, whole.end() - 2);
  bomb.insert(bomb.end(), {0xFF, 0xD9});
  EXPECT_THAT(fault(bomb, {64, 64}), HasSubstr("damaged or truncated JPEG"));
}

TEST(PictureFile, OtherFilesAreRefused) {
  EXPECT_EQ(fault({}, {8, 8}), "empty file (0 bytes)");
  EXPECT_EQ(fault({'G', 'I', 'F', '8'}, {8, 8}), "neither PNG nor JPEG");
}

TEST(PictureStream, ABadFileIsAnErrorAndTheNextFollows) {
  const TemporaryDirectory place;
  const auto put = [&](const char* name, const Bytes& bytes) {
    std::ofstream(place / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
  put("a.png", encoded(".png", picture(8, 6)));
  put("b.png", {});
  put("c.jpg", encoded(".jpg", picture(8, 6)));
  const auto stream = read_pictures({place / "a.png", place / "b.png", place / "c.jpg", place / "d.png"}, {8, 6}, 4);
  EXPECT_TRUE(stream->goes_on());
  EXPECT_EQ(stream->next().value().value().time_s, 0);
  EXPECT_EQ(stream->next().error().message(), (place / "b.png").string() + ": empty file (0 bytes)");
  const Frame third = stream->next().value().value();
  EXPECT_EQ(third.time_s, 0.5);
  EXPECT_EQ(third.image.width, 8);
  EXPECT_EQ(third.image.stride_bytes, 24);
  EXPECT_THAT(stream->next().error().message(), HasSubstr("d.png: cannot open: No such file"));
  EXPECT_FALSE(stream->next().value().has_value());
}

}  // namespace
}  // namespace pitlane::capture
