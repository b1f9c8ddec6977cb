// The camera's inner loop: colours of one image row of flat ground.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/sim/appearance.h"
#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/ground_blocks.h"
#include "pitlane/sim/ground_row.h"
#include "pitlane/sim/ground_texture.h"
#include "pitlane/sim/ground_tint.h"
#include "pitlane/sim/ground_wide.h"

namespace pitlane {

/// Red, green and blue of a row, 0..255, one float per column.
struct ColourRow {
  std::span<float> r, g, b;
};

/// Not for several threads at once: it keeps what it found out about the row at hand.
class GroundPainter {
 public:
  GroundPainter(const DistanceField& field, const Appearance& look);
  GroundPainter(GroundPainter&&) = default;
  GroundPainter& operator=(GroundPainter&&) = default;
  GroundPainter(const GroundPainter&) = delete;  // wide_ knows where the texture lies, which moving does not change
  GroundPainter& operator=(const GroundPainter&) = delete;
  ~GroundPainter() = default;

  /// Adds `row.share` times the ground's colour, for each column. A band of colour is weighted by how much of
  /// the pixel's footprint it covers: a box as wide as the footprint's extent along the field's gradient.
  /// All three arrays are as long as `columns.u`.
  void paint(const GroundRow& row, const ColumnBlocks& columns, const ColourRow& out);

  /// What to_pixels() makes of paint() on black, faster. `pixels` is as long as `columns.u`.
  void paint_pixels(const GroundRow& row, const ColumnBlocks& columns, std::span<std::uint32_t> pixels);

  /// For tests: in place of fastest_code(), which the processor must have.
  void use(CameraCode code) { code_ = code; }

 private:
  [[nodiscard]] Tint tint_of(const GroundRow& row, Ground ground) const;

  const DistanceField* field_;
  Bands bands_;
  GroundTexture texture_;
  std::vector<Ground> blocks_;
  WideGround wide_;
  CameraCode code_;
};

/// Rounded to whole numbers, at most 255; a pixel's bytes are red, green, blue, 0, the first in the lowest bits.
/// Values are not negative; all arrays are equally long, a multiple of kBlock.
void to_pixels(const ColourRow& values, std::span<std::uint32_t> pixels);

}  // namespace pitlane
