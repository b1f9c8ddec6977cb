// How far every spot of ground is from the line: the table that the camera paints from.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "pitlane/measure/world.h"
#include "pitlane/sim/road_width.h"

namespace pitlane {

/// Signed distance to a closed line in whole millimetres on a grid of 5 cm, stored only within `band_m` of the
/// line, in tiles. The sign tells one side from the other, so that the value is smooth across the line. Where the
/// line crosses itself no such sign exists; then all distances are positive.
///
/// Of a road whose width changes, what is stored is the distance as it would be if the road were everywhere as narrow
/// as at its narrowest place (NarrowedRoad): so whoever paints by distance paints edges, verges and walls where they
/// are.
class DistanceField {
 public:
  static constexpr double kCell_m = 0.05;
  static constexpr int kTileCells = 32;               ///< cells along a tile's edge
  static constexpr int kTileStride = kTileCells + 1;  ///< the last corner is stored twice: a cell never spans tiles
  static constexpr int kTileSize = kTileStride * kTileStride;
  /// After the last tile: 8 x 4 corners can be read from wherever there is one.
  static constexpr int kSpareCorners = 3 * kTileStride + 8;

  /// `closed`: at most 0.5 m apart, with widths where there is a `road`. `band_m` at most 30.
  DistanceField(const std::vector<ReferenceLine::Point>& closed, double band_m, bool crossings,
                const std::optional<RoadShape>& road = std::nullopt);

  /// Raw access for the painter: world -> cell coordinates is (x - origin) / kCell_m; tile (x, y) begins at
  /// corners()[tile_start()[y * tiles_x() + x]]. The outermost tiles are always far from the line.
  [[nodiscard]] double origin_x_m() const { return origin_x_m_; }
  [[nodiscard]] double origin_y_m() const { return origin_y_m_; }
  [[nodiscard]] int tiles_x() const { return tiles_x_; }
  [[nodiscard]] int tiles_y() const { return tiles_y_; }
  [[nodiscard]] const std::vector<std::int32_t>& tile_start() const { return tile_start_; }
  [[nodiscard]] const std::vector<std::int16_t>& corners() const { return corners_; }

  /// Interpolated between the four corners; +-band_m far away.
  [[nodiscard]] float at(double x_m, double y_m) const;

 private:
  void lay_out_tiles();
  void visit_near(const std::function<void(std::size_t tile, std::uint32_t segment)>& visit) const;
  void fill_tile(int tile_x, int tile_y, std::span<const std::uint32_t> segments);
  [[nodiscard]] std::vector<std::uint32_t> nearest_discs(std::span<const std::uint32_t> segments,
                                                         const std::vector<double>& from_centre) const;
  [[nodiscard]] const ReferenceLine::Point& end_of(std::uint32_t segment) const {
    return points_[(segment + 1) % points_.size()];
  }

  std::vector<ReferenceLine::Point> points_;
  double band_m_;
  bool crossings_;
  std::optional<NarrowedRoad> road_;
  std::vector<double> radius_m_;  // of the road's discs, by point
  double reach_m_;                // how far from the line the band ends at most
  double origin_x_m_ = 0, origin_y_m_ = 0;
  int tiles_x_ = 0, tiles_y_ = 0;
  std::vector<std::int32_t> tile_start_;
  std::vector<std::int16_t> corners_;
};

}  // namespace pitlane
