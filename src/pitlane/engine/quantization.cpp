#include "pitlane/engine/quantization.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pitlane {

std::optional<ActivationQuantization> image_quantization(const Preprocessing& preprocessing) {
  if (preprocessing.scale.empty() || preprocessing.offset.empty()) return {};
  const float scale = preprocessing.scale.front();
  const float offset = preprocessing.offset.front();
  const auto differs_from = [](float first) { return [first](float x) { return x != first; }; };
  if (std::ranges::any_of(preprocessing.scale, differs_from(scale))) return {};
  if (std::ranges::any_of(preprocessing.offset, differs_from(offset))) return {};
  if (!(scale > 0)) return {};
  const double zero = -static_cast<double>(offset) / static_cast<double>(scale);
  const double whole = std::nearbyint(zero);
  // f32 scale and offset such as 1/255 and -128/255 carry a relative error of 2^-24 each.
  if (std::abs(zero - whole) > 1e-4 || whole < 0 || whole > 255) return {};
  return ActivationQuantization{scale, static_cast<std::int32_t>(whole)};
}

std::optional<ActivationQuantization> input_quantization(const Network& network, ValueId value) {
  std::size_t before = network.nodes.size();
  for (;;) {
    if (network.values[value].quantization) return network.values[value].quantization;
    const Node* node = producer(network, value, before);
    if (node == nullptr || !renames(node->op)) break;
    value = node->inputs.front();
  }
  const int input = input_index(network, value);
  if (input >= 0 && network.inputs[input].kind == InputKind::kImage)
    return image_quantization(network.inputs[input].preprocessing);
  return {};
}

ActivationQuantization measured_quantization(const kernels::Range& range) noexcept {
  const float scale = (range.high - range.low) / 255.0F;
  if (!(scale > 1e-35F)) return {1, 0};
  return {scale, static_cast<std::int32_t>(std::nearbyint(-range.low / scale))};
}

std::uint8_t quantize_value(float x, const ActivationQuantization& quantization) noexcept {
  const auto zero = static_cast<float>(quantization.zero_point);
  const float scaled = x * (1.0F / quantization.scale);
  const float low = scaled > -zero ? scaled : -zero;
  const float clamped = low < 255 - zero ? low : 255 - zero;
  return static_cast<std::uint8_t>(std::nearbyint(clamped) + zero);
}

float on_grid(float x, const ActivationQuantization& quantization) noexcept {
  return quantization.scale * static_cast<float>(quantize_value(x, quantization) - quantization.zero_point);
}

std::optional<ActivationQuantization> made_on_grid(const Network& network, const Node& node) {
  return renames(node.op) ? std::nullopt : network.values[node.output].quantization;
}

std::optional<IntegerRescale> integer_rescale(const ActivationQuantization& from, const ActivationQuantization& to,
                                              std::span<const float> weight_scales, std::span<const float> bias,
                                              std::int64_t terms) {
  const double room = static_cast<double>(std::numeric_limits<std::int32_t>::max()) - 255.0 * 127.0 * terms;
  IntegerRescale rescale;
  for (std::size_t o = 0; o < bias.size(); ++o) {
    const float step = from.scale * weight_scales[o];
    const double count = std::nearbyint(static_cast<double>(bias[o]) / static_cast<double>(step));
    if (!(std::abs(count) <= room)) return {};
    rescale.bias.push_back(static_cast<std::int32_t>(count));
    rescale.multiplier.push_back(step / to.scale);
  }
  return rescale;
}

int input_index(const Network& network, ValueId value) {
  for (std::size_t i = 0; i < network.inputs.size(); ++i)
    if (network.inputs[i].value == value) return static_cast<int>(i);
  return -1;
}

bool renames(const Op& op) { return std::holds_alternative<Flatten>(op) || std::holds_alternative<Reshape>(op); }

const Node* producer(const Network& network, ValueId value, std::size_t& before) {
  while (before > 0)
    if (network.nodes[--before].output == value) return &network.nodes[before];
  return nullptr;
}

}  // namespace pitlane
