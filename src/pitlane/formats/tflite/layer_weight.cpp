// Weights and biases of layers, from however a file stores them.
#include <algorithm>
#include <cmath>
#include <utility>

#include "pitlane/formats/tflite/operators.h"
#include "pitlane/network/limits.h"

namespace pitlane::tflite {

bool multiplies_integers(const Constant& weight) {
  const bool bytes = weight.type == tfl::TensorType::INT8 || weight.type == tfl::TensorType::UINT8;
  return bytes && weight.quantization.any() && !weight.dequantized;
}

namespace {

/// Scales that run along the first dimension of {O, C * H * W} still do when the rest is seen as several.
Result<Constant> arranged(Translation& t, const Operator& op, const Constant& constant, const Arrangement& how) {
  if (how.order.empty()) return constant;
  const TensorQuantization& q = constant.quantization;
  const bool same_view = how.view == constant.shape;
  if (!same_view && q.scales.size() > 1 && q.dimension != 0)
    return unsupported(op.name + ": weight '" + constant.name + "' has scales along dimension " +
                       std::to_string(q.dimension));
  const Status enough = t.spend(constant.data.bytes().size());
  if (!enough.ok()) return enough.error().in(op.name);
  Constant seen = constant;
  seen.shape = how.view;
  return transposed(seen, how.order);
}

}  // namespace

Result<WeightId> layer_weight(Translation& t, const Operator& op, const Constant& constant, const Shape& shape,
                              bool int8, const Arrangement& arrangement) {
  if (!within_limits(shape) || element_count(shape) != element_count(constant.shape))
    return corrupt(op.name + ": weight '" + constant.name + "' of " + to_string(constant.shape) + " should be " +
                   to_string(shape));
  if (constant.type == tfl::TensorType::INT8 && !constant.quantization.any())
    return corrupt(op.name + ": weight '" + constant.name + "' has bytes and no scale");
  const WeightForm form{&constant, arrangement.order, shape, int8};
  if (const auto known = t.find_weight(form)) return *known;
  PITLANE_TRY(const Constant source, arranged(t, op, constant, arrangement));
  Result<Weight> weight = make_weight(source, shape, int8);
  if (!weight.ok()) return weight.error().in(op.name);
  if (weight->data.bytes().data() != source.data.bytes().data()) {
    const Status enough = t.spend(weight->data.bytes().size());
    if (!enough.ok()) return enough.error().in(op.name);
  }
  if (int8 && weight->storage == Storage::kF32)
    t.note("weights of " + constant.name + " do not fit -127 to 127 around their zero point and became f32");
  return t.add_weight(form, *std::move(weight));
}

Result<std::vector<float>> bias_values(Translation& t, const Operator& op, std::size_t index, const Constant& weight,
                                       std::int64_t outputs) {
  if (!Translation::has_input(op, index)) return std::vector<float>();
  PITLANE_TRY(const Constant* bias, t.needs_constant(op, index, "bias"));
  if (element_count(bias->shape) != outputs)
    return corrupt(op.name + ": bias '" + bias->name + "' has " + std::to_string(element_count(bias->shape)) +
                   " values, needs " + std::to_string(outputs));
  if (!is_integer_index(bias->type)) {
    auto values = real_values(*bias);
    if (!values.ok()) return values.error().in(op.name);
    return values;
  }
  // The sum that it joins counts in steps of both scales; what the file says of the bias itself is a copy of that.
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  const std::vector<float>& scales = weight.quantization.scales;
  const bool one_each = scales.size() == 1 || std::cmp_equal(scales.size(), outputs);
  if (!input->quantization.any() || scales.empty() || !one_each)
    return corrupt(op.name + ": bias '" + bias->name + "' is whole numbers, and its input or weight has no scale");
  PITLANE_TRY(const std::vector<std::int64_t> counts, integers(*bias));
  std::vector<float> values(counts.size());
  for (std::size_t o = 0; o < values.size(); ++o) {
    const double step =
        static_cast<double>(input->quantization.scales[0]) * static_cast<double>(scales[scales.size() == 1 ? 0 : o]);
    values[o] = static_cast<float>(step * static_cast<double>(counts[o]));
  }
  return values;
}

Result<WeightId> layer_bias(Translation& t, const Operator& op, std::size_t index, const Constant& weight,
                            std::int64_t outputs) {
  const Constant* stored = t.constant(op, index);
  if (stored != nullptr && !is_integer_index(stored->type) && element_count(stored->shape) == outputs)
    return layer_weight(t, op, *stored, {outputs}, false);
  PITLANE_TRY(std::vector<float> values, bias_values(t, op, index, weight, outputs));
  if (values.empty()) return kNoWeight;
  PITLANE_TRY_STATUS(t.spend(values.size() * sizeof(float)));
  return t.builder.weight(make_f32_weight(stored->name, {outputs}, std::move(values)));
}

}  // namespace pitlane::tflite
