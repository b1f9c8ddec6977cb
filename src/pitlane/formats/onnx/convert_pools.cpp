#include <algorithm>
#include <set>
#include <utility>

#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/layers.h"
#include "pitlane/formats/onnx/views.h"

namespace pitlane::onnx {
namespace {

/// ceil_mode: one more window that begins inside the picture or its first padding. Padding behind, which is neither a
/// largest value nor counted, lets it in.
void round_up(std::int64_t size, std::int64_t window, int stride, int before, int& after) {
  const std::int64_t room = size + before + after - window;
  if (room < 0 || room % stride == 0) return;
  const std::int64_t start = (room / stride + 1) * stride;
  if (start >= size + before) return;
  after = static_cast<int>(start + window - size - before);
}

Result<ValueId> pad_with_zeros(Step& step, ValueId picture, Walk& walk) {
  if (walk.padding == Padding{}) return picture;
  PITLANE_TRY(const ValueId padded, step.add("pad", Pad{walk.padding, 0}, {picture}));
  walk.padding = {};
  return padded;
}

PoolKind kind_of(const std::string& type) {
  return type.find("Max") != std::string::npos ? PoolKind::kMax : PoolKind::kAverage;
}

Status check_window(const Shape& kernel) {
  if (kernel.size() != 2)
    return unsupported("has a window of " + std::to_string(kernel.size()) + " dimensions; 2 are understood");
  for (const std::int64_t k : kernel)
    if (k < 1 || k > 1024) return unsupported("has a window of " + std::to_string(k) + "; 1 to 1024 are understood");
  return {};
}

/// Pools over all of the first two dimensions of {height, width, channels}.
Result<ValueId> pool_all(Step& step, PoolKind kind, ValueId value, const Shape& picture) {
  PITLANE_TRY_STATUS(check_window({picture[0], picture[1]}));
  PITLANE_TRY(const ValueId seen, step.shaped(value, picture));
  Pool2d op;
  op.kind = kind;
  op.window_h = op.stride_h = static_cast<int>(picture[0]);
  op.window_w = op.stride_w = static_cast<int>(picture[1]);
  return step.add("", op, {seen});
}

Status reduce(Step& step, const Operand& x, const std::set<int>& axes, bool keep) {
  // Rows and columns are the slowest in storage, whatever the tensor's own order.
  std::set<int> gone;
  for (const int axis : axes) {
    const std::vector<int>& atoms = x.layout.axes[static_cast<std::size_t>(axis)];
    gone.insert(atoms.begin(), atoms.end());
  }
  const auto count = static_cast<int>(gone.size());
  if (count > 2 || (count > 0 && *gone.rbegin() != count - 1))
    return unsupported("reduces dimensions of " + braced(x.layout.dims()) +
                       " that are not a picture's height and width");
  Operand y = x;
  y.grid.reset();
  if (count > 0) {
    const std::int64_t height = x.layout.atoms[0].size, width = count == 2 ? x.layout.atoms[1].size : 1;
    PITLANE_TRY(y.value,
                pool_all(step, kind_of(step.node().type), x.value, {height, width, x.layout.size() / height / width}));
  }
  y.layout = {};
  y.layout.atoms.assign(x.layout.atoms.begin() + count, x.layout.atoms.end());
  for (int d = 0; d < x.layout.rank(); ++d) {
    const bool reduced = axes.contains(d);
    if (reduced && !keep) continue;
    std::vector<int>& atoms = y.layout.axes.emplace_back();
    if (reduced) continue;
    for (const int atom : x.layout.axes[static_cast<std::size_t>(d)]) atoms.push_back(atom - count);
  }
  step.set(0, std::move(y));
  return {};
}

}  // namespace

Status convert_pool(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY(ValueId picture, as_picture(step, *x));
  if (step.node().outputs.size() > 1 && !step.node().outputs[1].empty())
    return unsupported("makes the places of its largest values too; only the values are understood");
  PITLANE_TRY(const Shape kernel, step.integers("kernel_shape"));
  PITLANE_TRY_STATUS(check_window(kernel));
  const Shape dims = x->layout.dims();
  PITLANE_TRY(Walk walk, walk_attributes(step, kernel, dims));
  PITLANE_TRY(const std::int64_t ceiling, step.integer("ceil_mode", 0));
  PITLANE_TRY(const std::int64_t count_pad, step.integer("count_include_pad", 0));
  if (count_pad != 0 && !(walk.padding == Padding{})) {
    if (ceiling != 0) return unsupported("counts its padding and rounds up; one of both is understood");
    PITLANE_TRY(picture, pad_with_zeros(step, picture, walk));
  }
  if (ceiling != 0) {
    round_up(dims[2], kernel[0], walk.stride_h, walk.padding.top, walk.padding.bottom);
    round_up(dims[3], kernel[1], walk.stride_w, walk.padding.left, walk.padding.right);
  }
  Pool2d op{kind_of(step.node().type),
            static_cast<int>(kernel[0]),
            static_cast<int>(kernel[1]),
            walk.stride_h,
            walk.stride_w,
            walk.padding};
  PITLANE_TRY(const ValueId value, step.add("", op, {picture}));
  const Shape& shape = step.builder().shape(value);
  step.set(0, real_operand(value, stored_layout({1, shape[2], shape[0], shape[1]}, {2, 3, 1})));
  return {};
}

Status convert_global_pool(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  if (x->layout.rank() < 3) return unsupported("works on " + braced(x->layout.dims()) + "; pictures are understood");
  std::set<int> axes;
  for (int d = 2; d < x->layout.rank(); ++d) axes.insert(d);
  return reduce(step, *x, axes, true);
}

Status convert_reduce(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY(const std::vector<std::int64_t> stated, step.integers("axes", 1));
  PITLANE_TRY(const std::int64_t keep, step.integer("keepdims", 1));
  PITLANE_TRY(const std::int64_t nothing, step.integer("noop_with_empty_axes", 0));
  std::set<int> axes;
  for (const std::int64_t axis : stated) {
    PITLANE_TRY(const int a, Step::axis(axis, x->layout.rank()));
    axes.insert(a);
  }
  for (int d = 0; stated.empty() && nothing == 0 && d < x->layout.rank(); ++d) axes.insert(d);
  return reduce(step, *x, axes, keep != 0);
}

}  // namespace pitlane::onnx
