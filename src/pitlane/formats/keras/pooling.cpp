#include "pitlane/formats/keras/readers.h"
#include "pitlane/formats/keras/window.h"

namespace pitlane::keras {
namespace {

PoolKind pool_kind_of(const Layer& layer) {
  return layer.class_name.find("Max") != std::string::npos ? PoolKind::kMax : PoolKind::kAverage;
}

Pool2d pool(PoolKind kind, const Window& window, std::size_t first, std::int64_t height, std::int64_t width) {
  Pool2d op;
  op.kind = kind;
  op.window_h = static_cast<int>(window.size[first]);
  op.window_w = static_cast<int>(window.size[first + 1]);
  op.stride_h = static_cast<int>(window.stride[first]);
  op.stride_w = static_cast<int>(window.stride[first + 1]);
  op.padding = window.padding(first, height, width);
  return op;
}

/// Over time: {H, W, T * C} is {H * W, T, C}, a picture whose columns are the frames. Taking the largest, or the mean
/// of what is not padding, dimension by dimension gives the same as all at once.
Tensor pool_time(Layer& layer, Tensor input, const Window& window) {
  const Shape& s = input.shape;
  const std::int64_t steps = window.steps(0, s[0]);
  const ValueId columns =
      layer.builder.add(layer.name + ".columns", Reshape{{s[1] * s[2], s[0], s[3]}}, {stacked(layer.builder, input)});
  Pool2d op;
  op.kind = pool_kind_of(layer);
  op.window_w = static_cast<int>(window.size[0]);
  op.stride_w = static_cast<int>(window.stride[0]);
  op.padding = {0, static_cast<int>(window.before(0, s[0])), 0, static_cast<int>(window.behind(0, s[0]))};
  const ValueId pooled = layer.builder.add(layer.name + ".time", op, {columns});
  const ValueId picture = layer.builder.add(layer.name + ".picture", Reshape{{s[1], s[2], steps * s[3]}}, {pooled});
  return whole(layer.name, {steps, s[1], s[2], s[3]}, picture);
}

}  // namespace

Result<Tensor> read_pooling(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  const bool over_time = layer.class_name.ends_with("3D");
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(over_time ? expect_rank(layer, input, {4}) : expect_rank(layer, input, {3, 4}));
  PITLANE_TRY(const Window window, Window::of_pooling(layer, over_time ? 3 : 2));
  const Shape frame = input.frame();
  const std::size_t rows = over_time ? 1 : 0;
  if (window.steps(rows, frame[0]) < 1 || window.steps(rows + 1, frame[1]) < 1 ||
      (over_time && window.steps(0, input.steps()) < 1))
    return layer.settings.bad("its window is larger than its input " + to_string(input.shape));
  const Pool2d op = pool(pool_kind_of(layer), window, rows, frame[0], frame[1]);
  Shape shape = input.shape;
  shape[shape.size() - 3] = window.steps(rows, frame[0]);
  shape[shape.size() - 2] = window.steps(rows + 1, frame[1]);
  Tensor output = each_element(layer, "", std::move(input), op);
  output.shape = shape;
  if (!over_time || (window.size[0] == 1 && window.stride[0] == 1)) return output;
  return pool_time(layer, std::move(output), window);
}

Result<Tensor> read_global_pooling(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  const bool over_time = layer.class_name.ends_with("3D");
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(expect_rank(layer, input, {over_time ? std::size_t{4} : std::size_t{3}}));
  PITLANE_TRY(const bool keep, layer.settings.flag({"keepdims"}, false));
  const Shape frame = input.frame();
  constexpr std::int64_t kLargestWindow = 1024;
  if (frame[0] > kLargestWindow || frame[1] > kLargestWindow)
    return layer.settings.cannot("pools a picture of " + to_string(frame) + "; at most 1024x1024 is supported");
  Pool2d op;
  op.kind = pool_kind_of(layer);
  op.window_h = static_cast<int>(frame[0]);
  op.window_w = static_cast<int>(frame[1]);
  const std::int64_t steps = input.steps();
  Tensor pooled = each_element(layer, "", std::move(input), op);
  ValueId value = stacked(layer.builder, pooled);  // {1, 1, T * C}
  if (over_time && steps > 1) {
    const ValueId column = layer.builder.add(layer.name + ".column", Reshape{{steps, 1, frame[2]}}, {value});
    Pool2d over{pool_kind_of(layer), static_cast<int>(steps), 1, 1, 1, {}};
    value = layer.builder.add(layer.name + ".time", over, {column});
  }
  if (!keep) return whole(layer.name, {frame[2]}, layer.builder.add(layer.name + ".flat", Flatten{}, {value}));
  return whole(layer.name, over_time ? Shape{1, 1, 1, frame[2]} : Shape{1, 1, frame[2]}, value);
}

}  // namespace pitlane::keras
