#include "pitlane/sim/wall_painter.h"

#include <algorithm>
#include <cmath>

#include "pitlane/core/result.h"
#include "pitlane/core/vector_clones.h"

namespace pitlane {
namespace {

struct WallView {
  float pitch_cos, pitch_sin, focal_px, middle, near_m;
  float top_m, bottom_m;  // of the wall, below the eye
};

// Rows of the walls' upper and lower edges. Loops with constant bounds vectorise best.
PITLANE_VECTOR_CLONES
void project_block(const WallView& view, const float* __restrict depth_m, const float* __restrict facing,
                   float* __restrict top, float* __restrict bottom, float* __restrict light) {
  for (int k = 0; k < kBlock; ++k) {
    const float ahead = depth_m[k];
    const bool seen = ahead > view.near_m;
    const float ahead_cos = ahead * view.pitch_cos, ahead_sin = ahead * view.pitch_sin;
    const float top_depth = ahead_cos + view.top_m * view.pitch_sin;
    const float bottom_depth = ahead_cos + view.bottom_m * view.pitch_sin;
    const float top_row = (view.top_m * view.pitch_cos - ahead_sin) / (top_depth > 1e-6F ? top_depth : 1e-6F);
    const float bottom_row =
        (view.bottom_m * view.pitch_cos - ahead_sin) / (bottom_depth > 1e-6F ? bottom_depth : 1e-6F);
    top[k] = seen ? top_row * view.focal_px + view.middle : 0;
    bottom[k] = seen ? bottom_row * view.focal_px + view.middle : 0;
    light[k] = 0.7F + 0.3F * (facing[k] < 1 ? facing[k] : 1);
  }
}

PITLANE_VECTOR_CLONES
void cover_block(float row, const float* __restrict colour, const float* __restrict wall_top,
                 const float* __restrict wall_bottom, const float* __restrict light, float* __restrict r,
                 float* __restrict g, float* __restrict b) {
  for (int k = 0; k < kBlock; ++k) {
    const float bottom = row + 1 < wall_bottom[k] ? row + 1 : wall_bottom[k];
    const float top = row > wall_top[k] ? row : wall_top[k];
    const float covered = bottom > top ? bottom - top : 0;
    r[k] += covered * (light[k] * colour[0] - r[k]);
    g[k] += covered * (light[k] * colour[1] - g[k]);
    b[k] += covered * (light[k] * colour[2] - b[k]);
  }
}

}  // namespace

WallPainter::WallPainter(const std::vector<float>& u) : u_(u), top_(u.size()), bottom_(u.size()), light_(u.size()) {
  PITLANE_CHECK(u.size() % kBlock == 0);
  rays_.dx.resize(u.size());
  rays_.dy.resize(u.size());
}

void WallPainter::find(const DistanceField& field, const CameraGeometry& camera, const Appearance& look,
                       const Eye& eye) {
  constexpr double kCells = 1 / DistanceField::kCell_m;
  rays_.eye_x = static_cast<float>((eye.x_m - field.origin_x_m()) * kCells);
  rays_.eye_y = static_cast<float>((eye.y_m - field.origin_y_m()) * kCells);
  const auto ahead_x = static_cast<float>(eye.ahead_x * kCells), ahead_y = static_cast<float>(eye.ahead_y * kCells);
  const WallView view{std::cos(look.camera_pitch_rad),
                      std::sin(look.camera_pitch_rad),
                      static_cast<float>(camera.focal_px()),
                      static_cast<float>(camera.height) / 2,
                      static_cast<float>(camera.near_m),
                      look.camera_height_m - look.wall_height_m,
                      look.camera_height_m};
  for (std::size_t k = 0; k < u_.size(); ++k) {
    const float u = u_[k] * view.pitch_cos;
    rays_.dx[k] = ahead_x + u * ahead_y, rays_.dy[k] = ahead_y - u * ahead_x;
  }
  find_walls(field, rays_, look.wall_distance_m, static_cast<float>(camera.far_m), hits_);
  for (std::size_t k = 0; k < u_.size(); k += kBlock)
    project_block(view, &hits_.depth_m[k], &hits_.facing[k], &top_[k], &bottom_[k], &light_[k]);
  // Where there is no wall both are 0; a row above all walls then counts as touched, which changes nothing.
  highest_ = *std::min_element(top_.begin(), top_.end());
  lowest_ = *std::max_element(bottom_.begin(), bottom_.end());
}

void WallPainter::cover(int row, const Appearance::Colour& colour, const ColourRow& out) const {
  for (std::size_t k = 0; k < u_.size(); k += kBlock)
    cover_block(static_cast<float>(row), colour.data(), &top_[k], &bottom_[k], &light_[k], &out.r[k], &out.g[k],
                &out.b[k]);
}

}  // namespace pitlane
