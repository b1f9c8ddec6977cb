// One image row of flat ground, in the units in which it is painted.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace pitlane {

/// Ground under one image row is an affine function of u = (column + 0.5 - centre) / focal length.
/// Unit: cells of the distance field, measured from its origin.
struct GroundRow {
  float x0 = 0, dx = 0, y0 = 0, dy = 0;  ///< x = x0 + u dx, y = y0 + u dy
  float across_x = 0, across_y = 0;      ///< one pixel to the right
  float down_x0 = 0, down_dx = 0;        ///< one (part of a) row down: down_x0 + u down_dx
  float down_y0 = 0, down_dy = 0;
  float noise = 1;  ///< how much of the texture's contrast survives the pixel's footprint, 0..1
  float share = 1;  ///< weight of this row in the pixel's colour
};

/// Columns are painted in blocks of this many.
inline constexpr int kBlock = 16;

/// The columns of a view, as u, ascending; the last is repeated up to a multiple of kBlock.
struct ColumnBlocks {
  explicit ColumnBlocks(const std::vector<float>& columns);
  [[nodiscard]] std::size_t count() const { return u.size() / kBlock; }

  std::vector<float> u;
  /// Of each block, and then of blocks that are not there, up to a multiple of kBlock.
  std::vector<float> first, last;
};

}  // namespace pitlane
