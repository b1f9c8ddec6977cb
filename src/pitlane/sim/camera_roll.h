// A camera that leans to a side: its picture is the upright one's, turned about the middle.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/sim/camera.h"

namespace pitlane {

/// Rays through one point meet two pictures that differ by a turn about the optical axis in turned places, so the scene
/// is drawn upright, wide enough for the corners, and each pixel is taken from there, between the four nearest by
/// distance. A pixel is a pure function of the upright picture and its place, whichever others are computed.
class CameraRoll {
 public:
  /// `roll_rad`: the camera's right side goes down; at most half a radian to either side.
  CameraRoll(const CameraGeometry& geometry, double roll_rad);

  /// Of the upright picture: as `geometry`, with more pixels around. Where kLargestPicture_px leaves none, its edge
  /// goes on.
  [[nodiscard]] const CameraGeometry& upright() const { return upright_; }
  /// Compute only these (ascending, within the picture); both empty: everything.
  void restrict_view(const std::vector<int>& rows, const std::vector<int>& columns);
  /// What must have been drawn of the upright picture for that.
  [[nodiscard]] const std::vector<int>& needed_rows() const { return needed_rows_; }
  [[nodiscard]] const std::vector<int>& needed_columns() const { return needed_columns_; }

  /// Valid until the next call. RGB.
  ImageView run(const ImageView& upright);

 private:
  struct Source {  // of a pixel: the upper left of four in the upright picture, and 256ths towards the others
    int row, column, down, right;
  };
  [[nodiscard]] Source source(int row, int column) const;

  CameraGeometry upright_;
  int width_, height_;
  double cos_, sin_;
  std::vector<int> rows_, columns_, needed_rows_, needed_columns_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace pitlane
