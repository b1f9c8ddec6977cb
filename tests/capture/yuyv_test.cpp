#include "pitlane/capture/yuyv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace pitlane::capture {
namespace {

// From the definition of BT.601: Kr = 0.299, Kb = 0.114; Y' over 16..235, colour differences over 16..240.
std::array<double, 3> slow_rgb(int y, int cb, int cr) {
  constexpr double kRed = 0.299, kBlue = 0.114, kGreen = 1 - kRed - kBlue;
  const double luma = (y - 16) / 219.0, blue_difference = (cb - 128) / 224.0, red_difference = (cr - 128) / 224.0;
  const double r = luma + 2 * (1 - kRed) * red_difference;
  const double b = luma + 2 * (1 - kBlue) * blue_difference;
  const double g = (luma - kRed * r - kBlue * b) / kGreen;
  std::array<double, 3> rgb{};
  std::ranges::transform(std::array{r, g, b}, rgb.begin(), [](double c) { return std::clamp(c, 0.0, 1.0) * 255; });
  return rgb;
}

std::vector<std::uint8_t> convert(const std::vector<std::uint8_t>& yuyv, FrameSize size, std::ptrdiff_t stride,
                                  const std::vector<int>& rows = {}) {
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(size.width * size.height * 3), 7);
  yuyv_to_rgb({yuyv.data(), size, stride}, rows, rgb);
  return rgb;
}

TEST(Yuyv, EveryColourIsWithinOneOfBt601) {
  double largest = 0;
  for (int y = 0; y < 256; ++y)
    for (int cb = 0; cb < 256; cb += 3)
      for (int cr = 0; cr < 256; cr += 3) {
        const auto byte = [](int v) { return static_cast<std::uint8_t>(v); };
        const auto rgb = convert({byte(y), byte(cb), byte(255 - y), byte(cr)}, {2, 1}, 4);
        for (int pixel = 0; pixel < 2; ++pixel) {
          const auto expected = slow_rgb(pixel == 0 ? y : 255 - y, cb, cr);
          for (std::size_t c = 0; c < 3; ++c)
            largest = std::max(largest, std::abs(expected[c] - rgb[static_cast<std::size_t>(pixel) * 3 + c]));
        }
      }
  EXPECT_LE(largest, 0.51);
}

TEST(Yuyv, BlackWhiteAndPrimariesOfTheStandard) {
  EXPECT_EQ(convert({16, 128, 235, 128}, {2, 1}, 4), (std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(convert({81, 90, 81, 240}, {2, 1}, 4), (std::vector<std::uint8_t>{254, 0, 0, 254, 0, 0}));
}

TEST(Yuyv, StrideAndRowsAreKept) {
  // Two rows of two pixels, each row followed by four bytes that belong to nobody.
  const std::vector<std::uint8_t> yuyv = {235, 128, 16, 128, 1, 2, 3, 4, 16, 128, 235, 128, 5, 6, 7, 8};
  EXPECT_EQ(convert(yuyv, {2, 2}, 8), (std::vector<std::uint8_t>{255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(convert(yuyv, {2, 2}, 8, {1}), (std::vector<std::uint8_t>{7, 7, 7, 7, 7, 7, 0, 0, 0, 255, 255, 255}));
}

}  // namespace
}  // namespace pitlane::capture
