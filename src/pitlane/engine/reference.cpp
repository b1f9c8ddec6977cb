#include "pitlane/engine/reference.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "pitlane/engine/quantization.h"
#include "pitlane/engine/reference_ops.h"

namespace pitlane {
namespace {

float activated(float x, Activation activation) { return reference_activation(x, Activate{activation}); }

/// A picture read with coordinates that may lie outside, where `border` stands.
struct Padded {
  const std::vector<float>& data;
  std::int64_t height, width, channels;
  const std::vector<float>& border;  ///< empty: zeros

  [[nodiscard]] float at(std::int64_t y, std::int64_t x, std::int64_t c) const {
    if (y >= 0 && y < height && x >= 0 && x < width) return data[(y * width + x) * channels + c];
    return border.empty() ? 0.0F : border[c];
  }
};

/// Conv2d with everything written out; a dense layer is a 1 x 1 picture of many channels.
struct Loops {
  Shape in, out;
  std::int64_t kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  Padding padding;
  std::vector<float> border;
  int groups = 1;

  /// Calls term(weight index, input element as f32) for each product of one output element.
  template <typename Term>
  void terms(const std::vector<float>& input, std::int64_t y, std::int64_t x, std::int64_t o, const Term& term) const {
    const Padded picture{input, in[0], in[1], in[2], border};
    const std::int64_t channels = in[2] / groups;
    const std::int64_t first = o / (out[2] / groups) * channels;
    for (std::int64_t ky = 0; ky < kernel_h; ++ky)
      for (std::int64_t kx = 0; kx < kernel_w; ++kx)
        for (std::int64_t c = 0; c < channels; ++c)
          term(((o * kernel_h + ky) * kernel_w + kx) * channels + c,
               picture.at(y * stride_h + ky - padding.top, x * stride_w + kx - padding.left, first + c));
  }

  template <typename Element>
  std::vector<float> each(const Element& element) const {
    std::vector<float> result;
    for (std::int64_t y = 0; y < out[0]; ++y)
      for (std::int64_t x = 0; x < out[1]; ++x)
        for (std::int64_t o = 0; o < out[2]; ++o) result.push_back(element(y, x, o));
    return result;
  }
};

class Evaluation {
 public:
  Evaluation(const Network& network, const ReferenceResult& result) : network_(network), values_(result.values) {}

  std::vector<float> run(const Node& node) const {
    const Shape& in = network_.values[node.inputs.front()].shape;
    const Shape& out = network_.values[node.output].shape;
    if (const auto* conv = std::get_if<Conv2d>(&node.op)) {
      const Shape& kernel = network_.weights[conv->weight].shape;
      const Loops loops{
          in, out, kernel[1], kernel[2], conv->stride_h, conv->stride_w, conv->padding, conv->pad_value, conv->groups};
      return layer(node, loops, conv->weight, conv->bias, conv->activation);
    }
    if (const auto* dense = std::get_if<Dense>(&node.op)) {
      const Loops loops{.in = {1, 1, element_count(in)}, .out = {1, 1, out[0]}, .padding = {}, .border = {}};
      return layer(node, loops, dense->weight, dense->bias, dense->activation);
    }
    if (const auto* norm = std::get_if<BatchNorm>(&node.op)) return normalised(*norm, values_[node.inputs.front()]);
    std::vector<ReferenceTensor> inputs;
    for (const ValueId id : node.inputs) inputs.push_back({network_.values[id].shape, values_[id]});
    return evaluate_reference_op(node.op, inputs, out);
  }

 private:
  std::vector<float> layer(const Node& node, const Loops& loops, WeightId weight_id, WeightId bias_id,
                           Activation activation) const {
    const Weight& weight = network_.weights[weight_id];
    std::vector<float> bias(static_cast<std::size_t>(weight.shape[0]), 0.0F);
    if (bias_id != kNoWeight) bias = decode_f32(network_.weights[bias_id]);
    const std::vector<float>& x = values_[node.inputs.front()];
    if (weight.storage == Storage::kI8) {
      const auto from = input_quantization(network_, node.inputs.front());
      const auto to = made_on_grid(network_, node);
      if (from && to && (activation == Activation::kNone || activation == Activation::kRelu))
        if (const auto rescale = integer_rescale(*from, *to, weight.scales, bias, weight.size() / weight.shape[0]))
          return integer_layer(loops, x, weight, *rescale, activation, *from, *to);
      return int8_layer(loops, x, weight, bias, activation, from ? *from : measured(x, loops));
    }
    if (weight.storage == Storage::kBf16)
      return float_layer(mapped(loops, rounded_to_bf16), mapped(x, rounded_to_bf16), decode_f32(weight), bias,
                         activation);
    return float_layer(loops, x, decode_f32(weight), bias, activation);
  }

  /// Sums of several outputs grow side by side, each in its own order: one alone waits for every addition.
  static std::vector<float> float_layer(const Loops& loops, const std::vector<float>& x,
                                        const std::vector<float>& weight, const std::vector<float>& bias,
                                        Activation activation) {
    constexpr std::int64_t kAtOnce = 8;
    const std::int64_t outputs = loops.out[2];
    const std::int64_t products = static_cast<std::int64_t>(weight.size()) / outputs;
    std::vector<float> y;
    y.reserve(static_cast<std::size_t>(element_count(loops.out)));
    for (std::int64_t oy = 0; oy < loops.out[0]; ++oy)
      for (std::int64_t ox = 0; ox < loops.out[1]; ++ox)
        for (std::int64_t o = 0; o < outputs;) {
          const bool several = loops.groups == 1 && o + kAtOnce <= outputs;
          std::array<double, kAtOnce> sums{};
          std::copy_n(bias.begin() + o, several ? kAtOnce : 1, sums.begin());
          if (several)
            loops.terms(x, oy, ox, o, [&](std::int64_t w, double v) {
              for (std::int64_t k = 0; k < kAtOnce; ++k) sums[k] += static_cast<double>(weight[w + k * products]) * v;
            });
          else
            loops.terms(x, oy, ox, o, [&](std::int64_t w, double v) { sums[0] += static_cast<double>(weight[w]) * v; });
          for (std::int64_t k = 0; k < (several ? kAtOnce : 1); ++k, ++o)
            y.push_back(activated(static_cast<float>(sums[k]), activation));
        }
    return y;
  }

  static float rounded_to_bf16(float x) { return bf16_to_f32(f32_to_bf16(x)); }

  template <typename Map>
  static std::vector<float> mapped(std::vector<float> values, const Map& map) {
    std::ranges::transform(values, values.begin(), map);
    return values;
  }

  /// With `map` applied to the border that padding reads.
  template <typename Map>
  static Loops mapped(Loops loops, const Map& map) {
    loops.border = mapped(std::move(loops.border), map);
    return loops;
  }

  /// Calls element(sum of integer products, output channel) for each output element.
  template <typename Element>
  static std::vector<float> from_integer_sums(const Loops& loops, const std::vector<float>& x,
                                              std::span<const std::int8_t> weight, const ActivationQuantization& from,
                                              const Element& element) {
    const auto steps = [&from](float v) { return static_cast<float>(int{quantize_value(v, from)} - from.zero_point); };
    Loops padded = loops;
    if (padded.border.empty()) padded.border.assign(static_cast<std::size_t>(loops.in[2]), 0.0F);
    padded = mapped(std::move(padded), steps);
    const std::vector<float> q = mapped(x, steps);
    return padded.each([&](std::int64_t oy, std::int64_t ox, std::int64_t o) {
      std::int64_t sum = 0;
      padded.terms(q, oy, ox, o, [&](std::int64_t w, float v) { sum += static_cast<std::int64_t>(v) * weight[w]; });
      return element(sum, o);
    });
  }

  static std::vector<float> integer_layer(const Loops& loops, const std::vector<float>& x, const Weight& weight,
                                          const IntegerRescale& rescale, Activation activation,
                                          const ActivationQuantization& from, const ActivationQuantization& to) {
    return from_integer_sums(loops, x, weight.i8(), from, [&](std::int64_t products, std::int64_t o) {
      const std::int64_t sum = products + rescale.bias[o];
      const float steps = activated(static_cast<float>(sum) * rescale.multiplier[o], activation);
      return to.scale * on_grid(steps, {1, to.zero_point});
    });
  }

  static std::vector<float> int8_layer(const Loops& loops, const std::vector<float>& x, const Weight& weight,
                                       const std::vector<float>& bias, Activation activation,
                                       const ActivationQuantization& quantization) {
    return from_integer_sums(loops, x, weight.i8(), quantization, [&](std::int64_t sum, std::int64_t o) {
      const float y = static_cast<float>(sum) * (quantization.scale * weight.scales[o]) + bias[o];
      return activated(y, activation);
    });
  }

  static ActivationQuantization measured(const std::vector<float>& x, const Loops& loops) {
    kernels::Range range;
    const auto widen = [&range](float v) {
      range.low = std::min(range.low, v);
      range.high = std::max(range.high, v);
    };
    std::ranges::for_each(x, widen);
    if (!(loops.padding == Padding{})) std::ranges::for_each(loops.border, widen);
    return measured_quantization(range);
  }

  std::vector<float> normalised(const BatchNorm& op, const std::vector<float>& x) const {
    const std::vector<float> gamma = decode_f32(network_.weights[op.gamma]);
    const std::vector<float> beta = decode_f32(network_.weights[op.beta]);
    const std::vector<float> mean = decode_f32(network_.weights[op.mean]);
    const std::vector<float> variance = decode_f32(network_.weights[op.variance]);
    std::vector<float> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % gamma.size();
      const double deviation = std::sqrt(static_cast<double>(variance[c]) + static_cast<double>(op.epsilon));
      y[i] = static_cast<float>(gamma[c] * (static_cast<double>(x[i]) - mean[c]) / deviation + beta[c]);
    }
    return y;
  }

  const Network& network_;
  const std::vector<std::vector<float>>& values_;
};

void round_to(const std::optional<ActivationQuantization>& grid, std::vector<float>& values) {
  if (!grid) return;
  for (float& x : values) x = on_grid(x, *grid);
}

}  // namespace

Result<ReferenceResult> run_reference(const Network& network, std::span<const std::vector<float>> inputs,
                                      ReferenceMemory* memory) {
  PITLANE_TRY_STATUS(validate(network));
  if (inputs.size() != network.inputs.size())
    return invalid_argument("reference: " + std::to_string(inputs.size()) + " inputs given, the network has " +
                            std::to_string(network.inputs.size()));
  ReferenceResult result;
  result.values.resize(network.values.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Value& value = network.values[network.inputs[i].value];
    if (static_cast<std::int64_t>(inputs[i].size()) != element_count(value.shape))
      return invalid_argument("reference: input '" + network.inputs[i].name + "' has " +
                              std::to_string(inputs[i].size()) + " elements, needs " + to_string(value.shape));
    result.values[network.inputs[i].value] = inputs[i];
  }
  const bool remembers = memory != nullptr && !memory->empty();
  if (remembers && memory->size() != network.states.size())
    return invalid_argument("reference: a memory of " + std::to_string(memory->size()) + " states, the network has " +
                            std::to_string(network.states.size()));
  for (std::size_t i = 0; i < network.states.size(); ++i) {
    const ValueId before = network.states[i].before;
    std::vector<float>& value = result.values[before];
    if (remembers) value = (*memory)[i];
    value.resize(static_cast<std::size_t>(element_count(network.values[before].shape)), 0);
  }
  const Evaluation evaluation(network, result);
  for (const Node& node : network.nodes) {
    result.values[node.output] = evaluation.run(node);
    round_to(made_on_grid(network, node), result.values[node.output]);
  }
  if (memory != nullptr) {
    memory->clear();
    for (const StateSpec& state : network.states) memory->push_back(result.values[state.after]);
  }
  for (const OutputSpec& output : network.outputs)
    round_to(network.values[output.value].quantization, result.values[output.value]);
  return result;
}

}  // namespace pitlane
