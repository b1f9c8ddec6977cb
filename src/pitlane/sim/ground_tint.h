// Ground of one kind: its colour and its texture.
#pragma once

#include <cstdint>

#include "pitlane/sim/ground_row.h"

namespace pitlane {

struct Tint {
  float red = 0, green = 0, blue = 0;  ///< 0..255
  float contrast = 0;                  ///< per unit of texture
  float share = 1;                     ///< of the row in the pixel's colour
  const float* texture = nullptr;      ///< GroundTexture::values()
};

/// Blocks [begin, end) of a row, which find_blocks() found to be of one kind.
struct TintedRun {
  const GroundRow& row;
  const ColumnBlocks& columns;
  std::size_t begin, end;
};

/// Adds the ground's colour; arrays are those of the whole row.
void add_tint(const TintedRun& run, const Tint& tint, float* r, float* g, float* b);
/// Stores it as pixels, see to_pixels().
void store_tint(const TintedRun& run, const Tint& tint, std::uint32_t* pixels);

}  // namespace pitlane
