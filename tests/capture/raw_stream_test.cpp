#include "pitlane/capture/raw_stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace pitlane::capture {
namespace {

using ::testing::HasSubstr;

// What was written into it is read from it, a piece at a time; small enough for a pipe to hold.
class Pipe {
 public:
  explicit Pipe(const std::string& content) {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    EXPECT_EQ(::write(ends_[1], content.data(), content.size()), static_cast<ssize_t>(content.size()));
    ::close(ends_[1]);
  }
  ~Pipe() { ::close(ends_[0]); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  [[nodiscard]] int out() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
};

bool always(int /*fd*/) { return true; }

std::unique_ptr<FrameStream> open(const Pipe& pipe, const RawOptions& options) {
  return read_raw(pipe.out(), options, always).value();
}

std::string state(double time_s, float speed_mps, std::int32_t command, std::int32_t light) {
  std::string bytes(kStateBytes, '\0');
  std::memcpy(bytes.data(), &time_s, 8);
  std::memcpy(bytes.data() + 8, &speed_mps, 4);
  std::memcpy(bytes.data() + 12, &command, 4);
  std::memcpy(bytes.data() + 16, &light, 4);
  return bytes;
}

TEST(RawStream, GivesFramesInTheirOrderAndThenEnds) {
  const Pipe pipe("abcdefghijklABCDEFGHIJKL");
  const auto stream = open(pipe, {.size = {2, 2}, .format = RawFormat::kRgb24});
  double last_s = 0;
  for (const char* expected : {"abcdefghijkl", "ABCDEFGHIJKL"}) {
    const auto frame = stream->next();
    ASSERT_TRUE(frame.ok() && frame->has_value());
    const ImageView& image = (*frame)->image;
    EXPECT_EQ(std::memcmp(image.data, expected, 12), 0);
    EXPECT_EQ(image.width, 2);
    EXPECT_EQ(image.height, 2);
    EXPECT_EQ(image.stride_bytes, 6);
    EXPECT_EQ(image.format, PixelFormat::kRgb);
    EXPECT_GT((*frame)->time_s, last_s);
    EXPECT_FALSE((*frame)->state);
    last_s = (*frame)->time_s;
  }
  const auto end = stream->next();
  EXPECT_TRUE(end.ok() && !end->has_value());
}

TEST(RawStream, EveryFormatHasItsPixels) {
  const Pipe bgr("abcdef"), grey("ab"), yuyv(std::string("\x10\x80\xEB\x80", 4));
  const auto first = [](const std::unique_ptr<FrameStream>& stream) { return stream->next().value().value().image; };
  const auto bgr_stream = open(bgr, {.size = {2, 1}, .format = RawFormat::kBgr24});
  EXPECT_EQ(first(bgr_stream).format, PixelFormat::kBgr);
  const auto grey_stream = open(grey, {.size = {2, 1}, .format = RawFormat::kGray});
  const ImageView image = first(grey_stream);
  EXPECT_EQ(image.format, PixelFormat::kGrey);
  EXPECT_EQ(image.stride_bytes, 2);
  const auto yuyv_stream = open(yuyv, {.size = {2, 1}, .format = RawFormat::kYuyv});
  const ImageView converted = first(yuyv_stream);
  EXPECT_EQ(converted.format, PixelFormat::kRgb);
  EXPECT_EQ(std::memcmp(converted.data, "\0\0\0\xFF\xFF\xFF", 6), 0);
}

TEST(RawStream, AnEndInsideAFrameSaysHowMuchIsMissing) {
  const Pipe pipe("abcdefghijklABC");
  const auto stream = open(pipe, {.size = {2, 2}, .format = RawFormat::kRgb24});
  ASSERT_TRUE(stream->next().ok());
  const auto end = stream->next();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(
      end.error().message(),
      "raw frames: the stream ends inside frame 1 (counted from 0): 9 of 12 bytes are missing; check size and format");
  EXPECT_FALSE(stream->goes_on());
}

TEST(RawStream, AHeaderBringsTimeAndState) {
  const Pipe pipe(state(12.5, 3.25F, 2, 1) + "ab" + state(13, std::numeric_limits<float>::quiet_NaN(), -1, 7) + "cd");
  const auto stream = open(pipe, {.size = {2, 1}, .format = RawFormat::kGray, .with_state = true});
  const Frame first = stream->next().value().value();
  EXPECT_EQ(first.time_s, 12.5);
  EXPECT_EQ(first.state->speed_mps, 3.25);
  EXPECT_EQ(first.state->command, 2);
  EXPECT_EQ(first.state->light, 1);
  EXPECT_EQ(std::memcmp(first.image.data, "ab", 2), 0);
  const Frame second = stream->next().value().value();
  EXPECT_TRUE(std::isnan(second.state->speed_mps)) << "whoever drives refuses it";
  EXPECT_EQ(second.state->command, -1);
}

TEST(RawStream, EndsWhereItIsAskedToStop) {
  const Pipe pipe("abcd");
  const auto stream =
      read_raw(pipe.out(), {.size = {2, 1}, .format = RawFormat::kGray}, [](int) { return false; }).value();
  const auto end = stream->next();
  EXPECT_TRUE(end.ok() && !end->has_value());
}

TEST(RawStream, WhatCannotBeReadIsAnError) {
  const int folder = ::open("/", O_RDONLY | O_DIRECTORY);
  const auto stream = read_raw(folder, {.size = {2, 1}, .format = RawFormat::kGray}, always).value();
  const auto frame = stream->next();
  ASSERT_FALSE(frame.ok());
  EXPECT_EQ(frame.error().message(), "raw frames: cannot read: Is a directory");
  ::close(folder);
}

TEST(RawStream, YuyvOfAnOddWidthAndUnknownFormatsAreRefused) {
  const auto odd = read_raw(0, {.size = {3, 1}, .format = RawFormat::kYuyv}, always);
  ASSERT_FALSE(odd.ok());
  EXPECT_THAT(odd.error().message(), HasSubstr("3x1 has an odd width"));
  EXPECT_EQ(parse_raw_format("rgb25").error().message(),
            "'rgb25' is no format of raw frames; choose one of: rgb24, bgr24, gray, yuyv");
}

}  // namespace
}  // namespace pitlane::capture
