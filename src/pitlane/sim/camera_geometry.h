// Where the simulated camera sits on the car and what it takes in.
#pragma once

namespace pitlane {

inline constexpr int kSmallestPicture_px = 8, kLargestPicture_px = 4096;

/// In the car's frame: x ahead, y to the left, z up; looks along x. Square pixels, principal point in the middle.
struct CameraGeometry {
  int width = 640, height = 480;  ///< pixels, kSmallestPicture_px to kLargestPicture_px
  double horizontal_field_of_view_rad = 1.57;
  double x_m = 0.45, y_m = 0.04;    ///< height and pitch belong to the Appearance
  double yaw_rad = 0;               ///< looks this much to the left of ahead
  double near_m = 0.1, far_m = 15;  ///< depth beyond `far_m` shows the sky's lower edge

  [[nodiscard]] double focal_px() const;
};

/// Where a camera is over the ground, and the direction in which it looks: a unit vector.
struct Eye {
  double x_m = 0, y_m = 0, ahead_x = 1, ahead_y = 0;
};

}  // namespace pitlane
