#include "pitlane/video/road_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "pitlane/video/palette.h"

namespace pitlane {
namespace {

constexpr int kShift = 4;  // OpenCV draws at sixteenths of a pixel
constexpr double kMargin_px = 12, kWay_px = 2.5, kThinnestRoad_px = 5, kCar_px = 9;

cv::Point fine(cv::Point2d p) {
  // Off the picture by more than this nothing shows, and OpenCV's whole numbers end.
  const auto whole = [](double v) {
    return static_cast<int>(std::lround(std::clamp(v, -16'000.0, 16'000.0) * (1 << kShift)));
  };
  return {whole(p.x), whole(p.y)};
}

bool has_own_widths(const ReferenceLine& line) {
  return std::any_of(line.points.begin(), line.points.end(), [](const auto& p) { return p.width_m != 0; });
}

double widest_road_m(const ReferenceLine& line) {
  double widest_m = 0;
  for (std::size_t i = 0; i < line.points.size(); ++i) widest_m = std::max(widest_m, line.width_m(i));
  return widest_m;
}

int thickness(double px) { return std::max(1, static_cast<int>(std::lround(px))); }

}  // namespace

RoadMap::RoadMap(const ReferenceLine& line, cv::Size size, double scale, const cv::Scalar& colour)
    : scale_(scale), colour_(colour), way_(size, CV_8UC3, kCardColour) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  double left = kFar, right = -kFar, bottom = kFar, top = -kFar;
  for (const auto& p : line.points) {
    left = std::min(left, p.x_m), right = std::max(right, p.x_m);
    bottom = std::min(bottom, p.y_m), top = std::max(top, p.y_m);
  }
  const double margin = 2 * kMargin_px * scale;
  const double border_m = widest_road_m(line);
  pixels_per_m_ =
      std::min((size.width - margin) / (right - left + border_m), (size.height - margin) / (top - bottom + border_m));
  middle_m_ = {(left + right) / 2, (bottom + top) / 2};
  middle_px_ = {size.width / 2.0, size.height / 2.0};
  draw_line(line);
}

cv::Point2d RoadMap::at(double x_m, double y_m) const {
  return {middle_px_.x + (x_m - middle_m_.x) * pixels_per_m_, middle_px_.y - (y_m - middle_m_.y) * pixels_per_m_};
}

void RoadMap::draw_line(const ReferenceLine& line) {
  std::vector<cv::Point> points;
  for (const auto& p : line.points) points.push_back(fine(at(p.x_m, p.y_m)));
  const auto road_px = [&](double width_m) { return std::max(width_m * pixels_per_m_, kThinnestRoad_px * scale_); };
  if (has_own_widths(line)) {
    for (std::size_t i = 0; i < points.size(); ++i) {
      const std::size_t next = (i + 1) % points.size();
      const double width_m = (line.width_m(i) + line.width_m(next)) / 2;
      cv::line(way_, points[i], points[next], kRoadColour, thickness(road_px(width_m)), cv::LINE_AA, kShift);
    }
  } else {
    cv::polylines(way_, points, true, kRoadColour, thickness(road_px(line.road_width_m)), cv::LINE_AA, kShift);
  }
  cv::polylines(way_, points, true, kLineColour, 1, cv::LINE_AA, kShift);
  // Where a lap begins and ends, across the road.
  const auto &a = line.points[0], &b = line.points[1];
  const double yaw = std::atan2(b.y_m - a.y_m, b.x_m - a.x_m), half_px = 0.5 * road_px(line.width_m(0)) + 3 * scale_;
  const cv::Point2d start = at(a.x_m, a.y_m), across(half_px * std::sin(yaw), half_px * std::cos(yaw));
  cv::line(way_, fine(start - across), fine(start + across), kInkColour, thickness(2 * scale_), cv::LINE_AA, kShift);
}

void RoadMap::drive_to(const Pose& pose) {
  if (started_)
    cv::line(way_, fine(at(pose_.x_m, pose_.y_m)), fine(at(pose.x_m, pose.y_m)), colour_, thickness(kWay_px * scale_),
             cv::LINE_AA, kShift);
  started_ = true;
  pose_ = pose;
}

const cv::Mat& RoadMap::draw() {
  way_.copyTo(picture_);
  if (!started_) return picture_;
  const cv::Point2d car = at(pose_.x_m, pose_.y_m);
  const double size = kCar_px * scale_;
  const auto corner = [&](double ahead, double left) {
    return fine(car + size * cv::Point2d(ahead * std::cos(pose_.yaw_rad) - left * std::sin(pose_.yaw_rad),
                                         -(ahead * std::sin(pose_.yaw_rad) + left * std::cos(pose_.yaw_rad))));
  };
  // An arrow head whose middle is the car's place.
  const std::vector<std::vector<cv::Point>> arrow = {
      {corner(1.2, 0), corner(-0.9, 0.85), corner(-0.45, 0), corner(-0.9, -0.85)}};
  cv::polylines(picture_, arrow, true, kInkColour, thickness(4 * scale_), cv::LINE_AA, kShift);
  cv::fillPoly(picture_, arrow, colour_, cv::LINE_AA, kShift);
  return picture_;
}

}  // namespace pitlane
