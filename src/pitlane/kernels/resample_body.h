// Resizing rows of bytes, once for all levels: blending, and the pixels at a row's end that vectors cannot load.
// Internal linkage, because ISA-specific sources include this.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {
namespace {

/// Pixels `first` and later. A right pixel without weight may lie beyond the row and is not read.
inline void resample_pixels(const ResampleRow& row, std::size_t first) {
  for (std::size_t x = first; x < row.pixels; ++x) {
    const ResampleTap& tap = row.taps[x];
    const std::uint8_t* left = row.source + tap.offset;
    const std::uint8_t* right = tap.right_weight == 0 ? left : left + 3;
    for (int c = 0; c < 3; ++c) {
      const int from = row.swap ? 2 - c : c;
      row.out[3 * x + static_cast<std::size_t>(c)] = left[from] * tap.left_weight + right[from] * tap.right_weight;
    }
  }
}

/// How many pixels, from the first on, have `bytes` readable bytes where they are taken from. Offsets ascend.
inline std::size_t loadable_pixels(const ResampleRow& row, std::size_t bytes) {
  std::size_t count = row.pixels;
  while (count > 0 && static_cast<std::size_t>(row.taps[count - 1].offset) + bytes > row.source_bytes) --count;
  return count;
}

/// Compilers make vectors of this by themselves, if all is in locals: a byte that is stored could change `rows`.
inline void blend_rows_body(const BlendRows& rows) {
  const std::int32_t* __restrict upper = rows.upper;
  const std::int32_t* __restrict lower = rows.lower;
  std::uint8_t* __restrict out = rows.out;
  const std::size_t count = rows.count;
  const std::int32_t upper_weight = rows.upper_weight, lower_weight = rows.lower_weight;
  const int shift = rows.shift;
  const std::int32_t half = 1 << (shift - 1);
  for (std::size_t i = 0; i < count; ++i)
    out[i] = static_cast<std::uint8_t>((upper[i] * upper_weight + lower[i] * lower_weight + half) >> shift);
}

}  // namespace
}  // namespace pitlane::kernels
