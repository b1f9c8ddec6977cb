// Operators that give the same elements other dimensions: they change the layout and become no operator of ours.
#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/views.h"
#include "pitlane/network/limits.h"

namespace pitlane::onnx {
namespace {

void set_layout(Step& step, const Operand& x, Layout layout) {
  Operand moved = x;
  moved.layout = std::move(layout);
  step.set(0, std::move(moved));
}

Status set_reshaped(Step& step, const Operand& x, const Shape& dims) {
  std::optional<Layout> layout = reshaped(x.layout, dims);
  std::vector<int> in_order(x.layout.axes.size());
  std::iota(in_order.begin(), in_order.end(), 0);
  // What lies as the tensor counts may be cut anywhere.
  if (!layout && is_stored_as(x.layout, in_order) && x.layout.size() == element_count(dims))
    layout = row_major_layout(dims);
  if (!layout)
    return unsupported("makes " + braced(dims) + " of " + braced(x.layout.dims()) +
                       ", which mixes elements that lie apart; no operator moves them");
  set_layout(step, x, *std::move(layout));
  return {};
}

Result<std::set<int>> distinct_axes(const std::vector<std::int64_t>& axes, int rank) {
  std::set<int> result;
  for (const std::int64_t axis : axes) {
    PITLANE_TRY(const int a, Step::axis(axis, rank));
    if (!result.insert(a).second) return corrupt("names axis " + std::to_string(axis) + " twice");
  }
  return result;
}

}  // namespace

Result<Shape> target_shape(const Shape& from, const std::vector<std::int64_t>& wanted, bool allow_zero,
                           std::int64_t batch) {
  Shape dims = wanted;
  std::int64_t known = 1;
  int open = -1;
  if (dims.size() > kMostDimensions)
    return unsupported("makes more than " + std::to_string(kMostDimensions) + " dimensions");
  for (std::size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] == 0 && !allow_zero) {
      if (d >= from.size()) return corrupt("copies dimension " + std::to_string(d) + " of " + braced(from));
      dims[d] = from[d];
    }
    // A batch that the file fixes is one picture for us.
    if (d == 0 && batch > 1 && dims[d] == batch && !from.empty() && from[0] == 1) dims[d] = 1;
    if (dims[d] == -1 && open < 0) {
      open = static_cast<int>(d);
      continue;
    }
    if (dims[d] < 0 || (dims[d] != 0 && known > kLargestTensor / dims[d]))
      return corrupt("makes the impossible shape " + braced(wanted));
    known *= dims[d];
  }
  std::int64_t count = 1;
  for (const std::int64_t d : from) count *= d;
  if (open >= 0 && known > 0) dims[static_cast<std::size_t>(open)] = count / known;
  if (open >= 0 ? known <= 0 || count % known != 0 : known != count)
    return corrupt("cannot make " + braced(wanted) + " of " + braced(from));
  return dims;
}

Status convert_identity(Step& step) {
  PITLANE_TRY(const Operand* x, step.operand(0));
  if (step.node().type == "Dropout" && step.given(2)) {
    PITLANE_TRY(const ConstantPtr training, step.constant(2));
    if (training->size() == 1 && training->at(0) != 0)
      return unsupported("is in training mode; export the model for inference");
  }
  step.set(0, *x);
  return {};
}

Status convert_cast(Step& step) {
  PITLANE_TRY(const Operand* x, step.operand(0));
  PITLANE_TRY(const std::int64_t to, step.integer("to", 0));
  const auto type = static_cast<ElementType>(static_cast<std::int32_t>(std::clamp<std::int64_t>(to, -1, 1000)));
  const bool real = type == ElementType::kFloat || type == ElementType::kHalf || type == ElementType::kDouble;
  if (!real || x->meaning == Meaning::kZeroPoint || x->meaning == Meaning::kQuantized)
    return unsupported("rounds what the network computes to " + to_string(type) +
                       "; only casts to real numbers are understood");
  step.set(0, *x);
  return {};
}

Status convert_shape_of(Step& step) {
  PITLANE_TRY(const Operand* x, step.operand(0));
  const Shape dims = x->dims();
  if (step.node().type == "Size") {
    std::int64_t count = 1;
    for (const std::int64_t d : dims) count *= d;
    step.set(0, constant_operand(make_integers({}, {count})));
    return {};
  }
  const auto rank = static_cast<std::int64_t>(dims.size());
  PITLANE_TRY(std::int64_t start, step.integer("start", 0));
  PITLANE_TRY(std::int64_t end, step.integer("end", rank));
  const auto clamped = [rank](std::int64_t v) { return std::clamp<std::int64_t>(v < 0 ? v + rank : v, 0, rank); };
  start = clamped(start);
  end = std::max(start, clamped(end));
  std::vector<std::int64_t> part(dims.begin() + start, dims.begin() + end);
  const auto count = static_cast<std::int64_t>(part.size());
  step.set(0, constant_operand(make_integers({count}, std::move(part))));
  return {};
}

Status convert_reshape(Step& step) {
  PITLANE_TRY(const Operand* x, step.flowing(0));
  if (!step.given(1)) return corrupt("has no shape");
  PITLANE_TRY(const std::vector<std::int64_t> wanted, step.integers("shape", 1));
  PITLANE_TRY(const std::int64_t allow_zero, step.integer("allowzero", 0));
  PITLANE_TRY(const Shape dims, target_shape(x->layout.dims(), wanted, allow_zero != 0, step.conversion().batch));
  return set_reshaped(step, *x, dims);
}

Status convert_flatten(Step& step) {
  PITLANE_TRY(const Operand* x, step.flowing(0));
  const Shape dims = x->layout.dims();
  const int rank = x->layout.rank();
  PITLANE_TRY(std::int64_t axis, step.integer("axis", 1));
  if (axis < -rank || axis > rank) return corrupt("axis " + std::to_string(axis) + " of " + braced(dims));
  if (axis < 0) axis += rank;
  Shape flat = {1, 1};
  for (int d = 0; d < rank; ++d) flat[d < axis ? 0 : 1] *= dims[static_cast<std::size_t>(d)];
  return set_reshaped(step, *x, flat);
}

Status convert_squeeze(Step& step) {
  PITLANE_TRY(const Operand* x, step.flowing(0));
  PITLANE_TRY(const std::vector<std::int64_t> axes, step.integers("axes", 1));
  PITLANE_TRY(const std::set<int> gone, distinct_axes(axes, x->layout.rank()));
  Layout layout{x->layout.atoms, {}};
  for (int d = 0; d < x->layout.rank(); ++d) {
    const std::vector<int>& atoms = x->layout.axes[static_cast<std::size_t>(d)];
    const bool named = axes.empty() ? atoms.empty() : gone.contains(d);
    if (named && !atoms.empty())
      return corrupt("drops dimension " + std::to_string(d) + " of " + braced(x->layout.dims()) + ", which is not 1");
    if (!named) layout.axes.push_back(atoms);
  }
  set_layout(step, *x, std::move(layout));
  return {};
}

Status convert_unsqueeze(Step& step) {
  PITLANE_TRY(const Operand* x, step.flowing(0));
  PITLANE_TRY(const std::vector<std::int64_t> axes, step.integers("axes", 1));
  const auto rank = static_cast<int>(std::min(axes.size() + x->layout.axes.size(), kMostDimensions + 1));
  if (rank > static_cast<int>(kMostDimensions))
    return unsupported("makes more than " + std::to_string(kMostDimensions) + " dimensions");
  PITLANE_TRY(const std::set<int> fresh, distinct_axes(axes, rank));
  Layout layout{x->layout.atoms, {}};
  std::size_t next = 0;
  for (int d = 0; d < rank; ++d) layout.axes.push_back(fresh.contains(d) ? std::vector<int>() : x->layout.axes[next++]);
  set_layout(step, *x, std::move(layout));
  return {};
}

Result<std::vector<int>> permutation_of(const Step& step, int rank) {
  PITLANE_TRY(const std::vector<std::int64_t> stated, step.integers("perm"));
  std::vector<int> permutation(static_cast<std::size_t>(rank));
  std::iota(permutation.rbegin(), permutation.rend(), 0);
  if (stated.empty()) return permutation;
  if (stated.size() != permutation.size())
    return corrupt("permutes " + std::to_string(stated.size()) + " dimensions of " + std::to_string(rank));
  PITLANE_TRY(const std::set<int> distinct, distinct_axes(stated, rank));
  for (std::size_t d = 0; d < stated.size(); ++d) {
    PITLANE_TRY(permutation[d], Step::axis(stated[d], rank));
  }
  return permutation;
}

Status convert_transpose(Step& step) {
  PITLANE_TRY(const Operand* x, step.flowing(0));
  PITLANE_TRY(const std::vector<int> permutation, permutation_of(step, x->layout.rank()));
  set_layout(step, *x, transposed(x->layout, permutation));
  return {};
}

}  // namespace pitlane::onnx
