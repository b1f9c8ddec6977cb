// The camera's inner loop: colours of one image row of flat ground.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/sim/appearance.h"
#include "pitlane/sim/distance_field.h"

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

/// Red, green and blue of a row, 0..255, one float per column.
struct ColourRow {
  std::span<float> r, g, b;
};

class GroundPainter {
 public:
  /// Columns are painted in groups of this many, whose arrays stay in the first-level cache.
  static constexpr int kGroup = 80;

  GroundPainter(const DistanceField& field, const Appearance& look);

  /// Adds `row.share` times the ground's colour, for each column's u. A band of colour is weighted by how much of
  /// the pixel's footprint it covers: a box as wide as the footprint's extent along the field's gradient.
  /// All four arrays are equally long, a multiple of kGroup; what is left over of the last group is painted too.
  void paint(const GroundRow& row, std::span<const float> u, const ColourRow& out) const;

 private:
  static constexpr int kNoiseCells = 128;  // the texture repeats after 6.4 m
  static constexpr int kNoiseStride = kNoiseCells + 1;
  void make_noise(std::uint64_t seed);

  const DistanceField* field_;
  Appearance look_;
  std::vector<std::int8_t> noise_;  // by cell: asphalt, grass; in 1/32 standard deviations
};

/// Rounded to whole numbers, at most 255. `values` are not negative; both arrays are as long as paint() wants them.
void to_bytes(std::span<const float> values, std::span<std::uint8_t> bytes);

}  // namespace pitlane
