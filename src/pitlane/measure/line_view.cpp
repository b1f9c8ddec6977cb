#include "pitlane/measure/line_view.h"

#include <algorithm>
#include <cmath>

namespace pitlane {

bool line_in_view(const ReferenceLine& line, const Pose& pose, const ViewCone& view) {
  const double ahead_x = std::cos(pose.yaw_rad), ahead_y = std::sin(pose.yaw_rad);
  const double eye_x = pose.x_m + view.x_m * ahead_x - view.y_m * ahead_y;
  const double eye_y = pose.y_m + view.x_m * ahead_y + view.y_m * ahead_x;
  const double widest = std::tan(view.half_angle_rad);
  return std::ranges::any_of(line.points, [&](const ReferenceLine::Point& point) {
    const double dx = point.x_m - eye_x, dy = point.y_m - eye_y;
    const double ahead = dx * ahead_x + dy * ahead_y;
    const double aside = dy * ahead_x - dx * ahead_y;
    return ahead >= view.nearest_m && ahead <= view.farthest_m && std::abs(aside) <= widest * ahead;
  });
}

}  // namespace pitlane
