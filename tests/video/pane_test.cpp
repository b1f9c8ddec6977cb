#include "pitlane/video/pane.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <string>

#include "made_up_drive.h"

namespace pitlane {
namespace {

const cv::Scalar kColour(79, 168, 232);
const cv::Size kSize(1280, 720);

struct Drawn {
  PaneLayout layout;
  cv::Mat picture;
};

Drawn drawn(const FilmedDrive& drive, double time_s, const GaugeRanges& ranges = {10, 2}) {
  Drawn out{pane_layouts(1, kSize).front(), cv::Mat::zeros(kSize, CV_8UC3)};
  auto pane = Pane::create(drive, out.layout, ranges, kColour);
  EXPECT_TRUE(pane.ok());
  EXPECT_TRUE(pane->draw(out.picture, time_s).ok());
  return out;
}

// Pixels of the bar in the middle of row `row` of four, as shares of the gauge's width: where colour begins and ends.
cv::Point2d bar(const Drawn& drawn, int row, const cv::Scalar& colour = kColour) {
  const cv::Rect& all = drawn.layout.gauges;
  cv::Mat mask, points;
  cv::inRange(drawn.picture(cv::Rect(all.x, all.y + row * all.height / 4, all.width, all.height / 4)), colour, colour,
              mask);
  cv::findNonZero(mask, points);
  if (points.empty()) return {0, 0};
  const cv::Rect box = cv::boundingRect(points);
  return {static_cast<double>(box.x) / all.width, static_cast<double>(box.br().x) / all.width};
}

TEST(PaneLayouts, NothingCoversAnythingElse) {
  for (const std::size_t drives : {1U, 2U})
    for (const cv::Size size : {cv::Size(1280, 720), cv::Size(960, 540), cv::Size(320, 180)}) {
      std::vector<cv::Rect> parts;
      for (const PaneLayout& l : pane_layouts(drives, size))
        parts.insert(parts.end(), {l.title, l.camera, l.map, l.gauges});
      ASSERT_EQ(parts.size(), 4 * drives);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        EXPECT_EQ(parts[i] & cv::Rect({0, 0}, size), parts[i]) << "within the picture: " << parts[i];
        EXPECT_GT(parts[i].area(), 100);
        for (std::size_t k = 0; k < i; ++k) EXPECT_EQ((parts[i] & parts[k]).area(), 0) << parts[i] << parts[k];
      }
    }
}

TEST(Pane, ShowsTheCamerasPictureInItsShape) {
  const Drawn seen = drawn(quarter_circle(10), 3);
  const cv::Rect& place = seen.layout.camera;
  EXPECT_NEAR(static_cast<double>(place.width) / place.height, 4.0 / 3, 0.01);
  for (const cv::Point corner : {place.tl() + cv::Point(3, 3), place.br() - cv::Point(4, 4)})
    EXPECT_EQ(seen.picture.at<cv::Vec3b>(corner), cv::Vec3b(40, 160, 90));
}

TEST(Pane, TheCarDrivesOnTheMap) {
  for (const double time_s : {0.0, 4.0, 8.0}) {
    const Drawn seen = drawn(quarter_circle(10), time_s);
    const RoadMap map(circle_line(), seen.layout.map.size(), seen.layout.scale, kColour);
    const double t = std::numbers::pi / 2 * time_s / 10;
    const cv::Point at = map.at(50 * std::cos(t), 50 * std::sin(t));
    EXPECT_EQ(seen.picture(seen.layout.map).at<cv::Vec3b>(at), cv::Vec3b(79, 168, 232)) << time_s;
    // A second ahead nobody was yet.
    const double ahead = std::numbers::pi / 2 * (time_s + 1.5) / 10;
    const cv::Point next = map.at(50 * std::cos(ahead), 50 * std::sin(ahead));
    EXPECT_NE(seen.picture(seen.layout.map).at<cv::Vec3b>(next), cv::Vec3b(79, 168, 232)) << time_s;
  }
}

TEST(Pane, BarsAreAsLongAsTheirValues) {
  const Drawn seen = drawn(quarter_circle(10, 0.75), 4);
  EXPECT_NEAR(bar(seen, 0).y, 0.8, 0.01) << "8 of 10 m/s";
  EXPECT_NEAR(bar(seen, 1).x, 0.5 - 0.125, 0.01) << "0.5 of 2 rad/s, to the left";
  EXPECT_NEAR(bar(seen, 1).y, 0.5, 0.01);
  EXPECT_NEAR(bar(seen, 2).x, 0.25, 0.01) << "half of half the road's width, to the left";
  EXPECT_NEAR(bar(seen, 3).y, 0.1, 0.01) << "four tenths of a quarter of the lap";
}

TEST(Pane, OffTheRoadTheBarIsRedAndEndsAtItsEdge) {
  const Drawn seen = drawn(quarter_circle(10, -2.5), 4);
  EXPECT_EQ(bar(seen, 2), cv::Point2d(0, 0));
  EXPECT_NEAR(bar(seen, 2, {255, 128, 96}).y, 1, 0.01);
}

TEST(Pane, BehindItsEndItStandsStillAndSaysWhy) {
  const FilmedDrive drive = quarter_circle(2);
  const Drawn before = drawn(drive, 1.9), after = drawn(drive, 7);
  const cv::Rect& camera = before.layout.camera;
  EXPECT_LT(cv::mean(after.picture(camera))[1], 0.6 * cv::mean(before.picture(camera))[1]) << "darker";
  cv::Mat red;
  cv::inRange(after.picture(camera), cv::Scalar(255, 128, 96), cv::Scalar(255, 128, 96), red);
  EXPECT_GT(cv::countNonZero(red), 300) << "words";
  cv::inRange(before.picture(camera), cv::Scalar(255, 128, 96), cv::Scalar(255, 128, 96), red);
  EXPECT_EQ(cv::countNonZero(red), 0);
  EXPECT_EQ(cv::norm(after.picture(after.layout.map), drawn(drive, 2).picture(after.layout.map)), 0);
}

TEST(Pane, RangesAreRoundAndShared) {
  FilmedDrive slow = quarter_circle(1), fast = quarter_circle(1);
  for (TrajectoryPoint& p : fast.result.trajectory) p.command = {12.3, -2.2};
  const GaugeRanges ranges = gauge_ranges({{&slow, &fast}});
  EXPECT_DOUBLE_EQ(ranges.speed_mps, 15);
  EXPECT_DOUBLE_EQ(ranges.yaw_radps, 2.5);
  for (TrajectoryPoint& p : slow.result.trajectory) p.command = {0, 0};
  EXPECT_DOUBLE_EQ(gauge_ranges({{&slow}}).speed_mps, 1) << "no bar is infinitely long";
}

}  // namespace
}  // namespace pitlane
