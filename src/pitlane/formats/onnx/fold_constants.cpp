// Nodes over constants alone, computed while importing. Exporters write the arithmetic of shapes so (x.view(x.size(0),
// -1)), transposed weights, and statistics of normalisations.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/views.h"
#include "pitlane/network/limits.h"

namespace pitlane::onnx {
namespace {

/// Results that are larger than all operands: shapes and masks are small.
constexpr std::int64_t kLargestNew = std::int64_t{1} << 16;

std::vector<std::int64_t> row_major_strides(const Shape& dims) {
  std::vector<std::int64_t> strides(dims.size(), 1);
  for (std::size_t d = dims.size(); d-- > 1;) strides[d - 1] = strides[d] * dims[d];
  return strides;
}

/// For each element of `dims` in order: the sum of its indices times `strides`, plus `offset`.
std::vector<std::int64_t> walk(const Shape& dims, const std::vector<std::int64_t>& strides, std::int64_t offset = 0) {
  std::vector<std::int64_t> places = {offset};
  for (std::size_t d = 0; d < dims.size(); ++d) {
    std::vector<std::int64_t> finer;
    finer.reserve(places.size() * static_cast<std::size_t>(dims[d]));
    for (const std::int64_t place : places)
      for (std::int64_t i = 0; i < dims[d]; ++i) finer.push_back(place + i * strides[d]);
    places = std::move(finer);
  }
  return places;
}

Status set_constant(Step& step, Constant constant, std::size_t output = 0) {
  PITLANE_TRY(const std::int64_t count, checked_count(constant.dims));
  PITLANE_CHECK(static_cast<std::size_t>(count) == constant.size());
  PITLANE_TRY_STATUS(step.conversion().spend(constant.reals.size() * sizeof(float) +
                                             constant.integers.size() * sizeof(std::int64_t) + constant.bytes.size()));
  step.set(output, constant_operand(std::make_shared<const Constant>(std::move(constant))));
  return {};
}

Status fold_constant(Step& step) {
  if (step.node().attributes.size() != 1)
    return corrupt("has " + std::to_string(step.node().attributes.size()) + " values; one is needed");
  const Attribute& a = step.node().attributes.front();
  if (a.tensor) {
    PITLANE_TRY(ConstantPtr constant, step.conversion().decode(*a.tensor));
    step.set(0, constant_operand(std::move(constant)));
    return {};
  }
  if (a.integer) return set_constant(step, *make_integers({}, {*a.integer}));
  if (a.real) return set_constant(step, *make_reals({}, {*a.real}));
  if (!a.integers.empty())
    return set_constant(step, *make_integers({static_cast<std::int64_t>(a.integers.size())}, a.integers));
  if (!a.reals.empty()) return set_constant(step, *make_reals({static_cast<std::int64_t>(a.reals.size())}, a.reals));
  return unsupported("holds a value of a kind that is not read: '" + a.name + "'");
}

Status fold_fill(Step& step) {
  PITLANE_TRY(const Shape dims, step.integers("shape", 0));
  PITLANE_TRY(const std::int64_t count, checked_count(dims));
  if (count > kLargestNew) return unsupported("would make a constant of " + std::to_string(count) + " elements");
  Constant filled{.type = ElementType::kFloat, .dims = dims};
  const Attribute* value = step.node().find("value");
  if (value == nullptr || !value->tensor) {
    filled.reals.assign(static_cast<std::size_t>(count), 0.0F);
    return set_constant(step, std::move(filled));
  }
  PITLANE_TRY(const ConstantPtr one, step.conversion().decode(*value->tensor));
  if (one->size() != 1) return corrupt("fills with a tensor of the shape " + braced(one->dims));
  return set_constant(step, rearranged(*one, dims, std::vector<std::int64_t>(static_cast<std::size_t>(count), 0)));
}

Status fold_transpose(Step& step) {
  PITLANE_TRY(const Operand* x, step.operand(0));
  const Constant& constant = *x->constant;
  PITLANE_TRY(const std::vector<int> permutation, permutation_of(step, static_cast<int>(constant.dims.size())));
  const std::vector<std::int64_t> strides = row_major_strides(constant.dims);
  Shape dims;
  std::vector<std::int64_t> moved;
  for (const int axis : permutation) {
    dims.push_back(constant.dims[static_cast<std::size_t>(axis)]);
    moved.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  PITLANE_TRY_STATUS(step.conversion().spend(constant.size() * (sizeof(float) + 1)));
  const std::vector<std::int64_t> source = walk(dims, moved);
  Operand y = constant_operand(std::make_shared<const Constant>(rearranged(constant, dims, source)));
  if (x->int8) {
    auto int8 = std::make_shared<Int8Constant>(*x->int8);
    int8->bytes = std::make_shared<const Constant>(rearranged(*x->int8->bytes, dims, source));
    const auto place = std::ranges::find(permutation, x->int8->axis);
    int8->axis = static_cast<int>(place - permutation.begin());
    y.int8 = std::move(int8);
  }
  step.set(0, std::move(y));
  return {};
}

/// The same elements under other dimensions.
Status set_shape(Step& step, const Constant& x, Shape dims) {
  Constant y = x;
  y.dims = std::move(dims);
  return set_constant(step, std::move(y));
}

Status fold_reshape(Step& step) {
  PITLANE_TRY(const ConstantPtr x, step.constant(0));
  PITLANE_TRY(const std::vector<std::int64_t> wanted, step.integers("shape", 1));
  PITLANE_TRY(Shape dims, target_shape(x->dims, wanted, false, 1));
  return set_shape(step, *x, std::move(dims));
}

Status fold_flatten(Step& step) {
  PITLANE_TRY(const ConstantPtr x, step.constant(0));
  PITLANE_TRY(const std::int64_t axis, step.integer("axis", 1));
  const auto rank = static_cast<std::int64_t>(x->dims.size());
  if (axis < -rank || axis > rank) return corrupt("axis " + std::to_string(axis) + " of " + braced(x->dims));
  Shape dims = {1, 1};
  for (std::int64_t d = 0; d < rank; ++d)
    dims[d < (axis < 0 ? axis + rank : axis) ? 0 : 1] *= x->dims[static_cast<std::size_t>(d)];
  return set_shape(step, *x, std::move(dims));
}

Status fold_unsqueeze(Step& step) {
  PITLANE_TRY(const ConstantPtr x, step.constant(0));
  PITLANE_TRY(std::vector<std::int64_t> axes, step.integers("axes", 1));
  const std::size_t rank = x->dims.size() + axes.size();
  if (rank > kMostDimensions) return unsupported("makes more than " + std::to_string(kMostDimensions) + " dimensions");
  for (std::int64_t& axis : axes) {
    PITLANE_TRY(axis, Step::axis(axis, static_cast<int>(rank)));
  }
  std::ranges::sort(axes);
  Shape dims = x->dims;
  for (const std::int64_t axis : axes) {
    if (axis > static_cast<std::int64_t>(dims.size())) return corrupt("names an axis twice");
    dims.insert(dims.begin() + axis, 1);
  }
  return set_shape(step, *x, std::move(dims));
}

Status fold_squeeze(Step& step) {
  PITLANE_TRY(const ConstantPtr x, step.constant(0));
  PITLANE_TRY(std::vector<std::int64_t> axes, step.integers("axes", 1));
  for (std::int64_t& axis : axes) {
    PITLANE_TRY(axis, Step::axis(axis, static_cast<int>(x->dims.size())));
  }
  Shape dims;
  for (std::size_t d = 0; d < x->dims.size(); ++d) {
    const bool named = axes.empty() || std::ranges::count(axes, static_cast<std::int64_t>(d)) > 0;
    if (!named || (axes.empty() && x->dims[d] != 1))
      dims.push_back(x->dims[d]);
    else if (x->dims[d] != 1)
      return corrupt("drops dimension " + std::to_string(d) + " of " + braced(x->dims) + ", which is not 1");
  }
  return set_shape(step, *x, std::move(dims));
}

Status fold_cast(Step& step) {
  PITLANE_TRY(const Operand* operand, step.operand(0));
  PITLANE_TRY(const std::int64_t to, step.integer("to", 0));
  const Constant& x = *operand->constant;
  Constant y{.type = static_cast<ElementType>(static_cast<std::int32_t>(std::clamp<std::int64_t>(to, -1, 1000))),
             .dims = x.dims};
  if (x.is_real() && y.is_real()) {
    y.reals = x.reals;
    y.half = x.half;  // widening loses nothing, and a weight may go back
    if (y.type == ElementType::kHalf && !x.half) {
      for (float& v : y.reals) v = f16_to_f32(f32_to_f16(v));
      y.half = true;
    }
    return set_constant(step, std::move(y));
  }
  for (std::size_t i = 0; i < x.size(); ++i) switch (y.type) {
      case ElementType::kFloat:
      case ElementType::kDouble:
      case ElementType::kHalf:
        y.reals.push_back(static_cast<float>(x.at(i)));
        break;
      case ElementType::kUint8:
      case ElementType::kInt8:
        y.bytes.push_back(static_cast<std::uint8_t>(x.integer(i)));
        break;
      case ElementType::kInt32:
      case ElementType::kInt64:
        y.integers.push_back(x.integer(i));
        break;
      case ElementType::kBool:
        y.integers.push_back(x.at(i) != 0 ? 1 : 0);
        break;
      default:
        return unsupported("casts to " + to_string(y.type) + ", which is not read");
    }
  return set_constant(step, std::move(y));
}

Status fold_gather(Step& step) {
  PITLANE_TRY(const ConstantPtr x, step.constant(0));
  PITLANE_TRY(const ConstantPtr index, step.constant(1));
  PITLANE_TRY(const int axis, step.axis("axis", 0, static_cast<int>(x->dims.size())));
  const auto a = static_cast<std::size_t>(axis);
  const std::int64_t size = x->dims[a], inner = row_major_strides(x->dims)[a];
  Shape dims(x->dims.begin(), x->dims.begin() + axis);
  dims.insert(dims.end(), index->dims.begin(), index->dims.end());
  dims.insert(dims.end(), x->dims.begin() + axis + 1, x->dims.end());
  PITLANE_TRY(const std::int64_t count, checked_count(dims));
  if (count > std::max<std::int64_t>(kLargestNew, static_cast<std::int64_t>(x->size())))
    return unsupported("would make a constant of " + std::to_string(count) + " elements");
  std::vector<std::int64_t> source;
  for (std::int64_t outer = 0; inner > 0 && size > 0 && outer < static_cast<std::int64_t>(x->size()) / (size * inner);
       ++outer)
    for (std::size_t i = 0; i < index->size(); ++i) {
      const std::int64_t at = index->integer(i);
      if (at < -size || at >= size)
        return corrupt("picks element " + std::to_string(at) + " of " + std::to_string(size));
      for (std::int64_t j = 0; j < inner; ++j) source.push_back((outer * size + (at < 0 ? at + size : at)) * inner + j);
    }
  return set_constant(step, rearranged(*x, dims, source));
}

Status fold_concat(Step& step) {
  PITLANE_TRY(const ConstantPtr first, step.constant(0));
  PITLANE_TRY(const int axis, step.axis("axis", 0, static_cast<int>(first->dims.size())));
  const auto a = static_cast<std::size_t>(axis);
  Constant joined{.type = first->type, .dims = first->dims};
  joined.dims[a] = 0;
  std::int64_t outer = 1;
  for (std::size_t d = 0; d < a; ++d) outer *= first->dims[d];
  std::vector<ConstantPtr> parts;
  for (std::size_t i = 0; i < step.node().inputs.size(); ++i) {
    PITLANE_TRY(const ConstantPtr part, step.constant(i));
    Shape alike = part->dims;
    if (alike.size() == joined.dims.size()) alike[a] = joined.dims[a];
    if (alike != joined.dims || part->type != joined.type)
      return corrupt("joins " + braced(first->dims) + " and " + braced(part->dims));
    joined.dims[a] += part->dims[a];
    parts.push_back(part);
  }
  const auto append = [outer](const auto& from, auto& to, std::int64_t o) {
    const auto chunk = static_cast<std::ptrdiff_t>(from.size()) / std::max<std::int64_t>(outer, 1);
    to.insert(to.end(), from.begin() + o * chunk, from.begin() + (o + 1) * chunk);
  };
  for (std::int64_t o = 0; o < outer; ++o)
    for (const ConstantPtr& part : parts) {
      append(part->reals, joined.reals, o);
      append(part->integers, joined.integers, o);
      append(part->bytes, joined.bytes, o);
    }
  return set_constant(step, std::move(joined));
}

Status fold_slice(Step& step) {
  PITLANE_TRY(const ConstantPtr x, step.constant(0));
  PITLANE_TRY(const std::vector<std::int64_t> starts, step.integers("starts", 1));
  PITLANE_TRY(const std::vector<std::int64_t> ends, step.integers("ends", 2));
  PITLANE_TRY(std::vector<std::int64_t> axes, step.integers("axes", 3));
  PITLANE_TRY(const std::vector<std::int64_t> steps, step.integers("steps", 4));
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (ends.size() != starts.size() || axes.size() != starts.size())
    return corrupt("has starts, ends and axes of different lengths");
  if (std::ranges::any_of(steps, [](std::int64_t s) { return s != 1; })) return unsupported("has steps other than 1");
  Shape dims = x->dims;
  const std::vector<std::int64_t> strides = row_major_strides(dims);
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    PITLANE_TRY(const int axis, Step::axis(axes[i], static_cast<int>(dims.size())));
    const std::int64_t size = x->dims[static_cast<std::size_t>(axis)];
    const auto clamped = [size](std::int64_t v) {
      return std::clamp<std::int64_t>(v < -size ? 0 : v < 0 ? v + size : v, 0, size);
    };
    const std::int64_t start = clamped(starts[i]), end = std::max(start, clamped(ends[i]));
    offset += start * strides[static_cast<std::size_t>(axis)];
    dims[static_cast<std::size_t>(axis)] = end - start;
  }
  return set_constant(step, rearranged(*x, dims, walk(dims, strides, offset)));
}

Result<Shape> broadcast(const Shape& a, const Shape& b) {
  Shape dims(std::max(a.size(), b.size()), 1);
  for (std::size_t back = 1; back <= dims.size(); ++back) {
    const std::int64_t x = back <= a.size() ? a[a.size() - back] : 1, y = back <= b.size() ? b[b.size() - back] : 1;
    if (x != y && x != 1 && y != 1) return corrupt("combines " + braced(a) + " with " + braced(b));
    dims[dims.size() - back] = x == 1 ? y : x;
  }
  return dims;
}

/// Element of `from` for each element of `dims`, which it is spread over.
std::vector<std::int64_t> strides_over(const Shape& from, const Shape& dims) {
  const std::vector<std::int64_t> own = row_major_strides(from);
  std::vector<std::int64_t> strides(dims.size(), 0);
  for (std::size_t back = 1; back <= from.size(); ++back)
    if (from[from.size() - back] != 1) strides[dims.size() - back] = own[from.size() - back];
  return walk(dims, strides);
}

Result<double> combined(const std::string& type, double a, double b, bool real) {
  if (type == "Add") return a + b;
  if (type == "Sub") return a - b;
  if (type == "Mul") return a * b;
  if (type == "Min") return std::min(a, b);
  if (type == "Max") return std::max(a, b);
  if (type == "Equal") return a == b ? 1.0 : 0.0;
  if (type == "Pow") return std::pow(a, b);
  if (b == 0 && !real) return corrupt("divides integers by zero");
  return real ? a / b : std::trunc(a / b);
}

Status fold_binary(Step& step) {
  PITLANE_TRY(const ConstantPtr a, step.constant(0));
  PITLANE_TRY(const ConstantPtr b, step.constant(1));
  if (a->size() == 0 || b->size() == 0) return unsupported("combines with an empty constant");
  PITLANE_TRY(const Shape dims, broadcast(a->dims, b->dims));
  PITLANE_TRY(const std::int64_t count, checked_count(dims));
  if (count > std::max<std::int64_t>(kLargestNew, static_cast<std::int64_t>(std::max(a->size(), b->size()))))
    return unsupported("would make a constant of " + std::to_string(count) + " elements");
  const std::vector<std::int64_t> from_a = strides_over(a->dims, dims), from_b = strides_over(b->dims, dims);
  const std::string& type = step.node().type;
  Constant y{.type = type == "Equal" ? ElementType::kBool : a->type, .dims = dims};
  if (y.type == ElementType::kInt8 || y.type == ElementType::kUint8) return unsupported("computes with bytes");
  for (std::size_t i = 0; i < from_a.size(); ++i) {
    const double left = a->at(static_cast<std::size_t>(from_a[i])), right = b->at(static_cast<std::size_t>(from_b[i]));
    PITLANE_TRY(const double value, combined(type, left, right, a->is_real()));
    if (y.is_real())
      y.reals.push_back(static_cast<float>(value));
    else if (std::abs(value) < 9e15)
      y.integers.push_back(static_cast<std::int64_t>(value));
    else
      return unsupported("computes an integer beyond 53 bits");
  }
  return set_constant(step, std::move(y));
}

Status fold_where(Step& step) {
  PITLANE_TRY(const ConstantPtr condition, step.constant(0));
  PITLANE_TRY(const ConstantPtr a, step.constant(1));
  PITLANE_TRY(const ConstantPtr b, step.constant(2));
  if (condition->dims != a->dims || a->dims != b->dims || a->type != b->type)
    return unsupported("chooses between constants of different shapes or types");
  Constant y = *a;
  for (std::size_t i = 0; i < condition->size(); ++i) {
    if (condition->at(i) != 0) continue;
    if (!y.reals.empty()) y.reals[i] = b->reals[i];
    if (!y.integers.empty()) y.integers[i] = b->integers[i];
    if (!y.bytes.empty()) y.bytes[i] = b->bytes[i];
  }
  return set_constant(step, std::move(y));
}

Status fold_unary(Step& step) {
  PITLANE_TRY(const ConstantPtr x, step.constant(0));
  const std::string& type = step.node().type;
  if (!x->is_real()) return unsupported("computes with " + to_string(x->type));
  Constant y{.type = x->type, .dims = x->dims, .reals = x->reals};
  for (float& v : y.reals)
    v = type == "Neg"     ? -v
        : type == "Abs"   ? std::abs(v)
        : type == "Sqrt"  ? std::sqrt(v)
        : type == "Floor" ? std::floor(v)
        : type == "Ceil"  ? std::ceil(v)
                          : 1 / v;
  return set_constant(step, std::move(y));
}

Status fold_expand(Step& step) {
  PITLANE_TRY(const ConstantPtr x, step.constant(0));
  PITLANE_TRY(Shape wanted, step.integers("shape", 1));
  if (step.node().type == "Tile") {
    if (wanted.size() != x->dims.size()) return corrupt("has repeats for another number of dimensions");
    for (std::size_t d = 0; d < wanted.size(); ++d)
      if (x->dims[d] != 1 && wanted[d] != 1)
        return unsupported("repeats more than single elements of " + braced(x->dims));
      else
        wanted[d] = x->dims[d] == 1 ? wanted[d] : x->dims[d];
  }
  if (x->size() == 0) return unsupported("spreads an empty constant");
  PITLANE_TRY_STATUS(checked_count(wanted));
  PITLANE_TRY(const Shape dims, broadcast(x->dims, wanted));
  PITLANE_TRY(const std::int64_t count, checked_count(dims));
  if (count > std::max<std::int64_t>(kLargestNew, static_cast<std::int64_t>(x->size())))
    return unsupported("would make a constant of " + std::to_string(count) + " elements");
  return set_constant(step, rearranged(*x, dims, strides_over(x->dims, dims)));
}

struct Fold {
  const char* type;
  Status (*fold)(Step& step);
};
constexpr std::array kFolds = {
    Fold{"Constant", fold_constant},   Fold{"ConstantOfShape", fold_fill},
    Fold{"Transpose", fold_transpose}, Fold{"Reshape", fold_reshape},
    Fold{"Flatten", fold_flatten},     Fold{"Unsqueeze", fold_unsqueeze},
    Fold{"Squeeze", fold_squeeze},     Fold{"Cast", fold_cast},
    Fold{"Gather", fold_gather},       Fold{"Concat", fold_concat},
    Fold{"Slice", fold_slice},         Fold{"Add", fold_binary},
    Fold{"Sub", fold_binary},          Fold{"Mul", fold_binary},
    Fold{"Div", fold_binary},          Fold{"Min", fold_binary},
    Fold{"Max", fold_binary},          Fold{"Pow", fold_binary},
    Fold{"Equal", fold_binary},        Fold{"Where", fold_where},
    Fold{"Neg", fold_unary},           Fold{"Abs", fold_unary},
    Fold{"Sqrt", fold_unary},          Fold{"Floor", fold_unary},
    Fold{"Ceil", fold_unary},          Fold{"Reciprocal", fold_unary},
    Fold{"Expand", fold_expand},       Fold{"Tile", fold_expand},
};

}  // namespace

Result<bool> fold_constants(Step& step) {
  if (!step.all_constant()) return false;
  const auto fold = std::ranges::find_if(kFolds, [&](const Fold& f) { return f.type == step.node().type; });
  if (fold == kFolds.end()) return false;
  PITLANE_TRY_STATUS(fold->fold(step));
  return true;
}

}  // namespace pitlane::onnx
