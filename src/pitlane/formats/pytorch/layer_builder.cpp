#include "pitlane/formats/pytorch/layer_builder.h"

#include <algorithm>
#include <utility>

namespace pitlane {
namespace {

bool is_picture(const Shape& shape) { return shape.size() == 3; }

Status needs_picture(const Shape& shape) {
  if (is_picture(shape)) return {};
  return invalid_argument("it reads a picture, the layer before makes a vector of " + to_string(shape));
}

Status needs_vector(const Shape& shape) {
  if (shape.size() == 1) return {};
  return invalid_argument("it reads a vector, the layer before makes a picture of " + to_string(shape) +
                          "; put flatten between them");
}

/// As PyTorch: of an odd number, the larger part goes to the bottom and right.
Padding padding_of(const Layer& layer, std::int64_t kernel_h, std::int64_t kernel_w) {
  if (!layer.same) return {layer.padding[0], layer.padding[1], layer.padding[0], layer.padding[1]};
  const auto h = static_cast<int>(kernel_h - 1), w = static_cast<int>(kernel_w - 1);
  return {h / 2, w / 2, h - h / 2, w - w / 2};
}

/// Channels begin to end of {O, C, H, W}.
std::vector<float> some_channels(const std::vector<float>& values, const Shape& shape, std::int64_t begin,
                                 std::int64_t end) {
  std::vector<float> part;
  const std::int64_t area = shape[2] * shape[3];
  for (std::int64_t o = 0; o < shape[0]; ++o) {
    const auto row = values.begin() + o * shape[1] * area;
    part.insert(part.end(), row + begin * area, row + end * area);
  }
  return part;
}

}  // namespace

Result<Flow> LayerBuilder::add(const Layer& layer, const std::vector<Flow>& inputs, Activation fused) {
  using Method = Result<Flow> (LayerBuilder::*)(const Layer&, const Inputs&);
  // In the order of LayerKind.
  static constexpr std::array<Method, 17> kMethods = {&LayerBuilder::conv,         &LayerBuilder::batch_norm,
                                                      &LayerBuilder::activation,   &LayerBuilder::softmax,
                                                      &LayerBuilder::clamp,        &LayerBuilder::max_pool,
                                                      &LayerBuilder::average_pool, &LayerBuilder::global_average_pool,
                                                      &LayerBuilder::flatten,      &LayerBuilder::linear,
                                                      &LayerBuilder::embedding,    &LayerBuilder::dropout,
                                                      &LayerBuilder::concat,       &LayerBuilder::add_up,
                                                      &LayerBuilder::multiply,     &LayerBuilder::lstm,
                                                      &LayerBuilder::conv_lstm};
  const bool joins =
      layer.kind == LayerKind::kConcat || layer.kind == LayerKind::kAdd || layer.kind == LayerKind::kMultiply;
  if (joins ? inputs.size() < 2 : inputs.size() != 1)
    return invalid_argument(joins ? "it joins two or more, has " + std::to_string(inputs.size())
                                  : "it reads one, has " + std::to_string(inputs.size()));
  fused_ = fused;
  return (this->*kMethods[static_cast<std::size_t>(layer.kind)])(layer, inputs);
}

Result<ValueId> LayerBuilder::node(const std::string& name, Op op, std::vector<ValueId> inputs) {
  std::vector<Shape> shapes;
  for (const ValueId id : inputs) shapes.push_back(builder_.shape(id));
  PITLANE_TRY_STATUS(infer_shape(op, weights_.added(), shapes));
  return builder_.add(name, std::move(op), std::move(inputs));
}

Result<WeightId> LayerBuilder::bias(const Layer& layer, std::int64_t size) {
  const std::string name = layer.weights + ".bias";
  if (!weights_.has(name)) return kNoWeight;
  PITLANE_TRY(std::vector<float> values, weights_.vector(name, size));
  return weights_.add(layer.name + ".bias", {size}, std::move(values));
}

Result<Flow> LayerBuilder::conv(const Layer& layer, const Inputs& inputs) {
  PITLANE_TRY_STATUS(needs_picture(shape(inputs[0])));
  PITLANE_TRY(const Shape torch, weights_.shape(layer.weights + ".weight", 4));
  PITLANE_TRY(const std::vector<float> values, weights_.numbers(layer.weights + ".weight"));
  Conv2d op;
  op.stride_h = layer.stride[0];
  op.stride_w = layer.stride[1];
  op.padding = padding_of(layer, torch[2], torch[3]);
  op.groups = layer.groups;
  op.activation = fused_;
  op.weight =
      weights_.add(layer.name + ".weight", {torch[0], torch[2], torch[3], torch[1]}, channels_last(values, torch));
  PITLANE_TRY(op.bias, bias(layer, torch[0]));
  PITLANE_TRY(const ValueId value, node(layer.name, op, {inputs[0].value}));
  return Flow{value, {}};
}

Result<Flow> LayerBuilder::linear(const Layer& layer, const Inputs& inputs) {
  PITLANE_TRY_STATUS(needs_vector(shape(inputs[0])));
  PITLANE_TRY(const Shape torch, weights_.shape(layer.weights + ".weight", 2));
  if (torch[1] != shape(inputs[0])[0])
    return invalid_argument("weight '" + layer.weights + ".weight' reads " + std::to_string(torch[1]) +
                            " numbers, the layer before makes " + std::to_string(shape(inputs[0])[0]));
  PITLANE_TRY(std::vector<float> values, weights_.numbers(layer.weights + ".weight"));
  inputs[0].order.reorder(values);
  Dense op;
  op.activation = fused_;
  op.weight = weights_.add(layer.name + ".weight", torch, std::move(values));
  PITLANE_TRY(op.bias, bias(layer, torch[0]));
  PITLANE_TRY(const ValueId value, node(layer.name, op, {inputs[0].value}));
  return Flow{value, FeatureOrder::of_numbers(torch[0])};
}

// Of a one-hot vector, the row of its one: a linear layer with the transposed table.
Result<Flow> LayerBuilder::embedding(const Layer& layer, const Inputs& inputs) {
  PITLANE_TRY_STATUS(needs_vector(shape(inputs[0])));
  PITLANE_TRY(const Shape table, weights_.shape(layer.weights + ".weight", 2));
  PITLANE_TRY(const std::vector<float> values, weights_.numbers(layer.weights + ".weight"));
  std::vector<float> transposed;
  for (std::int64_t d = 0; d < table[1]; ++d)
    for (std::int64_t n = 0; n < table[0]; ++n)
      transposed.push_back(values[static_cast<std::size_t>(n * table[1] + d)]);
  Dense op;
  op.weight = weights_.add(layer.name + ".weight", {table[1], table[0]}, std::move(transposed));
  PITLANE_TRY(const ValueId value, node(layer.name, op, {inputs[0].value}));
  return Flow{value, FeatureOrder::of_numbers(table[1])};
}

Result<std::vector<float>> LayerBuilder::channel_vector(const Layer& layer, const char* part, const Flow& input,
                                                        float otherwise) {
  const std::string name = layer.weights + part;
  const std::int64_t channels = shape(input).back();
  if (!weights_.has(name) && (part == std::string(".weight") || part == std::string(".bias")))
    return std::vector<float>(static_cast<std::size_t>(channels), otherwise);  // affine=False
  PITLANE_TRY(std::vector<float> values, weights_.vector(name, channels));
  if (!is_picture(shape(input))) input.order.reorder(values);
  return values;
}

Result<Flow> LayerBuilder::batch_norm(const Layer& layer, const Inputs& inputs) {
  const Flow& input = inputs[0];
  const Shape channels = {shape(input).back()};
  BatchNorm op;
  op.epsilon = layer.epsilon;
  PITLANE_TRY(std::vector<float> gamma, channel_vector(layer, ".weight", input, 1));
  PITLANE_TRY(std::vector<float> beta, channel_vector(layer, ".bias", input, 0));
  PITLANE_TRY(std::vector<float> mean, channel_vector(layer, ".running_mean", input, 0));
  PITLANE_TRY(std::vector<float> variance, channel_vector(layer, ".running_var", input, 1));
  op.gamma = weights_.add(layer.name + ".gamma", channels, std::move(gamma));
  op.beta = weights_.add(layer.name + ".beta", channels, std::move(beta));
  op.mean = weights_.add(layer.name + ".mean", channels, std::move(mean));
  op.variance = weights_.add(layer.name + ".variance", channels, std::move(variance));
  PITLANE_TRY(const ValueId value, node(layer.name, op, {input.value}));
  return Flow{value, input.order};
}

Result<Flow> LayerBuilder::elementwise(const Layer& layer, Op op, const Inputs& inputs) {
  std::vector<ValueId> values;
  for (const Flow& input : inputs) {
    values.push_back(input.value);
    if (shape(input) == shape(inputs[0]) && input.order == inputs[0].order) continue;
    if (shape(input) != shape(inputs[0]))
      return invalid_argument("it joins " + to_string(shape(inputs[0])) + " and " + to_string(shape(input)));
    if (!input.order.same() || !inputs[0].order.same())
      return unsupported("it joins vectors that were flattened from different pictures");
  }
  ValueId value = values[0];
  if (values.size() == 1) {
    PITLANE_TRY(value, node(layer.name, std::move(op), {value}));
    return Flow{value, inputs[0].order};
  }
  for (std::size_t i = 1; i < values.size(); ++i) {
    const std::string name = i + 1 == values.size() ? layer.name : layer.name + "." + std::to_string(i);
    PITLANE_TRY(value, node(name, op, {value, values[i]}));
  }
  return Flow{value, inputs[0].order};
}

Result<Flow> LayerBuilder::activation(const Layer& layer, const Inputs& inputs) {
  return elementwise(layer, Activate{layer.activation, layer.alpha.value_or(usual_alpha(layer.activation))}, inputs);
}

Result<Flow> LayerBuilder::softmax(const Layer& layer, const Inputs& inputs) {
  return elementwise(layer, Softmax{}, inputs);
}

Result<Flow> LayerBuilder::add_up(const Layer& layer, const Inputs& inputs) {
  return elementwise(layer, Add{}, inputs);
}

Result<Flow> LayerBuilder::multiply(const Layer& layer, const Inputs& inputs) {
  return elementwise(layer, Multiply{}, inputs);
}

Result<Flow> LayerBuilder::dropout(const Layer& /*layer*/, const Inputs& inputs) { return inputs[0]; }

Result<ValueId> LayerBuilder::affine(const std::string& name, ValueId input, float factor, float offset) {
  const std::int64_t channels = builder_.shape(input).back();
  BatchNorm op;
  op.epsilon = 0;
  op.gamma = weights_.constant(name + ".gamma", channels, factor);
  op.beta = weights_.constant(name + ".beta", channels, offset);
  op.mean = weights_.constant(name + ".mean", channels, 0);
  op.variance = weights_.constant(name + ".variance", channels, 1);
  return node(name, op, {input});
}

// min(1, max(0, x)) is a hard sigmoid of slope 1, moved by its 0.5.
Result<Flow> LayerBuilder::clamp(const Layer& layer, const Inputs& inputs) {
  const float span = layer.high - layer.low;
  if (!(span > 0)) return invalid_argument("its high must be above its low");
  const bool unit = layer.low == 0 && layer.high == 1;
  PITLANE_TRY(ValueId value, affine(layer.name + ".in", inputs[0].value, 1 / span, -layer.low / span - 0.5F));
  PITLANE_TRY(value, node(unit ? layer.name : layer.name + ".unit", Activate{Activation::kHardSigmoid, 1}, {value}));
  if (!unit) {
    PITLANE_TRY(value, affine(layer.name, value, span, layer.low));
  }
  return Flow{value, inputs[0].order};
}

Result<Flow> LayerBuilder::max_pool(const Layer& layer, const Inputs& inputs) {
  PITLANE_TRY_STATUS(needs_picture(shape(inputs[0])));
  Pool2d op{PoolKind::kMax,  layer.kernel[0], layer.kernel[1],
            layer.stride[0], layer.stride[1], padding_of(layer, 1, 1)};
  if (op.padding.top * 2 > op.window_h || op.padding.left * 2 > op.window_w)
    return invalid_argument("its padding is more than half its kernel");
  PITLANE_TRY(const ValueId value, node(layer.name, op, {inputs[0].value}));
  return Flow{value, {}};
}

// PyTorch counts the zeros of the padding, Pool2d does not: they are made part of the picture.
Result<Flow> LayerBuilder::average_pool(const Layer& layer, const Inputs& inputs) {
  PITLANE_TRY_STATUS(needs_picture(shape(inputs[0])));
  ValueId value = inputs[0].value;
  if (layer.padding != Layer::Pair{0, 0}) {
    PITLANE_TRY(value, node(layer.name + ".pad", Pad{padding_of(layer, 1, 1), 0}, {value}));
  }
  const Pool2d op{PoolKind::kAverage, layer.kernel[0], layer.kernel[1], layer.stride[0], layer.stride[1], {}};
  PITLANE_TRY(value, node(layer.name, op, {value}));
  return Flow{value, {}};
}

Result<Flow> LayerBuilder::global_average_pool(const Layer& layer, const Inputs& inputs) {
  PITLANE_TRY_STATUS(needs_picture(shape(inputs[0])));
  const Shape in = shape(inputs[0]);
  const Pool2d op{PoolKind::kAverage, static_cast<int>(in[0]), static_cast<int>(in[1]), 1, 1, {}};
  PITLANE_TRY(ValueId value, node(layer.name + ".mean", op, {inputs[0].value}));
  PITLANE_TRY(value, node(layer.name, Flatten{}, {value}));
  return Flow{value, FeatureOrder::of_numbers(in[2])};
}

Result<Flow> LayerBuilder::flatten(const Layer& layer, const Inputs& inputs) {
  if (!is_picture(shape(inputs[0]))) return inputs[0];
  const FeatureOrder order = FeatureOrder::of_picture(shape(inputs[0]));
  PITLANE_TRY(const ValueId value, node(layer.name, Flatten{}, {inputs[0].value}));
  return Flow{value, order};
}

Result<Flow> LayerBuilder::concat(const Layer& layer, const Inputs& inputs) {
  std::vector<ValueId> values;
  FeatureOrder order;
  for (const Flow& input : inputs) {
    values.push_back(input.value);
    order.append(input.order);
  }
  PITLANE_TRY(const ValueId value, node(layer.name, Concat{}, std::move(values)));
  return Flow{value, is_picture(builder_.shape(value)) ? FeatureOrder() : order};
}

ValueId LayerBuilder::step(const Layer& layer, const std::string& name, const LstmCell& cell, ValueId input,
                           const Shape& state) {
  if (!layer.remembers) return add_lstm_step(builder_, name, cell, input, {}).hidden;
  const LstmState before{builder_.state(name + ".hidden", state), builder_.state(name + ".cell", state)};
  const LstmState after = add_lstm_step(builder_, name, cell, input, before);
  builder_.remember(before.hidden, after.hidden);
  builder_.remember(before.cell, after.cell);
  return after.hidden;
}

Result<Dense> LayerBuilder::lstm_part(const Layer& layer, const std::string& part, const FeatureOrder& order,
                                      std::int64_t inputs) {
  const std::string name = layer.weights + ".weight_" + part, bias_name = layer.weights + ".bias_" + part;
  PITLANE_TRY(const Shape torch, weights_.shape(name, 2));
  if (torch[1] != inputs || torch[0] % 4 != 0)
    return invalid_argument("weight '" + name + "' has shape " + to_string(torch) + ", needs 4 * units rows and " +
                            std::to_string(inputs) + " columns");
  PITLANE_TRY(std::vector<float> values, weights_.numbers(name));
  order.reorder(values);
  Dense op;
  op.weight = weights_.add(layer.name + "." + part + ".weight", torch, std::move(values));
  if (weights_.has(bias_name)) {
    PITLANE_TRY(std::vector<float> numbers, weights_.vector(bias_name, torch[0]));
    op.bias = weights_.add(layer.name + "." + part + ".bias", {torch[0]}, std::move(numbers));
  }
  return op;
}

Result<ValueId> LayerBuilder::lstm_cell(const Layer& layer, int index, const Flow& input) {
  const std::string number = "_l" + std::to_string(index);
  PITLANE_TRY(const Dense from_input, lstm_part(layer, "ih" + number, input.order, shape(input)[0]));
  const std::int64_t units = weights_.added()[static_cast<std::size_t>(from_input.weight)].shape[0] / 4;
  PITLANE_TRY(const Dense from_state, lstm_part(layer, "hh" + number, FeatureOrder::of_numbers(units), units));
  LstmCell cell{from_input, from_state, {}, {Activation::kSigmoid}, {Activation::kTanh}};
  if (!layer.remembers && from_state.bias != kNoWeight && from_input.bias != kNoWeight) {
    // Of a state of zeros, the recurrent part is its bias.
    const auto& added = weights_.added();
    std::vector<float> sum = decode_f32(added[static_cast<std::size_t>(from_input.bias)]);
    const std::vector<float> more = decode_f32(added[static_cast<std::size_t>(from_state.bias)]);
    for (std::size_t i = 0; i < std::min(sum.size(), more.size()); ++i) sum[i] += more[i];
    std::get<Dense>(cell.input).bias = weights_.add(layer.name + number + ".bias", {4 * units}, std::move(sum));
  }
  return step(layer, layer.name + number, cell, input.value, {units});
}

Result<Flow> LayerBuilder::lstm(const Layer& layer, const Inputs& inputs) {
  PITLANE_TRY_STATUS(needs_vector(shape(inputs[0])));
  if (weights_.has(layer.weights + ".weight_ih_l0_reverse") || weights_.has(layer.weights + ".weight_hr_l0"))
    return unsupported("bidirectional LSTMs and LSTMs with projections are not understood");
  Flow flow = inputs[0];
  int cells = 0;
  while (cells == 0 || weights_.has(layer.weights + ".weight_ih_l" + std::to_string(cells))) {
    PITLANE_TRY(flow.value, lstm_cell(layer, cells++, flow));
    flow.order = FeatureOrder::of_numbers(shape(flow)[0]);
  }
  return flow;
}

// One convolution over the input's and the state's channels is two that are summed.
Result<ValueId> LayerBuilder::conv_lstm_cell(const Layer& layer, int index, ValueId input) {
  const std::string number = std::to_string(index), name = layer.weights + ".cell_list." + number + ".conv";
  PITLANE_TRY(const Shape torch, weights_.shape(name + ".weight", 4));
  PITLANE_TRY(const std::vector<float> values, weights_.numbers(name + ".weight"));
  Shape state = builder_.shape(input);
  const std::int64_t channels = state[2], units = torch[0] / 4;
  if (torch[0] % 4 != 0 || torch[1] != channels + units || torch[2] % 2 == 0 || torch[3] % 2 == 0)
    return invalid_argument("weight '" + name + ".weight' has shape " + to_string(torch) +
                            ", needs 4 * units outputs, units + " + std::to_string(channels) +
                            " channels and a kernel of odd size");
  state[2] = units;
  const auto part = [&](const char* what, std::int64_t begin, std::int64_t end) {
    Conv2d op;
    const auto h = static_cast<int>(torch[2] / 2), w = static_cast<int>(torch[3] / 2);
    op.padding = {h, w, h, w};
    const Shape shape = {torch[0], end - begin, torch[2], torch[3]};
    op.weight = weights_.add(layer.name + "." + number + what, {shape[0], shape[2], shape[3], shape[1]},
                             channels_last(some_channels(values, torch, begin, end), shape));
    return op;
  };
  LstmCell cell{part(".weight", 0, channels), std::nullopt, {0, 1, 3, 2}, {Activation::kSigmoid}, {Activation::kTanh}};
  if (layer.remembers) cell.recurrent = part(".recurrent", channels, channels + units);
  Layer named;
  named.weights = name;
  named.name = layer.name + "." + number;
  PITLANE_TRY(std::get<Conv2d>(cell.input).bias, bias(named, torch[0]));
  return step(layer, named.name, cell, input, state);
}

Result<Flow> LayerBuilder::conv_lstm(const Layer& layer, const Inputs& inputs) {
  PITLANE_TRY_STATUS(needs_picture(shape(inputs[0])));
  ValueId value = inputs[0].value;
  int cells = 0;
  while (cells == 0 || weights_.has(layer.weights + ".cell_list." + std::to_string(cells) + ".conv.weight")) {
    PITLANE_TRY(value, conv_lstm_cell(layer, cells++, value));
  }
  return Flow{value, {}};
}

}  // namespace pitlane
