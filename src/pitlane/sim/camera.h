// The simulated camera: a pinhole picture of flat ground, upright walls and sky.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/measure/world.h"
#include "pitlane/sim/appearance.h"
#include "pitlane/sim/camera_geometry.h"
#include "pitlane/sim/distance_field.h"
#include "pitlane/sim/ground_painter.h"
#include "pitlane/sim/row_slices.h"
#include "pitlane/sim/row_store.h"
#include "pitlane/sim/wall_painter.h"

namespace pitlane {

/// A pixel is a pure function of field, appearance and pose, whichever others are drawn with it.
/// For pixel (column, row): u = (column + 0.5 - width / 2) / f to the right, at the depth s of RowSlices s u metres.
class Camera {
 public:
  Camera(std::shared_ptr<const DistanceField> field, const CameraGeometry& geometry, const Appearance& look);

  void set_appearance(const Appearance& look);
  /// Draw only these (ascending, within the picture); both empty: everything.
  void restrict_view(const std::vector<int>& rows, const std::vector<int>& columns);
  /// `pose`: of the car. RGB; valid until the next call.
  ImageView render(const Pose& pose);

 private:
  void draw_row(const Eye& eye, const SlicedRow& row);
  void add_slice(const Eye& eye, const RowSlice& slice);

  std::shared_ptr<const DistanceField> field_;
  CameraGeometry geometry_;
  Appearance look_;
  GroundPainter painter_;
  std::vector<int> rows_, columns_;
  RowSlices slices_;
  ColumnBlocks blocks_{{}};
  WallPainter walls_{{}};
  std::vector<float> red_, green_, blue_;  // of the row being drawn, as long as blocks_.u
  std::vector<std::uint32_t> row_pixels_;  // of the row being drawn, and RowStore::kMorePixels
  RowStore row_store_{{}, kSmallestPicture_px};
  std::vector<std::uint8_t> pixels_;
};

}  // namespace pitlane
