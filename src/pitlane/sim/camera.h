// The simulated camera: a pinhole picture of flat ground, upright walls and sky.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/measure/world.h"
#include "pitlane/sim/appearance.h"
#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/ground_painter.h"
#include "pitlane/sim/row_store.h"
#include "pitlane/sim/wall_finder.h"

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

/// A pixel is a pure function of field, appearance and pose, whichever others are drawn with it.
/// For pixel (column, row): u = (column + 0.5 - width / 2) / f to the right, t = (row + 0.5 - height / 2) / f down.
/// A camera h above ground and pitched down by p sees, at depth s = h / (sin p + t cos p), the ground
/// s (cos p - t sin p) ahead and s u to the right.
class Camera {
 public:
  Camera(std::shared_ptr<const DistanceField> field, const CameraGeometry& geometry, const Appearance& look);

  void set_appearance(const Appearance& look);
  /// Draw only these (ascending, within the picture); both empty: everything.
  void restrict_view(const std::vector<int>& rows, const std::vector<int>& columns);
  /// `pose`: of the car. RGB; valid until the next call.
  ImageView render(const Pose& pose);

 private:
  struct Eye {  // where the camera is and looks
    double x_m, y_m, ahead_x, ahead_y, pitch_cos, pitch_sin;
  };

  void draw_row(const Eye& eye, int row);
  /// How steeply the ray through the middle of `rows` below `row` goes down: camera height per depth.
  [[nodiscard]] double down(const Eye& eye, double row, double rows) const;
  [[nodiscard]] bool shows_ground(const Eye& eye, double row, double rows) const;
  void add_sample(const Eye& eye, double row, double rows, double share);
  [[nodiscard]] GroundRow ground_row(const Eye& eye, double row_from, double rows, double share) const;
  void find_walls(const Eye& eye);
  void add_walls(int row);

  std::shared_ptr<const DistanceField> field_;
  CameraGeometry geometry_;
  double focal_px_;
  Appearance look_;
  GroundPainter painter_;
  std::vector<int> rows_, columns_;
  ColumnBlocks blocks_{{}};
  // As long as blocks_.u:
  std::vector<float> red_, green_, blue_;                   // of the row being drawn
  std::vector<float> wall_top_, wall_bottom_, wall_light_;  // rows; empty interval: no wall
  std::vector<std::uint32_t> row_pixels_;                   // of the row being drawn, and RowStore::kMorePixels
  RowStore row_store_{{}, kSmallestPicture_px};
  WallRays wall_rays_;
  WallHits wall_hits_;
  float highest_wall_ = 0, lowest_wall_ = 0;  // rows
  std::vector<std::uint8_t> pixels_;
};

}  // namespace pitlane
