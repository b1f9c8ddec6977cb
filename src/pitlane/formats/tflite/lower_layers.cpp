// Layers with weights.
#include <algorithm>
#include <cmath>
#include <limits>

#include "pitlane/formats/tflite/lowering.h"
#include "pitlane/formats/tflite/tensor_bytes.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

/// {O, KH, KW, 1} -> {1, KH, KW, O}.
template <typename T>
std::vector<T> outputs_last(std::span<const T> values, const Shape& shape) {
  const auto outputs = static_cast<std::size_t>(shape[0]);
  const std::size_t pixels = values.size() / outputs;
  std::vector<T> moved(values.size());
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t p = 0; p < pixels; ++p) moved[p * outputs + o] = values[o * pixels + p];
  return moved;
}

Shape written_shape(const Weight& weight, WeightUse use) {
  if (use != WeightUse::kDepthwise) return weight.shape;
  return {1, weight.shape[1], weight.shape[2], weight.shape[0]};
}

TensorId write_i8(Lowering& to, const Weight& weight, WeightUse use) {
  WrittenTensor tensor{weight.name, written_shape(weight, use), tfl::TensorType::INT8, weight.scales};
  tensor.dimension = use == WeightUse::kDepthwise ? 3 : 0;
  tensor.data = weight.data;
  if (use == WeightUse::kDepthwise) tensor.data = bytes_of(outputs_last<std::int8_t>(weight.i8(), weight.shape));
  return to.graph.tensor(std::move(tensor));
}

Result<TensorId> write_f16(Lowering& to, const Weight& weight, WeightUse use) {
  const std::vector<float> values = decode_f32(weight);
  constexpr float kLargest = 65504;
  if (std::ranges::any_of(values, [](float v) { return std::abs(v) > kLargest; }))
    return numeric_error("weight '" + weight.name +
                         "' has magnitudes above 65504, which float16 does not hold; "
                         "export it in float32");
  std::vector<std::uint16_t> halves(values.size());
  std::ranges::transform(values, halves.begin(), f32_to_f16);
  if (use == WeightUse::kDepthwise) halves = outputs_last<std::uint16_t>(halves, weight.shape);
  const Shape shape = written_shape(weight, use);
  const TensorId half = to.graph.tensor({weight.name, shape, tfl::TensorType::FLOAT16, {}, 0, 0, bytes_of(halves)});
  const TensorId real = to.graph.flow(weight.name + ".real", shape, {});
  to.graph.add(Code::DEQUANTIZE, 3, {half}, {real});
  return real;
}

TensorId write_f32(Lowering& to, const Weight& weight, WeightUse use) {
  std::vector<float> values = decode_f32(weight);
  if (use == WeightUse::kDepthwise) values = outputs_last<float>(values, weight.shape);
  return to.graph.reals(weight.name, written_shape(weight, use), values);
}

bool becomes_int8(const Lowering& to, const Weight& weight) {
  constexpr std::int64_t kSmall = 1024;  // as TensorFlow's converter
  if (to.precision == TflitePrecision::kInt8) return true;
  if (to.precision != TflitePrecision::kDynamic) return false;
  const auto in_int8 = [](const Weight& w) { return w.storage == Storage::kI8; };
  if (std::ranges::any_of(to.network.weights, in_int8)) return in_int8(weight);
  return weight.size() >= kSmall;
}

std::vector<float> bias_of(const Lowering& to, WeightId bias, std::int64_t outputs) {
  if (bias != kNoWeight) return decode_f32(to.network.weights[static_cast<std::size_t>(bias)]);
  return std::vector<float>(static_cast<std::size_t>(outputs), 0.F);
}

tfl::FusedActivation fusable(Activation activation) {
  if (activation == Activation::kRelu) return tfl::FusedActivation::RELU;
  if (activation == Activation::kRelu6) return tfl::FusedActivation::RELU6;
  return tfl::FusedActivation::NONE;
}

/// Where the layer writes to: the result itself, or what a separate activation then reads.
struct Target {
  TensorId written = -1, result = -1;
  tfl::FusedActivation fused = tfl::FusedActivation::NONE;
};

Result<Target> target_of(Lowering& to, const Node& node, Activation activation) {
  Target target;
  target.fused = fusable(activation);
  target.result = target.written = to.result(node);
  if (activation == Activation::kNone || target.fused != tfl::FusedActivation::NONE) return target;
  if (to.int8())
    return unsupported("int8 needs the range of what its " + std::string(to_string(activation)) +
                       " reads; export the network as with_separate_activations() makes it");
  target.written = to.graph.flow(node.name + ".linear", to.batched(node.output), {});
  return target;
}

Status finish(Lowering& to, const Node& node, const Target& target, Activation activation) {
  if (target.written == target.result) return {};
  return write_curve(to, node.name + ".activation", target.written, target.result,
                     {activation, usual_alpha(activation)});
}

/// Sum over the kernel of each output's weights times what its channels are padded with.
std::vector<float> border_sums(const Weight& weight, const Conv2d& conv) {
  const std::vector<float> w = decode_f32(weight);
  const auto outputs = static_cast<std::size_t>(weight.shape[0]), in = static_cast<std::size_t>(weight.shape[3]);
  const std::size_t each = w.size() / outputs, outputs_a_group = outputs / static_cast<std::size_t>(conv.groups);
  std::vector<float> sums(outputs);
  for (std::size_t o = 0; o < outputs; ++o) {
    double sum = 0;
    for (std::size_t i = 0; i < each; ++i)
      sum += static_cast<double>(w[o * each + i]) * conv.pad_value[o / outputs_a_group * in + i % in];
    sums[o] = static_cast<float>(sum);
  }
  return sums;
}

/// x - pad_value, on a grid that holds all of it: around that, padding with zeros is what padding with pad_value was.
Result<TensorId> without_border(Lowering& to, const Node& node, const Conv2d& conv, TensorId x) {
  std::vector<float> shift;
  for (const float v : conv.pad_value) shift.push_back(-v);
  std::optional<Grid> grid;
  if (to.int8()) {
    const WrittenTensor& now = to.graph.at(x);
    const auto [low, high] = std::ranges::minmax(shift);
    const double first = now.scales[0] * static_cast<double>(-128 - now.zero) + low;
    const double last = now.scales[0] * static_cast<double>(127 - now.zero) + high;
    const double scale = (std::max(last, 0.0) - std::min(first, 0.0)) / 255;
    grid = Grid{static_cast<float>(scale), static_cast<int>(std::nearbyint(-128 - std::min(first, 0.0) / scale))};
  }
  const TensorId moved = to.graph.flow(node.name + ".moved", to.batched(node.inputs[0]), grid);
  PITLANE_TRY_STATUS(write_affine(to, node.name + ".move", x, moved, std::vector<float>(shift.size(), 1.F), shift,
                                  tfl::FusedActivation::NONE));
  return moved;
}

int conv_version(const Lowering& to, TensorId weight, int plain, int int8, int hybrid) {
  if (to.int8()) return int8;
  return to.graph.at(weight).type == tfl::TensorType::INT8 ? hybrid : plain;
}

}  // namespace

Result<TensorId> write_weight(Lowering& to, WeightId id, WeightUse use) {
  const std::pair key(id, use == WeightUse::kDepthwise);
  if (const auto known = to.weights.find(key); known != to.weights.end()) return known->second;
  const Weight& weight = to.network.weights[static_cast<std::size_t>(id)];
  TensorId written = -1;
  if (becomes_int8(to, weight)) {
    written = write_i8(to, weight.storage == Storage::kI8 ? weight : quantize_i8(weight), use);
  } else if (to.precision == TflitePrecision::kFloat16) {
    PITLANE_TRY(written, write_f16(to, weight, use));
  } else {
    written = write_f32(to, weight, use);
  }
  to.weights[key] = written;
  return written;
}

Result<TensorId> write_bias(Lowering& to, const std::string& name, TensorId x, TensorId weight,
                            const std::vector<float>& values) {
  const Shape shape = {static_cast<std::int64_t>(values.size())};
  if (!to.int8()) return to.graph.reals(name, shape, values);
  const float input_scale = to.graph.at(x).scales[0];
  std::vector<std::int32_t> counts;
  std::vector<float> steps;
  for (std::size_t o = 0; o < values.size(); ++o) {
    steps.push_back(input_scale * to.graph.at(weight).scales[o]);
    const double count = std::nearbyint(values[o] / static_cast<double>(steps.back()));
    if (!(std::abs(count) < static_cast<double>(std::numeric_limits<std::int32_t>::max())))
      return numeric_error("bias '" + name + "' is too large for the steps of its weights at output " +
                           std::to_string(o) + "; keep this network in float");
    counts.push_back(static_cast<std::int32_t>(count));
  }
  return to.graph.tensor({name, shape, tfl::TensorType::INT32, std::move(steps), 0, 0, bytes_of(counts)});
}

Status lower_conv(Lowering& to, const Node& node, const Conv2d& conv) {
  const Shape& picture = to.network.values[static_cast<std::size_t>(node.inputs[0])].shape;
  const Weight& weight = to.network.weights[static_cast<std::size_t>(conv.weight)];
  const bool depthwise = conv.groups > 1 && weight.shape[3] == 1;
  TensorId x = to.tensor(node.inputs[0]);
  std::vector<float> bias = bias_of(to, conv.bias, weight.shape[0]);
  const bool border =
      !(conv.padding == Padding{}) && std::ranges::any_of(conv.pad_value, [](float v) { return v != 0; });
  if (border) {
    PITLANE_TRY(x, without_border(to, node, conv, x));
    const std::vector<float> sums = border_sums(weight, conv);
    std::ranges::transform(bias, sums, bias.begin(), std::plus<>());
  }
  auto padding = named_padding(conv.padding, picture, weight.shape[1], weight.shape[2], conv.stride_h, conv.stride_w);
  if (!padding) {
    x = write_pad(to, node.name + ".padded", x, conv.padding, 0);
    padding = tfl::Padding::VALID;
  }
  PITLANE_TRY(const TensorId w, write_weight(to, conv.weight, depthwise ? WeightUse::kDepthwise : WeightUse::kConv));
  PITLANE_TRY(const TensorId b, write_bias(to, node.name + ".bias", x, w, bias));
  PITLANE_TRY(const Target target, target_of(to, node, conv.activation));
  const auto plain = [=](flatbuffers::FlatBufferBuilder& out) {
    return tfl::CreateConv2DOptions(out, *padding, conv.stride_w, conv.stride_h, target.fused);
  };
  const int multiplier = static_cast<int>(weight.shape[0] / conv.groups);
  const auto deep = [=](flatbuffers::FlatBufferBuilder& out) {
    return tfl::CreateDepthwiseConv2DOptions(out, *padding, conv.stride_w, conv.stride_h, multiplier, target.fused);
  };
  if (depthwise)
    to.graph.add(Code::DEPTHWISE_CONV_2D, conv_version(to, w, 1, 3, 6), {x, w, b}, {target.written},
                 options_of(tfl::BuiltinOptions::DepthwiseConv2D, deep));
  else
    to.graph.add(Code::CONV_2D, conv_version(to, w, 1, 3, 5), {x, w, b}, {target.written},
                 options_of(tfl::BuiltinOptions::Conv2D, plain));
  return finish(to, node, target, conv.activation);
}

Status lower_dense(Lowering& to, const Node& node, const Dense& dense) {
  const Weight& weight = to.network.weights[static_cast<std::size_t>(dense.weight)];
  const Shape line = {1, weight.shape[1]};
  TensorId x = to.tensor(node.inputs[0]);
  if (to.graph.at(x).shape != line) x = write_reshape(to, node.name + ".line", x, line);
  PITLANE_TRY(const TensorId w, write_weight(to, dense.weight, WeightUse::kDense));
  PITLANE_TRY(const TensorId b, write_bias(to, node.name + ".bias", x, w, bias_of(to, dense.bias, weight.shape[0])));
  PITLANE_TRY(const Target target, target_of(to, node, dense.activation));
  const bool hybrid = !to.int8() && to.graph.at(w).type == tfl::TensorType::INT8;
  const auto options = [=](flatbuffers::FlatBufferBuilder& out) {
    return tfl::CreateFullyConnectedOptions(out, target.fused, 0, false, hybrid);
  };
  to.graph.add(Code::FULLY_CONNECTED, conv_version(to, w, 1, 4, 9), {x, w, b}, {target.written},
               options_of(tfl::BuiltinOptions::FullyConnected, options));
  return finish(to, node, target, dense.activation);
}

Status lower_batch_norm(Lowering& to, const Node& node, const BatchNorm& norm) {
  const auto values = [&](WeightId id) { return decode_f32(to.network.weights[static_cast<std::size_t>(id)]); };
  const std::vector<float> gamma = values(norm.gamma), beta = values(norm.beta), mean = values(norm.mean),
                           variance = values(norm.variance);
  std::vector<float> scale(gamma.size()), shift(gamma.size());
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double s = gamma[c] / std::sqrt(static_cast<double>(variance[c]) + static_cast<double>(norm.epsilon));
    scale[c] = static_cast<float>(s);
    shift[c] = static_cast<float>(beta[c] - mean[c] * s);
    if (!std::isfinite(scale[c]) || !std::isfinite(shift[c]))
      return numeric_error("its factor of channel " + std::to_string(c) + " is not finite");
  }
  const TensorId x = to.tensor(node.inputs[0]);
  return write_affine(to, node.name, x, to.result(node), scale, shift, tfl::FusedActivation::NONE);
}

}  // namespace pitlane::tflite
