// Noise against its moments, blur against a naive convolution.
#include "pitlane/sim/picture_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

constexpr int kWidth = 160, kHeight = 120;

struct Picture {
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(std::size_t{3} * kWidth * kHeight);
  [[nodiscard]] ImageView view() const { return {bytes.data(), kWidth, kHeight, 3 * kWidth, PixelFormat::kRgb}; }
  [[nodiscard]] int at(int row, int column, int channel) const {
    row = std::clamp(row, 0, kHeight - 1), column = std::clamp(column, 0, kWidth - 1);
    return bytes[static_cast<std::size_t>(3 * (row * kWidth + column) + channel)];
  }
};

Picture flat(std::uint8_t level) {
  Picture picture;
  std::fill(picture.bytes.begin(), picture.bytes.end(), level);
  return picture;
}

Picture speckled() {
  Picture picture;
  Random random(3);
  for (auto& byte : picture.bytes) byte = random.chance(0.2) ? 255 : static_cast<std::uint8_t>(random.index(200));
  return picture;
}

std::vector<int> differences(const ImageView& a, std::uint8_t level) {
  std::vector<int> out;
  for (int row = 0; row < a.height; ++row)
    for (int i = 0; i < 3 * a.width; ++i) out.push_back(a.row(row)[i] - level);
  return out;
}

double correlation(const std::vector<int>& a, const std::vector<int>& b, std::size_t shift) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i + shift < a.size(); ++i) {
    ab += a[i] * b[i + shift], aa += a[i] * a[i], bb += b[i + shift] * b[i + shift];
  }
  return ab / std::sqrt(aa * bb);
}

TEST(PictureNoise, HasItsStandardDeviationAndNoMean) {
  for (const double sigma : {0.7, 3.0, 8.0, 25.0}) {
    PictureFilter filter(kWidth, kHeight, 0, sigma);
    const std::vector<int> noise = differences(filter.run(flat(128).view(), 5), 128);
    double mean = 0, square = 0;
    for (const int n : noise) mean += n, square += n * n;
    mean /= static_cast<double>(noise.size()), square /= static_cast<double>(noise.size());
    // 57,600 values: the mean's standard error is sigma / 240; rounding to whole levels adds a variance of 1/12.
    EXPECT_NEAR(mean, 0, 4 * sigma / 240) << sigma;
    EXPECT_NEAR(std::sqrt(square), std::sqrt(sigma * sigma + 1 / 12.0), 0.015 * sigma) << sigma;
    const auto beyond = std::count_if(noise.begin(), noise.end(), [&](int n) { return std::abs(n) > 2 * sigma + 0.5; });
    if (sigma > 5) {
      EXPECT_NEAR(static_cast<double>(beyond) / static_cast<double>(noise.size()), 0.0455, 0.012);
    }
  }
}

TEST(PictureNoise, IsIndependentInPixelChannelAndFrame) {
  PictureFilter filter(kWidth, kHeight, 0, 20);
  const std::vector<int> a = differences(filter.run(flat(128).view(), 5), 128);
  const std::vector<int> b = differences(filter.run(flat(128).view(), 6), 128);
  for (const std::size_t shift : {1U, 2U, 3U, 6U, 3U * kWidth, 3U * kWidth + 3U})
    EXPECT_LT(std::abs(correlation(a, a, shift)), 0.02) << shift;
  EXPECT_LT(std::abs(correlation(a, b, 0)), 0.02);
  EXPECT_EQ(differences(filter.run(flat(128).view(), 5), 128), a) << "the same key gives the same bytes";
}

TEST(PictureNoise, StaysWithinABytesRange) {
  PictureFilter filter(kWidth, kHeight, 0, 50);
  const std::vector<int> dark = differences(filter.run(flat(0).view(), 1), 0);
  EXPECT_NEAR(static_cast<double>(std::count(dark.begin(), dark.end(), 0)) / static_cast<double>(dark.size()), 0.5,
              0.03);
}

TEST(PictureBlur, AgreesWithANaiveConvolution) {
  const Picture picture = speckled();
  for (const double sigma : {0.3, 1.0, 2.5, 6.0}) {
    PictureFilter filter(kWidth, kHeight, sigma, 0);
    const ImageView blurred = filter.run(picture.view(), 1);
    const int radius = static_cast<int>(std::ceil(3 * sigma));
    for (int row = 0; row < kHeight; row += 7) {
      for (int column = 0; column < kWidth; column += 5) {
        for (int channel = 0; channel < 3; ++channel) {
          double sum = 0, weights = 0;
          for (int dy = -radius; dy <= radius; ++dy) {
            for (int dx = -radius; dx <= radius; ++dx) {
              const double weight = std::exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
              sum += weight * picture.at(row + dy, column + dx, channel), weights += weight;
            }
          }
          ASSERT_NEAR(blurred.row(row)[3 * column + channel], sum / weights, 0.501) << row << " " << column;
        }
      }
    }
  }
}

TEST(PictureBlur, LeavesAFlatPictureAlone) {
  PictureFilter filter(kWidth, kHeight, 4, 0);
  const Picture picture = flat(255);
  for (const int difference : differences(filter.run(picture.view(), 1), 255)) ASSERT_EQ(difference, 0);
}

TEST(PictureFilter, RestrictedGivesTheSameBytesAndSaysWhatItNeeds) {
  const Picture picture = speckled();
  PictureFilter whole(kWidth, kHeight, 1.5, 6), part(kWidth, kHeight, 1.5, 6);
  const std::vector<int> rows{0, 40, 42, 119}, columns{3, 77, 159};
  part.restrict_view(rows, columns);
  // What it does not ask for may be anything.
  Picture holed = picture;
  for (int row = 0; row < kHeight; ++row)
    for (int column = 0; column < kWidth; ++column)
      if (!std::binary_search(part.needed_rows().begin(), part.needed_rows().end(), row) ||
          !std::binary_search(part.needed_columns().begin(), part.needed_columns().end(), column))
        std::fill_n(holed.bytes.begin() + 3 * (row * kWidth + column), 3, std::uint8_t{77});
  const ImageView all = whole.run(picture.view(), 9), some = part.run(holed.view(), 9);
  for (const int row : rows)
    for (const int column : columns)
      for (int c = 0; c < 3; ++c) EXPECT_EQ(all.row(row)[3 * column + c], some.row(row)[3 * column + c]);
  EXPECT_EQ(part.needed_rows().size(), 6U + 13U + 6U) << "5 around each, within the picture";
}

}  // namespace
}  // namespace pitlane
