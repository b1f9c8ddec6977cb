#include <arm_neon.h>

#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/resample_body.h"

namespace pitlane::kernels {
namespace {

constexpr std::size_t kPixelLoad = 8;  // bytes: the left and the right pixel, and two more

}  // namespace

/// Sums are stored four at a time: the fourth is overwritten by the next pixel's first.
void resample_row_neon(const ResampleRow& row) {
  constexpr std::uint8_t kStraight[8] = {0, 1, 2, 0xFF, 3, 4, 5, 0xFF};
  constexpr std::uint8_t kSwapped[8] = {2, 1, 0, 0xFF, 5, 4, 3, 0xFF};
  const uint8x8_t order = vld1_u8(row.swap ? kSwapped : kStraight);
  const std::size_t loadable = loadable_pixels(row, kPixelLoad);
  std::size_t x = 0;
  for (; x < loadable; ++x) {
    const ResampleTap& tap = row.taps[x];
    const uint16x8_t pixels = vmovl_u8(vtbl1_u8(vld1_u8(row.source + tap.offset), order));
    const uint32x4_t left = vmull_n_u16(vget_low_u16(pixels), static_cast<std::uint16_t>(tap.left_weight));
    const uint32x4_t sums = vmlal_n_u16(left, vget_high_u16(pixels), static_cast<std::uint16_t>(tap.right_weight));
    vst1q_s32(row.out + 3 * x, vreinterpretq_s32_u32(sums));
  }
  resample_pixels(row, x);
}

void blend_rows_neon(const BlendRows& rows) { blend_rows_body(rows); }

}  // namespace pitlane::kernels
