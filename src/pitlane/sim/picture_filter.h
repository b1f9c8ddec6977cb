// What spoils a picture between the lens and the driver: blur, then noise of the sensor.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/core/image.h"

namespace pitlane {

/// A pixel of the result is a pure function of the picture, the key and its place, whichever others are computed.
class PictureFilter {
 public:
  /// Both in the units of Perturbation, 0 or more: standard deviations in pixels and in grey levels. RGB pictures.
  PictureFilter(int width, int height, double blur_px, double noise);

  /// Compute only these (ascending, within the picture); both empty: everything.
  void restrict_view(const std::vector<int>& rows, const std::vector<int>& columns);
  /// What must have been drawn for that: blur looks at neighbours.
  [[nodiscard]] const std::vector<int>& needed_rows() const { return needed_rows_; }
  [[nodiscard]] const std::vector<int>& needed_columns() const { return needed_columns_; }

  /// Valid until the next call. `key`: another one for each frame of each episode.
  ImageView run(const ImageView& picture, std::uint64_t key);

 private:
  void blur_row(const ImageView& picture, int row);
  void copy_row(const ImageView& picture, int row);
  void add_noise(int row, std::uint64_t key);

  int width_, height_, radius_ = 0;
  std::vector<float> weights_;       // of the distances 0..radius_, a normalised Gaussian
  std::vector<std::int16_t> noise_;  // quantiles of the noise, in whole grey levels; empty: none
  std::vector<int> rows_, columns_, needed_rows_, needed_columns_;
  std::vector<float> column_sums_;  // of one row after the vertical pass
  std::vector<std::uint8_t> pixels_;
};

}  // namespace pitlane
