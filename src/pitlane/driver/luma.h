// What a network of one channel sees of a pixel: one definition for the robot, the simulator and the training set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pitlane/core/image.h"

namespace pitlane {

/// Integer luma, ITU-R BT.601, 8-bit weights that sum to 256: three equal bytes give that byte.
constexpr std::uint8_t luma(int red, int green, int blue) {
  return static_cast<std::uint8_t>((77 * red + 150 * green + 29 * blue + 128) >> 8);
}

/// `out`: of each pixel of `colours` (three bytes, in the order of `order`) its brightness or one of its colours, as
/// `wanted` says, a format of one channel.
inline void take_channel(std::span<const std::uint8_t> colours, PixelFormat order, PixelFormat wanted,
                         std::span<std::uint8_t> out) noexcept {
  const std::size_t red = order == PixelFormat::kBgr ? 2 : 0;
  if (wanted == PixelFormat::kGrey) {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = luma(colours[3 * i + red], colours[3 * i + 1], colours[3 * i + 2 - red]);
    return;
  }
  const std::size_t plane = wanted == PixelFormat::kRed ? red : wanted == PixelFormat::kGreen ? 1 : 2 - red;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = colours[3 * i + plane];
}

}  // namespace pitlane
