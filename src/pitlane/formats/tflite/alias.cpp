// Operators that move nothing: the same numbers in row-major order under another shape, type or grid; and TRANSPOSE
// where it is one of them, or swaps between the two layouts of a picture.
#include <algorithm>
#include <vector>

#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

bool is_real(tfl::TensorType type) { return type == tfl::TensorType::FLOAT32 || type == tfl::TensorType::FLOAT16; }

bool changes_shape(Code code) { return code == Code::RESHAPE || code == Code::SQUEEZE || code == Code::EXPAND_DIMS; }

Status alias_of_constant(Translation& t, const Operator& op, const Constant& constant) {
  PITLANE_TRY(const Tensor* made, t.output(op));
  Constant result = constant;
  if (op.code == Code::DEQUANTIZE) {
    result.dequantized = true;
  } else if (op.code == Code::QUANTIZE) {
    PITLANE_TRY(const Constant* silence, zeros(t, op, 0));
    if (silence == nullptr)  // zero lies on every grid
      return unsupported(op.name + ": of the constant '" + constant.name + "'; convert with constants folded");
  } else if (op.code == Code::CAST && !(is_real(constant.type) && is_real(made->type))) {
    return unsupported(op.name + ": of the constant '" + constant.name + "'; convert with constants folded");
  }
  if (element_count(made->shape) != element_count(constant.shape))
    return corrupt(op.name + " makes " + to_string(made->shape) + " of " + to_string(constant.shape));
  if (changes_shape(op.code)) {
    if (constant.quantization.scales.size() > 1)
      return unsupported(op.name + ": of the constant '" + constant.name + "' with a scale a channel");
    result.shape = made->shape;
  }
  t.set_constant(op.outputs[0], std::move(result));
  return {};
}

/// The dimensions that are not 1 stay in their order.
bool moves_nothing(const std::vector<std::size_t>& order, const Shape& shape) {
  std::vector<std::size_t> real;
  std::ranges::copy_if(order, std::back_inserter(real), [&](std::size_t d) { return shape[d] != 1; });
  return std::ranges::is_sorted(real);
}

Result<std::vector<std::size_t>> order_of(Translation& t, const Operator& op, std::size_t rank) {
  PITLANE_TRY(const std::vector<std::int64_t> numbers, t.needs_integers(op, 1, "order of dimensions"));
  std::vector<std::size_t> order;
  for (const std::int64_t d : numbers) {
    if (d < 0 || std::cmp_greater_equal(d, rank) || std::ranges::count(numbers, d) != 1)
      return corrupt(op.name + ": its order of dimensions is none");
    order.push_back(static_cast<std::size_t>(d));
  }
  if (order.size() != rank) return corrupt(op.name + ": its order of dimensions is none");
  return order;
}

}  // namespace

Status translate_alias(Translation& t, const Operator& op) {
  if (const Constant* constant = t.constant(op, 0)) return alias_of_constant(t, op, *constant);
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  PITLANE_TRY(const Tensor* made, t.output(op));
  if (op.code == Code::CAST && is_real(input->type) && !is_real(made->type))
    return unsupported(op.name + ": rounding activations to " + tfl::EnumNameTensorType(made->type) +
                       " is not translated");
  PITLANE_TRY(const Parts parts, t.parts_of_any_layout(op, 0));
  if (t.channels_first(op, 0)) {
    // Flattened, a picture is a matter between its layout and the weights of the layer that reads it.
    const bool flattened = !made->shape.empty() && element_count(made->shape) == made->shape.back();
    if (made->shape != input->shape && !flattened)
      return unsupported(op.name + ": reshapes a picture that is laid out channels first");
    t.set_channels_first(op.outputs[0]);
  }
  return t.set_output(op, 0, parts);
}

Status translate_transpose(Translation& t, const Operator& op) {
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  const Constant* constant = t.constant(op, 0);
  const Shape shape = constant != nullptr ? constant->shape : input->shape;
  PITLANE_TRY(const std::vector<std::size_t> order, order_of(t, op, shape.size()));
  if (constant != nullptr) {
    if (bytes_per_element(constant->type) == 0)
      return unsupported(op.name + ": moves numbers of the type " + tfl::EnumNameTensorType(constant->type));
    PITLANE_TRY_STATUS(t.spend(constant->data.bytes().size()));
    t.set_constant(op.outputs[0], transposed(*constant, order));
    return {};
  }
  PITLANE_TRY(const Parts parts, t.parts_of_any_layout(op, 0));
  const bool first = t.channels_first(op, 0);
  const bool picture = shape.size() == 4 && shape[0] == 1;
  if (first && picture && order == std::vector<std::size_t>{0, 2, 3, 1}) return t.set_output(op, 0, parts);
  if (!first && moves_nothing(order, shape)) return t.set_output(op, 0, parts);
  if (!first && picture && order == std::vector<std::size_t>{0, 3, 1, 2}) {
    PITLANE_TRY(const Parts pictures, t.parts(op, 0, {shape[1], shape[2], shape[3]}));
    t.set_channels_first(op.outputs[0]);
    return t.set_output(op, 0, pictures);
  }
  return unsupported(op.name + ": this transposition of " + to_string(shape) +
                     " is not translated; known are those that move nothing and those between channels first and last");
}

}  // namespace pitlane::tflite
