#include "random_networks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pitlane/core/random.h"
#include "pitlane/engine/quantization.h"
#include "pitlane/network/recurrent.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

constexpr std::int64_t kMostElements = 1500;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed), builder_("random" + std::to_string(seed)) {}

  Network make() {
    add_inputs();
    const int count = 8 + below(12);
    for (int i = 0; i < count; ++i) {
      if (one_in(8)) add_state();
      add_node(pick());
    }
    if (one_in(3)) add_lstm();
    finish_states();
    const int outputs = 1 + below(3);
    for (int i = 0; i < outputs; ++i) {
      OutputSpec output = output_of(i == 0 ? values_.back() : pick());
      output.name += std::to_string(i);
      builder_.output(output);
    }
    Result<Network> network = std::move(builder_).build();
    EXPECT_TRUE(network.ok()) << network.error().message();
    return *std::move(network);
  }

 private:
  int below(int count) { return static_cast<int>(random_.index(static_cast<std::size_t>(count))); }
  bool one_in(int count) { return below(count) == 0; }
  float real(double low, double high) { return static_cast<float>(random_.uniform(low, high)); }
  /// Often the newest, so that networks grow deep.
  ValueId pick() { return one_in(2) ? values_.back() : values_[random_.index(values_.size())]; }
  [[nodiscard]] const Shape& shape(ValueId value) const { return builder_.shape(value); }

  void add_inputs() {
    Preprocessing p = camera(5 + below(6), 4 + below(6), one_in(4) ? PixelFormat::kGrey : PixelFormat::kRgb);
    p.frames = 1 + below(3);
    for (float& offset : p.offset) offset = one_in(2) ? 0 : real(-0.5, 0.2);
    values_.push_back(builder_.image("camera", p));
    if (one_in(2)) values_.push_back(builder_.vector("speed", InputKind::kSpeed, 2, 0.1F, {0, 3}));
    if (one_in(2)) values_.push_back(builder_.vector("command", InputKind::kCommand, 4));
    if (one_in(4)) values_.push_back(builder_.image("second", camera(6, 5)));
  }

  void add_state() {
    const ValueId like = pick();
    const ValueId before = builder_.state("state" + std::to_string(states_.size()), shape(like));
    states_.push_back(before);
    values_.push_back(before);
  }

  /// Each state becomes some value of its shape, or a bounded sum with what it was.
  void finish_states() {
    for (const ValueId before : states_) {
      std::vector<ValueId> alike;
      for (const ValueId value : values_)
        if (shape(value) == shape(before)) alike.push_back(value);
      ValueId after = alike[random_.index(alike.size())];
      if (one_in(2)) after = add(Activate{Activation::kTanh}, {add(Add{}, {before, after})});
      builder_.remember(before, after);
    }
  }

  ValueId add(Op op, std::vector<ValueId> inputs) {
    return builder_.add("node" + std::to_string(nodes_++), std::move(op), std::move(inputs));
  }

  void add_node(ValueId from) {
    const std::vector<ValueId> before = values_;
    while (values_.size() == before.size()) {
      const ValueId made = try_node(from, below(14));
      if (made >= 0) values_.push_back(made);
    }
  }

  /// -1 where the operator does not fit the value.
  ValueId try_node(ValueId from, int kind) {
    const Shape& s = shape(from);
    const bool picture = s.size() == 3;
    const bool small = element_count(s) <= kMostElements / 4;
    switch (kind) {
      case 0:
      case 1:
        return picture ? conv(from) : -1;
      case 2:
        return dense(from);
      case 3:
        return norm(from);
      case 4:
        return one_in(2) ? add(Flatten{}, {from}) : reshape(from);
      case 5:
        return activate(from);
      case 6:
        return picture ? pool(from) : -1;
      case 7:
        return pair(Add{}, from);
      case 8:
        return pair(Multiply{}, from);
      case 9:
        return small ? concat(from) : -1;
      case 10:
        return slice(from);
      case 11:
        return picture && small ? add(Pad{{below(2), below(3), below(3), below(2)}, real(-1, 1)}, {from}) : -1;
      case 12:
        return add(Softmax{}, {from});
      default:
        break;
    }
    return s.size() == 1 && s[0] < 20 ? add(Expand{2 + below(4), 2 + below(4)}, {from}) : -1;
  }

  WeightId uniform(const Shape& weight_shape, double limit) {
    return builder_.weight(random_weight("w" + std::to_string(++weights_), weight_shape, limit, random_.next()));
  }

  ValueId conv(ValueId from) {
    const Shape s = shape(from);
    Conv2d op;
    std::vector<int> divisors;
    for (int g = 1; g <= s[2]; ++g)
      if (s[2] % g == 0) divisors.push_back(g);
    op.groups = one_in(2) ? 1 : divisors[random_.index(divisors.size())];
    const std::int64_t outputs = op.groups * (one_in(2) ? 1 : 1 + below(4)) + (op.groups == 1 ? below(20) : 0);
    const std::int64_t kh = 1 + below(3), kw = 1 + below(3);
    op.padding = {below(3), below(2), below(2), below(3)};
    op.stride_h = 1 + below(2);
    op.stride_w = 1 + below(2);
    if (s[0] + op.padding.top + op.padding.bottom < kh || s[1] + op.padding.left + op.padding.right < kw) return -1;
    if (outputs * s[0] * s[1] > kMostElements) return -1;
    if (one_in(2))
      for (std::int64_t c = 0; c < s[2]; ++c) op.pad_value.push_back(real(-0.5, 0.5));
    const std::int64_t channels = s[2] / op.groups;
    const double terms = static_cast<double>(kh * kw * channels);
    op.weight = uniform({outputs, kh, kw, channels}, 1.5 / std::sqrt(terms));
    if (!one_in(4)) op.bias = uniform({outputs}, 0.5);
    op.activation = static_cast<Activation>(below(static_cast<int>(kLastActivation) + 1));
    return add(op, {from});
  }

  ValueId dense(ValueId from) {
    const std::int64_t inputs = element_count(shape(from));
    const std::int64_t outputs = 1 + below(24);
    Dense op;
    op.weight = uniform({outputs, inputs}, 1.5 / std::sqrt(static_cast<double>(inputs)));
    if (!one_in(4)) op.bias = uniform({outputs}, 0.5);
    op.activation = static_cast<Activation>(below(static_cast<int>(kLastActivation) + 1));
    return add(op, {from});
  }

  ValueId norm(ValueId from) {
    const Shape channels = {shape(from).back()};
    BatchNorm op;
    op.gamma = uniform(channels, 1.2);
    op.beta = uniform(channels, 0.5);
    op.mean = uniform(channels, 0.5);
    std::vector<float> variance;
    for (std::int64_t c = 0; c < channels[0]; ++c) variance.push_back(real(0.5, 1.5));
    op.variance = builder_.weight(make_f32_weight("variance", channels, variance));
    return add(op, {from});
  }

  ValueId reshape(ValueId from) {
    Shape left = shape(from);
    if (one_in(3)) {
      std::ranges::reverse(left);
      return add(Reshape{left}, {from});
    }
    Shape made;
    std::int64_t count = element_count(left);
    const int rank = 1 + below(4);
    for (int d = 1; d < rank; ++d) {
      std::vector<std::int64_t> divisors;
      for (std::int64_t k = 1; k <= count; ++k)
        if (count % k == 0) divisors.push_back(k);
      made.push_back(divisors[random_.index(divisors.size())]);
      count /= made.back();
    }
    made.push_back(count);
    return add(Reshape{made}, {from});
  }

  ValueId activate(ValueId from) {
    Activate op{static_cast<Activation>(below(static_cast<int>(kLastActivation) + 1))};
    if (one_in(2)) op.alpha = real(0.05, 1.2);
    return add(op, {from});
  }

  ValueId pool(ValueId from) {
    const Shape& s = shape(from);
    Pool2d op;
    op.kind = one_in(2) ? PoolKind::kMax : PoolKind::kAverage;
    op.window_h = 1 + below(3);
    op.window_w = 1 + below(3);
    op.stride_h = 1 + below(2);
    op.stride_w = 1 + below(2);
    op.padding = {below(op.window_h), below(op.window_w), below(op.window_h), below(op.window_w)};
    if (one_in(4)) {  // all of it
      op.window_h = static_cast<int>(s[0]);
      op.window_w = static_cast<int>(s[1]);
      op.padding = {};
    }
    if (s[0] + op.padding.top + op.padding.bottom < op.window_h) return -1;
    if (s[1] + op.padding.left + op.padding.right < op.window_w) return -1;
    return add(op, {from});
  }

  ValueId pair(const Op& op, ValueId first) {
    std::vector<ValueId> fitting;
    for (const ValueId second : values_)
      if (infer_shape(op, {}, {shape(first), shape(second)}).ok()) fitting.push_back(second);
    if (one_in(3)) {  // one for each channel
      Dense gate;
      const std::int64_t inputs = element_count(shape(first)), channels = shape(first).back();
      if (inputs * channels > 40000) return -1;
      gate.weight = uniform({channels, inputs}, 1 / std::sqrt(static_cast<double>(inputs)));
      gate.activation = Activation::kSigmoid;
      fitting = {add(gate, {first})};
    }
    return add(op, {first, fitting[random_.index(fitting.size())]});
  }

  ValueId concat(ValueId from) {
    std::vector<ValueId> parts = {from};
    for (int i = 0; i < 3; ++i) {
      const ValueId more = values_[random_.index(values_.size())];
      std::vector<Shape> shapes;
      for (const ValueId part : parts) shapes.push_back(shape(part));
      shapes.push_back(shape(more));
      if (infer_shape(Concat{}, {}, shapes).ok() && element_count(shape(more)) < kMostElements / 4)
        parts.push_back(more);
    }
    return add(Concat{}, parts);
  }

  /// Weights of a cell's input or hidden values.
  Op cell_layer(const Shape& from, std::int64_t outputs, std::int64_t kernel, WeightId bias) {
    const double limit = 1.5 / std::sqrt(static_cast<double>(kernel * kernel * from.back()));
    if (from.size() != 3) return Dense{uniform({outputs, element_count(from)}, limit), bias};
    Conv2d op;
    const int border = static_cast<int>(kernel / 2);
    op.padding = {border, border, border, border};
    op.weight = uniform({outputs, kernel, kernel, from.back()}, limit);
    op.bias = bias;
    return op;
  }

  /// Two steps over the same value.
  void add_lstm() {
    const ValueId from = pick();
    const Shape s = shape(from);
    if (element_count(s) > kMostElements / 4) return;
    const std::int64_t units = 1 + below(6), kernel = 1 + 2 * below(2);
    const Shape hidden = s.size() == 3 ? Shape{s[0], s[1], units} : Shape{units};
    LstmCell cell;
    cell.input = cell_layer(s, 4 * units, kernel, uniform({4 * units}, 0.5));
    cell.recurrent = cell_layer(hidden, 4 * units, kernel, kNoWeight);
    if (one_in(2)) cell.order = {.input = 3, .forget = 0, .cell = 1, .output = 2};
    if (one_in(2)) cell.gate = {Activation::kHardSigmoid};
    LstmState state;
    for (const char* name : {"lstm.first", "lstm.second"}) {
      state = add_lstm_step(builder_, name, cell, from, state);
      values_.insert(values_.end(), {state.cell, state.hidden});
    }
  }

  ValueId slice(ValueId from) {
    Slice op;
    for (const std::int64_t d : shape(from)) {
      const bool whole = one_in(2);
      op.begin.push_back(whole ? 0 : below(static_cast<int>(d)));
      op.end.push_back(whole ? d : op.begin.back() + 1 + below(static_cast<int>(d - op.begin.back())));
    }
    return add(op, {from});
  }

  Random random_;
  NetworkBuilder builder_;
  std::vector<ValueId> values_, states_;
  int nodes_ = 0, weights_ = 0;
};

WeightId* layer_weight(Node& node) {
  if (auto* conv = std::get_if<Conv2d>(&node.op)) return &conv->weight;
  if (auto* dense = std::get_if<Dense>(&node.op)) return &dense->weight;
  return nullptr;
}

}  // namespace

Network random_network(std::uint64_t seed) { return Generator(seed).make(); }

RunInputs random_inputs(const Network& network, std::uint64_t seed) {
  Random random(seed);
  RunInputs inputs;
  for (const InputSpec& input : network.inputs) {
    const auto count = static_cast<std::size_t>(element_count(network.values[input.value].shape));
    std::vector<std::byte>& bytes = inputs.emplace_back();
    if (input.kind == InputKind::kImage) {
      for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(random.index(256)));
      continue;
    }
    bytes.resize(count * sizeof(float));
    for (std::size_t i = 0; i < count; ++i) {
      const auto v = static_cast<float>(random.uniform(-1, 5));
      std::memcpy(bytes.data() + i * sizeof(float), &v, sizeof v);
    }
  }
  return inputs;
}

std::vector<std::vector<float>> real_inputs(const Network& network, const RunInputs& inputs) {
  std::vector<std::vector<float>> all;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const InputSpec& input = network.inputs[i];
    std::vector<float>& real = all.emplace_back();
    if (input.kind == InputKind::kImage) {
      const Preprocessing& p = input.preprocessing;
      for (std::size_t k = 0; k < inputs[i].size(); ++k)
        real.push_back(static_cast<float>(inputs[i][k]) * p.scale[k % p.scale.size()] + p.offset[k % p.offset.size()]);
      continue;
    }
    real.resize(inputs[i].size() / sizeof(float));
    std::memcpy(real.data(), inputs[i].data(), inputs[i].size());
    if (input.kind == InputKind::kSpeed)
      for (float& v : real) v *= input.scale;
  }
  return all;
}

Network some_int8(Network network, std::uint64_t seed) {
  Random random(seed);
  for (Node& node : network.nodes)
    if (const WeightId* id = layer_weight(node); id != nullptr && random.index(2) == 0)
      network.weights[*id] = quantize_i8(network.weights[*id]);
  return network;
}

Network some_bf16(Network network, std::uint64_t seed) {
  Random random(seed);
  for (Node& node : network.nodes) {
    const WeightId* id = layer_weight(node);
    if (id == nullptr || random.index(2) == 0) continue;
    Weight& weight = network.weights[*id];
    weight = make_bf16_weight(weight.name, weight.shape, decode_f32(weight));
  }
  return network;
}

namespace {

/// `store(name, shape, values)` makes the weight anew.
template <typename Store>
Network restored(Network network, const Store& store) {
  for (Node& node : network.nodes) {
    const WeightId* id = layer_weight(node);
    if (id == nullptr) continue;
    const Weight& real = network.weights[*id];
    network.weights[*id] = store(real.name, real.shape, decode_f32(real));
  }
  return network;
}

}  // namespace

Network all_f16(Network network) { return restored(std::move(network), make_f16_weight); }

Network all_bf16(Network network) { return restored(std::move(network), make_bf16_weight); }

Network all_int8(Network network) {
  for (Node& node : network.nodes)
    if (const WeightId* id = layer_weight(node)) network.weights[*id] = quantize_i8(network.weights[*id]);
  return network;
}

Network with_fixed_ranges(Network network) {
  for (Node& node : network.nodes)
    if (const WeightId* id = layer_weight(node); id != nullptr && network.weights[*id].storage == Storage::kI8)
      network.values[node.inputs[0]].quantization = measured_quantization({-1, 3, true});
  return network;
}

Network some_static(Network network, const RunInputs& inputs, std::uint64_t seed) {
  const Result<ReferenceResult> floats = run_reference(network, real_inputs(network, inputs));
  EXPECT_TRUE(floats.ok()) << floats.error().message();
  Random random(seed);
  for (Node& node : network.nodes) {
    const WeightId* id = layer_weight(node);
    if (id == nullptr || network.weights[*id].storage != Storage::kI8 || random.index(4) == 0) continue;
    const auto [low, high] = std::ranges::minmax(floats->values[node.inputs[0]]);
    network.values[node.inputs[0]].quantization =
        measured_quantization({std::min(-0.5F, low), std::max(0.5F, high), true});
  }
  return network;
}

Runner::Runner(std::unique_ptr<Session> session) : session_(std::move(session)) {
  for (const TensorSpec& spec : session_->outputs())
    outputs_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (std::vector<float>& output : outputs_) out_.push_back({output.data(), output.size() * sizeof(float)});
  in_.resize(session_->inputs().size());
}

RunStatus Runner::run(const RunInputs& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) in_[i] = {inputs[i].data(), inputs[i].size()};
  return session_->run(in_, out_);
}

}  // namespace pitlane::testing
