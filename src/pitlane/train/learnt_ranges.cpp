#include "pitlane/train/learnt_ranges.h"

#include <algorithm>
#include <variant>

namespace pitlane {
namespace {

// The share of the newest batch in a range.
constexpr float kRangeShare = 0.01F;

/// `range` moved by that share of the way to `extent`.
ActivationRange followed(ActivationRange range, const ActivationRange& extent) {
  return {range.low + kRangeShare * (extent.low - range.low), range.high + kRangeShare * (extent.high - range.high)};
}

}  // namespace

std::vector<float> LearntRanges::of(const Network& network) {
  std::vector<float> ranges;
  for (const Value& value : network.values) {
    const ActivationRange range = value.quantization ? range_of(*value.quantization) : ActivationRange{};
    ranges.insert(ranges.end(), {range.low, range.high});
  }
  return ranges;
}

LearntRanges::LearntRanges(const Network& network, std::vector<float>& ranges)
    : network_(network), ranges_(ranges), borders_(network.values.size()) {
  for (const Node& node : network.nodes)
    if (const auto* conv = std::get_if<Conv2d>(&node.op))
      for (const float v : conv->pad_value) borders_[storage_of(node.inputs[0])].include(v);
}

std::size_t LearntRanges::storage_of(ValueId value) const {
  for (auto node = network_.nodes.rbegin(); node != network_.nodes.rend(); ++node)
    if (node->output == value &&
        (std::holds_alternative<Flatten>(node->op) || std::holds_alternative<Reshape>(node->op)))
      value = node->inputs[0];
  return static_cast<std::size_t>(value);
}

bool LearntRanges::is_input(std::size_t value) const {
  return std::ranges::count(network_.inputs, static_cast<ValueId>(value), &InputSpec::value) > 0;
}

std::optional<ActivationQuantization> LearntRanges::grid_of(std::size_t value) const {
  if (!network_.values[value].quantization) return {};
  if (is_input(value)) return network_.values[value].quantization;
  return quantization_of({ranges_[2 * value], ranges_[2 * value + 1]});
}

void LearntRanges::see(std::size_t value, const ActivationRange& extent) {
  if (seen_.empty()) return follow(value, extent);
  if (!seen_[value]) seen_[value].emplace();
  seen_[value]->include(extent.low);
  seen_[value]->include(extent.high);
}

void LearntRanges::begin_steps() { seen_.assign(network_.values.size(), {}); }

void LearntRanges::end_steps() {
  for (std::size_t value = 0; value < seen_.size(); ++value)
    if (seen_[value]) follow(value, *seen_[value]);
  seen_.clear();
}

void LearntRanges::follow(std::size_t value, const ActivationRange& extent) {
  ActivationRange range = followed({ranges_[2 * value], ranges_[2 * value + 1]}, extent);
  range.include(borders_[value].low);
  range.include(borders_[value].high);
  ranges_[2 * value] = range.low;
  ranges_[2 * value + 1] = range.high;
}

}  // namespace pitlane
