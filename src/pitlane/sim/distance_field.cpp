#include "pitlane/sim/distance_field.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "pitlane/core/result.h"
#include "pitlane/core/vector_clones.h"

namespace pitlane {
namespace {

constexpr double kTile_m = DistanceField::kCell_m * DistanceField::kTileCells;
constexpr double kDiagonal_m = 1.4143 * kTile_m;

double squared_distance(double ax, double ay, double bx, double by, double x, double y) {
  const double dx = bx - ax, dy = by - ay;
  const double px = x - ax, py = y - ay;
  const double t = std::clamp((px * dx + py * dy) / (dx * dx + dy * dy), 0.0, 1.0);
  const double ex = px - t * dx, ey = py - t * dy;
  return ex * ex + ey * ey;
}

struct Segment {  // from a tile's origin
  float x, y, dx, dy;
};

// The discs of a road along a segment, whose radii change linearly.
struct RoadPiece {
  Segment segment;
  float radius, growth;  // metres; the radius at the end is their sum
};

// For each corner of a tile the nearest segment so far: squared distance, and the cross product that tells the side.
// Beyond the outside of a bend the nearest point is a vertex of two segments, equally near; for both the corner is on
// the same side there (bends of a sampled line are far below 90 degrees).
struct TileDistances {
  float x[DistanceField::kTileSize], y[DistanceField::kTileSize];
  float squared[DistanceField::kTileSize], side[DistanceField::kTileSize];
  float edge[DistanceField::kTileSize];  // to the road's edge, negative on the road

  TileDistances() {
    for (int k = 0; k < DistanceField::kTileSize; ++k) {
      const int column = k % DistanceField::kTileStride, row = k / DistanceField::kTileStride;
      x[k] = static_cast<float>(column * DistanceField::kCell_m);
      y[k] = static_cast<float>(row * DistanceField::kCell_m);
      squared[k] = 1e30F;
      side[k] = 1;
      edge[k] = 1e30F;
    }
  }
  void add(const Segment& segment);
  void add(const RoadPiece& piece);
};

PITLANE_VECTOR_CLONES
void add_segment(const Segment& s, TileDistances& d) {
  const float per_squared_length = 1 / (s.dx * s.dx + s.dy * s.dy);
  for (int k = 0; k < DistanceField::kTileSize; ++k) {
    const float px = d.x[k] - s.x, py = d.y[k] - s.y;
    float t = (px * s.dx + py * s.dy) * per_squared_length;
    t = t > 0 ? t : 0;
    t = t < 1 ? t : 1;
    const float ex = px - t * s.dx, ey = py - t * s.dy;
    const float squared = ex * ex + ey * ey;
    const float cross = s.dx * py - s.dy * px;
    const bool nearer = squared < d.squared[k];
    d.side[k] = nearer ? cross : d.side[k];
    d.squared[k] = nearer ? squared : d.squared[k];
  }
}

// Where the radii grow, the disc whose rim is the nearest lies ahead of the foot: by the distance from the line times
// the tangent of the angle between line and edge, whose sine is the growth per metre.
PITLANE_VECTOR_CLONES
void add_road_piece(const RoadPiece& piece, TileDistances& d) {
  const Segment& s = piece.segment;
  const float squared_length = s.dx * s.dx + s.dy * s.dy;
  const float per_squared_length = 1 / squared_length;
  const float per_length = __builtin_sqrtf(per_squared_length);
  const float sine = std::clamp(piece.growth * per_length, -0.9F, 0.9F);
  const float lead = sine / __builtin_sqrtf(1 - sine * sine) * per_length;  // in lengths, per metre from the line
  for (int k = 0; k < DistanceField::kTileSize; ++k) {
    const float px = d.x[k] - s.x, py = d.y[k] - s.y;
    const float aside = (s.dx * py - s.dy * px) * per_length;
    float t = (px * s.dx + py * s.dy) * per_squared_length + (aside < 0 ? -aside : aside) * lead;
    t = t > 0 ? t : 0;
    t = t < 1 ? t : 1;
    const float ex = px - t * s.dx, ey = py - t * s.dy;
    const float edge = __builtin_sqrtf(ex * ex + ey * ey) - (piece.radius + t * piece.growth);
    d.edge[k] = edge < d.edge[k] ? edge : d.edge[k];
  }
}

void TileDistances::add(const Segment& segment) { add_segment(segment, *this); }
void TileDistances::add(const RoadPiece& piece) { add_road_piece(piece, *this); }

}  // namespace

DistanceField::DistanceField(const std::vector<ReferenceLine::Point>& closed, double band_m, bool crossings,
                             const std::optional<RoadShape>& road)
    : points_(closed), band_m_(band_m), crossings_(crossings), reach_m_(band_m) {
  PITLANE_CHECK(closed.size() >= 3 && band_m > 0 && band_m <= 30);
  if (road) {
    road_.emplace(*road);
    radius_m_ = disc_radii(closed);
    reach_m_ += (road->widest_m - road->narrowest_m) / 2;
  }
  lay_out_tiles();
  // Segments by tile, all in one list: most tiles of a large circuit have none.
  std::vector<std::uint32_t> end(tile_start_.size() + 1);
  visit_near([&](std::size_t tile, std::uint32_t) { ++end[tile + 1]; });
  const auto used = static_cast<std::size_t>(std::count_if(end.begin(), end.end(), [](auto n) { return n > 0; }));
  std::partial_sum(end.begin(), end.end(), end.begin());
  std::vector<std::uint32_t> near(end.back());
  visit_near([&](std::size_t tile, std::uint32_t segment) { near[end[tile]++] = segment; });
  corners_.reserve((used + 1) * kTileSize + kSpareCorners);
  corners_.assign(kTileSize, static_cast<std::int16_t>(std::lround(band_m_ * 1000)));  // the one far tile
  // Filling moved each tile's place to its end, which is where the next one begins.
  std::uint32_t begin = 0;
  for (std::size_t tile = 0; tile < tile_start_.size(); begin = end[tile++])
    fill_tile(static_cast<int>(tile) % tiles_x_, static_cast<int>(tile) / tiles_x_,
              std::span(near).subspan(begin, end[tile] - begin));
  corners_.resize(corners_.size() + kSpareCorners);
}

// Each tile with each segment whose start is near enough to matter anywhere in it.
void DistanceField::visit_near(const std::function<void(std::size_t, std::uint32_t)>& visit) const {
  const double reach_m = reach_m_ + 0.5;
  const auto tile = [](double from, double origin) { return static_cast<int>(std::floor((from - origin) / kTile_m)); };
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const ReferenceLine::Point& p = points_[i];
    for (int ty = tile(p.y_m - reach_m, origin_y_m_); ty <= tile(p.y_m + reach_m, origin_y_m_); ++ty)
      for (int tx = tile(p.x_m - reach_m, origin_x_m_); tx <= tile(p.x_m + reach_m, origin_x_m_); ++tx)
        visit(static_cast<std::size_t>(ty) * static_cast<std::size_t>(tiles_x_) + static_cast<std::size_t>(tx),
              static_cast<std::uint32_t>(i));
  }
}

void DistanceField::lay_out_tiles() {
  double low_x = 1e30, low_y = 1e30, high_x = -1e30, high_y = -1e30;
  for (const auto& p : points_) {
    low_x = std::min(low_x, p.x_m), high_x = std::max(high_x, p.x_m);
    low_y = std::min(low_y, p.y_m), high_y = std::max(high_y, p.y_m);
  }
  const double margin_m = reach_m_ + 0.5 + 2 * kTile_m;
  origin_x_m_ = low_x - margin_m;
  origin_y_m_ = low_y - margin_m;
  tiles_x_ = static_cast<int>(std::ceil((high_x - low_x + 2 * margin_m) / kTile_m));
  tiles_y_ = static_cast<int>(std::ceil((high_y - low_y + 2 * margin_m) / kTile_m));
  tile_start_.assign(static_cast<std::size_t>(tiles_x_) * static_cast<std::size_t>(tiles_y_), 0);
}

void DistanceField::fill_tile(int tile_x, int tile_y, std::span<const std::uint32_t> segments) {
  if (segments.empty()) return;
  const double x0 = origin_x_m_ + tile_x * kTile_m, y0 = origin_y_m_ + tile_y * kTile_m;
  std::vector<double> from_centre(segments.size());
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const auto &a = points_[segments[k]], &b = end_of(segments[k]);
    from_centre[k] = std::sqrt(squared_distance(a.x_m, a.y_m, b.x_m, b.y_m, x0 + kTile_m / 2, y0 + kTile_m / 2));
  }
  const auto in_tile = [&](std::uint32_t i) {
    const auto &a = points_[i], &b = end_of(i);
    return Segment{static_cast<float>(a.x_m - x0), static_cast<float>(a.y_m - y0), static_cast<float>(b.x_m - a.x_m),
                   static_cast<float>(b.y_m - a.y_m)};
  };
  // Only segments that can be the nearest for some corner of the tile: no farther than the nearest one plus the
  // tile's diagonal (distances change by at most the distance walked).
  TileDistances distances;
  const double limit = *std::min_element(from_centre.begin(), from_centre.end()) + kDiagonal_m;
  for (std::size_t k = 0; k < segments.size(); ++k)
    if (from_centre[k] <= limit) distances.add(in_tile(segments[k]));
  if (road_)
    for (const std::uint32_t i : nearest_discs(segments, from_centre)) {
      const double end_m = radius_m_[(i + 1) % points_.size()];
      distances.add(RoadPiece{in_tile(i), static_cast<float>(radius_m_[i]), static_cast<float>(end_m - radius_m_[i])});
    }
  const std::size_t start = corners_.size();
  corners_.resize(start + kTileSize);
  tile_start_[static_cast<std::size_t>(tile_y * tiles_x_ + tile_x)] = static_cast<std::int32_t>(start);
  for (std::size_t k = 0; k < kTileSize; ++k) {
    double metres = std::sqrt(distances.squared[k]);
    if (road_) metres = (*road_)(metres, distances.edge[k]);
    metres = std::min<double>(metres, band_m_);
    const double value = crossings_ || distances.side[k] >= 0 ? metres : -metres;
    corners_[start + k] = static_cast<std::int16_t>(std::lround(value * 1000));
  }
}

// Segments whose discs can have the nearest rim for some corner of the tile.
std::vector<std::uint32_t> DistanceField::nearest_discs(std::span<const std::uint32_t> segments,
                                                        const std::vector<double>& from_centre) const {
  const auto radii = [&](std::uint32_t i) { return std::minmax(radius_m_[i], radius_m_[(i + 1) % points_.size()]); };
  double limit = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < segments.size(); ++k)
    limit = std::min(limit, from_centre[k] - radii(segments[k]).first + kDiagonal_m);
  std::vector<std::uint32_t> near;
  for (std::size_t k = 0; k < segments.size(); ++k)
    if (from_centre[k] - radii(segments[k]).second <= limit) near.push_back(segments[k]);
  return near;
}

float DistanceField::at(double x_m, double y_m) const {
  const auto clamp_cell = [](double value, int tiles) {
    return std::clamp(value, 0.0, tiles * double{kTileCells} - 0.01);
  };
  const double cx = clamp_cell((x_m - origin_x_m_) / kCell_m, tiles_x_);
  const double cy = clamp_cell((y_m - origin_y_m_) / kCell_m, tiles_y_);
  const int ix = static_cast<int>(cx), iy = static_cast<int>(cy);
  const auto fx = static_cast<float>(cx - ix), fy = static_cast<float>(cy - iy);
  const std::int32_t tile = tile_start_[static_cast<std::size_t>(iy / kTileCells * tiles_x_ + ix / kTileCells)];
  const std::int16_t* c = &corners_[static_cast<std::size_t>(tile + iy % kTileCells * kTileStride + ix % kTileCells)];
  const float low = static_cast<float>(c[0]) + fx * static_cast<float>(c[1] - c[0]);
  const float high = static_cast<float>(c[kTileStride]) + fx * static_cast<float>(c[kTileStride + 1] - c[kTileStride]);
  return 0.001F * (low + fy * (high - low));
}

}  // namespace pitlane
