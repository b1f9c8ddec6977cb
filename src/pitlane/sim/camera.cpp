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
    : field_(std::move(field)),
      geometry_(geometry),
      focal_px_(geometry.focal_px()),
      look_(look),
      painter_(*field_, look) {
  PITLANE_CHECK(std::min(geometry.width, geometry.height) >= kSmallestPicture_px &&
                std::max(geometry.width, geometry.height) <= kLargestPicture_px);
  pixels_.assign(
      3UL * static_cast<std::size_t>(geometry.width) * static_cast<std::size_t>(geometry.height) + RowStore::kSpill, 0);
  restrict_view({}, {});
}

void Camera::set_appearance(const Appearance& look) {
  look_ = look;
  painter_ = GroundPainter(*field_, look);
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
  const auto u_of = [&](int column) { return static_cast<float>((column + 0.5 - geometry_.width / 2.0) / focal_px_); };
  for (std::size_t k = 0; k < columns_.size();) {
    const bool neighbours = k + 1 < columns_.size() && columns_[k + 1] == columns_[k] + 1;
    pairs.push_back(columns_[k]);
    u.insert(u.end(), {u_of(columns_[k]), u_of(columns_[k + (neighbours ? 1 : 0)])});
    k += neighbours ? 2 : 1;
  }
  blocks_ = ColumnBlocks(u);
  const std::size_t size = blocks_.u.size();
  for (auto* row : {&red_, &green_, &blue_, &wall_top_, &wall_bottom_, &wall_light_}) row->assign(size, 0.F);
  row_pixels_.assign(size + RowStore::kMorePixels, 0);
  row_store_ = RowStore(pairs, geometry_.width);
  wall_rays_.dx.resize(size);
  wall_rays_.dy.resize(size);
}

ImageView Camera::render(const Pose& pose) {
  const double c = std::cos(pose.yaw_rad), s = std::sin(pose.yaw_rad);
  const Eye eye{pose.x_m + geometry_.x_m * c - geometry_.y_m * s,
                pose.y_m + geometry_.x_m * s + geometry_.y_m * c,
                std::cos(pose.yaw_rad + geometry_.yaw_rad),
                std::sin(pose.yaw_rad + geometry_.yaw_rad),
                std::cos(look_.camera_pitch_rad),
                std::sin(look_.camera_pitch_rad)};
  highest_wall_ = geometry_.height, lowest_wall_ = 0;
  if (look_.wall_height_m > 0) find_walls(eye);
  for (const int row : rows_) draw_row(eye, row);
  return {pixels_.data(), geometry_.width, geometry_.height, 3 * std::ptrdiff_t{geometry_.width}, PixelFormat::kRgb};
}

void Camera::draw_row(const Eye& eye, int row) {
  // Near the horizon a row covers metres of ground: it is then drawn as several thinner ones.
  constexpr double kThin_m = 0.25;
  constexpr int kMostParts = 8;
  const double f = focal_px_;
  const double t = (row + 0.5 - geometry_.height / 2.0) / f;
  const double middle = eye.pitch_sin + t * eye.pitch_cos;
  const double row_m = middle > 0 ? look_.camera_height_m / (middle * middle * f) : 0;
  const bool near_horizon = std::abs(middle) < 1.5 / f;
  const int parts = near_horizon ? kMostParts : std::clamp(static_cast<int>(std::ceil(row_m / kThin_m)), 1, kMostParts);
  const bool walls = static_cast<float>(row)<lowest_wall_&& static_cast<float>(row + 1)> highest_wall_;
  const std::span<std::uint32_t> pixels(row_pixels_.data(), blocks_.u.size());
  if (parts == 1 && !walls && shows_ground(eye, row, 1)) {
    painter_.paint_pixels(ground_row(eye, row, 1, 1), blocks_, pixels);
  } else {
    for (auto* channel : {&red_, &green_, &blue_}) std::fill(channel->begin(), channel->end(), 0.F);
    for (int part = 0; part < parts; ++part)
      add_sample(eye, row + static_cast<double>(part) / parts, 1.0 / parts, 1.0 / parts);
    if (walls) add_walls(row);
    to_pixels({red_, green_, blue_}, pixels);
  }
  row_store_.run(row_pixels_.data(), pixels_.data() + 3 * static_cast<std::ptrdiff_t>(row) * geometry_.width);
}

double Camera::down(const Eye& eye, double row, double rows) const {
  const double t = (row - geometry_.height / 2.0) / focal_px_ + rows / 2 / focal_px_;
  return eye.pitch_sin + t * eye.pitch_cos;
}

bool Camera::shows_ground(const Eye& eye, double row, double rows) const {
  const double down = this->down(eye, row, rows);
  const double depth = down > 0 ? look_.camera_height_m / down : 1e9;
  return depth <= geometry_.far_m && depth >= geometry_.near_m;
}

// Adds the slice of `rows` (a part of one) below the row coordinate `row`.
void Camera::add_sample(const Eye& eye, double row, double rows, double share) {
  if (shows_ground(eye, row, rows)) {
    painter_.paint(ground_row(eye, row, rows, share), blocks_, {red_, green_, blue_});
    return;
  }
  const auto high = static_cast<float>(std::clamp(-down(eye, row, rows) * 1.4, 0.0, 1.0));
  const std::array<std::vector<float>*, 3> channels{&red_, &green_, &blue_};
  for (std::size_t i = 0; i < 3; ++i) {
    const float colour = static_cast<float>(share) * (look_.sky_low[i] + high * (look_.sky_high[i] - look_.sky_low[i]));
    for (float& value : *channels[i]) value += colour;
  }
}

GroundRow Camera::ground_row(const Eye& eye, double row_from, double rows, double share) const {
  const double t_top = (row_from - geometry_.height / 2.0) / focal_px_, t_bottom = t_top + rows / focal_px_;
  struct Seen {
    double depth, ahead;  // metres to the right per u, metres ahead
  };
  const auto see = [&](double t) {
    const double down = std::max(eye.pitch_sin + t * eye.pitch_cos, 1e-4);
    const double depth = look_.camera_height_m / down;
    return Seen{depth, depth * (eye.pitch_cos - t * eye.pitch_sin)};
  };
  const Seen middle = see((t_top + t_bottom) / 2), top = see(t_top), bottom = see(t_bottom);
  const double cells = 1 / DistanceField::kCell_m;
  const double right_x = eye.ahead_y, right_y = -eye.ahead_x;
  const double f = focal_px_;
  const double ahead_step = std::min(top.ahead - bottom.ahead, 4 * middle.ahead);
  const double depth_step = std::min(top.depth - bottom.depth, 4 * middle.depth);
  GroundRow row;
  row.x0 = static_cast<float>((eye.x_m + middle.ahead * eye.ahead_x - field_->origin_x_m()) * cells);
  row.y0 = static_cast<float>((eye.y_m + middle.ahead * eye.ahead_y - field_->origin_y_m()) * cells);
  row.dx = static_cast<float>(middle.depth * right_x * cells);
  row.dy = static_cast<float>(middle.depth * right_y * cells);
  row.across_x = static_cast<float>(middle.depth * right_x * cells / f);
  row.across_y = static_cast<float>(middle.depth * right_y * cells / f);
  row.down_x0 = static_cast<float>(ahead_step * eye.ahead_x * cells);
  row.down_y0 = static_cast<float>(ahead_step * eye.ahead_y * cells);
  row.down_dx = static_cast<float>(depth_step * right_x * cells);
  row.down_dy = static_cast<float>(depth_step * right_y * cells);
  const double texels = std::max(1.0, ahead_step * cells) * std::max(1.0, middle.depth * cells / f);
  row.noise = static_cast<float>(1 / std::sqrt(texels));  // the mean of that many independent texels
  row.share = static_cast<float>(share);
  return row;
}

void Camera::find_walls(const Eye& eye) {
  const double cells = 1 / DistanceField::kCell_m;
  wall_rays_.eye_x = static_cast<float>((eye.x_m - field_->origin_x_m()) * cells);
  wall_rays_.eye_y = static_cast<float>((eye.y_m - field_->origin_y_m()) * cells);
  const auto ahead_x = static_cast<float>(eye.ahead_x * cells), ahead_y = static_cast<float>(eye.ahead_y * cells);
  const auto pitch_cos = static_cast<float>(eye.pitch_cos), pitch_sin = static_cast<float>(eye.pitch_sin);
  for (std::size_t k = 0; k < blocks_.u.size(); ++k) {
    const float u = blocks_.u[k] * pitch_cos;
    wall_rays_.dx[k] = ahead_x + u * ahead_y, wall_rays_.dy[k] = ahead_y - u * ahead_x;
  }
  pitlane::find_walls(*field_, wall_rays_, look_.wall_distance_m, static_cast<float>(geometry_.far_m), wall_hits_);
  const auto focal_px = static_cast<float>(focal_px_), middle = static_cast<float>(geometry_.height) / 2;
  const float bottom_m = look_.camera_height_m, top_m = look_.camera_height_m - look_.wall_height_m;  // below the eye
  const auto near_m = static_cast<float>(geometry_.near_m);
  for (std::size_t k = 0; k < blocks_.u.size(); ++k) {
    const float ahead = wall_hits_.depth_m[k];
    const auto row_of = [&](float below_m) {
      const float depth = std::max(ahead * pitch_cos + below_m * pitch_sin, 1e-6F);
      return (below_m * pitch_cos - ahead * pitch_sin) / depth * focal_px + middle;
    };
    const bool seen = ahead > near_m;
    wall_bottom_[k] = seen ? row_of(bottom_m) : 0;
    wall_top_[k] = seen ? row_of(top_m) : 0;
    highest_wall_ = std::min(highest_wall_, seen ? wall_top_[k] : highest_wall_);
    lowest_wall_ = std::max(lowest_wall_, wall_bottom_[k]);
    wall_light_[k] = 0.7F + 0.3F * std::min(wall_hits_.facing[k], 1.F);
  }
}

void Camera::add_walls(int row) {
  const auto top = static_cast<float>(row), bottom = static_cast<float>(row + 1);
  for (std::size_t k = 0; k < blocks_.u.size(); ++k) {
    const float covered = std::min(bottom, wall_bottom_[k]) - std::max(top, wall_top_[k]);
    if (covered <= 0) continue;
    red_[k] += covered * (wall_light_[k] * look_.wall[0] - red_[k]);
    green_[k] += covered * (wall_light_[k] * look_.wall[1] - green_[k]);
    blue_[k] += covered * (wall_light_[k] * look_.wall[2] - blue_[k]);
  }
}

}  // namespace pitlane
