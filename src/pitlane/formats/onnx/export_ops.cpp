// Operators without layers' weights.
#include <algorithm>
#include <cmath>
#include <utility>

#include "pitlane/formats/onnx/exporter.h"

namespace pitlane::onnx {
namespace {

/// The ONNX dimension of dimension `d` of a value.
std::int64_t onnx_axis(const Shape& shape, std::size_t d) {
  constexpr std::int64_t kPicture[] = {2, 3, 1};
  return shape.size() == 3 ? kPicture[d] : static_cast<std::int64_t>(d) + 1;
}

std::int64_t last_axis(const Shape& shape) { return shape.size() == 3 ? 1 : static_cast<std::int64_t>(shape.size()); }

}  // namespace

std::string Exporter::activation(const std::string& name, const std::string& x, Activation activation, float alpha) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kRelu:
      return graph_.node("Relu", name, {x});
    case Activation::kElu:
      return graph_.node("Elu", name, {x}, Attributes().number("alpha", alpha));
    case Activation::kLeakyRelu:
      return graph_.node("LeakyRelu", name, {x}, Attributes().number("alpha", alpha));
    case Activation::kTanh:
      return graph_.node("Tanh", name, {x});
    case Activation::kSigmoid:
      return graph_.node("Sigmoid", name, {x});
    case Activation::kRelu6: {
      constexpr float kLow = 0, kHigh = 6;
      return graph_.node("Clip", name,
                         {x, graph_.constant(name + ".low", {}, std::span(&kLow, 1)),
                          graph_.constant(name + ".high", {}, std::span(&kHigh, 1))});
    }
    case Activation::kHardSigmoid:
      return graph_.node("HardSigmoid", name, {x}, Attributes().number("alpha", alpha).number("beta", 0.5F));
  }
  return x;
}

Status Exporter::op(const Node& node, const Activate& op) {
  const Tensor& x = tensor(node.inputs.front());
  set(node, activation(node.name, x.name, op.activation, op.alpha), x.flattened);
  return {};
}

Status Exporter::op(const Node& node, const BatchNorm& op) {
  const ValueId input = node.inputs.front();
  const std::vector<float> gamma = decode_f32(weight(op.gamma)), beta = decode_f32(weight(op.beta));
  const std::vector<float> mean = decode_f32(weight(op.mean)), variance = decode_f32(weight(op.variance));
  const auto channels = static_cast<std::int64_t>(gamma.size());
  const std::string x = plain(input);
  if (is_picture(input) || shape(input).size() == 1) {
    std::vector<std::string> inputs = {x};
    for (const WeightId id : {op.gamma, op.beta, op.mean, op.variance}) inputs.push_back(bias(id));
    set(node, graph_.node("BatchNormalization", node.name, inputs, Attributes().number("epsilon", op.epsilon)));
    return {};
  }
  // BatchNormalization counts channels along dimension 1; here they are last.
  std::vector<float> factor(gamma.size()), shift(gamma.size());
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double f = gamma[c] / std::sqrt(static_cast<double>(variance[c]) + static_cast<double>(op.epsilon));
    factor[c] = static_cast<float>(f);
    shift[c] = static_cast<float>(beta[c] - mean[c] * f);
  }
  const std::string scaled =
      graph_.node("Mul", node.name + ".scaled", {x, graph_.constant(node.name + ".factor", {channels}, factor)});
  set(node, graph_.node("Add", node.name, {scaled, graph_.constant(node.name + ".shift", {channels}, shift)}));
  return {};
}

Status Exporter::op(const Node& node, const Flatten& /*op*/) {
  const ValueId input = node.inputs.front();
  const Tensor& x = tensor(input);
  if (is_picture(input)) {
    std::string y = graph_.node("Flatten", node.name, {x.name}, Attributes().integer("axis", 1));
    tensor(node.output) = {std::move(y), shape(input)};
  } else {
    tensor(node.output) = shape(input).size() == 1 ? x : Tensor{flat(input), {}};
  }
  return {};
}

Status Exporter::op(const Node& node, const Pool2d& op) {
  const Padding& p = op.padding;
  Attributes attributes = Attributes()
                              .integers("kernel_shape", {op.window_h, op.window_w})
                              .integers("strides", {op.stride_h, op.stride_w})
                              .integers("pads", {p.top, p.left, p.bottom, p.right});
  const bool average = op.kind == PoolKind::kAverage;
  if (average) attributes.integer("count_include_pad", 0);
  set(node,
      graph_.node(average ? "AveragePool" : "MaxPool", node.name, {tensor(node.inputs.front()).name}, attributes));
  return {};
}

Status Exporter::pair(const Node& node, const char* type) {
  const ValueId a = node.inputs[0], b = node.inputs[1];
  std::string second = plain(b);
  if (shape(a) != shape(b)) {
    const std::int64_t count = element_count(shape(b));
    second = flat(b);
    if (is_picture(a) && count > 1) second = reshape(node.name + ".channels", second, {1, count, 1, 1});
  }
  set(node, graph_.node(type, node.name, {plain(a), second}));
  return {};
}

Status Exporter::op(const Node& node, const Add& /*op*/) { return pair(node, "Add"); }
Status Exporter::op(const Node& node, const Multiply& /*op*/) { return pair(node, "Mul"); }

Status Exporter::op(const Node& node, const Concat& /*op*/) {
  std::vector<std::string> inputs;
  for (const ValueId input : node.inputs) inputs.push_back(plain(input));
  const Attributes axis = Attributes().integer("axis", last_axis(shape(node.output)));
  set(node, graph_.node("Concat", node.name, inputs, axis));
  return {};
}

Status Exporter::op(const Node& node, const Slice& op) {
  const ValueId input = node.inputs.front();
  const Shape& from = shape(input);
  std::vector<std::int64_t> starts, ends, axes;
  for (std::size_t d = 0; d < from.size(); ++d) {
    if (op.begin[d] == 0 && op.end[d] == from[d]) continue;
    starts.push_back(op.begin[d]);
    ends.push_back(op.end[d]);
    axes.push_back(onnx_axis(from, d));
  }
  if (axes.empty()) {  // all of it
    set(node, graph_.node("Identity", node.name, {plain(input)}));
    return {};
  }
  set(node, graph_.node("Slice", node.name,
                        {plain(input), graph_.constant(node.name + ".starts", starts),
                         graph_.constant(node.name + ".ends", ends), graph_.constant(node.name + ".axes", axes)}));
  return {};
}

Status Exporter::op(const Node& node, const Pad& op) {
  const Padding& p = op.padding;
  const std::vector<std::int64_t> pads = {0, 0, p.top, p.left, 0, 0, p.bottom, p.right};
  set(node, graph_.node("Pad", node.name,
                        {tensor(node.inputs.front()).name, graph_.constant(node.name + ".pads", pads),
                         graph_.constant(node.name + ".value", {}, std::span(&op.value, 1))}));
  return {};
}

Status Exporter::op(const Node& node, const Reshape& op) {
  const ValueId input = node.inputs.front();
  if (op.shape == shape(input)) {
    set(node, graph_.node("Identity", node.name, {plain(input)}));
    return {};
  }
  const std::string x = flat(input);
  Shape dims = op.shape;
  dims.insert(dims.begin(), 1);
  if (op.shape.size() != 3) {
    set(node, op.shape.size() == 1 ? x : reshape(node.name, x, dims));
    return {};
  }
  set(node, transpose(node.name, reshape(node.name + ".rows", x, dims), {0, 3, 1, 2}));
  return {};
}

Status Exporter::op(const Node& node, const Softmax& /*op*/) {
  const ValueId input = node.inputs.front();
  set(node, graph_.node("Softmax", node.name, {plain(input)}, Attributes().integer("axis", last_axis(shape(input)))));
  return {};
}

Status Exporter::op(const Node& node, const Expand& op) {
  const ValueId input = node.inputs.front();
  const std::int64_t channels = element_count(shape(input));
  const std::string pixel = reshape(node.name + ".pixel", flat(input), {1, channels, 1, 1});
  const std::vector<std::int64_t> dims = {1, channels, op.height, op.width};
  set(node, graph_.node("Expand", node.name, {pixel, graph_.constant(node.name + ".size", dims)}));
  return {};
}

}  // namespace pitlane::onnx
