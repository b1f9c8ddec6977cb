// A whole image row of flat ground on AVX-512 or AVX2, bit for bit what the portable code paints.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pitlane/sim/ground_row.h"
#include "pitlane/sim/wide_field.h"

namespace pitlane {

/// A field, Bands and a GroundTexture as plain pointers and numbers, see WideField.
struct WideGround {
  WideField field;
  float line_mm = 0, road_mm = 0, verge_mm = 0;
  float line[3] = {}, road[3] = {}, verge[3] = {}, grass[3] = {};
  float brightest = 0;  ///< no number of a colour with its texture is above
  float road_noise = 0, grass_noise = 0;
  const std::int8_t* texel_pairs = nullptr;
  const float *asphalt = nullptr, *blades = nullptr;  ///< GroundTexture::values
  const std::int8_t* texels[2] = {};                  ///< GroundTexture::bytes
};

/// Of a ColumnBlocks.
struct WideColumns {
  const float *u = nullptr, *first = nullptr, *last = nullptr;
  std::size_t count = 0;  ///< blocks
};

/// GroundPainter::paint(), only where runs_here(); the arrays hold all columns.
void paint_avx512(const WideGround& ground, const GroundRow& row, const WideColumns& columns, float* r, float* g,
                  float* b);
void paint_avx2(const WideGround& ground, const GroundRow& row, const WideColumns& columns, float* r, float* g,
                float* b);
/// GroundPainter::paint_pixels().
void paint_pixels_avx512(const WideGround& ground, const GroundRow& row, const WideColumns& columns,
                         std::uint32_t* pixels);
void paint_pixels_avx2(const WideGround& ground, const GroundRow& row, const WideColumns& columns,
                       std::uint32_t* pixels);

}  // namespace pitlane
