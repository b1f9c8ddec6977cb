#include <type_traits>

#include "pitlane/core/hash.h"
#include "pitlane/network/network.h"

namespace pitlane {
namespace {

void hash_reals(Hasher& hasher, const std::vector<float>& values) {
  hasher.number(values.size());
  for (const float v : values) hasher.real(v);
}

void hash_shape(Hasher& hasher, const Shape& shape) {
  hasher.number(shape.size());
  for (const std::int64_t d : shape) hasher.number(static_cast<std::uint64_t>(d));
}

template <typename... Ts>
void hash_numbers(Hasher& hasher, Ts... values) {
  (hasher.number(static_cast<std::uint64_t>(values)), ...);
}

void hash_op(Hasher& hasher, const Op& op) {
  hasher.number(op.index());
  std::visit(
      [&](const auto& o) {
        using T = std::decay_t<decltype(o)>;
        if constexpr (std::is_same_v<T, Conv2d>) {
          hash_numbers(hasher, o.stride_h, o.stride_w, o.padding.top, o.padding.left, o.padding.bottom, o.padding.right,
                       o.weight, o.bias, o.activation);
          hash_reals(hasher, o.pad_value);
        } else if constexpr (std::is_same_v<T, Dense>) {
          hash_numbers(hasher, o.weight, o.bias, o.activation);
        } else if constexpr (std::is_same_v<T, BatchNorm>) {
          hash_numbers(hasher, o.gamma, o.beta, o.mean, o.variance);
          hasher.real(o.epsilon);
        } else if constexpr (std::is_same_v<T, Activate>) {
          hash_numbers(hasher, o.activation);
        }
      },
      op);
}

void hash_input(Hasher& hasher, const InputSpec& input) {
  const Preprocessing& p = input.preprocessing;
  hasher.text(input.name).real(input.scale);
  hash_numbers(hasher, input.kind, input.value, p.source_width, p.source_height, p.crop.x, p.crop.y, p.crop.width,
               p.crop.height, p.width, p.height, p.format, p.frames);
  hash_reals(hasher, p.scale);
  hash_reals(hasher, p.offset);
}

}  // namespace

std::string content_hash(const Network& network) {
  Hasher hasher;
  hasher.number(network.inputs.size());
  for (const InputSpec& input : network.inputs) hash_input(hasher, input);
  hasher.number(network.outputs.size());
  for (const OutputSpec& o : network.outputs) {
    hasher.text(o.name).text(o.unit).real(o.low).real(o.high);
    hash_numbers(hasher, o.value, o.element);
  }
  hasher.number(network.states.size());
  for (const StateSpec& s : network.states) hash_numbers(hasher, s.before, s.after);
  hasher.number(network.values.size());
  for (const Value& v : network.values) {
    hash_shape(hasher, v.shape);
    hasher.number(v.quantization ? 1 : 0);
    if (v.quantization)
      hasher.real(v.quantization->scale).number(static_cast<std::uint64_t>(v.quantization->zero_point));
  }
  hasher.number(network.nodes.size());
  for (const Node& n : network.nodes) {
    hash_op(hasher, n.op);
    hasher.number(n.inputs.size());
    for (const ValueId id : n.inputs) hash_numbers(hasher, id);
    hash_numbers(hasher, n.output);
  }
  hasher.number(network.weights.size());
  for (const Weight& w : network.weights) {
    hash_numbers(hasher, w.storage);
    hash_shape(hasher, w.shape);
    hash_reals(hasher, w.scales);
    hasher.bytes(w.data.bytes());
  }
  return hasher.hex();
}

}  // namespace pitlane
