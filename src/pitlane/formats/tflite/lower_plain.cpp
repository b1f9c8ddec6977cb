// Operators without weights.
#include <algorithm>
#include <cmath>
#include <limits>

#include "pitlane/formats/tflite/lowering.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;
using Builder = flatbuffers::FlatBufferBuilder;

std::vector<std::int32_t> numbers(const Shape& shape) { return {shape.begin(), shape.end()}; }

GraphWriter::Options add_options() {
  return options_of(tfl::BuiltinOptions::Add, [](Builder& out) { return tfl::CreateAddOptions(out); });
}
GraphWriter::Options mul_options() {
  return options_of(tfl::BuiltinOptions::Mul, [](Builder& out) { return tfl::CreateMulOptions(out); });
}

/// max(0, x) and its kin have one operator each.
std::optional<Code> code_of(const Activate& curve) {
  switch (curve.activation) {
    case Activation::kRelu:
      return Code::RELU;
    case Activation::kRelu6:
      return Code::RELU6;
    case Activation::kLeakyRelu:
      return Code::LEAKY_RELU;
    case Activation::kTanh:
      return Code::TANH;
    case Activation::kSigmoid:
      return Code::LOGISTIC;
    case Activation::kElu:
      if (curve.alpha == 1) return Code::ELU;
      return {};
    default:
      return {};
  }
}

/// x > 0 ? x : alpha * (exp(x) - 1) = relu(x) + alpha * elu(-relu(-x)).
Status write_scaled_elu(Lowering& to, const std::string& name, TensorId x, TensorId out, float alpha) {
  if (to.int8()) return unsupported("elu with a factor other than 1 has no form in int8; keep this network in float");
  const Shape shape = to.graph.at(x).shape;
  const auto fresh = [&](const char* part) { return to.graph.flow(name + part, shape, {}); };
  const TensorId positive = fresh(".positive"), below = fresh(".below"), negative = fresh(".negative"),
                 curved = fresh(".curved"), scaled = fresh(".scaled");
  const std::vector<float> minus(static_cast<std::size_t>(shape.back()), -1.F);
  const std::vector<float> factor(static_cast<std::size_t>(shape.back()), alpha);
  const std::vector<float> none(static_cast<std::size_t>(shape.back()), 0.F);
  to.graph.add(Code::RELU, 1, {x}, {positive});
  PITLANE_TRY_STATUS(write_affine(to, name + ".flip", x, below, minus, none, tfl::FusedActivation::RELU));
  PITLANE_TRY_STATUS(write_affine(to, name + ".flop", below, negative, minus, none, tfl::FusedActivation::NONE));
  to.graph.add(Code::ELU, 1, {negative}, {curved});
  PITLANE_TRY_STATUS(write_affine(to, name + ".factor", curved, scaled, factor, none, tfl::FusedActivation::NONE));
  to.graph.add(Code::ADD, 1, {positive, scaled}, {out}, add_options());
  return {};
}

/// min(1, max(0, a x + 0.5)) = relu6(6 a x + 3) / 6.
Status write_hard_sigmoid(Lowering& to, const std::string& name, TensorId x, TensorId out, float alpha) {
  const Shape shape = to.graph.at(x).shape;
  std::optional<Grid> grid;
  if (to.int8()) grid = Grid{6 / 255.F, -128};
  const TensorId six = to.graph.flow(name + ".six", shape, grid);
  const auto all = [&](float v) { return std::vector<float>(static_cast<std::size_t>(shape.back()), v); };
  PITLANE_TRY_STATUS(write_affine(to, name + ".line", x, six, all(6 * alpha), all(3), tfl::FusedActivation::RELU6));
  return write_affine(to, name + ".sixth", six, out, all(1 / 6.F), all(0), tfl::FusedActivation::NONE);
}

/// A 1 x 1 depthwise convolution: each channel its own factor with a scale of its own, and a shift of 32 bits.
Status write_int8_affine(Lowering& to, const std::string& name, TensorId x, TensorId out,
                         const std::vector<float>& scale, const std::vector<float>& shift, tfl::FusedActivation fused) {
  const Shape shape = to.graph.at(x).shape;
  const auto channels = static_cast<std::int64_t>(scale.size());
  // Channels of (nearly) no factor still need steps fine enough for their shift.
  float largest = 0;
  for (const float s : scale) largest = std::max(largest, std::abs(s));
  const float least = largest > 0 ? largest / 1024 : 1.F;
  WrittenTensor factor{name + ".factor", {1, 1, 1, channels}, tfl::TensorType::INT8};
  factor.dimension = 3;
  std::vector<std::byte> bytes;
  for (const float s : scale) {
    factor.scales.push_back(std::max(std::abs(s), least) / 127);
    bytes.push_back(static_cast<std::byte>(static_cast<std::int8_t>(std::nearbyint(s / factor.scales.back()))));
  }
  factor.data = SharedBytes(std::move(bytes));
  const TensorId weight = to.graph.tensor(std::move(factor));
  PITLANE_TRY(const TensorId bias, write_bias(to, name + ".shift", x, weight, shift));
  const bool picture = shape.size() == 4;
  const Shape seen = picture ? shape : Shape{1, element_count(shape) / channels, 1, channels};
  const WrittenTensor& wanted = to.graph.at(out);
  const Grid grid{wanted.scales[0], wanted.zero};
  const TensorId source = picture ? x : write_reshape(to, name + ".picture", x, seen);
  const TensorId made = picture ? out : to.graph.flow(name + ".norm", seen, grid);
  const auto options = [fused](Builder& b) {
    return tfl::CreateDepthwiseConv2DOptions(b, tfl::Padding::VALID, 1, 1, 1, fused);
  };
  to.graph.add(Code::DEPTHWISE_CONV_2D, 3, {source, weight, bias}, {made},
               options_of(tfl::BuiltinOptions::DepthwiseConv2D, options));
  if (!picture) write_reshape(to, made, out);
  return {};
}

}  // namespace

Status write_affine(Lowering& to, const std::string& name, TensorId x, TensorId out, const std::vector<float>& scale,
                    const std::vector<float>& shift, tfl::FusedActivation fused) {
  if (to.int8()) return write_int8_affine(to, name, x, out, scale, shift, fused);
  const Shape channels = {static_cast<std::int64_t>(scale.size())};
  const bool scales = std::ranges::any_of(scale, [](float s) { return s != 1; });
  const bool shifts = std::ranges::any_of(shift, [](float s) { return s != 0; }) || !scales;
  const TensorId product = scales && shifts ? to.graph.flow(name + ".product", to.graph.at(x).shape, {}) : out;
  const auto last = [fused](Builder& b) { return tfl::CreateMulOptions(b, fused); };
  if (scales)
    to.graph.add(Code::MUL, 1, {x, to.graph.reals(name + ".scale", channels, scale)}, {product},
                 shifts ? mul_options() : options_of(tfl::BuiltinOptions::Mul, last));
  const auto sum = [fused](Builder& b) { return tfl::CreateAddOptions(b, fused); };
  if (shifts)
    to.graph.add(Code::ADD, 1, {scales ? product : x, to.graph.reals(name + ".shift", channels, shift)}, {out},
                 options_of(tfl::BuiltinOptions::Add, sum));
  return {};
}

Status write_curve(Lowering& to, const std::string& name, TensorId x, TensorId out, const Activate& curve) {
  const auto code = code_of(curve);
  if (!code && curve.activation == Activation::kElu) return write_scaled_elu(to, name, x, out, curve.alpha);
  if (curve.activation == Activation::kHardSigmoid) return write_hard_sigmoid(to, name, x, out, curve.alpha);
  if (!code)
    return unsupported("the activation " + std::string(to_string(curve.activation)) + " has no form in TFLite");
  GraphWriter::Options options;
  const float alpha = curve.alpha;
  if (*code == Code::LEAKY_RELU)
    options = options_of(tfl::BuiltinOptions::LeakyRelu,
                         [alpha](Builder& b) { return tfl::CreateLeakyReluOptions(b, alpha); });
  to.graph.add(*code, to.int8() && *code != Code::ELU ? 2 : 1, {x}, {out}, std::move(options));
  return {};
}

TensorId write_reshape(Lowering& to, const std::string& name, TensorId x, const Shape& shape) {
  const WrittenTensor& now = to.graph.at(x);
  std::optional<Grid> grid;
  if (to.int8()) grid = Grid{now.scales[0], now.zero};
  const TensorId out = to.graph.flow(name, shape, grid);
  write_reshape(to, x, out);
  return out;
}

void write_reshape(Lowering& to, TensorId x, TensorId out) {
  const std::vector<std::int32_t> shape = numbers(to.graph.at(out).shape);
  const TensorId wanted =
      to.graph.integers(to.graph.at(out).name + ".shape", {static_cast<std::int64_t>(shape.size())}, shape);
  to.graph.add(Code::RESHAPE, 1, {x, wanted}, {out}, options_of(tfl::BuiltinOptions::Reshape, [shape](Builder& b) {
                 return tfl::CreateReshapeOptionsDirect(b, &shape);
               }));
}

void write_pad(Lowering& to, TensorId x, TensorId out, const Padding& p, float value) {
  const std::string name = to.graph.at(out).name;
  const TensorId sizes = to.graph.integers(name + ".sizes", {4, 2}, {0, 0, p.top, p.bottom, p.left, p.right, 0, 0});
  if (value == 0) {
    to.graph.add(Code::PAD, to.int8() ? 2 : 1, {x, sizes}, {out},
                 [](Builder& b) { return std::pair(tfl::BuiltinOptions::Pad, tfl::CreateUnread(b).Union()); });
    return;
  }
  TensorId filling = -1;
  if (to.int8()) {
    const WrittenTensor now = to.graph.at(x);
    const double q = std::clamp(std::nearbyint(value / static_cast<double>(now.scales[0])) + now.zero, -128.0, 127.0);
    std::vector<std::byte> byte = {static_cast<std::byte>(static_cast<std::int8_t>(q))};
    filling = to.graph.tensor(
        {name + ".value", {1}, tfl::TensorType::INT8, now.scales, now.zero, 0, SharedBytes(std::move(byte))});
  } else {
    filling = to.graph.reals(name + ".value", {1}, {value});
  }
  to.graph.add(Code::PADV2, to.int8() ? 2 : 1, {x, sizes, filling}, {out},
               [](Builder& b) { return std::pair(tfl::BuiltinOptions::PadV2, tfl::CreateUnread(b).Union()); });
}

TensorId write_pad(Lowering& to, const std::string& name, TensorId x, const Padding& padding, float value) {
  const WrittenTensor& now = to.graph.at(x);
  std::optional<Grid> grid;
  if (to.int8()) grid = Grid{now.scales[0], now.zero};
  Shape shape = now.shape;
  shape[1] += padding.top + padding.bottom;
  shape[2] += padding.left + padding.right;
  const TensorId out = to.graph.flow(name, shape, grid);
  write_pad(to, x, out, padding, value);
  return out;
}

Status lower_activate(Lowering& to, const Node& node, const Activate& curve) {
  const TensorId x = to.tensor(node.inputs[0]);
  if (curve.activation == Activation::kNone) {
    to.set_tensor(node.output, to.on_grid(x, to.grid(node.output)));
    return {};
  }
  return write_curve(to, node.name, x, to.result(node), curve);
}

Status lower_pool(Lowering& to, const Node& node, const Pool2d& pool) {
  const Shape& picture = to.network.values[static_cast<std::size_t>(node.inputs[0])].shape;
  TensorId x = to.tensor(node.inputs[0]);
  const bool largest = pool.kind == PoolKind::kMax;
  auto padding = named_padding(pool.padding, picture, pool.window_h, pool.window_w, pool.stride_h, pool.stride_w);
  if (!padding) {
    if (!largest) return unsupported("means with this padding have no form in TFLite; pad as 'same' or not at all");
    // Nothing is smaller, so it never wins.
    const float lowest = to.int8() ? std::numeric_limits<float>::lowest() / 2 : std::numeric_limits<float>::lowest();
    x = write_pad(to, node.name + ".padded", x, pool.padding, lowest);
    padding = tfl::Padding::VALID;
  }
  const auto options = [=](Builder& b) {
    return tfl::CreatePool2DOptions(b, *padding, pool.stride_w, pool.stride_h, pool.window_w, pool.window_h);
  };
  to.graph.add(largest ? Code::MAX_POOL_2D : Code::AVERAGE_POOL_2D, to.int8() ? 2 : 1, {x}, {to.result(node)},
               options_of(tfl::BuiltinOptions::Pool2D, options));
  return {};
}

Status lower_pairwise(Lowering& to, const Node& node) {
  const bool product = std::holds_alternative<Multiply>(node.op);
  const TensorId a = to.tensor(node.inputs[0]);
  TensorId b = to.tensor(node.inputs[1]);
  const Shape first = to.graph.at(a).shape, second = to.graph.at(b).shape;
  // The second one is repeated over the first from its last dimension on; it must not have more dimensions.
  if (first != second) b = write_reshape(to, node.name + ".second", b, {1, element_count(second)});
  if (first.size() == 1 && first != second) return unsupported("of a single number and a vector has no form in TFLite");
  to.graph.add(product ? Code::MUL : Code::ADD, to.int8() ? 2 : 1, {a, b}, {to.result(node)},
               product ? mul_options() : add_options());
  return {};
}

Status lower_concat(Lowering& to, const Node& node) {
  std::vector<TensorId> inputs;
  for (const ValueId input : node.inputs) inputs.push_back(to.on_grid(to.tensor(input), to.grid(node.output)));
  const auto axis = static_cast<int>(to.batched(node.output).size()) - 1;
  to.graph.add(Code::CONCATENATION, to.int8() ? 2 : 1, std::move(inputs), {to.result(node)},
               options_of(tfl::BuiltinOptions::Concatenation,
                          [axis](Builder& b) { return tfl::CreateConcatenationOptions(b, axis); }));
  return {};
}

Status lower_slice(Lowering& to, const Node& node, const Slice& slice) {
  std::vector<std::int32_t> begin = {0}, size = {1};
  for (std::size_t d = 0; d < slice.begin.size(); ++d) {
    begin.push_back(static_cast<std::int32_t>(slice.begin[d]));
    size.push_back(static_cast<std::int32_t>(slice.end[d] - slice.begin[d]));
  }
  const Shape shape = {static_cast<std::int64_t>(begin.size())};
  const TensorId first = to.graph.integers(node.name + ".begin", shape, begin);
  const TensorId count = to.graph.integers(node.name + ".size", shape, size);
  to.graph.add(Code::SLICE, to.int8() ? 2 : 1, {to.tensor(node.inputs[0]), first, count}, {to.result(node)},
               [](Builder& b) { return std::pair(tfl::BuiltinOptions::Slice, tfl::CreateUnread(b).Union()); });
  return {};
}

Status lower_pad(Lowering& to, const Node& node, const Pad& pad) {
  write_pad(to, to.tensor(node.inputs[0]), to.result(node), pad.padding, pad.value);
  return {};
}

Status lower_reshape(Lowering& to, const Node& node) {
  write_reshape(to, to.tensor(node.inputs[0]), to.result(node));
  return {};
}

Status lower_softmax(Lowering& to, const Node& node) {
  to.graph.add(Code::SOFTMAX, to.int8() ? 2 : 1, {to.tensor(node.inputs[0])}, {to.result(node)},
               options_of(tfl::BuiltinOptions::Softmax, [](Builder& b) { return tfl::CreateSoftmaxOptions(b, 1); }));
  return {};
}

Status lower_expand(Lowering& to, const Node& node, const Expand& expand) {
  TensorId x = to.tensor(node.inputs[0]);
  const Shape pixel = {1, 1, 1, to.batched(node.output).back()};
  if (to.graph.at(x).shape != pixel) x = write_reshape(to, node.name + ".pixel", x, pixel);
  const TensorId times = to.graph.integers(node.name + ".times", {4}, {1, expand.height, expand.width, 1});
  to.graph.add(Code::TILE, to.int8() ? 2 : 1, {x, times}, {to.result(node)},
               [](Builder& b) { return std::pair(tfl::BuiltinOptions::Tile, tfl::CreateUnread(b).Union()); });
  return {};
}

}  // namespace pitlane::tflite
