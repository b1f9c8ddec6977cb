// FILL, ZEROS_LIKE: constants that a graph makes for itself, such as the memory of a recurrent layer before its first
// step.
#include <algorithm>
#include <utility>

#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

Result<float> value_of(Translation& t, const Operator& op, const Tensor& made) {
  if (op.code == tfl::BuiltinOperator::ZEROS_LIKE) return 0.F;
  PITLANE_TRY(const Constant* stored, t.needs_constant(op, 1, "value"));
  if (element_count(stored->shape) != 1) return corrupt(op.name + ": needs one value");
  Constant value = *stored;
  if (!value.quantization.any()) value.quantization = made.quantization;
  auto real = real_values(value);
  if (!real.ok()) return real.error().in(op.name);
  return real->front();
}

}  // namespace

Status translate_fill(Translation& t, const Operator& op) {
  PITLANE_TRY(const Tensor* made, t.output(op));
  const auto count = static_cast<std::size_t>(element_count(made->shape));
  if (made->quantization.scales.size() > 1) return unsupported(op.name + ": on several scales");
  PITLANE_TRY(const float value, value_of(t, op, *made));
  const Status enough = t.spend(count * sizeof(float));
  if (!enough.ok()) return enough.error().in(op.name);
  t.set_constant(op.outputs[0], make_reals(made->name, made->shape, std::vector<float>(count, value)));
  return {};
}

Result<const Constant*> zeros(Translation& t, const Operator& op, std::size_t i) {
  const Constant* known = t.constant(op, i);
  if (known == nullptr || is_integer_index(known->type)) return nullptr;
  auto values = real_values(*known);
  if (!values.ok()) return values.error().in(op.name);
  return std::ranges::all_of(*values, [](float v) { return v == 0; }) ? known : nullptr;
}

}  // namespace pitlane::tflite
