// Which blocks of an image row show ground of one kind alone: most do, and are painted without asking how far the line
// is.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "pitlane/sim/appearance.h"
#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/ground_row.h"

namespace pitlane {

enum class Ground : std::uint8_t { kMixed, kLine, kRoad, kVerge, kGrass };

/// The bands of ground along the line: half widths in millimetres, colours 0..255, contrast per unit of texture.
struct Bands {
  explicit Bands(const Appearance& look);

  float line_mm, road_mm, verge_mm;
  std::array<float, 3> line{}, road{}, verge{}, grass{};
  float road_noise, grass_noise;
};

/// What there is to know of each block before it is painted. Arrays have the length of ColumnBlocks::first.
struct RowBlocks {
  std::vector<Ground> ground;
  /// Lowest cell that the block touches.
  std::vector<std::int32_t> cell_x, cell_y;
  /// All cells that the block touches lie within kWindowX x kWindowY from there.
  std::vector<std::uint8_t> narrow;
  static constexpr int kWindowX = 7, kWindowY = 3;
};

/// A block counts as of one kind only if the distance in its middle, the block's size and the footprint of its pixels
/// leave no doubt (the distance changes by at most a metre per metre); then each pixel is wholly of that kind.
/// Blocks that reach beyond the field are mixed.
void find_blocks(const DistanceField& field, const Bands& bands, const GroundRow& row, const ColumnBlocks& columns,
                 RowBlocks& blocks);

}  // namespace pitlane
