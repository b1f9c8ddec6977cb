// What the rows of a camera's picture show of flat ground, wherever the camera is: worked out once for an appearance.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/sim/appearance.h"
#include "pitlane/sim/camera_geometry.h"
#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/ground_row.h"

namespace pitlane {

/// A row, or one of the thinner ones that it is made of where it covers metres of ground. In cells of the field.
struct RowSlice {
  bool is_ground = false;
  float share = 1;                        ///< of the row
  float sky_high = 0;                     ///< where it is not ground: 0 for the sky's lower colour, 1 for the higher
  double ahead = 0, depth = 0;            ///< of its middle; the depth is also what there is to the right per u
  double ahead_step = 0, depth_step = 0;  ///< over the slice
  double across = 0;                      ///< one pixel to the right
  float noise = 1;                        ///< see GroundRow
};

struct SlicedRow {
  int row = 0;
  std::size_t first = 0, count = 1;  ///< of RowSlices::slices
};

struct RowSlices {
  /// For pixel row r: t = (r + 0.5 - height / 2) / f down. A camera h above ground and pitched down by p sees, at depth
  /// s = h / (sin p + t cos p), the ground s (cos p - t sin p) ahead.
  RowSlices(const CameraGeometry& camera, const Appearance& look, const std::vector<int>& drawn);

  std::vector<SlicedRow> rows;  ///< as drawn
  std::vector<RowSlice> slices;
};

/// A slice of ground from where the camera is now.
GroundRow ground_row(const RowSlice& slice, const Eye& eye, const DistanceField& field);

}  // namespace pitlane
