// Operators that join, cut and enlarge along dimensions.
#include <algorithm>
#include <numeric>
#include <utility>

#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/views.h"

namespace pitlane::onnx {
namespace {

// Flattened pictures of different orders, joined, need a list of places.
constexpr std::int64_t kLongestOrder = std::int64_t{1} << 22;

struct Parts {
  std::vector<const Operand*> operands;
  int axis = 0;
  std::int64_t total = 0;
};

Result<Parts> parts_of(Step& step) {
  Parts parts;
  for (std::size_t i = 0; i < step.node().inputs.size(); ++i) {
    PITLANE_TRY(const Operand* x, step.real(i));
    parts.operands.push_back(x);
  }
  if (parts.operands.empty()) return corrupt("has no inputs");
  const int rank = parts.operands.front()->layout.rank();
  PITLANE_TRY(parts.axis, step.axis("axis", 1, rank));
  Shape others = parts.operands.front()->layout.dims();
  others[static_cast<std::size_t>(parts.axis)] = 0;
  for (const Operand* x : parts.operands) {
    Shape dims = x->layout.dims();
    if (dims.size() == others.size()) {
      parts.total += dims[static_cast<std::size_t>(parts.axis)];
      dims[static_cast<std::size_t>(parts.axis)] = 0;
    }
    if (dims != others)
      return corrupt("joins " + braced(parts.operands.front()->layout.dims()) + " and " + braced(x->layout.dims()));
  }
  return parts;
}

Error cannot_join(const Parts& parts) {
  return unsupported("joins tensors such as " + braced(parts.operands.front()->layout.dims()) + " along dimension " +
                     std::to_string(parts.axis) + ", whose elements do not lie alike");
}

/// Vectors of any inner order: their values one after another.
Result<Operand> join_vectors(Step& step, const Parts& parts) {
  if (parts.total > kLongestOrder)
    return unsupported("joins vectors of " + std::to_string(parts.total) + " elements; at most " +
                       std::to_string(kLongestOrder));
  auto order = std::make_shared<std::vector<std::int32_t>>();
  std::vector<ValueId> values;
  for (const Operand* x : parts.operands) {
    const auto offset = static_cast<std::int32_t>(order->size());
    for (const std::int32_t place : storage_order(x->layout)) order->push_back(offset + place);
    PITLANE_TRY(const ValueId value, step.shaped(x->value, {x->layout.size()}));
    values.push_back(value);
  }
  const auto rank = parts.operands.front()->layout.axes.size();
  Shape dims(rank, 1);
  dims[static_cast<std::size_t>(parts.axis)] = parts.total;
  PITLANE_TRY(const ValueId value, step.add("", Concat{}, std::move(values)));
  Layout layout = row_major_layout(dims);
  if (!std::ranges::is_sorted(*order)) layout.atoms.front().order = std::move(order);
  return real_operand(value, std::move(layout));
}

/// Where the joined dimension goes in storage when none of the inputs has more than one element of it: behind the
/// dimensions before it, but channels of a picture go last.
std::size_t free_place(const Layout& layout, int axis) {
  if (layout.rank() == 4 && axis == 1) return layout.atoms.size();
  int place = 0;
  for (int d = 0; d < axis; ++d)
    for (const int atom : layout.axes[static_cast<std::size_t>(d)]) place = std::max(place, atom + 1);
  return static_cast<std::size_t>(place);
}

/// Finds one way to see all parts: {slower, axis, faster}.
Result<AxisView> common_view(const Parts& parts, const Layout*& model) {
  AxisView view;
  model = nullptr;
  for (const Operand* x : parts.operands) {
    const std::optional<AxisView> seen = view_axis(x->layout, parts.axis);
    if (!seen) return cannot_join(parts);
    if (seen->atom_count == 0) continue;
    if (model != nullptr && (seen->slower != view.slower || seen->faster != view.faster)) return cannot_join(parts);
    view = *seen;
    model = &x->layout;
  }
  if (model != nullptr) return view;
  model = &parts.operands.front()->layout;
  const std::size_t place = free_place(*model, parts.axis);
  view.first_atom = place;
  for (std::size_t a = 0; a < model->atoms.size(); ++a) (a < place ? view.slower : view.faster) *= model->atoms[a].size;
  return view;
}

Result<Operand> join(Step& step, const Parts& parts) {
  const Layout* model = nullptr;
  PITLANE_TRY(const AxisView view, common_view(parts, model));
  const Layout rest = resized(*model, parts.axis, view, 1, 0);
  const Shape shape = step.builder().shape(parts.operands.front()->value);
  // Pictures stay pictures where their channels are joined.
  const bool last = view.faster == 1 && element_count(shape) == shape.back() * view.slower;
  Shape prefix = last ? Shape(shape.begin(), shape.end() - 1) : view.slower == 1 ? Shape() : Shape{view.slower};
  std::vector<ValueId> values;
  for (const Operand* x : parts.operands) {
    const std::optional<AxisView> own = view_axis(x->layout, parts.axis);
    if (!own || !same_places(resized(x->layout, parts.axis, *own, 1, 0), rest)) return cannot_join(parts);
    Shape wanted = prefix;
    wanted.push_back(own->axis * view.faster);
    PITLANE_TRY(const ValueId value, step.shaped(x->value, wanted));
    values.push_back(value);
  }
  PITLANE_TRY(const ValueId value, step.add("", Concat{}, std::move(values)));
  return real_operand(value, resized(*model, parts.axis, view, parts.total, view.first_atom));
}

std::int64_t clamped(std::int64_t index, std::int64_t size) {
  if (index < 0) index = index < -size ? 0 : index + size;
  return std::clamp<std::int64_t>(index, 0, size);
}

/// Begin and end padding by dimension.
struct Pads {
  std::vector<std::int64_t> begin, end;
};

Result<Pads> pads_of(Step& step, int rank) {
  PITLANE_TRY(const std::vector<std::int64_t> pads, step.integers("pads", 1));
  PITLANE_TRY(std::vector<std::int64_t> axes, step.integers("axes", 3));
  if (axes.empty()) {
    axes.resize(static_cast<std::size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (pads.size() != axes.size() * 2)
    return corrupt("has " + std::to_string(pads.size()) + " pads for " + std::to_string(axes.size()) + " dimensions");
  Pads result{std::vector<std::int64_t>(static_cast<std::size_t>(rank), 0), {}};
  result.end = result.begin;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    PITLANE_TRY(const int axis, Step::axis(axes[i], rank));
    result.begin[static_cast<std::size_t>(axis)] = pads[i];
    result.end[static_cast<std::size_t>(axis)] = pads[i + axes.size()];
  }
  for (const auto& list : {result.begin, result.end})
    for (const std::int64_t p : list)
      if (p < 0 || p > 1024) return unsupported("pads by " + std::to_string(p) + "; 0 to 1024 are understood");
  return result;
}

/// The two dimensions that are rows and columns: of {N, C, H, W} or {N, H, W, C}, as the elements lie and the pads ask.
Result<std::vector<int>> picture_axes(const Operand& x, const Pads& pads) {
  if (x.layout.rank() == 4)
    for (const std::vector<int>& axes : {std::vector<int>{2, 3, 1}, std::vector<int>{1, 2, 3}}) {
      const auto channel = static_cast<std::size_t>(axes[2]);
      const bool others = pads.begin[0] != 0 || pads.end[0] != 0 || pads.begin[channel] != 0 || pads.end[channel] != 0;
      if (!others && is_stored_as(x.layout, axes)) return axes;
    }
  return unsupported("pads dimensions of " + braced(x.layout.dims()) + " that are not a picture's height and width");
}

}  // namespace

Status convert_concat(Step& step) {
  PITLANE_TRY(const Parts parts, parts_of(step));
  if (parts.operands.size() == 1) {
    step.set(0, *parts.operands.front());
    return {};
  }
  const bool vectors = std::ranges::all_of(parts.operands, [&](const Operand* x) {
    return x->layout.size() == x->layout.size_of(x->layout.axes[static_cast<std::size_t>(parts.axis)]);
  });
  PITLANE_TRY(Operand joined, vectors ? join_vectors(step, parts) : join(step, parts));
  step.set(0, std::move(joined));
  return {};
}

Status convert_slice(Step& step) {
  PITLANE_TRY(const Operand* input, step.real(0));
  PITLANE_TRY(const std::vector<std::int64_t> starts, step.integers("starts", 1));
  PITLANE_TRY(const std::vector<std::int64_t> ends, step.integers("ends", 2));
  PITLANE_TRY(std::vector<std::int64_t> axes, step.integers("axes", 3));
  PITLANE_TRY(const std::vector<std::int64_t> steps, step.integers("steps", 4));
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (starts.empty() || ends.size() != starts.size() || axes.size() != starts.size())
    return corrupt("has starts, ends and axes of different lengths");
  if (std::ranges::any_of(steps, [](std::int64_t s) { return s != 1; }))
    return unsupported("takes every n-th element or goes backwards; only steps of 1 are understood");
  Operand x = *input;
  const Shape dims = x.layout.dims();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    PITLANE_TRY(const int axis, Step::axis(axes[i], x.layout.rank()));
    const std::int64_t size = dims[static_cast<std::size_t>(axis)];
    PITLANE_TRY(x, slice(step, "part" + std::to_string(i), x, axis, clamped(starts[i], size), clamped(ends[i], size)));
  }
  step.set(0, std::move(x));
  return {};
}

Status convert_split(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY(const int axis, step.axis("axis", 0, x->layout.rank()));
  PITLANE_TRY(std::vector<std::int64_t> sizes, step.integers("split", 1));
  const std::int64_t size = x->layout.dims()[static_cast<std::size_t>(axis)];
  const auto outputs = static_cast<std::int64_t>(step.node().outputs.size());
  if (sizes.empty() && outputs > 0) {
    const std::int64_t each = (size + outputs - 1) / outputs;
    for (std::int64_t at = 0; at < size; at += each) sizes.push_back(std::min(each, size - at));
  }
  if (static_cast<std::int64_t>(sizes.size()) != outputs)
    return corrupt("cuts " + std::to_string(size) + " elements into " + std::to_string(outputs) + " parts");
  std::int64_t at = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 1 || sizes[i] > size - at)
      return corrupt("has parts that do not fit into " + std::to_string(size) + " elements");
    PITLANE_TRY(Operand part, slice(step, "part" + std::to_string(i), *x, axis, at, at + sizes[i]));
    at += sizes[i];
    step.set(i, std::move(part));
  }
  return {};
}

Status convert_gather(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY(const int axis, step.axis("axis", 0, x->layout.rank()));
  PITLANE_TRY(const ConstantPtr index, step.constant(1));
  if (index->size() != 1 || index->is_real())
    return unsupported("picks several elements of a computed tensor; one is understood");
  const std::int64_t size = x->layout.dims()[static_cast<std::size_t>(axis)];
  PITLANE_TRY(const int at, Step::axis(index->integer(0), static_cast<int>(size)));
  PITLANE_TRY(Operand part, slice(step, "part", *x, axis, at, at + 1));
  part.layout.axes.erase(part.layout.axes.begin() + axis);
  part.layout.axes.insert(part.layout.axes.begin() + axis, index->dims.size(), {});
  step.set(0, std::move(part));
  return {};
}

Status convert_pad(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY(const std::string& mode, step.text("mode", "constant"));
  if (mode != "constant") return unsupported("pads in the mode '" + mode + "'; only constants are understood");
  PITLANE_TRY(const Pads pads, pads_of(step, x->layout.rank()));
  float value = 0;
  if (step.given(2)) {
    PITLANE_TRY(const ConstantPtr constant, step.constant(2));
    if (constant->size() != 1) return corrupt("pads with a tensor of the shape " + braced(constant->dims));
    value = static_cast<float>(constant->at(0));
  }
  PITLANE_TRY(const std::vector<int> axes, picture_axes(*x, pads));
  const Shape dims = x->layout.dims();
  const auto h = static_cast<std::size_t>(axes[0]), w = static_cast<std::size_t>(axes[1]),
             c = static_cast<std::size_t>(axes[2]);
  Pad op{{static_cast<int>(pads.begin[h]), static_cast<int>(pads.begin[w]), static_cast<int>(pads.end[h]),
          static_cast<int>(pads.end[w])},
         value};
  PITLANE_TRY(const ValueId picture, step.shaped(x->value, {dims[h], dims[w], dims[c]}));
  PITLANE_TRY(const ValueId padded, step.add("", op, {picture}));
  Shape larger = dims;
  larger[h] += pads.begin[h] + pads.end[h];
  larger[w] += pads.begin[w] + pads.end[w];
  step.set(0, real_operand(padded, stored_layout(larger, axes)));
  return {};
}

Status convert_expand(Step& step) {
  PITLANE_TRY(const Operand* input, step.real(0));
  PITLANE_TRY(const std::vector<std::int64_t> wanted, step.integers("shape", 1));
  const bool tile = step.node().type == "Tile";
  Operand x = *input;
  const auto more = static_cast<std::int64_t>(wanted.size()) - x.layout.rank();
  if (tile && more != 0) return corrupt("has repeats for another number of dimensions");
  if (more > 0) x.layout.axes.insert(x.layout.axes.begin(), static_cast<std::size_t>(more), {});
  const Shape dims = x.layout.dims();
  std::vector<int> grown;
  Shape larger = dims;
  for (std::size_t back = 1; back <= wanted.size(); ++back) {
    const std::size_t d = dims.size() - back;
    const std::int64_t size = wanted[wanted.size() - back];
    if (size < 1) return corrupt("makes the impossible shape " + braced(wanted));
    if (size == 1 || (!tile && size == dims[d])) continue;
    if (dims[d] != 1) return unsupported("repeats more than single elements of " + braced(dims));
    if (d == 0 && step.conversion().batch == size) continue;  // the batch
    grown.insert(grown.begin(), static_cast<int>(d));
    larger[d] = size;
  }
  if (grown.empty()) {
    step.set(0, std::move(x));
    return {};
  }
  constexpr std::int64_t kLargest = 1 << 20;
  if (grown.size() > 2 || std::ranges::any_of(larger, [](std::int64_t s) { return s > kLargest; }))
    return unsupported("makes " + braced(larger) + " of " + braced(dims) +
                       "; a vector for each pixel of a picture is understood");
  Expand op;
  op.width = static_cast<int>(larger[static_cast<std::size_t>(grown.back())]);
  if (grown.size() == 2) op.height = static_cast<int>(larger[static_cast<std::size_t>(grown.front())]);
  PITLANE_TRY(const ValueId vector, step.shaped(x.value, {x.layout.size()}));
  PITLANE_TRY(const ValueId picture, step.add("", op, {vector}));
  Layout layout;
  for (const int d : grown) layout.atoms.push_back({larger[static_cast<std::size_t>(d)], nullptr});
  layout.atoms.insert(layout.atoms.end(), x.layout.atoms.begin(), x.layout.atoms.end());
  layout.axes = x.layout.axes;
  for (auto& axis : layout.axes)
    for (int& atom : axis) atom += static_cast<int>(grown.size());
  for (std::size_t i = 0; i < grown.size(); ++i)
    layout.axes[static_cast<std::size_t>(grown[i])] = {static_cast<int>(i)};
  step.set(0, real_operand(picture, std::move(layout)));
  return {};
}

}  // namespace pitlane::onnx
