// Quantisation as onnxruntime, PyTorch and our own export write it. QuantizeLinear and DequantizeLinear say on which
// grid a layer with int8 weights reads its input; DynamicQuantizeLinear says that it measures the range itself.
#include <algorithm>
#include <cmath>
#include <utility>

#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/layers.h"
#include "pitlane/formats/onnx/views.h"

namespace pitlane::onnx {
namespace {

/// Scale and zero point (inputs 1 and 2) of one grid for all elements, shifted to unsigned bytes.
Result<ActivationQuantization> grid_of(Step& step) {
  PITLANE_TRY(const ConstantPtr scale, step.constant(1));
  if (scale->size() != 1 || !scale->is_real())
    return unsupported("quantises activations by channel; one scale for all is understood");
  ActivationQuantization grid{static_cast<float>(scale->at(0)), 0};
  if (!(std::isnormal(grid.scale) && grid.scale > 0)) return corrupt("has the scale " + std::to_string(grid.scale));
  if (!step.given(2)) return grid;
  PITLANE_TRY(const ConstantPtr zero, step.constant(2));
  const bool is_signed = zero->type == ElementType::kInt8;
  if (zero->size() != 1 || (!is_signed && zero->type != ElementType::kUint8))
    return unsupported("quantises to " + to_string(zero->type) + "; int8 and uint8 are understood");
  grid.zero_point = static_cast<std::int32_t>(zero->integer(0)) + (is_signed ? 128 : 0);
  return grid;
}

/// Scales, zero points and axis of a quantised constant.
struct Grids {
  std::vector<float> scales;
  std::vector<std::int64_t> zeros;
  ElementType type = ElementType::kUint8;
  int axis = 0;

  [[nodiscard]] std::size_t channel(std::size_t i, std::int64_t inner) const {
    return scales.size() == 1 ? 0 : i / static_cast<std::size_t>(inner) % scales.size();
  }
};

Result<Grids> grids_of(Step& step, const Shape& dims) {
  PITLANE_TRY(const ConstantPtr scale, step.constant(1));
  if (!scale->is_real() || scale->size() == 0) return corrupt("has scales of the shape " + braced(scale->dims));
  Grids grids{scale->reals, std::vector<std::int64_t>(scale->size(), 0)};
  for (const float s : grids.scales)
    if (!(std::isnormal(s) && s > 0)) return corrupt("has the scale " + std::to_string(s));
  if (grids.scales.size() > 1) {
    PITLANE_TRY(grids.axis, step.axis("axis", 1, static_cast<int>(dims.size())));
    if (dims[static_cast<std::size_t>(grids.axis)] != static_cast<std::int64_t>(scale->size()))
      return corrupt("has " + std::to_string(scale->size()) + " scales for dimension " + std::to_string(grids.axis) +
                     " of " + braced(dims));
  }
  if (!step.given(2)) return grids;
  PITLANE_TRY(const ConstantPtr zero, step.constant(2));
  grids.type = zero->type;
  if (zero->size() != scale->size() || zero->is_real())
    return corrupt("has zero points of the shape " + braced(zero->dims));
  for (std::size_t i = 0; i < zero->size(); ++i) grids.zeros[i] = zero->integer(i);
  return grids;
}

std::int64_t inner_size(const Shape& dims, int axis) {
  std::int64_t inner = 1;
  for (std::size_t d = static_cast<std::size_t>(axis) + 1; d < dims.size(); ++d) inner *= dims[d];
  return inner;
}

/// As symmetric int8, where that is what it is: int8 with zero points 0, uint8 with 128.
std::shared_ptr<const Int8Constant> symmetric(const Constant& quantized, const Grids& grids) {
  const bool is_signed = quantized.type == ElementType::kInt8;
  if (!is_signed && quantized.type != ElementType::kUint8) return nullptr;
  if (!std::ranges::all_of(grids.zeros, [&](std::int64_t z) { return z == (is_signed ? 0 : 128); })) return nullptr;
  auto bytes = std::make_shared<Constant>(quantized);
  bytes->type = ElementType::kInt8;
  if (!is_signed)
    for (std::uint8_t& b : bytes->bytes) b ^= 0x80U;
  auto result = std::make_shared<Int8Constant>();
  result->bytes = std::move(bytes);
  result->scales = grids.scales;
  result->axis = grids.axis;
  return result;
}

/// The constant in real numbers, and as symmetric int8 where it is that.
Operand dequantized(const ConstantPtr& quantized, const Grids& grids) {
  const std::int64_t inner = inner_size(quantized->dims, grids.axis);
  std::vector<float> reals(quantized->size());
  for (std::size_t i = 0; i < reals.size(); ++i) {
    const std::size_t c = grids.channel(i, inner);
    // As real numbers before they are subtracted: the file may hold any 64 bits.
    const double steps = static_cast<double>(quantized->integer(i)) - static_cast<double>(grids.zeros[c]);
    reals[i] = static_cast<float>(steps) * grids.scales[c];
  }
  Operand operand = constant_operand(make_reals(quantized->dims, std::move(reals)));
  operand.int8 = symmetric(*quantized, grids);
  return operand;
}

Status dequantize_constant(Step& step, const ConstantPtr& quantized) {
  PITLANE_TRY(const Grids grids, grids_of(step, quantized->dims));
  if (quantized->is_real()) return corrupt("dequantises real numbers");
  PITLANE_TRY_STATUS(step.conversion().spend(quantized->size() * (sizeof(float) + 1)));
  step.set(0, dequantized(quantized, grids));
  return {};
}

/// Weights that a quantisation-aware training left in real numbers.
Status quantize_constant(Step& step, const Constant& real) {
  PITLANE_TRY(const Grids grids, grids_of(step, real.dims));
  if (!real.is_real() || (grids.type != ElementType::kInt8 && grids.type != ElementType::kUint8))
    return unsupported("quantises " + to_string(real.type) + " to " + to_string(grids.type) +
                       "; int8 and uint8 are understood");
  PITLANE_TRY_STATUS(step.conversion().spend(real.size()));
  const bool is_signed = grids.type == ElementType::kInt8;
  const std::int64_t inner = inner_size(real.dims, grids.axis);
  Constant quantized{.type = grids.type, .dims = real.dims};
  quantized.bytes.resize(real.size());
  for (std::size_t i = 0; i < real.size(); ++i) {
    const std::size_t c = grids.channel(i, inner);
    const float q = std::nearbyint(real.reals[i] / grids.scales[c]) + static_cast<float>(grids.zeros[c]);
    if (std::isnan(q)) return numeric_error("quantises a weight that is no number");
    quantized.bytes[i] = static_cast<std::uint8_t>(
        static_cast<int>(is_signed ? std::clamp(q, -128.F, 127.F) : std::clamp(q, 0.F, 255.F)));
  }
  step.set(0, constant_operand(std::make_shared<const Constant>(std::move(quantized))));
  return {};
}

/// A layer without its scale: what ConvInteger and MatMulInteger have in common.
Result<Operand> integer_operands(Step& step) {
  PITLANE_TRY(const Operand* x, step.operand(0));
  if (x->is_constant() || x->meaning != Meaning::kQuantized || x->grid)
    return unsupported(
        "reads bytes that DynamicQuantizeLinear did not make; only the form that onnxruntime's dynamic "
        "quantizer writes is understood");
  if (!step.given(2)) return unsupported("has no zero point for its input");
  PITLANE_TRY(const Operand* zero, step.operand(2));
  if (zero->meaning != Meaning::kZeroPoint || zero->value != x->value)
    return unsupported("has a zero point that is not the one of its input");
  return *x;
}

/// The weight's bytes and zero points: the scales come with the product that follows.
Status integer_weight(Step& step, IntegerLayer& layer) {
  PITLANE_TRY(layer.bytes, step.constant(1));
  if (layer.bytes->type != ElementType::kInt8 && layer.bytes->type != ElementType::kUint8)
    return unsupported("has weights of " + to_string(layer.bytes->type) + "; int8 and uint8 are understood");
  layer.zeros = {0};
  if (!step.given(3)) return {};
  PITLANE_TRY(const ConstantPtr zero, step.constant(3));
  if (zero->is_real() || zero->size() == 0) return corrupt("has zero points of the shape " + braced(zero->dims));
  layer.zeros.resize(zero->size());
  for (std::size_t i = 0; i < zero->size(); ++i) layer.zeros[i] = zero->integer(i);
  return {};
}

/// {height, width, outputs} of a convolution that is not in the network yet.
Result<Shape> conv_shape(const Shape& picture, const Shape& kernel, Conv2d op) {
  op.weight = 0;
  Weight stand_in;
  stand_in.shape = kernel;
  return infer_shape(op, {stand_in}, {picture});
}

void set_sums(Step& step, const Operand& x, Layout layout, IntegerLayer layer) {
  Operand sums = real_operand(x.value, std::move(layout));
  sums.meaning = Meaning::kSums;
  sums.layer = std::make_shared<const IntegerLayer>(std::move(layer));
  step.set(0, std::move(sums));
}

/// Scales and zero points by output: as many of one as of the other.
Result<Grids> layer_grids(const IntegerLayer& layer, const std::vector<float>& factor) {
  Grids grids{factor, layer.zeros, layer.bytes->type, layer.weight.output_axis};
  const auto outputs = static_cast<std::size_t>(layer.weight.shape[0]);
  const std::size_t count = std::max(factor.size(), layer.zeros.size());
  if (grids.scales.size() == 1) grids.scales.resize(count, factor.front());
  if (grids.zeros.size() == 1) grids.zeros.resize(count, layer.zeros.front());
  if ((count != 1 && count != outputs) || grids.scales.size() != count || grids.zeros.size() != count)
    return corrupt("has " + std::to_string(factor.size()) + " scales and " + std::to_string(layer.zeros.size()) +
                   " zero points for " + std::to_string(outputs) + " outputs");
  for (const float s : grids.scales)
    if (!(std::isnormal(s) && s > 0)) return corrupt("has the scale " + std::to_string(s));
  return grids;
}

Result<Operand> finish_layer(Step& step, const Operand& sums, const std::vector<float>& factor) {
  const IntegerLayer& pending = *sums.layer;
  PITLANE_TRY(const Grids grids, layer_grids(pending, factor));
  PITLANE_TRY_STATUS(step.conversion().spend(pending.bytes->size() * (sizeof(float) + 1)));
  const Operand weight_operand = dequantized(pending.bytes, grids);
  FileWeight weight = pending.weight;
  weight.operand = &weight_operand;
  if (!stays_int8(weight)) step.conversion().in_float.push_back(step.name());
  PITLANE_TRY(const WeightId id, add_weight(step, weight, stays_int8(weight)));
  ValueId input = pending.input;
  if (step.conversion().grids.contains(input)) {  // which others read on a fixed grid
    PITLANE_TRY(input, step.add("measured", Activate{Activation::kNone, 0}, {input}));
  }
  Op op = pending.op;
  if (auto* conv = std::get_if<Conv2d>(&op)) conv->weight = id;
  if (auto* dense = std::get_if<Dense>(&op)) dense->weight = id;
  PITLANE_TRY(const ValueId value, step.add("", std::move(op), {input}));
  return real_operand(value, sums.layout);
}

std::vector<float> product(std::vector<float> factor, const Constant& constant) {
  if (factor.empty()) factor = {1};
  if (factor.size() == 1) factor.resize(constant.size(), factor.front());
  for (std::size_t i = 0; i < factor.size(); ++i)
    factor[i] *= static_cast<float>(constant.at(constant.size() == 1 ? 0 : i % constant.size()));
  return factor;
}

}  // namespace

Status convert_quantize(Step& step) {
  PITLANE_TRY(const Operand* x, step.operand(0));
  if (x->is_constant()) return quantize_constant(step, *x->constant);
  PITLANE_TRY(x, step.real(0));
  PITLANE_TRY(const ActivationQuantization grid, grid_of(step));
  Operand y = *x;
  PITLANE_TRY(y.value, read_on_grid(step, x->value, grid));
  y.meaning = Meaning::kQuantized;
  y.grid = grid;
  step.set(0, std::move(y));
  return {};
}

Status convert_dequantize(Step& step) {
  PITLANE_TRY(const Operand* x, step.operand(0));
  if (x->is_constant()) return dequantize_constant(step, x->constant);
  PITLANE_TRY(const ActivationQuantization grid, grid_of(step));
  Operand y = *x;
  if (x->meaning == Meaning::kReal) {
    // A graph that takes bytes: the numbers are the bytes themselves, and this is where they become real.
    PITLANE_TRY(y.value, affine(step, "", x->value, grid.scale, -static_cast<float>(grid.zero_point) * grid.scale));
    y.grid = grid;
    step.set(0, std::move(y));
    return {};
  }
  if (x->meaning != Meaning::kQuantized || !x->grid) return unsupported("dequantises what QuantizeLinear did not make");
  if (!(*x->grid == grid)) return unsupported("has another scale or zero point than the QuantizeLinear before it");
  y.meaning = Meaning::kReal;
  step.set(0, std::move(y));
  return {};
}

Status convert_dynamic_quantize(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  Operand y = *x;
  y.grid.reset();
  for (const Meaning meaning : {Meaning::kQuantized, Meaning::kScale, Meaning::kZeroPoint}) {
    y.meaning = meaning;
    step.set(static_cast<std::size_t>(meaning) - static_cast<std::size_t>(Meaning::kQuantized), y);
  }
  return {};
}

Status convert_conv_integer(Step& step) {
  PITLANE_TRY(const Operand x, integer_operands(step));
  IntegerLayer layer;
  PITLANE_TRY_STATUS(integer_weight(step, layer));
  PITLANE_TRY(layer.weight, conv_weight(step, 1));
  PITLANE_TRY(layer.input, as_picture(step, x));
  PITLANE_TRY(Conv2d op, conv_attributes(step, {layer.weight.shape[1], layer.weight.shape[2]}, x.layout.dims()));
  PITLANE_TRY(const Shape shape, conv_shape(step.builder().shape(layer.input), layer.weight.shape, op));
  layer.op = op;
  set_sums(step, x, stored_layout({1, shape[2], shape[0], shape[1]}, {2, 3, 1}), std::move(layer));
  return {};
}

Status convert_matmul_integer(Step& step) {
  PITLANE_TRY(const Operand x, integer_operands(step));
  IntegerLayer layer;
  PITLANE_TRY_STATUS(integer_weight(step, layer));
  PITLANE_TRY(layer.weight, dense_weight(step, 1, x.layout, false));
  Shape dims = x.layout.dims();
  if (x.layout.size() != dims.back()) return unsupported("multiplies several rows by a matrix; one is understood");
  PITLANE_TRY(layer.input, step.shaped(x.value, {dims.back()}));
  layer.op = Dense{};
  dims.back() = layer.weight.shape[0];
  set_sums(step, x, row_major_layout(dims), std::move(layer));
  return {};
}

Result<bool> convert_scale_product(Step& step) {
  PITLANE_TRY(const Operand* a, step.operand(0));
  PITLANE_TRY(const Operand* b, step.operand(1));
  const auto is = [](const Operand* x, Meaning meaning) { return !x->is_constant() && x->meaning == meaning; };
  if (!is(a, Meaning::kScale) && !is(b, Meaning::kScale)) return false;
  if (step.node().type != "Mul") return unsupported("computes with the step of DynamicQuantizeLinear");
  const Operand& scale = is(a, Meaning::kScale) ? *a : *b;
  const Operand& other = is(a, Meaning::kScale) ? *b : *a;
  if (other.is_constant()) {
    Operand result = scale;
    if (other.constant->size() == 0) return corrupt("has no scale");
    result.factor = product(scale.factor, *other.constant);
    step.set(0, std::move(result));
    return true;
  }
  if (other.meaning != Meaning::kSums || other.value != scale.value)
    return unsupported("multiplies by the step of a DynamicQuantizeLinear that is not its own");
  PITLANE_TRY(Operand y, finish_layer(step, other, scale.factor.empty() ? std::vector<float>{1} : scale.factor));
  step.set(0, std::move(y));
  return true;
}

}  // namespace pitlane::onnx
