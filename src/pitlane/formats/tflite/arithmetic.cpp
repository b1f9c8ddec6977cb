// ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM: with a constant, or of two tensors.
#include <algorithm>
#include <cmath>
#include <utility>

#include "pitlane/formats/clip_limits.h"
#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

tfl::FusedActivation activation_of(const Operator& op) {
  if (const auto* add = op.raw->builtin_options_as_Add()) return add->fused_activation();
  if (const auto* sub = op.raw->builtin_options_as_Sub()) return sub->fused_activation();
  if (const auto* mul = op.raw->builtin_options_as_Mul()) return mul->fused_activation();
  if (const auto* div = op.raw->builtin_options_as_Div()) return div->fused_activation();
  return tfl::FusedActivation::NONE;
}

struct Affine {
  std::vector<float> scale, shift;
};

/// x op c, or c op x where `constant_first`, as x * scale + shift.
Result<Affine> affine_of(const Operator& op, const std::vector<float>& c, bool constant_first) {
  Affine result{std::vector<float>(c.size(), 1), std::vector<float>(c.size(), 0)};
  const bool dividing = op.code == Code::DIV;
  if (dividing && constant_first) return unsupported(op.name + ": division by a tensor is not translated");
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (dividing && c[i] == 0) return numeric_error(op.name + " divides by zero");
    if (op.code == Code::MUL) result.scale[i] = c[i];
    if (dividing) result.scale[i] = 1 / c[i];
    if (op.code == Code::ADD) result.shift[i] = c[i];
    if (op.code == Code::SUB) result.shift[i] = constant_first ? c[i] : -c[i];
    if (op.code == Code::SUB && constant_first) result.scale[i] = -1;
    if (!std::isfinite(result.scale[i])) return numeric_error(op.name + " divides by " + std::to_string(c[i]));
  }
  return result;
}

/// max(x, c) = relu(x - c) + c; min(x, c) = c - relu(c - x).
Result<ValueId> limited(Translation& t, const Operator& op, ValueId x, const std::vector<float>& c) {
  const auto guards = std::ranges::count_if(c, op.code == Code::MAXIMUM ? is_guard_below : is_guard_above);
  if (guards > 0 && std::cmp_less(guards, c.size()))
    return unsupported(op.name + ": some of its limits are of 65504 and beyond, which guard half precision, and some " +
                       "are not");
  if (guards > 0) {
    for (const float limit : c) note_guard(t.builder, limit);
    return x;
  }
  const float sign = op.code == Code::MAXIMUM ? 1.F : -1.F;
  std::vector<float> moved(c.size());
  std::ranges::transform(c, moved.begin(), [sign](float v) { return -sign * v; });
  const ValueId beyond = t.affine(t.name(op) + ".beyond", x, {sign}, moved);
  return t.affine(t.name(op), t.add(t.name(op) + ".relu", Activate{Activation::kRelu}, {beyond}), {sign}, c);
}

Result<ValueId> combined(Translation& t, const Operator& op, ValueId x, const std::vector<float>& c, bool first) {
  if (op.code == Code::MAXIMUM || op.code == Code::MINIMUM) return limited(t, op, x, c);
  PITLANE_TRY(const Affine affine, affine_of(op, c, first));
  return t.affine(t.name(op), x, affine.scale, affine.shift);
}

/// The constant repeated over the shape, right-aligned as NumPy does it.
Result<std::vector<float>> spread(Translation& t, const Operator& op, const Constant& c, const std::vector<float>& real,
                                  const Shape& shape) {
  PITLANE_TRY_STATUS(t.spend(static_cast<std::size_t>(element_count(shape)) * sizeof(float)));
  std::vector<float> result(static_cast<std::size_t>(element_count(shape)));
  std::vector<std::int64_t> strides(shape.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t back = 1; back <= c.shape.size(); ++back) {
    const std::int64_t size = c.shape[c.shape.size() - back];
    if (back > shape.size()) {
      if (size != 1) return unsupported(op.name + ": a constant of more dimensions than its tensor");
      continue;
    }
    const std::size_t d = shape.size() - back;
    if (size != 1 && size != shape[d])
      return corrupt(op.name + ": '" + c.name + "' of " + to_string(c.shape) + " does not fit " + to_string(shape));
    strides[d] = size == 1 ? 0 : stride;
    stride *= size;
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    std::int64_t rest = static_cast<std::int64_t>(i), at = 0;
    for (std::size_t d = shape.size(); d-- > 0; rest /= shape[d]) at += rest % shape[d] * strides[d];
    result[i] = real[static_cast<std::size_t>(at)];
  }
  return result;
}

bool per_channel(const Constant& c, const Shape& shape) {
  return !c.shape.empty() && !shape.empty() && element_count(c.shape) == c.shape.back() &&
         c.shape.back() == shape.back();
}

Result<Parts> with_constant(Translation& t, const Operator& op, std::size_t flowing, const Constant& c) {
  PITLANE_TRY(const Tensor* input, t.input(op, flowing));
  PITLANE_TRY(Parts parts, t.parts_of_any_layout(op, flowing));
  auto real = real_values(c);
  if (!real.ok()) return real.error().in(op.name);
  const bool first = flowing == 1;
  const bool one = element_count(c.shape) == 1;
  if (t.channels_first(op, flowing)) {
    if (!one) return unsupported(op.name + ": on a picture that is laid out channels first");
    t.set_channels_first(op.outputs[0]);
  } else if (!one && !(per_channel(c, input->shape) && t.fits(parts, input->shape))) {
    // One number an element: parts as vectors, each with its own.
    PITLANE_TRY(*real, spread(t, op, c, *real, input->shape));
    const auto count = static_cast<std::ptrdiff_t>(real->size() / parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto begin = real->begin() + static_cast<std::ptrdiff_t>(i) * count;
      const Shape shape = t.builder.shape(parts[i]);
      PITLANE_TRY(const ValueId y, combined(t, op, t.flat({parts[i]}), {begin, begin + count}, first));
      PITLANE_TRY(const Parts back, t.reshaped({y}, shape));
      parts[i] = back.front();
    }
    return parts;
  }
  for (ValueId& part : parts) {
    PITLANE_TRY(part, combined(t, op, part, *real, first));
  }
  return parts;
}

/// Both tensors' parts so that our Add and Multiply can join them: alike, or the second one number or one a channel.
Result<std::pair<Parts, Parts>> matched(Translation& t, const Operator& op, std::size_t large, std::size_t small) {
  PITLANE_TRY(const Tensor* a, t.input(op, large));
  PITLANE_TRY(const Tensor* b, t.input(op, small));
  PITLANE_TRY(const Parts first, t.parts_of_any_layout(op, large));
  const std::int64_t count = element_count(b->shape);
  if (t.channels_first(op, large) != t.channels_first(op, small))
    return unsupported(op.name + ": of tensors in different layouts");
  if (t.channels_first(op, large)) t.set_channels_first(op.outputs[0]);
  if (element_count(a->shape) == count) {
    PITLANE_TRY(const Parts plain, t.parts_of_any_layout(op, small));
    const Shape shape = t.builder.shape(first.front());
    PITLANE_TRY(Parts second, t.reshaped(plain, shape));
    return std::pair(first, second);
  }
  const bool channels = !b->shape.empty() && count == b->shape.back() && !a->shape.empty() &&
                        count == a->shape.back() && t.fits(first, a->shape);
  if (count != 1 && !channels)
    return unsupported(op.name + ": " + to_string(a->shape) + " with " + to_string(b->shape) +
                       " is not translated; known are equal shapes, one number, and one a channel");
  PITLANE_TRY(const Parts vector, t.parts(op, small, {count}));
  return std::pair(first, Parts(first.size(), vector.front()));
}

Result<Parts> of_tensors(Translation& t, const Operator& op) {
  if (op.code != Code::ADD && op.code != Code::SUB && op.code != Code::MUL)
    return unsupported(op.name + ": of two tensors is not translated; one of them must be a constant");
  PITLANE_TRY(const Tensor* a, t.input(op, 0));
  PITLANE_TRY(const Tensor* b, t.input(op, 1));
  const bool swap = element_count(b->shape) > element_count(a->shape);
  PITLANE_TRY(auto pair, matched(t, op, swap ? 1 : 0, swap ? 0 : 1));
  auto& [first, second] = pair;
  if (op.code == Code::SUB)
    for (ValueId& part : swap ? first : second) part = t.affine(t.name(op) + ".negative", part, {-1}, {0});
  Parts made;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const Op joined = op.code == Code::MUL ? Op(Multiply{}) : Op(Add{});
    made.push_back(t.add(t.name(op), joined, {first[i], second[i]}));
  }
  return made;
}

/// What adds nothing is left out, what multiplies by nothing is nothing. False: there is more to do.
Result<bool> with_zeros(Translation& t, const Operator& op, tfl::FusedActivation activation) {
  for (std::size_t i = 0; i < 2; ++i) {
    PITLANE_TRY(const Constant* silence, zeros(t, op, i));
    if (silence == nullptr || t.constant(op, 1 - i) != nullptr) continue;
    PITLANE_TRY(const Tensor* made, t.output(op));
    PITLANE_TRY(const Parts parts, t.parts_of_any_layout(op, 1 - i));
    PITLANE_TRY(const Tensor* other, t.input(op, 1 - i));
    if (element_count(other->shape) != element_count(made->shape)) continue;
    if (op.code == Code::MUL) {
      const auto count = static_cast<std::size_t>(element_count(made->shape));
      PITLANE_TRY_STATUS(t.spend(count * sizeof(float)));
      t.set_constant(op.outputs[0], make_reals(made->name, made->shape, std::vector<float>(count, 0.F)));
      return true;
    }
    if (op.code != Code::ADD && (op.code != Code::SUB || i == 0)) continue;
    Parts same = parts;
    for (ValueId& part : same) part = t.activated(t.name(op) + ".activation", part, activation);
    if (t.channels_first(op, 1 - i)) t.set_channels_first(op.outputs[0]);
    PITLANE_TRY_STATUS(t.set_output(op, 0, same));
    return true;
  }
  return false;
}

}  // namespace

Status translate_arithmetic(Translation& t, const Operator& op) {
  const tfl::FusedActivation activation = activation_of(op);
  PITLANE_TRY_STATUS(check_fused(op, activation));
  PITLANE_TRY(const bool done, with_zeros(t, op, activation));
  if (done) return {};
  const Constant* left = t.constant(op, 0);
  const Constant* right = t.constant(op, 1);
  Result<Parts> made = Parts();
  if (right != nullptr && left == nullptr) {
    made = with_constant(t, op, 0, *right);
  } else if (left != nullptr && right == nullptr) {
    made = with_constant(t, op, 1, *left);
  } else {
    made = of_tensors(t, op);
  }
  if (!made.ok()) return made.error();
  for (ValueId& part : *made) part = t.activated(t.name(op) + ".activation", part, activation);
  return t.set_output(op, 0, *made);
}

}  // namespace pitlane::tflite
