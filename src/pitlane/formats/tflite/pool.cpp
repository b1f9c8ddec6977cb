// MAX_POOL_2D, AVERAGE_POOL_2D, and MEAN and SUM over a picture or over frames.
#include <algorithm>
#include <set>
#include <tuple>

#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

Result<std::set<std::size_t>> reduced_axes(Translation& t, const Operator& op, const Shape& shape) {
  PITLANE_TRY(const std::vector<std::int64_t> axes, t.needs_integers(op, 1, "axes"));
  std::set<std::size_t> result;
  for (const std::int64_t axis : axes) {
    PITLANE_TRY(const std::size_t d, axis_of(op, axis, shape));
    if (shape[d] != 1) result.insert(d);
  }
  return result;
}

/// Mean over height, width or both of each {H, W, C}.
Parts mean_of_pictures(Translation& t, const Operator& op, const Parts& pictures, bool over_h, bool over_w) {
  Parts made;
  for (const ValueId picture : pictures) {
    const Shape shape = t.builder.shape(picture);
    Pool2d pool;
    pool.kind = PoolKind::kAverage;
    pool.window_h = over_h ? static_cast<int>(shape[0]) : 1;
    pool.window_w = over_w ? static_cast<int>(shape[1]) : 1;
    made.push_back(t.add(t.name(op), pool, {picture}));
  }
  return made;
}

ValueId mean_of_parts(Translation& t, const Operator& op, const Parts& parts) {
  ValueId sum = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) sum = t.add(t.name(op) + ".sum", Add{}, {sum, parts[i]});
  return t.affine(t.name(op), sum, {1 / static_cast<float>(parts.size())}, {0});
}

/// SUM is MEAN times the number of elements.
Status finish(Translation& t, const Operator& op, Parts made, std::int64_t elements) {
  if (op.code == Code::SUM)
    for (ValueId& part : made) part = t.affine(t.name(op) + ".scaled", part, {static_cast<float>(elements)}, {0});
  return t.set_output(op, 0, made);
}

}  // namespace

Status translate_pool(Translation& t, const Operator& op) {
  const auto* options = op.raw->builtin_options_as_Pool2D();
  if (options == nullptr) return corrupt(op.name + " has no options");
  PITLANE_TRY_STATUS(check_fused(op, options->fused_activation()));
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  if (input->shape.size() != 4)
    return corrupt(op.name + " reads '" + input->name + "' of " + to_string(input->shape) + ", needs 4 dimensions");
  const Shape picture(input->shape.begin() + 1, input->shape.end());
  PITLANE_TRY(const Parts frames, t.parts(op, 0, picture));
  Pool2d pool;
  pool.kind = op.code == Code::MAX_POOL_2D ? PoolKind::kMax : PoolKind::kAverage;
  pool.window_h = options->filter_height();
  pool.window_w = options->filter_width();
  pool.stride_h = options->stride_h();
  pool.stride_w = options->stride_w();
  if (pool.stride_h < 1 || pool.stride_w < 1) return corrupt(op.name + " has a stride below 1");
  std::tie(pool.padding.top, pool.padding.bottom) =
      padding_of(options->padding(), picture[0], pool.window_h, pool.stride_h);
  std::tie(pool.padding.left, pool.padding.right) =
      padding_of(options->padding(), picture[1], pool.window_w, pool.stride_w);
  Parts made;
  for (const ValueId frame : frames)
    made.push_back(
        t.activated(t.name(op) + ".activation", t.add(t.name(op), pool, {frame}), options->fused_activation()));
  return t.set_output(op, 0, made);
}

Status translate_mean(Translation& t, const Operator& op) {
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  const Shape& shape = input->shape;
  PITLANE_TRY(const std::set<std::size_t> axes, reduced_axes(t, op, shape));
  std::int64_t elements = 1;
  for (const std::size_t d : axes) elements *= shape[d];
  if (axes.empty()) {
    PITLANE_TRY(const Parts same, t.parts(op, 0));
    return t.set_output(op, 0, same);
  }
  const std::size_t rank = shape.size();
  const bool over_h = rank >= 3 && axes.contains(rank - 3), over_w = rank >= 3 && axes.contains(rank - 2);
  if (rank >= 4 && axes.size() == static_cast<std::size_t>(over_h) + static_cast<std::size_t>(over_w)) {
    PITLANE_TRY(const Parts pictures, t.parts(op, 0, Shape(shape.end() - 3, shape.end())));
    return finish(t, op, mean_of_pictures(t, op, pictures, over_h, over_w), elements);
  }
  // All of what stands before the last dimensions: frames, or the steps of a sequence.
  const std::size_t last = *axes.rbegin();
  const bool outermost =
      std::all_of(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(last),
                  [&, d = std::size_t{0}](std::int64_t size) mutable { return axes.contains(d++) || size == 1; });
  if (!outermost || last + 1 == rank)
    return unsupported(op.name + ": a mean over these dimensions of " + to_string(shape) +
                       " is not translated; known are height, width and frames");
  const Shape part(shape.begin() + static_cast<std::ptrdiff_t>(last) + 1, shape.end());
  PITLANE_TRY(const Parts parts, t.parts(op, 0, part));
  return finish(t, op, {mean_of_parts(t, op, parts)}, elements);
}

}  // namespace pitlane::tflite
