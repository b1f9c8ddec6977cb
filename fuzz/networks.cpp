#include "fuzz/networks.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/recurrent.h"

namespace pitlane::fuzz {
namespace {

Preprocessing small_camera(int width, int height, PixelFormat format = PixelFormat::kRgb, int frames = 1) {
  Preprocessing p;
  p.source_width = 2 * width;
  p.source_height = 2 * height;
  p.crop = {0, height, 2 * width, height};
  p.width = width;
  p.height = height;
  p.format = format;
  p.frames = frames;
  p.scale.assign(static_cast<std::size_t>(channels_of(format)), 1 / 255.F);
  p.offset.assign(p.scale.size(), -0.5F);
  return p;
}

Weight random_weight(Random& random, const std::string& name, Shape shape, double zeros = 0) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (float& value : values) value = random.chance(zeros) ? 0.F : static_cast<float>(random.normal() * 0.3);
  return make_f32_weight(name, std::move(shape), std::move(values));
}

OutputSpec output(const char* name, ValueId value, int element) { return {name, "1", -1, 1, value, element}; }

/// Convolutions, normalisation and dense layers, in all storage types.
Network convolutional() {
  Random random(1);
  NetworkBuilder b("convolutional");
  ValueId x = b.image("camera", small_camera(9, 7));
  const std::vector<float> mean = {0.1F, 0.2F, 0.3F}, ones = {1, 1, 1};
  x = b.add("norm",
            BatchNorm{b.weight(make_f32_weight("gamma", {3}, ones)), b.weight(make_f32_weight("beta", {3}, mean)),
                      b.weight(make_f32_weight("mean", {3}, mean)), b.weight(make_f32_weight("variance", {3}, ones))},
            {x});
  Conv2d first{.stride_h = 2, .stride_w = 2, .padding = {1, 1, 1, 1}, .pad_value = mean};
  first.weight = b.weight(random_weight(random, "first.weight", {6, 3, 3, 3}));
  first.bias = b.weight(random_weight(random, "first.bias", {6}));
  first.activation = Activation::kRelu;
  x = b.add("first", first, {x});
  Conv2d depthwise;
  depthwise.weight = b.weight(random_weight(random, "depthwise.weight", {6, 2, 2, 1}));
  depthwise.groups = 6;
  x = b.add("depthwise", depthwise, {x});
  Conv2d second;
  second.weight = b.weight(quantize_i8(random_weight(random, "second.weight", {4, 2, 2, 6})));
  x = b.add("second", second, {x});
  x = b.add("flatten", Flatten{}, {x});
  const auto width = b.shape(x)[0];
  const Weight half = random_weight(random, "dense.weight", {8, width}, 0.8);
  x = b.add("dense",
            Dense{b.weight(make_f16_weight("dense.weight", half.shape, half.f32())), kNoWeight, Activation::kElu}, {x});
  x = b.add("out", Dense{b.weight(random_weight(random, "out.weight", {2, 8}))}, {x});
  b.output({"v", "m/s", 6.5F, 24, x, 0});
  b.output({"w", "rad/s", -7.1F, 7.1F, x, 1});
  b.metadata("strategy", "test");
  return std::move(b).build().value();
}

/// Everything that is not a convolution, two stacked grey frames with ages, speed, command and light.
Network branching() {
  Random random(2);
  NetworkBuilder b("branching");
  const ValueId picture = b.image("camera", small_camera(8, 6, PixelFormat::kGrey, 2), {0, 3});
  const ValueId speed = b.vector("speed", InputKind::kSpeed, 2, 0.1F, {0, 5});
  const ValueId command = b.vector("command", InputKind::kCommand, 4);
  const ValueId light = b.vector("light", InputKind::kLight, 2);
  const ValueId largest = b.add("largest", Pool2d{PoolKind::kMax, 3, 3, 2, 2, {1, 1, 1, 1}}, {picture});
  const ValueId mean = b.add("mean", Pool2d{PoolKind::kAverage, 2, 2, 2, 2, {}}, {picture});
  const ValueId plane = b.add("plane", Expand{3, 4}, {speed});
  const ValueId sum = b.add("sum", Add{}, {largest, mean});
  const ValueId product = b.add("product", Multiply{}, {sum, plane});
  const ValueId joined = b.add("joined", Concat{}, {product, plane, largest});
  const ValueId padded = b.add("padded", Pad{{1, 0, 0, 1}, 0.5F}, {joined});
  const ValueId part = b.add("part", Slice{{1, 0, 1}, {4, 4, 5}}, {padded});
  const ValueId row = b.add("row", Reshape{{48}}, {part});
  const ValueId curved = b.add("curved", Activate{Activation::kLeakyRelu, 0.2F}, {row});
  const ValueId all = b.add("all", Concat{}, {curved, command, light});
  const ValueId soft = b.add("soft", Softmax{}, {all});
  const ValueId out = b.add("out", Dense{b.weight(random_weight(random, "out.weight", {3, 54}))}, {soft});
  b.output({"throttle", "1", 0, 1, out, 0});
  b.output({"steer", "1", -1, 1, out, 1});
  b.output({"brake", "1", 0, 1, out, 2});
  return std::move(b).build().value();
}

/// A cell that remembers from run to run.
Network remembering() {
  Random random(3);
  NetworkBuilder b("remembering");
  const ValueId picture = b.image("camera", small_camera(5, 4));
  const ValueId hidden = b.state("hidden", {3}), cell = b.state("cell", {3});
  LstmCell lstm;
  lstm.input = Dense{b.weight(random_weight(random, "input", {12, 60})), b.weight(random_weight(random, "bias", {12}))};
  lstm.recurrent = Dense{b.weight(random_weight(random, "recurrent", {12, 3}))};
  const LstmState after = add_lstm_step(b, "lstm", lstm, picture, {hidden, cell});
  b.remember(hidden, after.hidden);
  b.remember(cell, after.cell);
  b.output(output("steering", after.hidden, 1));
  return std::move(b).build().value();
}

/// int8 throughout, with ranges that calibration fixed.
Network calibrated() {
  Random random(4);
  NetworkBuilder b("calibrated");
  ValueId x = b.image("camera", small_camera(6, 6));
  Conv2d conv;
  conv.weight = b.weight(quantize_i8(random_weight(random, "conv", {5, 3, 3, 3})));
  conv.bias = b.weight(random_weight(random, "bias", {5}));
  conv.activation = Activation::kRelu;
  x = b.add("conv", conv, {x});
  x = b.add("flatten", Flatten{}, {x});
  x = b.add("out", Dense{b.weight(quantize_i8(random_weight(random, "out", {1, 80})))}, {x});
  b.output(output("steering", x, 0));
  Network network = std::move(b).build().value();
  for (Value& value : network.values) value.quantization = ActivationQuantization{0.02F, 64};
  return network;
}

/// Steps of all operators; a bound, not a measurement.
double cost(const Network& network) {
  constexpr double kPerTensor = 100;
  double steps = static_cast<double>(mac_count(network));
  for (const Value& value : network.values) steps += kPerTensor + static_cast<double>(element_count(value.shape));
  for (const Node& node : network.nodes)
    if (const auto* pool = std::get_if<Pool2d>(&node.op))
      steps += static_cast<double>(element_count(network.values[static_cast<std::size_t>(node.output)].shape)) *
               pool->window_h * pool->window_w;
  return steps;
}

template <typename View>
std::vector<View> views(const std::vector<TensorSpec>& specs, std::vector<std::vector<std::uint8_t>>& storage) {
  std::vector<View> out;
  for (const TensorSpec& spec : specs) {
    const std::size_t element = spec.type == ElementType::kF32 ? sizeof(float) : 1;
    storage.emplace_back(static_cast<std::size_t>(element_count(spec.shape)) * element);
    out.push_back({storage.back().data(), storage.back().size()});
  }
  return out;
}

void run_at(const Network& network, Isa isa) {
  const auto plan = compile(network, {isa});
  if (!plan) return;  // an operator that this level does not have
  const auto session = (*plan)->new_session();
  std::vector<std::vector<std::uint8_t>> in, out;
  in.reserve(session->inputs().size());
  const auto inputs = views<TensorView>(session->inputs(), in);
  out.reserve(session->outputs().size());
  const auto outputs = views<MutableTensorView>(session->outputs(), out);
  for (int frame = 0; frame < 2; ++frame) {
    for (std::size_t i = 0; i < in.size(); ++i) std::ranges::fill(in[i], static_cast<std::uint8_t>(61 * frame));
    const RunStatus status = session->run(inputs, outputs);
    PITLANE_CHECK(status != RunStatus::kWrongInputs);
    for (const auto& result : out)
      for (std::size_t i = 0; status == RunStatus::kOk && i < result.size(); i += sizeof(float)) {
        float value = 0;
        std::copy_n(result.data() + i, sizeof value, reinterpret_cast<std::uint8_t*>(&value));
        PITLANE_CHECK(std::isfinite(value));
      }
  }
  session->reset();
}

}  // namespace

std::map<std::string, Network> small_networks() {
  return {{"convolutional", convolutional()},
          {"branching", branching()},
          {"remembering", remembering()},
          {"calibrated", calibrated()}};
}

void run_if_small(const Network& network) {
  constexpr double kMostSteps = 1e6;
  PITLANE_CHECK(validate(network).ok());
  if (cost(network) > kMostSteps) return;
  run_at(network, available_isas().front());
  run_at(network, available_isas().back());
}

}  // namespace pitlane::fuzz
