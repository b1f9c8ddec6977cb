// Sums and products: with constants (by channel, by element, one for all) and of two computed tensors.
#include <algorithm>
#include <numeric>
#include <utility>

#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/views.h"

namespace pitlane::onnx {
namespace {

enum class Sign { kAdd, kSub, kMul, kDiv };

/// With ones in front.
Layout with_rank(const Layout& layout, int rank) {
  Layout result = layout;
  result.axes.insert(result.axes.begin(), static_cast<std::size_t>(std::max(0, rank - layout.rank())), {});
  return result;
}

std::vector<float> each(const std::vector<std::int64_t>& sources, const Constant& constant, float (*f)(float)) {
  std::vector<float> values;
  values.reserve(sources.size());
  for (const std::int64_t s : sources)
    values.push_back(f(static_cast<float>(constant.at(static_cast<std::size_t>(s)))));
  return values;
}

/// Strides of a constant by dimension of a tensor that it is spread over; 0 where it does not differ.
Result<std::vector<std::int64_t>> spread(const Shape& constant, const Shape& tensor) {
  std::vector<std::int64_t> strides(tensor.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t back = 1; back <= constant.size(); ++back) {
    const std::int64_t size = constant[constant.size() - back];
    if (size == 1) continue;
    if (back > tensor.size() || tensor[tensor.size() - back] != size)
      return unsupported("combines " + braced(tensor) + " with a constant " + braced(constant) +
                         "; the constant must fit into the tensor");
    strides[tensor.size() - back] = stride;
    stride *= size;
  }
  return strides;
}

Status combine_constant(Step& step, Sign sign, const Operand& x, const Constant& constant, bool constant_first) {
  if (constant.size() == 0) return corrupt("combines with an empty constant");
  Operand tensor = x;
  tensor.layout = with_rank(x.layout, static_cast<int>(constant.dims.size()));
  const Shape dims = tensor.layout.dims();
  PITLANE_TRY(const std::vector<std::int64_t> strides, spread(constant.dims, dims));
  std::vector<int> axes;
  for (std::size_t d = 0; d < strides.size(); ++d)
    if (strides[d] != 0) axes.push_back(static_cast<int>(d));
  PITLANE_TRY(const ChannelView view, as_channels(step, tensor, axes, strides));
  PITLANE_TRY_STATUS(step.conversion().spend(view.sources.size() * sizeof(float)));
  std::vector<float> gamma(view.sources.size(), 1), beta(view.sources.size(), 0);
  switch (sign) {
    case Sign::kAdd:
      beta = each(view.sources, constant, [](float c) { return c; });
      break;
    case Sign::kSub:
      beta = each(
          view.sources, constant, constant_first ? [](float c) { return c; } : [](float c) { return -c; });
      if (constant_first) std::ranges::fill(gamma, -1.0F);
      break;
    case Sign::kMul:
      gamma = each(view.sources, constant, [](float c) { return c; });
      break;
    case Sign::kDiv:
      if (constant_first) return unsupported("divides by what the network computes; no operator does");
      gamma = each(view.sources, constant, [](float c) { return 1 / c; });
      break;
  }
  PITLANE_TRY(const ValueId value, affine(step, "", view.value, gamma, beta));
  step.set(0, real_operand(value, tensor.layout));
  return {};
}

/// Two values that an Add or Multiply can take, and the layout of the result.
struct Pair {
  ValueId first = -1, second = -1;
  Layout layout;
};

Error no_pair(const Operand& a, const Operand& b) {
  return unsupported(
      "combines " + braced(a.layout.dims()) + " with " + braced(b.layout.dims()) +
      ", whose elements do not lie alike; only equal tensors, a vector by channel or one number are understood");
}

/// `small` varies only along some dimensions of `large`: they must be its channels, in the same order.
Result<Pair> spread_pair(Step& step, const Operand& large, const Operand& small) {
  const Shape big = large.layout.dims(), little = small.layout.dims();
  std::vector<int> axes;
  Layout channels;
  for (std::size_t d = 0; d < big.size(); ++d) {
    if (little[d] != 1 && little[d] != big[d]) return no_pair(large, small);
    if (little[d] != 1) axes.push_back(static_cast<int>(d));
  }
  const std::optional<std::size_t> first = find_suffix(large.layout, axes);
  if (!first) return no_pair(large, small);
  channels.atoms.assign(large.layout.atoms.begin() + static_cast<std::ptrdiff_t>(*first), large.layout.atoms.end());
  for (const int axis : axes) {
    std::vector<int> atoms = large.layout.axes[static_cast<std::size_t>(axis)];
    for (int& atom : atoms) atom -= static_cast<int>(*first);
    channels.axes.push_back(std::move(atoms));
  }
  if (!same_places(channels, small.layout)) return no_pair(large, small);
  const std::int64_t count = small.layout.size();
  Pair pair{large.value, -1, large.layout};
  if (step.builder().shape(large.value).back() != count) {
    PITLANE_TRY(pair.first, step.shaped(large.value, {large.layout.size() / count, count}));
  }
  PITLANE_TRY(pair.second, step.shaped(small.value, {count}));
  return pair;
}

Result<Pair> make_pair(Step& step, Operand a, Operand b) {
  const int rank = std::max(a.layout.rank(), b.layout.rank());
  a.layout = with_rank(a.layout, rank);
  b.layout = with_rank(b.layout, rank);
  const bool swapped = b.layout.size() > a.layout.size();
  const Operand &large = swapped ? b : a, &small = swapped ? a : b;
  Pair pair{large.value, small.value, large.layout};
  if (large.layout.size() == small.layout.size()) {
    if (large.layout.dims() != small.layout.dims() || !same_places(large.layout, small.layout)) return no_pair(a, b);
    PITLANE_TRY(pair.second, step.shaped(small.value, step.builder().shape(large.value)));
  } else if (small.layout.size() > 1) {
    PITLANE_TRY(pair, spread_pair(step, large, small));
  }
  return pair;
}

Status combine(Step& step, Sign sign) {
  PITLANE_TRY(const bool done, convert_scale_product(step));
  if (done) return {};
  PITLANE_TRY(const Operand* a, step.operand(0));
  PITLANE_TRY(const Operand* b, step.operand(1));
  if (a->is_constant() || b->is_constant()) {
    PITLANE_TRY(const Operand* x, step.real(a->is_constant() ? 1 : 0));
    return combine_constant(step, sign, *x, a->is_constant() ? *a->constant : *b->constant, a->is_constant());
  }
  PITLANE_TRY(a, step.real(0));
  PITLANE_TRY(b, step.real(1));
  if (sign == Sign::kDiv) return unsupported("divides by what the network computes; no operator does");
  Operand minus = *b;
  if (sign == Sign::kSub) {
    PITLANE_TRY(minus.value, affine(step, "minus", b->value, -1, 0));
  }
  PITLANE_TRY(Pair pair, make_pair(step, *a, minus));
  Op op = Add{};
  if (sign == Sign::kMul) op = Multiply{};
  PITLANE_TRY(const ValueId value, step.add("", std::move(op), {pair.first, pair.second}));
  step.set(0, real_operand(value, std::move(pair.layout)));
  return {};
}

}  // namespace

Status convert_add(Step& step) { return combine(step, Sign::kAdd); }
Status convert_sub(Step& step) { return combine(step, Sign::kSub); }
Status convert_mul(Step& step) { return combine(step, Sign::kMul); }
Status convert_div(Step& step) { return combine(step, Sign::kDiv); }

}  // namespace pitlane::onnx
