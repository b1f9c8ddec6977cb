#include "pitlane/formats/onnx/layers.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "pitlane/formats/onnx/views.h"

namespace pitlane::onnx {
namespace {

template <typename T>
std::vector<T> gather(const std::vector<T>& from, const FileWeight& weight) {
  std::vector<T> result;
  result.reserve(from.size());
  for (std::int64_t o = 0; o < weight.shape[0]; ++o)
    for (const std::int64_t column : weight.columns)
      result.push_back(from[static_cast<std::size_t>(o * weight.row_stride + column)]);
  return result;
}

Result<WeightId> add_int8_weight(Step& step, const FileWeight& weight) {
  const Int8Constant& int8 = *weight.operand->int8;
  std::vector<std::int8_t> values;
  for (const std::uint8_t b : gather(int8.bytes->bytes, weight)) values.push_back(static_cast<std::int8_t>(b));
  std::vector<float> scales = int8.scales;
  if (scales.size() == 1) scales.assign(static_cast<std::size_t>(weight.shape[0]), int8.scales.front());
  return step.weight(make_i8_weight(step.name() + ".weight", weight.shape, std::move(values), std::move(scales)));
}

Status check_constant(Step& step, std::size_t input, const Operand& operand) {
  if (operand.is_constant()) return {};
  return unsupported("the weight '" + step.node().inputs[input] +
                     "' is computed by the network; it must be a constant");
}

Result<int> step_attribute(const std::vector<std::int64_t>& values, std::size_t i, const char* what) {
  if (values.empty()) return 1;
  constexpr std::int64_t kLargest = 1024;
  if (values.size() != 2)
    return unsupported(std::string(what) + " for " + std::to_string(values.size()) + " dimensions; 2 are understood");
  if (values[i] < 1 || values[i] > kLargest)
    return corrupt(std::string(what) + " of " + std::to_string(values[i]) + "; it must be 1 to 1024");
  return static_cast<int>(values[i]);
}

/// Padding before and after so that ceil(size / stride) windows fit.
std::pair<std::int64_t, std::int64_t> same_padding(std::int64_t size, std::int64_t kernel, int stride, bool upper) {
  const std::int64_t out = (size + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>(0, (out - 1) * stride + kernel - size);
  const std::int64_t half = total / 2;
  return upper ? std::pair(half, total - half) : std::pair(total - half, half);
}

Result<std::array<std::int64_t, 4>> pads_of(Step& step, const Walk& walk, const Shape& kernel, const Shape& dims) {
  PITLANE_TRY(const std::string mode, step.text("auto_pad", "NOTSET"));
  PITLANE_TRY(const std::vector<std::int64_t> pads, step.integers("pads"));
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    const bool upper = mode == "SAME_UPPER";
    const auto [top, bottom] = same_padding(dims[2], kernel[0], walk.stride_h, upper);
    const auto [left, right] = same_padding(dims[3], kernel[1], walk.stride_w, upper);
    return std::array{top, left, bottom, right};
  }
  if (mode != "NOTSET" && mode != "VALID") return unsupported("auto_pad '" + mode + "' is not understood");
  if (pads.empty() || mode == "VALID") return std::array<std::int64_t, 4>{};
  if (pads.size() != 4)
    return unsupported("pads for " + std::to_string(pads.size() / 2) + " dimensions; 2 are understood");
  return std::array{pads[0], pads[1], pads[2], pads[3]};
}

}  // namespace

Result<Walk> walk_attributes(Step& step, const Shape& kernel, const Shape& dims) {
  Walk walk;
  PITLANE_TRY(const std::vector<std::int64_t> strides, step.integers("strides"));
  PITLANE_TRY(walk.stride_h, step_attribute(strides, 0, "strides"));
  PITLANE_TRY(walk.stride_w, step_attribute(strides, 1, "strides"));
  PITLANE_TRY(const std::vector<std::int64_t> dilations, step.integers("dilations"));
  if (std::ranges::any_of(dilations, [](std::int64_t d) { return d != 1; }))
    return unsupported("has dilations; only 1 is understood");
  PITLANE_TRY(const auto pads, pads_of(step, walk, kernel, dims));
  for (const std::int64_t p : pads)
    if (p < 0 || p > 1024) return unsupported("pads by " + std::to_string(p) + "; 0 to 1024 pixels are understood");
  walk.padding = {static_cast<int>(pads[0]), static_cast<int>(pads[1]), static_cast<int>(pads[2]),
                  static_cast<int>(pads[3])};
  return walk;
}

Result<Conv2d> conv_attributes(Step& step, const Shape& kernel, const Shape& dims) {
  PITLANE_TRY(const std::vector<std::int64_t> stated, step.integers("kernel_shape"));
  if (!stated.empty() && stated != kernel)
    return corrupt("kernel_shape is " + braced(stated) + ", the weight's is " + braced(kernel));
  PITLANE_TRY(const Walk walk, walk_attributes(step, kernel, dims));
  PITLANE_TRY(const std::int64_t groups, step.integer("group", 1));
  if (groups < 1 || groups > (1 << 20)) return corrupt("has " + std::to_string(groups) + " groups");
  Conv2d op;
  op.stride_h = walk.stride_h;
  op.stride_w = walk.stride_w;
  op.padding = walk.padding;
  op.groups = static_cast<int>(groups);
  return op;
}

Result<FileWeight> conv_weight(Step& step, std::size_t input) {
  PITLANE_TRY(const Operand* operand, step.operand(input));
  PITLANE_TRY_STATUS(check_constant(step, input, *operand));
  const Shape dims = operand->dims();
  if (dims.size() != 4)
    return unsupported("the weight has the shape " + braced(dims) +
                       "; only two-dimensional convolutions {O, I, KH, KW} are understood");
  FileWeight weight{operand, {dims[0], dims[2], dims[3], dims[1]}, dims[1] * dims[2] * dims[3], {}, 0};
  weight.columns.reserve(static_cast<std::size_t>(weight.row_stride));
  for (std::int64_t at = 0; at < dims[2] * dims[3]; ++at)
    for (std::int64_t i = 0; i < dims[1]; ++i) weight.columns.push_back(i * dims[2] * dims[3] + at);
  if (operand->constant->size() == 0) return corrupt("the weight is empty: " + braced(dims));
  return weight;
}

Result<FileWeight> dense_weight(Step& step, std::size_t input, const Layout& layout, bool transposed) {
  PITLANE_TRY(const Operand* operand, step.operand(input));
  PITLANE_TRY_STATUS(check_constant(step, input, *operand));
  Shape dims = operand->dims();
  if (dims.size() != 2) return unsupported("the weight has the shape " + braced(dims) + "; a matrix is understood");
  const std::int64_t inputs = dims[transposed ? 1 : 0], outputs = dims[transposed ? 0 : 1];
  if (operand->constant->size() == 0) return corrupt("the weight is empty: " + braced(dims));
  const std::int64_t read = layout.size_of(layout.axes.back());
  if (inputs != read)
    return corrupt("the weight " + braced(dims) + " is made for " + std::to_string(inputs) + " inputs, the input has " +
                   std::to_string(read));
  FileWeight weight{operand, {outputs, inputs}, transposed ? inputs : 1, {}, transposed ? 0 : 1};
  weight.columns.resize(static_cast<std::size_t>(inputs));
  // Only the last dimension counts: the others are 1, or each of their places has a row of its own.
  Layout row = layout;
  row.axes = {layout.axes.back()};
  if (layout.size() != inputs) row = row_major_layout({inputs});
  const std::vector<std::int32_t> places = storage_order(row);
  for (std::size_t i = 0; i < places.size(); ++i)
    weight.columns[static_cast<std::size_t>(places[i])] = static_cast<std::int64_t>(i) * (transposed ? 1 : outputs);
  return weight;
}

bool stays_int8(const FileWeight& weight) {
  const Int8Constant* int8 = weight.operand->int8.get();
  if (int8 == nullptr) return false;
  const bool per_output = int8->scales.size() == 1 || int8->axis == weight.output_axis;
  // Our int8 is symmetric: -128 has no place in it.
  return per_output && std::ranges::count(int8->bytes->bytes, std::uint8_t{0x80}) == 0;
}

Result<WeightId> add_weight(Step& step, const FileWeight& weight, bool quantized_input, float factor) {
  if (quantized_input && factor == 1 && stays_int8(weight)) return add_int8_weight(step, weight);
  if (quantized_input && weight.operand->int8) step.conversion().in_float.push_back(step.name());
  if (!weight.operand->constant->is_real()) return unsupported("the weight is not made of real numbers");
  std::vector<float> values = gather(weight.operand->constant->reals, weight);
  if (weight.operand->constant->half && factor == 1)
    return step.weight(make_f16_weight(step.name() + ".weight", weight.shape, values));
  for (float& v : values) v *= factor;
  return step.weight(make_f32_weight(step.name() + ".weight", weight.shape, std::move(values)));
}

Result<WeightId> add_bias(Step& step, std::size_t input, std::int64_t outputs, float factor) {
  if (!step.given(input)) return kNoWeight;
  PITLANE_TRY(const ConstantPtr bias, step.constant(input));
  const auto count = static_cast<std::size_t>(outputs);
  if (!bias->is_real() || (bias->size() != count && bias->size() != 1))
    return corrupt("the bias has the shape " + braced(bias->dims) + ", " + std::to_string(outputs) +
                   " real numbers are needed");
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = factor * bias->reals[bias->size() == 1 ? 0 : i];
  if (bias->half && factor == 1) return step.weight(make_f16_weight(step.name() + ".bias", {outputs}, values));
  return step.weight(make_f32_weight(step.name() + ".bias", {outputs}, std::move(values)));
}

Result<ValueId> read_on_grid(Step& step, ValueId value, const ActivationQuantization& grid) {
  Conversion& conversion = step.conversion();
  const auto known = conversion.grids.find(value);
  if (known != conversion.grids.end() && known->second == grid) return value;
  if (known == conversion.grids.end() && conversion.inputs.contains(value)) {
    conversion.grids[value] = grid;
    return value;
  }
  const auto [rounded, fresh] = conversion.rounded.try_emplace({value, {grid.scale, grid.zero_point}}, -1);
  if (!fresh) return rounded->second;
  PITLANE_TRY(rounded->second, step.add("rounded", Activate{Activation::kNone}, {value}));
  conversion.grids[rounded->second] = grid;
  return rounded->second;
}

Result<Operand> apply_matrix(Step& step, const Operand& x, const Layout& layout, const FileWeight& matrix,
                             WeightId bias, float factor) {
  Shape dims = layout.dims();
  const std::int64_t inputs = dims.back(), rows = layout.size() / inputs, outputs = matrix.shape[0];
  dims.back() = outputs;
  FileWeight kernel = matrix;
  std::vector<int> all(dims.size());
  std::iota(all.begin(), all.end(), 0);
  if (rows > 1 && !is_stored_as(layout, all))
    return unsupported("multiplies the rows of " + braced(layout.dims()) +
                       ", whose elements lie in another order; no operator moves them");
  if (rows > 1) kernel.shape = {outputs, 1, 1, inputs};
  PITLANE_TRY(const WeightId weight, add_weight(step, kernel, x.grid.has_value(), factor));
  PITLANE_TRY(ValueId value, step.shaped(x.value, rows > 1 ? Shape{1, rows, inputs} : Shape{inputs}));
  if (x.grid && factor == 1 && stays_int8(matrix)) {
    PITLANE_TRY(value, read_on_grid(step, value, *x.grid));
  }
  Op op = Dense{weight, bias, Activation::kNone};
  if (rows > 1) {
    Conv2d pointwise;
    pointwise.weight = weight;
    pointwise.bias = bias;
    op = pointwise;
  }
  PITLANE_TRY(value, step.add("", std::move(op), {value}));
  return real_operand(value, row_major_layout(dims));
}

}  // namespace pitlane::onnx
