#include "pitlane/engine/layer_geometry.h"

namespace pitlane {

kernels::ConvGeometry geometry_of(const LayerShape& shape, const Picture& from, const Picture& to) {
  kernels::ConvGeometry g;
  g.out_h = static_cast<int>(to.height);
  g.out_w = static_cast<int>(to.width);
  g.out_c = shape.outputs;
  g.kernel_h = shape.kernel_h;
  g.row_length = shape.kernel_w * static_cast<int>(from.channels);
  g.in_row = from.row();
  g.in_step_y = shape.stride_h * from.row();
  g.in_step_x = shape.stride_w * from.channels;
  g.out_row = to.row();
  g.out_pixel = to.channels;
  return g;
}

kernels::WeightSize size_of(const LayerShape& shape, const Picture& from) {
  if (shape.dense) return {shape.outputs, 1, static_cast<int>(from.elements())};
  return {shape.outputs, shape.kernel_h, shape.kernel_w * static_cast<int>(from.channels)};
}

kernels::GroupGeometry group_geometry_of(const LayerShape& shape, const Picture& from, const Picture& to) {
  kernels::GroupGeometry g;
  g.out_h = static_cast<int>(to.height);
  g.out_w = static_cast<int>(to.width);
  g.groups = shape.groups;
  g.channels = static_cast<int>(from.channels) / shape.groups;
  g.outputs = shape.outputs / shape.groups;
  g.kernel_h = shape.kernel_h;
  g.kernel_w = shape.kernel_w;
  g.in_row = from.row();
  g.in_step_y = shape.stride_h * from.row();
  g.in_step_x = shape.stride_w * from.channels;
  g.out_row = to.row();
  return g;
}

kernels::GroupSize group_size_of(const LayerShape& shape, const Picture& from) {
  return {shape.groups, shape.outputs / shape.groups, shape.kernel_h * shape.kernel_w,
          static_cast<int>(from.channels) / shape.groups};
}

}  // namespace pitlane
