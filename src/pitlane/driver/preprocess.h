// Executes a Preprocessing: camera frame in, bytes of the network's picture out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"
#include "pitlane/network/preprocessing.h"

namespace pitlane {

/// Crop, bilinear resize and channel order, on bytes. Rows and columns of the source that the result does not
/// depend on are never read, so a simulator need not draw them.
class FrameResizer {
 public:
  static Result<FrameResizer> create(const Preprocessing& preprocessing);

  /// `out`: height * width * channels bytes. False if the frame has another size than the preprocessing's
  /// source or no data; then `out` is untouched. No allocation.
  [[nodiscard]] bool run(const ImageView& frame, std::span<std::uint8_t> out) noexcept;

  /// Source rows and columns that are read, ascending.
  [[nodiscard]] const std::vector<int>& source_rows() const { return source_rows_; }
  [[nodiscard]] const std::vector<int>& source_columns() const { return source_columns_; }
  [[nodiscard]] std::size_t output_bytes() const;

 private:
  struct Tap {  // one output coordinate: source indices and 11-bit weights that sum to 2048
    int low, high;
    int low_weight, high_weight;
  };
  explicit FrameResizer(const Preprocessing& preprocessing);

  Preprocessing preprocessing_;
  std::vector<Tap> row_taps_, column_taps_;
  std::vector<int> source_rows_, source_columns_;
  std::vector<std::int32_t> row_low_, row_high_;  // two horizontally resized source rows
  int row_low_y_ = -1, row_high_y_ = -1;
};

}  // namespace pitlane
