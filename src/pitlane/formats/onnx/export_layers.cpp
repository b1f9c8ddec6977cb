// Layers with weights: in real numbers, or on the grids on which our engine computes.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "pitlane/engine/quantization.h"
#include "pitlane/formats/onnx/exporter.h"

namespace pitlane::onnx {
namespace {

constexpr float kLargestHalf = 65504;
constexpr std::byte kMiddle{128};  // of unsigned bytes: the zero of symmetric ones

template <typename T>
std::vector<T> gather(std::span<const T> from, std::int64_t rows, const std::vector<std::int64_t>& source) {
  std::vector<T> result;
  result.reserve(from.size());
  const auto row = static_cast<std::int64_t>(source.size());
  for (std::int64_t o = 0; o < rows; ++o)
    for (const std::int64_t s : source) result.push_back(from[static_cast<std::size_t>(o * row + s)]);
  return result;
}

/// From {O, KH, KW, I} to the order of {O, I, KH, KW}.
std::vector<std::int64_t> kernel_order(const Shape& ours) {
  std::vector<std::int64_t> source;
  for (std::int64_t i = 0; i < ours[3]; ++i)
    for (std::int64_t at = 0; at < ours[1] * ours[2]; ++at) source.push_back(at * ours[3] + i);
  return source;
}

/// Places in {H, W, C} in the order C, H, W.
std::vector<std::int64_t> channels_first(const Shape& picture) {
  std::vector<std::int64_t> source;
  for (std::int64_t c = 0; c < picture[2]; ++c)
    for (std::int64_t at = 0; at < picture[0] * picture[1]; ++at) source.push_back(at * picture[2] + c);
  return source;
}

Attributes conv_attributes(const Conv2d& op, const Shape& kernel) {
  const Padding& p = op.padding;
  return Attributes()
      .integers("kernel_shape", {kernel[1], kernel[2]})
      .integers("strides", {op.stride_h, op.stride_w})
      .integers("pads", {p.top, p.left, p.bottom, p.right})
      .integers("dilations", {1, 1})
      .integer("group", op.groups);
}

}  // namespace

bool Exporter::int8(const Weight& weight) const {
  return options_.precision == OnnxPrecision::kQdq && weight.storage == Storage::kI8;
}

Result<std::string> Exporter::constant(const Weight& weight, const LayerWeight& order) {
  const bool half = options_.precision == OnnxPrecision::kFloat16 ||
                    (options_.precision == OnnxPrecision::kQdq && weight.storage == Storage::kF16);
  const std::vector<float> decoded = decode_f32(weight);
  const std::vector<float> values = gather<float>(decoded, weight.shape[0], order.source);
  if (!half) return graph_.constant(weight.name, order.dims, values);
  for (const float v : values)
    if (std::abs(v) > kLargestHalf)
      return numeric_error("the weight " + std::to_string(v) + " is beyond float16 (65504); export as float");
  const Weight stored = make_f16_weight(weight.name, weight.shape, values);
  const std::string name = graph_.constant(weight.name, ElementType::kHalf, order.dims, stored.data.bytes());
  return graph_.node("Cast", weight.name + ".real", {name},
                     Attributes().integer("to", static_cast<std::int64_t>(ElementType::kFloat)));
}

std::string Exporter::bias(WeightId id) {
  const std::vector<float> values = decode_f32(weight(id));
  return graph_.constant(weight(id).name, {static_cast<std::int64_t>(values.size())}, values);
}

std::string Exporter::on_grid(const std::string& x, const ActivationQuantization& grid) {
  if (const auto rounded = rounded_.find(x); rounded != rounded_.end() && rounded->second == grid) return x;
  std::string& known = grids_[{x, {grid.scale, grid.zero_point}}];
  if (!known.empty()) return known;
  const auto zero = static_cast<std::byte>(grid.zero_point);
  const std::string scale_name = graph_.constant(x + ".grid", {}, std::span(&grid.scale, 1));
  const std::string zero_name = graph_.constant(x + ".zero", ElementType::kUint8, {}, std::span(&zero, 1));
  const std::string bytes = graph_.node("QuantizeLinear", x + ".bytes", {x, scale_name, zero_name});
  known = graph_.node("DequantizeLinear", x + ".real", {bytes, scale_name, zero_name});
  rounded_[known] = grid;
  return known;
}

void Exporter::set(const Node& node, const std::string& name, std::optional<Shape> flattened) {
  const std::optional<ActivationQuantization> grid = made_on_grid(network_, node);
  tensor(node.output) = {grid ? on_grid(name, *grid) : name, std::move(flattened)};
}

/// ONNX Runtime has ConvInteger for unsigned bytes alone, and where a processor has no VNNI its products of unsigned
/// with signed bytes cut sums to 16 bits, in Q/DQ form too: answers are far off there, without a word.
std::string Exporter::unsigned_constant(const Weight& weight, const LayerWeight& order) {
  std::vector<std::byte> bytes;
  for (const std::int8_t q : gather<std::int8_t>(weight.i8(), weight.shape[0], order.source))
    bytes.push_back(static_cast<std::byte>(q) ^ kMiddle);
  return graph_.constant(weight.name, ElementType::kUint8, order.dims, bytes);
}

/// ConvInteger or MatMulInteger over the range that DynamicQuantizeLinear measures, and its scale and bias in real
/// numbers.
std::string Exporter::integer_layer(const Node& node, const Weight& weight, const std::string& x,
                                    const std::string& kernel, const Attributes& attributes, WeightId bias_id) {
  const bool conv = weight.shape.size() == 4;
  const auto outputs = weight.shape[0];
  const Shape spread = conv ? Shape{1, outputs, 1, 1} : Shape{1, outputs};
  const std::vector<std::string> measured = graph_.node("DynamicQuantizeLinear", node.name + ".measured", {x}, {}, 3);
  std::vector<std::string> inputs = {measured[0], kernel, measured[2]};
  inputs.push_back(graph_.constant(weight.name + ".zero", ElementType::kUint8, {}, std::array{kMiddle}));
  const std::string sums = graph_.node(conv ? "ConvInteger" : "MatMulInteger", node.name + ".sums", inputs, attributes);
  const std::string real = graph_.node("Cast", node.name + ".sums.real", {sums},
                                       Attributes().integer("to", static_cast<std::int64_t>(ElementType::kFloat)));
  const std::string scales = graph_.constant(weight.name + ".scales", spread, weight.scales);
  const std::string step = graph_.node("Mul", node.name + ".step", {measured[1], scales});
  std::string y = graph_.node("Mul", node.name, {real, step});
  if (bias_id == kNoWeight) return y;
  const std::vector<float> values = decode_f32(this->weight(bias_id));
  return graph_.node("Add", node.name + ".biased", {y, graph_.constant(this->weight(bias_id).name, spread, values)});
}

/// Borders of one number are a Pad; of a number for each channel, a Pad of zeros around what is left after taking it
/// off.
std::string Exporter::padded(const Node& node, const Conv2d& op, const std::string& x) {
  const Padding& p = op.padding;
  const std::string name = node.name + ".border";
  const std::vector<std::int64_t> pads = {0, 0, p.top, p.left, 0, 0, p.bottom, p.right};
  const std::string pads_name = graph_.constant(name + ".pads", pads);
  const std::vector<float>& border = op.pad_value;
  if (std::ranges::all_of(border, [&](float v) { return v == border.front(); }))
    return graph_.node("Pad", name, {x, pads_name, graph_.constant(name + ".value", {}, std::span(border.data(), 1))});
  const std::string values =
      graph_.constant(name + ".value", {1, static_cast<std::int64_t>(border.size()), 1, 1}, border);
  const std::string without = graph_.node("Sub", name + ".without", {x, values});
  const std::string around = graph_.node("Pad", name + ".zeros", {without, pads_name});
  return graph_.node("Add", name, {around, values});
}

Status Exporter::layer(const Node& node, const Conv2d& op) {
  const Weight& kernel = weight(op.weight);
  const ValueId input = node.inputs.front();
  Conv2d inner = op;
  std::string x = tensor(input).name;
  if (!op.pad_value.empty() && !(op.padding == Padding{})) {
    x = padded(node, op, x);
    inner.padding = {};
  }
  const Shape& s = kernel.shape;
  const LayerWeight order{{s[0], s[3], s[1], s[2]}, kernel_order(s)};
  const Attributes attributes = conv_attributes(inner, s);
  std::string y;
  const std::optional<ActivationQuantization> grid = input_quantization(network_, input);
  if (int8(kernel) && !grid) {
    const std::string w = unsigned_constant(kernel, order);
    y = integer_layer(node, kernel, x, w, attributes, op.bias);
  } else {
    PITLANE_TRY(const std::string w, layer_constant(kernel, order));
    std::vector<std::string> inputs = {int8(kernel) ? on_grid(x, *grid) : x, w};
    if (op.bias != kNoWeight) inputs.push_back(bias(op.bias));
    y = graph_.node("Conv", node.name, inputs, attributes);
  }
  set(node, activation(node.name + ".activation", y, op.activation, usual_alpha(op.activation)));
  return {};
}

Result<std::string> Exporter::layer_constant(const Weight& weight, const LayerWeight& order) {
  if (!int8(weight)) return constant(weight, order);
  const std::string bytes = unsigned_constant(weight, order);
  const std::string scales = graph_.constant(weight.name + ".scales", {weight.shape[0]}, weight.scales);
  const std::vector<std::byte> zeros(weight.scales.size(), kMiddle);
  const std::string zero = graph_.constant(weight.name + ".zeros", ElementType::kUint8, {weight.shape[0]}, zeros);
  return graph_.node("DequantizeLinear", weight.name + ".real", {bytes, scales, zero}, Attributes().integer("axis", 0));
}

Status Exporter::layer(const Node& node, const Dense& op) {
  const Weight& matrix = weight(op.weight);
  const ValueId input = node.inputs.front();
  const std::int64_t outputs = matrix.shape[0], columns = matrix.shape[1];
  std::optional<Shape> flattened = tensor(input).flattened;
  std::string x = tensor(input).name;
  if (is_picture(input)) {
    x = graph_.node("Flatten", node.name + ".flat", {x}, Attributes().integer("axis", 1));
    flattened = shape(input);
  } else if (shape(input).size() != 1) {
    x = flat(input);
  }
  LayerWeight order{{outputs, columns}, std::vector<std::int64_t>(static_cast<std::size_t>(columns))};
  std::iota(order.source.begin(), order.source.end(), 0);
  if (flattened) order.source = channels_first(*flattened);
  std::string y;
  const std::optional<ActivationQuantization> grid = input_quantization(network_, input);
  if (int8(matrix) && !grid) {
    const std::string turned = graph_.node("Transpose", matrix.name + ".turned", {unsigned_constant(matrix, order)},
                                           Attributes().integers("perm", {1, 0}));
    y = integer_layer(node, matrix, x, turned, {}, op.bias);
  } else {
    PITLANE_TRY(const std::string w, layer_constant(matrix, order));
    std::vector<std::string> inputs = {int8(matrix) ? on_grid(x, *grid) : x, w};
    if (op.bias != kNoWeight) inputs.push_back(bias(op.bias));
    y = graph_.node("Gemm", node.name, inputs, Attributes().integer("transB", 1));
  }
  set(node, activation(node.name + ".activation", y, op.activation, usual_alpha(op.activation)));
  return {};
}

}  // namespace pitlane::onnx
