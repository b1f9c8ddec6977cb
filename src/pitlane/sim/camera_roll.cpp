#include "pitlane/sim/camera_roll.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pitlane/core/result.h"

namespace pitlane {
namespace {

constexpr int kShares = 256;  // between two pixels

std::vector<int> all_or(const std::vector<int>& wanted, int size) {
  if (!wanted.empty()) return wanted;
  std::vector<int> all(static_cast<std::size_t>(size));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// The lower of two neighbours of the coordinate `at` (pixel i has its middle at i + 0.5) within 0..size - 1, and how
// far it lies from there to the other.
void between(double at, int size, int& lower, int& share) {
  const double place = std::clamp(at - 0.5, 0.0, size - 1.0);
  lower = std::min(static_cast<int>(place), size - 2);
  share = static_cast<int>(std::lround((place - lower) * kShares));
}

std::vector<int> places_of(const std::vector<char>& needed) {
  std::vector<int> places;
  for (std::size_t i = 0; i < needed.size(); ++i)
    if (needed[i] != 0) places.push_back(static_cast<int>(i));
  return places;
}

}  // namespace

CameraRoll::CameraRoll(const CameraGeometry& geometry, double roll_rad)
    : upright_(geometry),
      width_(geometry.width),
      height_(geometry.height),
      cos_(std::cos(roll_rad)),
      sin_(std::sin(roll_rad)) {
  PITLANE_CHECK(std::abs(roll_rad) <= 0.5);
  constexpr int kEdge_px = 2;
  const double w = width_, h = height_, f = geometry.focal_px();
  const auto size = [](double needed) {
    return std::min(static_cast<int>(std::ceil(needed)) + kEdge_px, kLargestPicture_px);
  };
  upright_.width = std::max(width_, size(w * cos_ + h * std::abs(sin_)));
  upright_.height = std::max(height_, size(w * std::abs(sin_) + h * cos_));
  upright_.horizontal_field_of_view_rad = 2 * std::atan(upright_.width / 2.0 / f);
  pixels_.assign(3UL * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_), 0);
  restrict_view({}, {});
}

CameraRoll::Source CameraRoll::source(int row, int column) const {
  const double x = column + 0.5 - width_ / 2.0, y = row + 0.5 - height_ / 2.0;
  Source source{};
  between(x * cos_ - y * sin_ + upright_.width / 2.0, upright_.width, source.column, source.right);
  between(x * sin_ + y * cos_ + upright_.height / 2.0, upright_.height, source.row, source.down);
  return source;
}

void CameraRoll::restrict_view(const std::vector<int>& rows, const std::vector<int>& columns) {
  rows_ = all_or(rows, height_);
  columns_ = all_or(columns, width_);
  std::vector<char> needed_rows(static_cast<std::size_t>(upright_.height));
  std::vector<char> needed_columns(static_cast<std::size_t>(upright_.width));
  for (const int row : rows_)
    for (const int column : columns_) {
      const Source from = source(row, column);
      for (const int next : {0, 1}) {
        needed_rows[static_cast<std::size_t>(from.row + next)] = 1;
        needed_columns[static_cast<std::size_t>(from.column + next)] = 1;
      }
    }
  needed_rows_ = places_of(needed_rows);
  needed_columns_ = places_of(needed_columns);
}

ImageView CameraRoll::run(const ImageView& upright) {
  PITLANE_CHECK(upright.width == upright_.width && upright.height == upright_.height);
  for (const int row : rows_)
    for (const int column : columns_) {
      const Source from = source(row, column);
      const std::uint8_t* above = upright.row(from.row) + std::ptrdiff_t{3} * from.column;
      const std::uint8_t* below = upright.row(from.row + 1) + std::ptrdiff_t{3} * from.column;
      std::uint8_t* pixel = pixels_.data() + std::ptrdiff_t{3} * (std::ptrdiff_t{row} * width_ + column);
      for (int channel = 0; channel < 3; ++channel) {
        const int top = above[channel] * (kShares - from.right) + above[channel + 3] * from.right;
        const int bottom = below[channel] * (kShares - from.right) + below[channel + 3] * from.right;
        const int sum = top * (kShares - from.down) + bottom * from.down;
        pixel[channel] = static_cast<std::uint8_t>((sum + kShares * kShares / 2) / (kShares * kShares));
      }
    }
  return {pixels_.data(), width_, height_, 3 * std::ptrdiff_t{width_}, PixelFormat::kRgb};
}

}  // namespace pitlane
