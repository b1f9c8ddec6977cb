#include "pitlane/formats/merge_rounding.h"

#include <utility>
#include <vector>

#include "pitlane/engine/quantization.h"

namespace pitlane {
namespace {

class Merging {
 public:
  explicit Merging(Network& network)
      : network_(network), uses_(network.values.size(), 0), maker_(network.values.size(), -1) {
    for (std::size_t v = 0; v < network.values.size(); ++v) instead_.push_back(static_cast<ValueId>(v));
    for (const Node& node : network.nodes)
      for (const ValueId input : node.inputs) ++use(input);
    for (const OutputSpec& output : network.outputs) ++use(output.value);
    for (const StateSpec& state : network.states) ++use(state.after);
  }

  void run() {
    std::vector<Node> nodes;
    for (Node& node : network_.nodes) {
      for (ValueId& input : node.inputs) input = instead_[static_cast<std::size_t>(input)];
      if (rounds_only(node) && merges(node, nodes)) {
        const ValueId value = node.inputs.front();
        use(value) += use(node.output) - 1;
        instead_[static_cast<std::size_t>(node.output)] = value;
        continue;
      }
      maker_[static_cast<std::size_t>(node.output)] = static_cast<int>(nodes.size());
      nodes.push_back(std::move(node));
    }
    network_.nodes = std::move(nodes);
    for (OutputSpec& output : network_.outputs) output.value = instead_[static_cast<std::size_t>(output.value)];
    for (StateSpec& state : network_.states) state.after = instead_[static_cast<std::size_t>(state.after)];
    drop_replaced();
  }

 private:
  int& use(ValueId value) { return uses_[static_cast<std::size_t>(value)]; }
  [[nodiscard]] std::optional<ActivationQuantization>& grid(ValueId value) {
    return network_.values[static_cast<std::size_t>(value)].quantization;
  }

  bool rounds_only(const Node& node) {
    const auto* curve = std::get_if<Activate>(&node.op);
    return curve != nullptr && curve->activation == Activation::kNone && grid(node.output).has_value();
  }

  /// Does what makes the value lie on the grid of `node`, or can it?
  bool merges(const Node& node, const std::vector<Node>& made) {
    ValueId value = node.inputs.front();
    bool only_reader = true;
    for (;;) {
      only_reader = only_reader && use(value) == 1;
      const int maker = maker_[static_cast<std::size_t>(value)];
      if (maker < 0) return false;  // inputs and memory are not rounded
      const Node& before = made[static_cast<std::size_t>(maker)];
      if (!renames(before.op)) break;
      if (grid(value) && grid(value) != grid(node.output)) return false;
      value = before.inputs.front();
    }
    if (grid(value)) return grid(value) == grid(node.output);
    if (only_reader) grid(value) = grid(node.output);
    return only_reader;
  }

  void drop_replaced() {
    std::vector<ValueId> place(network_.values.size(), -1);
    std::vector<Value> values;
    for (std::size_t v = 0; v < place.size(); ++v) {
      if (instead_[v] != static_cast<ValueId>(v)) continue;
      place[v] = static_cast<ValueId>(values.size());
      values.push_back(std::move(network_.values[v]));
    }
    network_.values = std::move(values);
    const auto move = [&place](ValueId& value) { value = place[static_cast<std::size_t>(value)]; };
    for (InputSpec& input : network_.inputs) move(input.value);
    for (OutputSpec& output : network_.outputs) move(output.value);
    for (StateSpec& state : network_.states) move(state.before), move(state.after);
    for (Node& node : network_.nodes) {
      for (ValueId& input : node.inputs) move(input);
      move(node.output);
    }
  }

  Network& network_;
  std::vector<int> uses_;
  std::vector<int> maker_;        ///< by value: index of the kept node that makes it
  std::vector<ValueId> instead_;  ///< by value: what its readers read now
};

}  // namespace

void merge_rounding(Network& network) { Merging(network).run(); }

}  // namespace pitlane
