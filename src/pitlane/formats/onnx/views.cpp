#include "pitlane/formats/onnx/views.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pitlane::onnx {
namespace {

/// The dimension of `shape` that a view's axis is; -1 if it is none of them.
int matching_dimension(const Shape& shape, const AxisView& view) {
  std::int64_t before = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (before == view.slower && shape[d] == view.axis) return static_cast<int>(d);
    before *= shape[d];
  }
  return -1;
}

}  // namespace

std::string braced(const Shape& dims) {
  std::string text;
  for (const std::int64_t d : dims) text += (text.empty() ? "" : ", ") + std::to_string(d);
  return "{" + text + "}";
}

Result<ValueId> as_picture(Step& step, const Operand& x) {
  const Shape dims = x.layout.dims();
  if (dims.size() != 4)
    return unsupported("works on " + braced(dims) + "; only pictures {N, C, H, W} are understood here");
  if (dims[0] != 1)
    return unsupported("works on a batch of " + std::to_string(dims[0]) + " pictures; one is understood");
  if (!is_stored_as(x.layout, {2, 3, 1}))
    return unsupported("reads elements of " + braced(dims) +
                       " in an order that only moving them could give, and no operator moves them; transpose where the "
                       "tensor is still a picture");
  return step.shaped(x.value, {dims[2], dims[3], dims[1]});
}

Result<ChannelView> as_channels(Step& step, const Operand& x, const std::vector<int>& axes,
                                const std::vector<std::int64_t>& strides) {
  const std::optional<std::size_t> first = find_suffix(x.layout, axes);
  if (!first)
    return unsupported(
        "differs along dimensions of " + braced(x.layout.dims()) +
        " that are not the channels; only numbers by channel, by element, or one for all are understood");
  const Shape shape = step.builder().shape(x.value);
  std::int64_t together = 1;
  for (std::size_t a = *first; a < x.layout.atoms.size(); ++a) together *= x.layout.atoms[a].size;
  PITLANE_TRY_STATUS(step.conversion().spend(static_cast<std::uint64_t>(together) * sizeof(std::int64_t)));
  ChannelView view{x.value, suffix_sources(x.layout, *first, strides)};
  const auto channels = static_cast<std::int64_t>(view.sources.size());
  if (channels == 1) {
    view.sources.assign(static_cast<std::size_t>(shape.empty() ? 1 : shape.back()), 0);
    return view;
  }
  if (shape.back() == channels) return view;
  const std::int64_t rest = x.layout.size() / channels;
  PITLANE_TRY(view.value, step.shaped(x.value, rest == 1 ? Shape{channels} : Shape{rest, channels}));
  return view;
}

Result<ValueId> affine(Step& step, const std::string& suffix, ValueId value, const std::vector<float>& gamma,
                       const std::vector<float>& beta) {
  const auto all = [](const std::vector<float>& v, float x) {
    return std::ranges::all_of(v, [x](float y) { return y == x; });
  };
  if (all(gamma, 1) && all(beta, 0)) return value;
  const auto size = static_cast<std::int64_t>(gamma.size());
  const std::string name = step.name() + (suffix.empty() ? "" : "." + suffix);
  BatchNorm op;
  op.epsilon = 0;
  PITLANE_TRY(op.gamma, step.weight(make_f32_weight(name + ".gamma", {size}, gamma)));
  PITLANE_TRY(op.beta, step.weight(make_f32_weight(name + ".beta", {size}, beta)));
  PITLANE_TRY(op.mean, step.weight(make_f32_weight(name + ".mean", {size}, std::vector<float>(gamma.size(), 0))));
  PITLANE_TRY(op.variance,
              step.weight(make_f32_weight(name + ".variance", {size}, std::vector<float>(gamma.size(), 1))));
  return step.add(suffix, op, {value});
}

Result<ValueId> affine(Step& step, const std::string& suffix, ValueId value, float gamma, float beta) {
  const Shape& shape = step.builder().shape(value);
  const auto size = static_cast<std::size_t>(shape.empty() ? 1 : shape.back());
  // One number for each channel: a row of a picture that was never flattened, so the file's own size bounds it poorly.
  PITLANE_TRY_STATUS(step.conversion().spend(size * sizeof(float)));
  return affine(step, suffix, value, std::vector<float>(size, gamma), std::vector<float>(size, beta));
}

Layout resized(const Layout& layout, int axis, const AxisView& view, std::int64_t size, std::size_t place) {
  const std::size_t first = view.atom_count == 0 ? place : view.first_atom;
  const std::size_t after = first + view.atom_count;
  const std::size_t now = size == 1 ? 0 : 1;
  Layout result;
  for (std::size_t a = 0; a < layout.atoms.size(); ++a) {
    if (a == first && now == 1) result.atoms.push_back({size, nullptr});
    if (a < first || a >= after) result.atoms.push_back(layout.atoms[a]);
  }
  if (first == layout.atoms.size() && now == 1) result.atoms.push_back({size, nullptr});
  for (int d = 0; d < layout.rank(); ++d) {
    std::vector<int>& atoms = result.axes.emplace_back();
    if (d == axis) {
      if (now == 1) atoms.push_back(static_cast<int>(first));
      continue;
    }
    for (const int atom : layout.axes[static_cast<std::size_t>(d)]) {
      const bool behind = atom >= static_cast<int>(after);
      atoms.push_back(behind ? atom - static_cast<int>(view.atom_count) + static_cast<int>(now) : atom);
    }
  }
  return result;
}

Result<Operand> slice(Step& step, const std::string& suffix, const Operand& x, int axis, std::int64_t begin,
                      std::int64_t end) {
  const std::optional<AxisView> view = view_axis(x.layout, axis);
  if (!view)
    return unsupported("cuts dimension " + std::to_string(axis) + " of " + braced(x.layout.dims()) +
                       ", whose elements were joined from several; cut before flattening");
  if (begin < 0 || begin >= end || end > view->axis)
    return corrupt("takes elements " + std::to_string(begin) + " to " + std::to_string(end) + " of dimension " +
                   std::to_string(axis) + " of " + braced(x.layout.dims()));
  if (begin == 0 && end == view->axis) return x;
  ValueId value = x.value;
  int d = matching_dimension(step.builder().shape(value), *view);
  if (d < 0) {
    PITLANE_TRY(value, step.shaped(value, {view->slower, view->axis, view->faster}));
    d = 1;
  }
  Slice op{Shape(step.builder().shape(value).size(), 0), step.builder().shape(value)};
  op.begin[static_cast<std::size_t>(d)] = begin;
  op.end[static_cast<std::size_t>(d)] = end;
  PITLANE_TRY(const ValueId part, step.add(suffix, std::move(op), {value}));
  return real_operand(part, resized(x.layout, axis, *view, end - begin, 0));
}

}  // namespace pitlane::onnx
