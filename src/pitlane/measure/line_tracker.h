// Where along a closed line a car is, followed from step to step.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/measure/world.h"

namespace pitlane {

/// Searches near the last position first, so that a circuit's neighbouring or crossing stretch does not steal
/// the car; searches everywhere once, at `locate`.
class LineTracker {
 public:
  explicit LineTracker(const ReferenceLine& line);

  struct Position {
    double arc_m = 0;        ///< along the line from its first point, 0..length
    double deviation_m = 0;  ///< signed, positive to the left of the driving direction
    double heading_rad = 0;  ///< of the line there
    double road_width_m = 0;
  };

  /// Nearest place on the whole line.
  Position locate(double x_m, double y_m);
  /// Nearest place within 5 m of arc length of the last one.
  Position follow(double x_m, double y_m);
  [[nodiscard]] double length_m() const { return length_m_; }

 private:
  [[nodiscard]] Position project(std::size_t segment, double x_m, double y_m) const;
  // Nearest of `count` segments from `first` on, round the line; becomes the current segment.
  Position nearest(std::size_t first, std::size_t count, double x_m, double y_m);
  std::vector<ReferenceLine::Point> points_;  // each with its width
  std::vector<double> arc_m_;                 // of each point
  double length_m_ = 0;
  std::size_t segment_ = 0;
};

}  // namespace pitlane
