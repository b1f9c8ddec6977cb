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

/// kPaved: line and road; kUnlined: all but the line; find_blocks() counts both as mixed.
enum class Ground : std::uint8_t { kMixed, kLine, kRoad, kVerge, kGrass, kPaved, kUnlined };

/// The bands of ground along the line: half widths in millimetres, colours 0..255, contrast per unit of texture.
struct Bands {
  explicit Bands(const Appearance& look);

  float line_mm, road_mm, verge_mm;
  std::array<float, 3> line{}, road{}, verge{}, grass{};
  float road_noise, grass_noise;
};

/// What judging the blocks of a row needs to know of the row and the bands.
struct RowFacts {
  // The table's bilinear distance changes by at most sqrt(2) per unit walked, and its corners are rounded to
  // millimetres.
  static constexpr float kMostSlope_mm = static_cast<float>(1.45 * 1000 * DistanceField::kCell_m);  ///< a cell
  static constexpr float kSlack_mm = 2;

  RowFacts(const GroundRow& row, float line_half_mm, float road_half_mm, float verge_half_mm);

  float per_u_mm;   ///< most change of the distance per unit of u
  float across_mm;  ///< most change of the distance over a pixel's width
  float line_mm, road_mm, verge_mm;
};

/// `blocks` gets the length of ColumnBlocks::first. A block counts as of one kind only if the distance in its middle,
/// the block's size and the footprint of its pixels leave no doubt (RowFacts); then each pixel is wholly of that kind.
/// Blocks that reach beyond the field are mixed.
void find_blocks(const DistanceField& field, const Bands& bands, const GroundRow& row, const ColumnBlocks& columns,
                 std::vector<Ground>& blocks);

}  // namespace pitlane
