#include "pitlane/driver/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

cv::Mat random_frame(int width, int height, int type, std::uint64_t seed) {
  cv::Mat frame(height, width, type);
  Random random(seed);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width * frame.channels(); ++x) frame.ptr(y)[x] = static_cast<std::uint8_t>(random.next());
  return frame;
}

ImageView view(const cv::Mat& frame, PixelFormat format) {
  return {frame.data, frame.cols, frame.rows, static_cast<std::ptrdiff_t>(frame.step), format};
}

struct Case {
  int source_width, source_height;
  Rect crop;
  int width, height;
};

class Resize : public ::testing::TestWithParam<Case> {};

TEST_P(Resize, AgreesWithOpenCvWithinOneLevel) {
  const Case& c = GetParam();
  Preprocessing p;
  p.source_width = c.source_width;
  p.source_height = c.source_height;
  p.crop = c.crop;
  p.width = c.width;
  p.height = c.height;
  FrameResizer resizer = FrameResizer::create(p).value();
  const cv::Mat frame = random_frame(c.source_width, c.source_height, CV_8UC3, 5);
  cv::Mat expected;
  cv::resize(frame(cv::Rect(c.crop.x, c.crop.y, c.crop.width, c.crop.height)), expected, cv::Size(c.width, c.height), 0,
             0, cv::INTER_LINEAR);
  std::vector<std::uint8_t> out(resizer.output_bytes());
  ASSERT_TRUE(resizer.run(view(frame, PixelFormat::kRgb), out));
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], expected.data[i], 1) << i;
}

INSTANTIATE_TEST_SUITE_P(Sizes, Resize,
                         ::testing::Values(Case{640, 480, {0, 240, 640, 240}, 200, 66},
                                           Case{320, 160, {0, 60, 320, 75}, 200, 66}, Case{7, 5, {0, 0, 7, 5}, 7, 5},
                                           Case{9, 9, {2, 3, 5, 4}, 13, 11}, Case{3, 3, {1, 1, 1, 1}, 4, 4},
                                           Case{64, 48, {0, 0, 64, 48}, 32, 24}));

TEST(FrameResizer, GivesTheSameBytesOnEveryLevel) {
  for (const PixelFormat wanted : {PixelFormat::kRgb, PixelFormat::kBgr, PixelFormat::kGrey, PixelFormat::kBlue}) {
    Preprocessing p;
    p.format = wanted;
    const auto channels = static_cast<std::size_t>(channels_of(wanted));
    p.scale.assign(channels, 1 / 255.F);
    p.offset.assign(channels, 0);
    const cv::Mat frame = random_frame(640, 480, CV_8UC3, 11);
    std::vector<std::uint8_t> expected;
    for (const Isa isa : available_isas()) {
      FrameResizer resizer = FrameResizer::create(p, isa).value();
      std::vector<std::uint8_t> out(resizer.output_bytes());
      ASSERT_TRUE(resizer.run(view(frame, PixelFormat::kRgb), out));
      if (expected.empty()) expected = out;  // scalar comes first
      EXPECT_EQ(out, expected) << to_string(isa);
    }
  }
}

TEST(FrameResizer, ReadsOnlyTheRowsAndColumnsItNames) {
  FrameResizer resizer = FrameResizer::create(Preprocessing{}).value();
  cv::Mat frame = random_frame(640, 480, CV_8UC3, 1);
  std::vector<std::uint8_t> first(resizer.output_bytes());
  ASSERT_TRUE(resizer.run(view(frame, PixelFormat::kRgb), first));
  std::vector<bool> row(480), column(640);
  for (const int y : resizer.source_rows()) row[static_cast<std::size_t>(y)] = true;
  for (const int x : resizer.source_columns()) column[static_cast<std::size_t>(x)] = true;
  for (int y = 0; y < 480; ++y)
    for (int x = 0; x < 640; ++x)
      if (!row[static_cast<std::size_t>(y)] || !column[static_cast<std::size_t>(x)])
        frame.at<cv::Vec3b>(y, x) = {0, 0, 0};
  std::vector<std::uint8_t> second(resizer.output_bytes());
  ASSERT_TRUE(resizer.run(view(frame, PixelFormat::kRgb), second));
  EXPECT_EQ(first, second);
  EXPECT_LE(resizer.source_rows().size(), 132U);
}

TEST(FrameResizer, SwapsChannelsWhenTheOrderDiffers) {
  Preprocessing p;
  FrameResizer resizer = FrameResizer::create(p).value();
  cv::Mat frame(480, 640, CV_8UC3, cv::Scalar(10, 20, 30));
  std::vector<std::uint8_t> out(resizer.output_bytes());
  ASSERT_TRUE(resizer.run(view(frame, PixelFormat::kBgr), out));
  EXPECT_EQ(out[0], 30);
  EXPECT_EQ(out[2], 10);
}

TEST(FrameResizer, GreyDoesNotDependOnTheFramesByteOrder) {
  Preprocessing p;
  p.format = PixelFormat::kGrey;
  p.scale = {1 / 255.F};
  p.offset = {0};
  FrameResizer resizer = FrameResizer::create(p).value();
  const cv::Mat rgb(480, 640, CV_8UC3, cv::Scalar(200, 100, 50));
  const cv::Mat bgr(480, 640, CV_8UC3, cv::Scalar(50, 100, 200));
  std::vector<std::uint8_t> a(resizer.output_bytes()), b(resizer.output_bytes());
  ASSERT_TRUE(resizer.run(view(rgb, PixelFormat::kRgb), a));
  ASSERT_TRUE(resizer.run(view(bgr, PixelFormat::kBgr), b));
  EXPECT_EQ(a, b);
  EXPECT_NEAR(a[0], 0.299 * 200 + 0.587 * 100 + 0.114 * 50, 1);
}

TEST(FrameResizer, OneColourIsThatOfTheColouredPicture) {
  const cv::Mat frame = random_frame(640, 480, CV_8UC3, 3);
  std::vector<std::uint8_t> rgb(Preprocessing{}.width * std::size_t{66} * 3);
  ASSERT_TRUE(FrameResizer::create(Preprocessing{})->run(view(frame, PixelFormat::kBgr), rgb));
  std::size_t plane = 0;
  for (const PixelFormat wanted : {PixelFormat::kRed, PixelFormat::kGreen, PixelFormat::kBlue}) {
    Preprocessing p;
    p.format = wanted;
    p.scale = {1 / 255.F};
    p.offset = {0};
    FrameResizer resizer = FrameResizer::create(p).value();
    std::vector<std::uint8_t> out(resizer.output_bytes(), 7);
    ASSERT_EQ(out.size(), rgb.size() / 3);
    ASSERT_TRUE(resizer.run(view(frame, PixelFormat::kBgr), out));
    for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], rgb[3 * i + plane]) << to_string(wanted) << i;
    ++plane;
    const cv::Mat grey = random_frame(640, 480, CV_8UC1, 2);
    EXPECT_FALSE(resizer.run(view(grey, PixelFormat::kGrey), out)) << "colour cannot be invented";
  }
}

TEST(FrameResizer, RefusesOtherSizesAndLeavesTheOutputAlone) {
  FrameResizer resizer = FrameResizer::create(Preprocessing{}).value();
  std::vector<std::uint8_t> out(resizer.output_bytes(), 7);
  const cv::Mat small = random_frame(320, 240, CV_8UC3, 2);
  EXPECT_FALSE(resizer.run(view(small, PixelFormat::kRgb), out));
  EXPECT_FALSE(resizer.run(ImageView{}, out));
  ImageView narrow = view(random_frame(640, 480, CV_8UC3, 2), PixelFormat::kRgb);
  narrow.stride_bytes = 640;
  EXPECT_FALSE(resizer.run(narrow, out));
  EXPECT_THAT(out, ::testing::Each(7));
}

}  // namespace
}  // namespace pitlane
