// The circuit from above, with the way that a car has come so far.
#pragma once

#include <opencv2/core.hpp>

#include "pitlane/measure/world.h"

namespace pitlane {

/// RGB. North (+y) is up; the whole road is in the picture.
class RoadMap {
 public:
  /// `scale`: of widths of lines and the car's size, 1 for a picture of about 300 pixels.
  RoadMap(const ReferenceLine& line, cv::Size size, double scale, const cv::Scalar& colour);

  /// Where a place of the world is in the picture, pixels.
  [[nodiscard]] cv::Point2d at(double x_m, double y_m) const;
  [[nodiscard]] double pixels_per_m() const { return pixels_per_m_; }

  /// The car drives on to `pose`; its way stays.
  void drive_to(const Pose& pose);
  /// With the car where it is. Valid until the next call.
  const cv::Mat& draw();

 private:
  void draw_line(const ReferenceLine& line);

  double scale_, pixels_per_m_ = 1;
  cv::Point2d middle_m_, middle_px_;
  cv::Scalar colour_;
  cv::Mat way_, picture_;
  bool started_ = false;
  Pose pose_;
};

}  // namespace pitlane
