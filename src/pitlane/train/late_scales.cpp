#include "pitlane/train/late_scales.h"

#include <algorithm>
#include <cstddef>
#include <variant>

namespace pitlane {
namespace {

bool is_image(const Network& network, ValueId value) {
  return std::ranges::any_of(network.inputs, [value](const InputSpec& input) {
    return input.value == value && input.kind == InputKind::kImage;
  });
}

bool leaves_the_step(const Network& network, ValueId value) {
  return std::ranges::count(network.outputs, value, &OutputSpec::value) > 0 ||
         std::ranges::count(network.states, value, &StateSpec::after) > 0;
}

bool takes_a_scale(const Node& node) {
  const auto* conv = std::get_if<Conv2d>(&node.op);
  return conv != nullptr && conv->groups == 1 && conv->pad_value.empty();
}

bool read_by_one_convolution(const Network& network, ValueId value) {
  if (leaves_the_step(network, value)) return false;
  std::ptrdiff_t readers = 0;
  for (const Node& node : network.nodes) {
    const std::ptrdiff_t reads = std::ranges::count(node.inputs, value);
    if (reads > 0 && !takes_a_scale(node)) return false;
    readers += reads;
  }
  return readers == 1;
}

}  // namespace

std::vector<const BatchNorm*> late_scales(const Network& network) {
  std::vector<const BatchNorm*> norms(network.values.size());
  for (const Node& node : network.nodes) {
    const auto* norm = std::get_if<BatchNorm>(&node.op);
    if (norm == nullptr || norm->gamma == kNoWeight || norm->beta == kNoWeight) continue;
    if (is_image(network, node.inputs[0]) && read_by_one_convolution(network, node.output))
      norms[static_cast<std::size_t>(node.output)] = norm;
  }
  return norms;
}

}  // namespace pitlane
