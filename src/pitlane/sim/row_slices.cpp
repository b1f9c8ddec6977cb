#include "pitlane/sim/row_slices.h"

#include <algorithm>
#include <cmath>

namespace pitlane {
namespace {

// Near the horizon a row covers metres of ground: it is then drawn as several thinner ones.
constexpr double kThin_m = 0.25;
constexpr int kMostParts = 8;

struct Seen {
  double down;          // how steeply the ray goes down: camera height per depth
  double depth, ahead;  // metres
};

class Slicer {
 public:
  Slicer(const CameraGeometry& camera, const Appearance& look)
      : camera_(camera),
        focal_px_(camera.focal_px()),
        height_m_(look.camera_height_m),
        pitch_cos_(std::cos(look.camera_pitch_rad)),
        pitch_sin_(std::sin(look.camera_pitch_rad)) {}

  [[nodiscard]] int parts(int row) const {
    const double down = see((row + 0.5 - camera_.height / 2.0) / focal_px_).down;
    if (std::abs(down) < 1.5 / focal_px_) return kMostParts;
    const double row_m = down > 0 ? height_m_ / (down * down * focal_px_) : 0;
    return std::clamp(static_cast<int>(std::ceil(row_m / kThin_m)), 1, kMostParts);
  }

  // `rows` (a part of one) below the row coordinate `from`.
  [[nodiscard]] RowSlice slice(double from, double rows) const {
    const double t_top = (from - camera_.height / 2.0) / focal_px_, t_bottom = t_top + rows / focal_px_;
    const Seen middle = see((t_top + t_bottom) / 2), top = see(t_top), bottom = see(t_bottom);
    RowSlice slice;
    slice.share = static_cast<float>(rows);
    slice.is_ground = middle.down > 0 && middle.depth <= camera_.far_m && middle.depth >= camera_.near_m;
    slice.sky_high = static_cast<float>(std::clamp(-middle.down * 1.4, 0.0, 1.0));
    const double cells = 1 / DistanceField::kCell_m;
    slice.ahead = middle.ahead * cells;
    slice.depth = middle.depth * cells;
    slice.ahead_step = std::min(top.ahead - bottom.ahead, 4 * middle.ahead) * cells;
    slice.depth_step = std::min(top.depth - bottom.depth, 4 * middle.depth) * cells;
    slice.across = slice.depth / focal_px_;
    const double texels = std::max(1.0, slice.ahead_step) * std::max(1.0, slice.across);
    slice.noise = static_cast<float>(1 / std::sqrt(texels));  // the mean of that many independent texels
    return slice;
  }

 private:
  [[nodiscard]] Seen see(double t) const {
    const double down = pitch_sin_ + t * pitch_cos_, depth = height_m_ / std::max(down, 1e-4);
    return {down, depth, depth * (pitch_cos_ - t * pitch_sin_)};
  }

  const CameraGeometry& camera_;
  double focal_px_, height_m_, pitch_cos_, pitch_sin_;
};

}  // namespace

RowSlices::RowSlices(const CameraGeometry& camera, const Appearance& look, const std::vector<int>& drawn) {
  const Slicer slicer(camera, look);
  rows.reserve(drawn.size());
  for (const int row : drawn) {
    const int parts = slicer.parts(row);
    rows.push_back({row, slices.size(), static_cast<std::size_t>(parts)});
    for (int part = 0; part < parts; ++part)
      slices.push_back(slicer.slice(row + static_cast<double>(part) / parts, 1.0 / parts));
  }
}

GroundRow ground_row(const RowSlice& slice, const Eye& eye, const DistanceField& field) {
  constexpr double kCells = 1 / DistanceField::kCell_m;
  const double right_x = eye.ahead_y, right_y = -eye.ahead_x;
  GroundRow row;
  row.x0 = static_cast<float>((eye.x_m - field.origin_x_m()) * kCells + slice.ahead * eye.ahead_x);
  row.y0 = static_cast<float>((eye.y_m - field.origin_y_m()) * kCells + slice.ahead * eye.ahead_y);
  row.dx = static_cast<float>(slice.depth * right_x), row.dy = static_cast<float>(slice.depth * right_y);
  row.across_x = static_cast<float>(slice.across * right_x), row.across_y = static_cast<float>(slice.across * right_y);
  row.down_x0 = static_cast<float>(slice.ahead_step * eye.ahead_x);
  row.down_y0 = static_cast<float>(slice.ahead_step * eye.ahead_y);
  row.down_dx = static_cast<float>(slice.depth_step * right_x);
  row.down_dy = static_cast<float>(slice.depth_step * right_y);
  row.noise = slice.noise;
  row.share = slice.share;
  return row;
}

}  // namespace pitlane
