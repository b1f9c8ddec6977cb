// Executes a Preprocessing: camera frame in, bytes of the network's picture out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"
#include "pitlane/kernels/isa.h"
#include "pitlane/network/preprocessing.h"

namespace pitlane {
namespace kernels {
struct ResampleTap;
struct Table;
}  // namespace kernels

/// Crop, bilinear resize and channel order, on bytes. Rows and columns of the source that the result does not
/// depend on are never read, so a simulator need not draw them.
class FrameResizer {
 public:
  /// With the instructions of `isa`; by default those that the engine takes. The bytes are the same with any.
  static Result<FrameResizer> create(const Preprocessing& preprocessing, std::optional<Isa> isa = std::nullopt);
  FrameResizer(FrameResizer&&) noexcept;
  FrameResizer& operator=(FrameResizer&&) noexcept;
  FrameResizer(const FrameResizer&);
  FrameResizer& operator=(const FrameResizer&);
  ~FrameResizer();

  /// `out`: height * width * channels bytes. False if the frame has another size than the preprocessing's
  /// source, no data, or is grey where the network wants colours or one of them; then `out` is untouched. No
  /// allocation.
  [[nodiscard]] bool run(const ImageView& frame, std::span<std::uint8_t> out) noexcept;

  /// Source rows and columns that are read, ascending.
  [[nodiscard]] const std::vector<int>& source_rows() const { return source_rows_; }
  [[nodiscard]] const std::vector<int>& source_columns() const { return source_columns_; }
  [[nodiscard]] std::size_t output_bytes() const;

 private:
  struct Tap {  // one output coordinate: the two source coordinates and their weights, which sum to 2048
    int low, high;
    int low_weight, high_weight;
  };
  FrameResizer(const Preprocessing& preprocessing, Isa isa);
  static std::vector<Tap> make_taps(int out_size, int crop_begin, int crop_size);
  void resize_row(const ImageView& frame, int row, bool swap, std::vector<std::int32_t>& out) const noexcept;
  void fetch_row(const ImageView& frame, int row) const noexcept;
  void blend_rows(const Tap& tap, int channels, std::uint8_t* out) noexcept;

  Preprocessing preprocessing_;
  const kernels::Table* kernels_;
  std::vector<Tap> row_taps_, column_taps_;
  std::vector<kernels::ResampleTap> colour_taps_;  // column_taps_ in bytes of three channels
  std::vector<int> source_rows_, source_columns_;
  std::vector<std::int32_t> upper_, lower_;  // two source rows after the horizontal resize
  std::vector<std::uint8_t> colours_;        // of a row of which one channel is taken
};

}  // namespace pitlane
