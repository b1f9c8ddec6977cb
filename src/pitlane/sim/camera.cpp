#include "pitlane/sim/camera.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "pitlane/core/result.h"

namespace pitlane {
double CameraGeometry::focal_px() const { return width / 2.0 / std::tan(horizontal_field_of_view_rad / 2); }

Camera::Camera(std::shared_ptr<const DistanceField> field, const CameraGeometry& geometry, const Appearance& look)
    : field_(std::move(field)), geometry_(geometry), look_(look), painter_(*field_, look), slices_(geometry, look, {}) {
  PITLANE_CHECK(std::min(geometry.width, geometry.height) >= kSmallestPicture_px &&
                std::max(geometry.width, geometry.height) <= kLargestPicture_px);
  pixels_.assign(
      3UL * static_cast<std::size_t>(geometry.width) * static_cast<std::size_t>(geometry.height) + RowStore::kSpill, 0);
  restrict_view({}, {});
}

void Camera::set_appearance(const Appearance& look) {
  look_ = look;
  painter_ = GroundPainter(*field_, look);
  slices_ = RowSlices(geometry_, look_, rows_);
}

void Camera::restrict_view(const std::vector<int>& rows, const std::vector<int>& columns) {
  const auto all = [](const std::vector<int>& wanted, int size) {
    if (!wanted.empty()) {
      PITLANE_CHECK(wanted.front() >= 0 && wanted.back() < size && std::is_sorted(wanted.begin(), wanted.end()));
      return wanted;
    }
    std::vector<int> every(static_cast<std::size_t>(size));
    std::iota(every.begin(), every.end(), 0);
    return every;
  };
  rows_ = all(rows, geometry_.height);
  columns_ = all(columns, geometry_.width);
  // Columns are drawn in pairs of neighbours, as resizing wants most of them. Beside one without a neighbour goes what
  // was not asked for.
  std::vector<float> u;
  std::vector<int> pairs;
  const double focal_px = geometry_.focal_px();
  const auto u_of = [&](int column) { return static_cast<float>((column + 0.5 - geometry_.width / 2.0) / focal_px); };
  for (std::size_t k = 0; k < columns_.size();) {
    const bool neighbours = k + 1 < columns_.size() && columns_[k + 1] == columns_[k] + 1;
    pairs.push_back(columns_[k]);
    u.insert(u.end(), {u_of(columns_[k]), u_of(columns_[k + (neighbours ? 1 : 0)])});
    k += neighbours ? 2 : 1;
  }
  blocks_ = ColumnBlocks(u);
  const std::size_t size = blocks_.u.size();
  for (auto* channel : {&red_, &green_, &blue_}) channel->assign(size, 0.F);
  row_pixels_.assign(size + RowStore::kMorePixels, 0);
  row_store_ = RowStore(pairs, geometry_.width);
  walls_ = WallPainter(blocks_.u);
  slices_ = RowSlices(geometry_, look_, rows_);
}

ImageView Camera::render(const Pose& pose) {
  const double c = std::cos(pose.yaw_rad), s = std::sin(pose.yaw_rad);
  const Eye eye{pose.x_m + geometry_.x_m * c - geometry_.y_m * s, pose.y_m + geometry_.x_m * s + geometry_.y_m * c,
                std::cos(pose.yaw_rad + geometry_.yaw_rad), std::sin(pose.yaw_rad + geometry_.yaw_rad)};
  walls_.forget();
  if (look_.wall_height_m > 0) walls_.find(*field_, geometry_, look_, eye);
  for (const SlicedRow& row : slices_.rows) draw_row(eye, row);
  return {pixels_.data(), geometry_.width, geometry_.height, 3 * std::ptrdiff_t{geometry_.width}, PixelFormat::kRgb};
}

void Camera::draw_row(const Eye& eye, const SlicedRow& row) {
  const std::span<std::uint32_t> pixels(row_pixels_.data(), blocks_.u.size());
  const bool walls = walls_.touches(row.row);
  const RowSlice& first = slices_.slices[row.first];
  if (row.count == 1 && !walls && first.is_ground) {
    painter_.paint_pixels(ground_row(first, eye, *field_), blocks_, pixels);
  } else {
    for (auto* channel : {&red_, &green_, &blue_}) std::fill(channel->begin(), channel->end(), 0.F);
    for (std::size_t i = 0; i < row.count; ++i) add_slice(eye, slices_.slices[row.first + i]);
    if (walls) walls_.cover(row.row, look_.wall, {red_, green_, blue_});
    to_pixels({red_, green_, blue_}, pixels);
  }
  row_store_.run(row_pixels_.data(), pixels_.data() + 3 * static_cast<std::ptrdiff_t>(row.row) * geometry_.width);
}

void Camera::add_slice(const Eye& eye, const RowSlice& slice) {
  if (slice.is_ground) {
    painter_.paint(ground_row(slice, eye, *field_), blocks_, {red_, green_, blue_});
    return;
  }
  const std::array<std::vector<float>*, 3> channels{&red_, &green_, &blue_};
  for (std::size_t i = 0; i < 3; ++i) {
    const float colour = slice.share * (look_.sky_low[i] + slice.sky_high * (look_.sky_high[i] - look_.sky_low[i]));
    for (float& value : *channels[i]) value += colour;
  }
}

}  // namespace pitlane
