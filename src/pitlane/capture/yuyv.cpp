#include "pitlane/capture/yuyv.h"

#include <algorithm>

namespace pitlane::capture {
namespace {

// BT.601: R = 255/219 (Y-16) + 255/112 * 0.701 (Cr-128), and so on; here times 2^16, rounded.
constexpr int kBits = 16;
constexpr int kLuma = 76309, kRedCr = 104597, kGreenCb = 25675, kGreenCr = 53279, kBlueCb = 132201;
constexpr int kHalf = 1 << (kBits - 1);

std::uint8_t to_byte(int scaled) noexcept { return static_cast<std::uint8_t>(std::clamp(scaled >> kBits, 0, 255)); }

void convert_row(const std::uint8_t* from, int width, std::uint8_t* rgb) noexcept {
  for (int x = 0; x < width; x += 2, from += 4) {
    const int cb = from[1] - 128, cr = from[3] - 128;
    const int red = kRedCr * cr + kHalf, green = kHalf - kGreenCb * cb - kGreenCr * cr, blue = kBlueCb * cb + kHalf;
    for (int i = 0; i < 2; ++i, rgb += 3) {
      const int luma = kLuma * (from[2 * i] - 16);
      rgb[0] = to_byte(luma + red);
      rgb[1] = to_byte(luma + green);
      rgb[2] = to_byte(luma + blue);
    }
  }
}

}  // namespace

void yuyv_to_rgb(const YuyvView& from, std::span<const int> rows, std::span<std::uint8_t> rgb) noexcept {
  const auto convert = [&](int y) {
    convert_row(from.data + y * from.stride_bytes, from.size.width,
                rgb.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(from.size.width) * 3);
  };
  for (const int y : rows) convert(y);
  if (rows.empty())
    for (int y = 0; y < from.size.height; ++y) convert(y);
}

}  // namespace pitlane::capture
