// How far every spot of ground is from the line: the table that the camera paints from.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "pitlane/measure/world.h"

namespace pitlane {

/// Signed distance to a closed line in whole millimetres on a grid of 5 cm, stored only within `band_m` of the
/// line, in tiles. The sign tells one side from the other, so that the value is smooth across the line. Where the
/// line crosses itself no such sign exists; then all distances are positive.
class DistanceField {
 public:
  static constexpr double kCell_m = 0.05;
  static constexpr int kTileCells = 32;               ///< cells along a tile's edge
  static constexpr int kTileStride = kTileCells + 1;  ///< the last corner is stored twice: a cell never spans tiles
  static constexpr int kTileSize = kTileStride * kTileStride;
  /// After the last tile: 8 x 4 corners can be read from wherever there is one.
  static constexpr int kSpareCorners = 3 * kTileStride + 8;

  /// `closed`: at most 0.5 m apart. `band_m` at most 30.
  DistanceField(const std::vector<ReferenceLine::Point>& closed, double band_m, bool crossings);

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

  std::vector<ReferenceLine::Point> points_;
  double band_m_;
  bool crossings_;
  double origin_x_m_ = 0, origin_y_m_ = 0;
  int tiles_x_ = 0, tiles_y_ = 0;
  std::vector<std::int32_t> tile_start_;
  std::vector<std::int16_t> corners_;
};

}  // namespace pitlane
