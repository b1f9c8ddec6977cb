#include "pitlane/video/road_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "made_up_drive.h"
#include "pitlane/video/palette.h"

namespace pitlane {
namespace {

const cv::Scalar kWay(79, 168, 232);

cv::Mat in_colour(const cv::Mat& picture) {
  cv::Mat mask;
  cv::inRange(picture, kWay - cv::Scalar::all(12), kWay + cv::Scalar::all(12), mask);
  return mask;
}

// A circle of 50 m with a road of 3 m, in the middle of a picture with margins of 12 pixels.
TEST(RoadMap, TheWholeRoadIsInThePictureAndNorthIsUp) {
  const RoadMap map(circle_line(), {400, 300}, 1, kWay);
  EXPECT_NEAR(map.pixels_per_m(), (300 - 24) / 103.0, 1e-3);
  const double radius_px = 50 * map.pixels_per_m();
  EXPECT_NEAR(map.at(50, 0).x, 200 + radius_px, 0.01);
  EXPECT_NEAR(map.at(50, 0).y, 150, 0.01);
  EXPECT_NEAR(map.at(0, 50).y, 150 - radius_px, 0.01);
}

TEST(RoadMap, TheCarIsWhereItsPoseIs) {
  for (const double angle : {0.1, 1.0, 2.5, 4.0, 6.0}) {
    RoadMap map(circle_line(), {400, 300}, 1, kWay);
    const double x = 50 * std::cos(angle), y = 50 * std::sin(angle);
    map.drive_to({x, y, angle + std::numbers::pi / 2});
    const cv::Moments m = cv::moments(in_colour(map.draw()), true);
    ASSERT_GT(m.m00, 40) << "pixels";
    const double scale = (300 - 24) / 103.0;
    EXPECT_NEAR(m.m10 / m.m00, 199.5 + scale * x, 1.5) << angle;
    EXPECT_NEAR(m.m01 / m.m00, 149.5 - scale * y, 1.5) << angle;
  }
}

TEST(RoadMap, ARoadIsAsWideAsItsPoints) {
  ReferenceLine line = circle_line();
  for (auto& p : line.points) p.width_m = p.x_m > 0 ? 12 : 4;
  RoadMap map(line, {400, 300}, 1, kWay);
  const double scale = (300 - 24) / 112.0;
  EXPECT_NEAR(map.pixels_per_m(), scale, 1e-3) << "the widest place is in the picture too";
  const cv::Mat picture = map.draw();
  const auto is_road = [&](double x, double y) {
    const cv::Point2d at = map.at(x, y);
    const auto& pixel = picture.at<cv::Vec3b>(static_cast<int>(std::lround(at.y)), static_cast<int>(std::lround(at.x)));
    return cv::norm(cv::Scalar(pixel[0], pixel[1], pixel[2]) - kRoadColour) < 12;
  };
  for (const double angle : {0.6, 5.7}) {
    EXPECT_TRUE(is_road(54.5 * std::cos(angle), 54.5 * std::sin(angle)));
    EXPECT_TRUE(is_road(45.5 * std::cos(angle), 45.5 * std::sin(angle)));
    EXPECT_FALSE(is_road(57.5 * std::cos(angle), 57.5 * std::sin(angle)));
  }
  for (const double angle : {2.4, 3.9}) {
    EXPECT_TRUE(is_road(51.3 * std::cos(angle), 51.3 * std::sin(angle)));
    EXPECT_FALSE(is_road(54.5 * std::cos(angle), 54.5 * std::sin(angle)));
    EXPECT_FALSE(is_road(45.5 * std::cos(angle), 45.5 * std::sin(angle)));
  }
}

TEST(RoadMap, TheArrowPointsAhead) {
  RoadMap map(circle_line(), {400, 400}, 2, kWay);
  map.drive_to({0, 0, std::numbers::pi / 2});
  cv::Mat points;
  cv::findNonZero(in_colour(map.draw()), points);
  const cv::Rect box = cv::boundingRect(points);
  EXPECT_GT(box.height, box.width) << "towards north: higher than wide";
  const cv::Mat mask = in_colour(map.draw());
  const int front = cv::countNonZero(mask(cv::Rect(box.x, box.y, box.width, box.height / 4)));
  const int back = cv::countNonZero(mask(cv::Rect(box.x, box.y + box.height * 3 / 4, box.width, box.height / 4)));
  EXPECT_LT(front, back) << "the tip is in front";
}

TEST(RoadMap, TheWayStays) {
  RoadMap map(circle_line(), {400, 300}, 1, kWay);
  for (int i = 0; i <= 90; ++i) {
    const double t = i * std::numbers::pi / 180;
    map.drive_to({50 * std::cos(t), 50 * std::sin(t), t + std::numbers::pi / 2});
  }
  const cv::Mat mask = in_colour(map.draw());
  for (const int degrees : {10, 45, 70}) {
    const double t = degrees * std::numbers::pi / 180;
    const cv::Point2d at = map.at(50 * std::cos(t), 50 * std::sin(t));
    EXPECT_GT(cv::countNonZero(mask(cv::Rect(cv::Point(at) - cv::Point(2, 2), cv::Size(5, 5)))), 4) << degrees;
  }
  EXPECT_EQ(cv::countNonZero(mask(cv::Rect(0, 160, 400, 140))), 0) << "nobody drove in the south";
}

TEST(RoadMap, WhoIsFarAwayIsNotDrawn) {
  RoadMap map(circle_line(), {400, 300}, 1, kWay);
  map.drive_to({1e9, -1e12, 0});
  EXPECT_EQ(cv::countNonZero(in_colour(map.draw())), 0);
}

}  // namespace
}  // namespace pitlane
