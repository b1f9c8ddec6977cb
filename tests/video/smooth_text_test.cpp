#include "pitlane/video/smooth_text.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

namespace pitlane {
namespace {

cv::Rect ink(const cv::Mat& picture) {
  cv::Mat grey, points;
  cv::cvtColor(picture, grey, cv::COLOR_RGB2GRAY);
  cv::findNonZero(grey > 60, points);
  return points.empty() ? cv::Rect() : cv::boundingRect(points);
}

TEST(SmoothText, OtherCharactersThanAsciiBecomeQuestionMarks) {
  EXPECT_EQ(drawable_text("Montmel\xC3\xB3, 60 \xE2\x86\x92 \xF0\x9F\x9A\x97"), "Montmel?, 60 ? ?");
  EXPECT_EQ(drawable_text("a\tb\x7F~"), "a?b?~");
}

TEST(SmoothText, CapitalsAreAsHighAsAsked) {
  for (const double height : {10.0, 17.0, 30.0}) {
    cv::Mat picture = cv::Mat::zeros(80, 300, CV_8UC3);
    draw_text(picture, "HIM", {20, 60}, {height, {255, 255, 255}});
    const cv::Rect box = ink(picture);
    EXPECT_NEAR(box.height, height, 0.2 * height + 2);
    EXPECT_NEAR(box.y + box.height, 60, 0.1 * height + 2) << "stands on its line";
    EXPECT_NEAR(box.x, 20, 0.25 * height);
  }
}

TEST(SmoothText, AlignsAtItsEndAndItsMiddle) {
  cv::Mat picture = cv::Mat::zeros(60, 300, CV_8UC3);
  draw_text(picture, "HOH", {290, 40}, {16, {255, 255, 255}, true, TextAlign::kRight});
  EXPECT_NEAR(ink(picture).br().x, 290, 4);
  picture = cv::Scalar();
  draw_text(picture, "HOH", {150, 40}, {16, {255, 255, 255}, false, TextAlign::kCentre});
  EXPECT_NEAR(ink(picture).x + ink(picture).width / 2.0, 150, 3);
}

TEST(SmoothText, WhatIsTooLongIsCut) {
  const TextStyle style{14, {255, 255, 255}};
  const std::string longest(300, 'W');
  const std::string cut = fitted_text(longest, style, 200);
  EXPECT_LE(text_width(cut, style), 200);
  EXPECT_TRUE(cut.starts_with("WWWW") && cut.ends_with("W..."));
  EXPECT_EQ(fitted_text("short", style, 200), "short");
}

TEST(SmoothText, OutsideThePictureIsLeftOut) {
  cv::Mat picture = cv::Mat::zeros(20, 20, CV_8UC3);
  for (const cv::Point2d& at : {cv::Point2d(-500, 10), cv::Point2d(500, 10), cv::Point2d(5, -300), cv::Point2d(5, 900)})
    draw_text(picture, "far away", at, {14, {255, 255, 255}});
  EXPECT_EQ(ink(picture), cv::Rect());
  draw_text(picture, "WWWWWWWW", {-30, 15}, {14, {255, 255, 255}});
  EXPECT_EQ(ink(picture).x, 0) << "its part inside is there";
}

}  // namespace
}  // namespace pitlane
