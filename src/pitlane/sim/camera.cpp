#include "pitlane/sim/camera.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "pitlane/core/result.h"

namespace pitlane {
namespace {

// First place along a ray where the distance to the line passes `wall_m`, as a multiple of the ray's direction;
// negative where there is none up to `limit`. Steps by what the field guarantees to be free.
double find_wall(const DistanceField& field, double x, double y, double dx, double dy, double wall_m, double limit) {
  constexpr double kSmallestStep_m = 0.02;
  const double speed = std::hypot(dx, dy);
  double q = 0;
  double gap = std::abs(field.at(x, y)) - wall_m;
  while (q < limit) {
    const double step = std::max(std::abs(gap), kSmallestStep_m) / speed;
    const double next_gap = std::abs(field.at(x + (q + step) * dx, y + (q + step) * dy)) - wall_m;
    if ((gap < 0) != (next_gap < 0)) return q + step * gap / (gap - next_gap);
    q += step;
    gap = next_gap;
  }
  return -1;
}

}  // namespace

double CameraGeometry::focal_px() const { return width / 2.0 / std::tan(horizontal_field_of_view_rad / 2); }

Camera::Camera(std::shared_ptr<const DistanceField> field, const CameraGeometry& geometry, const Appearance& look)
    : field_(std::move(field)),
      geometry_(geometry),
      focal_px_(geometry.focal_px()),
      look_(look),
      painter_(*field_, look) {
  PITLANE_CHECK(std::min(geometry.width, geometry.height) >= kSmallestPicture_px &&
                std::max(geometry.width, geometry.height) <= kLargestPicture_px);
  pixels_.assign(3UL * static_cast<std::size_t>(geometry.width) * static_cast<std::size_t>(geometry.height), 0);
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
  u_.clear();
  for (const int column : columns_)
    u_.push_back(static_cast<float>((column + 0.5 - geometry_.width / 2.0) / focal_px_));
  constexpr std::size_t kGroup = GroundPainter::kGroup;
  u_.resize((u_.size() + kGroup - 1) / kGroup * kGroup, 0.F);
  for (auto* row : {&red_, &green_, &blue_, &wall_top_, &wall_bottom_, &wall_light_}) row->assign(u_.size(), 0.F);
  for (auto* row : {&red_bytes_, &green_bytes_, &blue_bytes_}) row->assign(u_.size(), 0);
}

ImageView Camera::render(const Pose& pose) {
  const double c = std::cos(pose.yaw_rad), s = std::sin(pose.yaw_rad);
  const Eye eye{pose.x_m + geometry_.x_m * c - geometry_.y_m * s,
                pose.y_m + geometry_.x_m * s + geometry_.y_m * c,
                std::cos(pose.yaw_rad + geometry_.yaw_rad),
                std::sin(pose.yaw_rad + geometry_.yaw_rad),
                std::cos(look_.camera_pitch_rad),
                std::sin(look_.camera_pitch_rad)};
  if (look_.wall_height_m > 0) find_walls(eye);
  for (const int row : rows_) draw_row(eye, row);
  return {pixels_.data(), geometry_.width, geometry_.height, 3 * std::ptrdiff_t{geometry_.width}, PixelFormat::kRgb};
}

void Camera::draw_row(const Eye& eye, int row) {
  for (auto* channel : {&red_, &green_, &blue_}) std::fill(channel->begin(), channel->end(), 0.F);
  // Near the horizon a row covers metres of ground: it is then drawn as several thinner ones.
  constexpr double kThin_m = 0.25;
  constexpr int kMostParts = 8;
  const double f = focal_px_;
  const double t = (row + 0.5 - geometry_.height / 2.0) / f;
  const double down = eye.pitch_sin + t * eye.pitch_cos;
  const double row_m = down > 0 ? look_.camera_height_m / (down * down * f) : 0;
  const bool near_horizon = std::abs(down) < 1.5 / f;
  const int parts = near_horizon ? kMostParts : std::clamp(static_cast<int>(std::ceil(row_m / kThin_m)), 1, kMostParts);
  for (int part = 0; part < parts; ++part)
    add_sample(eye, row + static_cast<double>(part) / parts, 1.0 / parts, 1.0 / parts);
  if (look_.wall_height_m > 0) add_walls(row);
  store(row);
}

// Adds the slice of `rows` (a part of one) below the row coordinate `row`.
void Camera::add_sample(const Eye& eye, double row, double rows, double share) {
  const double f = focal_px_;
  const double t_top = (row - geometry_.height / 2.0) / f;
  const double t = t_top + rows / 2 / f;
  const double down = eye.pitch_sin + t * eye.pitch_cos;
  const double depth = down > 0 ? look_.camera_height_m / down : 1e9;
  if (depth <= geometry_.far_m && depth >= geometry_.near_m) {
    add_ground(eye, t_top, t_top + rows / f, share);
    return;
  }
  const auto high = static_cast<float>(std::clamp(-down * 1.4, 0.0, 1.0));
  const std::array<std::vector<float>*, 3> channels{&red_, &green_, &blue_};
  for (std::size_t i = 0; i < 3; ++i) {
    const float colour = static_cast<float>(share) * (look_.sky_low[i] + high * (look_.sky_high[i] - look_.sky_low[i]));
    for (float& value : *channels[i]) value += colour;
  }
}

void Camera::add_ground(const Eye& eye, double t_top, double t_bottom, double share) {
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
  painter_.paint(row, u_, {red_, green_, blue_});
}

void Camera::find_walls(const Eye& eye) {
  const double f = focal_px_;
  const double limit = geometry_.far_m;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const double u = u_[k] * eye.pitch_cos;
    const double dx = eye.ahead_x + u * eye.ahead_y, dy = eye.ahead_y - u * eye.ahead_x;
    const double ahead = find_wall(*field_, eye.x_m, eye.y_m, dx, dy, look_.wall_distance_m, limit);
    wall_top_[k] = wall_bottom_[k] = 0;
    if (ahead <= geometry_.near_m) continue;
    const auto row_of = [&](double below_eye_m) {
      const double t = (below_eye_m * eye.pitch_cos - ahead * eye.pitch_sin) /
                       std::max(ahead * eye.pitch_cos + below_eye_m * eye.pitch_sin, 1e-6);
      return static_cast<float>(t * f + geometry_.height / 2.0);
    };
    wall_bottom_[k] = row_of(look_.camera_height_m);
    wall_top_[k] = row_of(double{look_.camera_height_m} - look_.wall_height_m);
    // Walls seen head on are brighter than walls seen at a grazing angle.
    const double x = eye.x_m + ahead * dx, y = eye.y_m + ahead * dy;
    const double e = DistanceField::kCell_m;
    const double nx = field_->at(x + e, y) - field_->at(x - e, y), ny = field_->at(x, y + e) - field_->at(x, y - e);
    const double facing = std::abs(nx * dx + ny * dy) / std::max(std::hypot(nx, ny) * std::hypot(dx, dy), 1e-9);
    wall_light_[k] = static_cast<float>(0.7 + 0.3 * std::min(facing, 1.0));
  }
}

void Camera::add_walls(int row) {
  const auto top = static_cast<float>(row), bottom = static_cast<float>(row + 1);
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const float covered = std::min(bottom, wall_bottom_[k]) - std::max(top, wall_top_[k]);
    if (covered <= 0) continue;
    red_[k] += covered * (wall_light_[k] * look_.wall[0] - red_[k]);
    green_[k] += covered * (wall_light_[k] * look_.wall[1] - green_[k]);
    blue_[k] += covered * (wall_light_[k] * look_.wall[2] - blue_[k]);
  }
}

void Camera::store(int row) {
  to_bytes(red_, red_bytes_);
  to_bytes(green_, green_bytes_);
  to_bytes(blue_, blue_bytes_);
  std::uint8_t* out = pixels_.data() + 3 * static_cast<std::ptrdiff_t>(row) * geometry_.width;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    std::uint8_t* pixel = out + 3 * static_cast<std::ptrdiff_t>(columns_[k]);
    pixel[0] = red_bytes_[k];
    pixel[1] = green_bytes_[k];
    pixel[2] = blue_bytes_[k];
  }
}

}  // namespace pitlane
