#include "pitlane/sim/picture_filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "pitlane/core/random.h"
#include "pitlane/core/result.h"

namespace pitlane {
namespace {

constexpr int kQuantileBits = 12, kQuantiles = 1 << kQuantileBits;

std::vector<int> every(int size) {
  std::vector<int> all(static_cast<std::size_t>(size));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// All places within `radius` of a wanted one.
std::vector<int> widened(const std::vector<int>& wanted, int radius, int size) {
  std::vector<int> out;
  int next = 0;
  for (const int place : wanted) {
    for (int i = std::max(next, place - radius); i <= std::min(place + radius, size - 1); ++i) out.push_back(i);
    if (!out.empty()) next = out.back() + 1;
  }
  return out;
}

// Of a Gaussian cut off after three standard deviations; beyond lie 0.3 %.
std::vector<float> gaussian(double sigma) {
  const int radius = static_cast<int>(std::ceil(3 * sigma));
  std::vector<double> weights;
  double sum = 0;
  for (int d = 0; d <= radius; ++d) {
    weights.push_back(radius == 0 ? 1 : std::exp(-0.5 * d * d / (sigma * sigma)));
    sum += weights.back() * (d == 0 ? 1 : 2);
  }
  std::vector<float> out;
  for (const double weight : weights) out.push_back(static_cast<float>(weight / sum));
  return out;
}

// The middles of kQuantiles equally likely intervals of a normal distribution, scaled so that their own standard
// deviation is `sigma`, then rounded: pixels are whole numbers. Newton's method from the middle outwards.
std::vector<std::int16_t> normal_quantiles(double sigma) {
  std::vector<double> upper;
  double x = 0, squares = 0;
  for (int i = kQuantiles / 2; i < kQuantiles; ++i) {
    const double above = 1 - (i + 0.5) / kQuantiles;
    for (int step = 0; step < 8; ++step) {
      const double density = std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi);
      x += (0.5 * std::erfc(x / std::numbers::sqrt2) - above) / density;
    }
    upper.push_back(x);
    squares += 2 * x * x;
  }
  const double scale = sigma / std::sqrt(squares / kQuantiles);
  std::vector<std::int16_t> out;
  for (const double quantile : upper) {
    const auto level = static_cast<std::int16_t>(std::lround(scale * quantile));
    out.push_back(level);
    out.push_back(static_cast<std::int16_t>(-level));
  }
  return out;
}

}  // namespace

PictureFilter::PictureFilter(int width, int height, double blur_px, double noise) : width_(width), height_(height) {
  PITLANE_CHECK(width > 0 && height > 0 && blur_px >= 0 && noise >= 0);
  weights_ = gaussian(blur_px);
  radius_ = static_cast<int>(weights_.size()) - 1;
  if (noise > 0) noise_ = normal_quantiles(noise);
  pixels_.assign(3UL * static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0);
  column_sums_.assign(3UL * static_cast<std::size_t>(width), 0);
  restrict_view({}, {});
}

void PictureFilter::restrict_view(const std::vector<int>& rows, const std::vector<int>& columns) {
  rows_ = rows.empty() ? every(height_) : rows;
  columns_ = columns.empty() ? every(width_) : columns;
  needed_rows_ = widened(rows_, radius_, height_);
  needed_columns_ = widened(columns_, radius_, width_);
}

ImageView PictureFilter::run(const ImageView& picture, std::uint64_t key) {
  PITLANE_CHECK(picture.width == width_ && picture.height == height_ && picture.format == PixelFormat::kRgb);
  for (const int row : rows_) {
    if (radius_ > 0) {
      blur_row(picture, row);
    } else {
      copy_row(picture, row);
    }
    if (!noise_.empty()) add_noise(row, key);
  }
  return {pixels_.data(), width_, height_, 3 * std::ptrdiff_t{width_}, PixelFormat::kRgb};
}

// First down each column, where neighbours lie side by side in memory, then along the row. The picture's edge goes on
// outside it.
void PictureFilter::blur_row(const ImageView& picture, int row) {
  const std::size_t begin = 3UL * static_cast<std::size_t>(needed_columns_.front());
  const std::size_t end = 3UL * (static_cast<std::size_t>(needed_columns_.back()) + 1);
  std::fill(column_sums_.begin() + static_cast<std::ptrdiff_t>(begin),
            column_sums_.begin() + static_cast<std::ptrdiff_t>(end), 0.F);
  for (int d = -radius_; d <= radius_; ++d) {
    const float weight = weights_[static_cast<std::size_t>(std::abs(d))];
    const std::uint8_t* from = picture.row(std::clamp(row + d, 0, height_ - 1));
    for (std::size_t i = begin; i < end; ++i) column_sums_[i] += weight * static_cast<float>(from[i]);
  }
  std::uint8_t* out = pixels_.data() + 3 * std::ptrdiff_t{width_} * row;
  for (const int column : columns_) {
    float red = 0, green = 0, blue = 0;
    for (int d = -radius_; d <= radius_; ++d) {
      const float weight = weights_[static_cast<std::size_t>(std::abs(d))];
      const float* sum = column_sums_.data() + 3 * std::ptrdiff_t{std::clamp(column + d, 0, width_ - 1)};
      red += weight * sum[0];
      green += weight * sum[1];
      blue += weight * sum[2];
    }
    std::uint8_t* pixel = out + 3 * std::ptrdiff_t{column};
    pixel[0] = static_cast<std::uint8_t>(std::min(red + 0.5F, 255.F));
    pixel[1] = static_cast<std::uint8_t>(std::min(green + 0.5F, 255.F));
    pixel[2] = static_cast<std::uint8_t>(std::min(blue + 0.5F, 255.F));
  }
}

void PictureFilter::copy_row(const ImageView& picture, int row) {
  const std::uint8_t* from = picture.row(row);
  std::uint8_t* out = pixels_.data() + 3 * std::ptrdiff_t{width_} * row;
  for (const int column : columns_) std::copy_n(from + 3 * std::ptrdiff_t{column}, 3, out + 3 * std::ptrdiff_t{column});
}

void PictureFilter::add_noise(int row, std::uint64_t key) {
  const std::uint64_t row_key = mix64(key ^ mix64(static_cast<std::uint64_t>(row)));
  std::uint8_t* out = pixels_.data() + 3 * std::ptrdiff_t{width_} * row;
  for (const int column : columns_) {
    std::uint64_t bits = mix64(row_key + static_cast<std::uint64_t>(column));
    std::uint8_t* pixel = out + 3 * std::ptrdiff_t{column};
    for (int channel = 0; channel < 3; ++channel, bits >>= kQuantileBits)
      pixel[channel] = static_cast<std::uint8_t>(std::clamp(pixel[channel] + noise_[bits % kQuantiles], 0, 255));
  }
}

}  // namespace pitlane
