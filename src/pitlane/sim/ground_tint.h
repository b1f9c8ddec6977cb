// Ground of one kind: its colour and its texture.
#pragma once

#include <cstdint>

#include "pitlane/sim/ground_blocks.h"
#include "pitlane/sim/ground_row.h"

namespace pitlane {

struct Tint {
  float red = 0, green = 0, blue = 0;  ///< 0..255
  float contrast = 0;                  ///< per unit of texture
  float share = 1;                     ///< of the row in the pixel's colour
  const float* texture = nullptr;      ///< GroundTexture::values()
};

/// Blocks [begin, end) of a row, which find_blocks() found to be of one kind. Plain pointers: code that is compiled for
/// one processor must not leave a copy of a container's functions that the linker gives to all.
struct TintedRun {
  TintedRun(const GroundRow& painted, const ColumnBlocks& columns, const RowBlocks& blocks, std::size_t from,
            std::size_t to)
      : row(painted),
        u(columns.u.data()),
        cell_x(blocks.cell_x.data()),
        cell_y(blocks.cell_y.data()),
        narrow(blocks.narrow.data()),
        begin(from),
        end(to) {}

  GroundRow row;
  const float* u;
  const std::int32_t *cell_x, *cell_y;
  const std::uint8_t* narrow;
  std::size_t begin, end;
};

/// Adds the ground's colour; arrays are those of the whole row.
void add_tint(const TintedRun& run, const Tint& tint, float* r, float* g, float* b);
/// Stores it as pixels, see to_pixels().
void store_tint(const TintedRun& run, const Tint& tint, std::uint32_t* pixels);

/// The same on AVX-512 (F, DQ, VL), bit for bit.
bool has_wide_tint();
void add_tint_wide(const TintedRun& run, const Tint& tint, float* r, float* g, float* b);
void store_tint_wide(const TintedRun& run, const Tint& tint, std::uint32_t* pixels);

}  // namespace pitlane
