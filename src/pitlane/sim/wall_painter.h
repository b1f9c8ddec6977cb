// Upright walls in a camera's picture.
#pragma once

#include <vector>

#include "pitlane/sim/appearance.h"
#include "pitlane/sim/camera_geometry.h"
#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/ground_painter.h"
#include "pitlane/sim/wall_finder.h"

namespace pitlane {

/// Of the columns `u` (ColumnBlocks).
class WallPainter {
 public:
  explicit WallPainter(const std::vector<float>& u);

  /// Where the walls are in the picture that the camera takes now.
  void find(const DistanceField& field, const CameraGeometry& camera, const Appearance& look, const Eye& eye);
  /// Before find() there are none.
  void forget() { highest_ = lowest_ = 0; }
  [[nodiscard]] bool touches(int row) const {
    return static_cast<float>(row)<lowest_&& static_cast<float>(row + 1)> highest_;
  }
  /// Puts them before what is there, as far as they cover the row.
  void cover(int row, const Appearance::Colour& colour, const ColourRow& out) const;

 private:
  std::vector<float> u_, top_, bottom_, light_;  // by column; rows; an empty interval: no wall
  WallRays rays_;
  WallHits hits_;
  float highest_ = 0, lowest_ = 0;  // rows
};

}  // namespace pitlane
