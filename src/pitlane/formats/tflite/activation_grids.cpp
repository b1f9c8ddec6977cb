#include "pitlane/formats/tflite/activation_grids.h"

#include <algorithm>
#include <cmath>

namespace pitlane::tflite {
namespace {

using Grids = std::vector<std::optional<Grid>>;

ValueRange united(ValueRange a, ValueRange b) { return {std::min(a.low, b.low), std::max(a.high, b.high)}; }

std::optional<ValueRange> input_range(const InputSpec& input) {
  if (input.kind == InputKind::kCommand || input.kind == InputKind::kLight) return ValueRange{0, 1};
  if (input.kind != InputKind::kImage) return {};
  const Preprocessing& p = input.preprocessing;
  ValueRange range;
  for (std::size_t c = 0; c < p.scale.size(); ++c)
    for (const float byte : {0.F, 255.F}) {
      const float x = byte * p.scale[c] + p.offset[c];
      range = united(range, {x, x});
    }
  return range;
}

/// Prescribed whatever anyone measured.
std::optional<Grid> prescribed(const Op& op) {
  if (std::holds_alternative<Softmax>(op)) return Grid{1 / 256.F, -128};
  const auto* curve = std::get_if<Activate>(&op);
  if (curve == nullptr) return {};
  if (curve->activation == Activation::kSigmoid) return Grid{1 / 256.F, -128};
  if (curve->activation == Activation::kTanh) return Grid{1 / 128.F, 0};
  return {};
}

class Search {
 public:
  Search(const Network& network, const TfliteExportOptions& options)
      : network_(network), grids_(network.values.size()) {
    for (std::size_t v = 0; v < grids_.size(); ++v)
      if (const auto& q = network.values[v].quantization) grids_[v] = Grid{q->scale, q->zero_point - 128};
    // Bytes are a grid already; no measurement knows better.
    for (const InputSpec& input : network.inputs)
      if (const auto range = input_range(input); range && !at(input.value)) at(input.value) = grid_of(*range);
    std::vector<std::optional<ValueRange>> ranges = options.ranges;
    ranges.resize(grids_.size());
    // An output must be able to say all that its labels do, whatever the pictures showed: they are 0 to 1.
    for (const OutputSpec& output : network.outputs)
      if (auto& range = ranges[static_cast<std::size_t>(output.value)]) range = united(*range, {0, 1});
    for (std::size_t v = 0; v < grids_.size(); ++v)
      if (!grids_[v] && ranges[v]) grids_[v] = grid_of(*ranges[v]);
  }

  Result<std::vector<Grid>> run() && {
    // What moves numbers may know its output's grid and not its input's.
    for (auto node = network_.nodes.rbegin(); node != network_.nodes.rend(); ++node)
      if (keeps_grid(node->op) && !at(node->inputs[0])) at(node->inputs[0]) = at(node->output);
    for (const StateSpec& state : network_.states)
      if (!at(state.before)) at(state.before) = at(state.after);
    for (const Node& node : network_.nodes) settle(node);
    for (const StateSpec& state : network_.states)
      if (!at(state.before)) return missing(state.before, "state '" + state.name + "'");
    for (const InputSpec& input : network_.inputs)
      if (!at(input.value)) return missing(input.value, "input '" + input.name + "'");
    for (const Node& node : network_.nodes)
      if (!at(node.output)) return missing(node.output, std::string(op_name(node.op)) + " '" + node.name + "'");
    std::vector<Grid> result;
    for (const auto& grid : grids_) result.push_back(grid.value_or(Grid{}));
    return result;
  }

 private:
  std::optional<Grid>& at(ValueId value) { return grids_[static_cast<std::size_t>(value)]; }

  void settle(const Node& node) {
    if (const auto fixed = prescribed(node.op)) at(node.output) = fixed;
    if (keeps_grid(node.op) && at(node.inputs[0])) at(node.output) = at(node.inputs[0]);
    const bool joins = std::holds_alternative<Concat>(node.op);
    if (!joins || at(node.output)) return;
    ValueRange range;
    for (const ValueId input : node.inputs) {
      if (!at(input)) return;
      range = united(range, range_of(*at(input)));
    }
    at(node.output) = grid_of(range);
  }

  [[nodiscard]] Error missing(ValueId value, const std::string& maker) const {
    return invalid_argument("int8 needs the range of '" + network_.values[static_cast<std::size_t>(value)].name +
                            "', which " + maker + " makes; measure it on pictures and give it in the options");
  }

  const Network& network_;
  Grids grids_;
};

}  // namespace

Grid grid_of(ValueRange range) {
  const double low = std::min(0.F, range.low), high = std::max(0.F, range.high);
  const auto scale = static_cast<float>((high - low) / 255);
  if (!std::isnormal(scale)) return {1 / 255.F, -128};  // zeros alone, or next to it
  return {scale, static_cast<int>(std::clamp(std::nearbyint(-128 - low / static_cast<double>(scale)), -128.0, 127.0))};
}

ValueRange range_of(const Grid& grid) {
  return {grid.scale * static_cast<float>(-128 - grid.zero), grid.scale * static_cast<float>(127 - grid.zero)};
}

bool keeps_grid(const Op& op) {
  if (const auto* curve = std::get_if<Activate>(&op)) return curve->activation == Activation::kNone;
  return std::holds_alternative<Flatten>(op) || std::holds_alternative<Reshape>(op) ||
         std::holds_alternative<Slice>(op) || std::holds_alternative<Pad>(op) || std::holds_alternative<Pool2d>(op) ||
         std::holds_alternative<Expand>(op);
}

Result<std::vector<Grid>> activation_grids(const Network& network, const TfliteExportOptions& options) {
  for (const auto& range : options.ranges)
    if (range && !(std::isfinite(range->low) && std::isfinite(range->high) && range->low <= range->high))
      return invalid_argument("a range of values for int8 is not finite or upside down");
  return Search(network, options).run();
}

}  // namespace pitlane::tflite
