#include "pitlane/train/stepwise_part.h"

#include <algorithm>

namespace pitlane {
namespace {

using Marks = std::vector<bool>;

void mark(Marks& marks, ValueId value) { marks[static_cast<std::size_t>(value)] = true; }
bool marked(const Marks& marks, ValueId value) { return marks[static_cast<std::size_t>(value)]; }

Marks who_remembers(const Network& network) {
  Marks remembers(network.values.size());
  for (const StateSpec& state : network.states) mark(remembers, state.before);
  for (const Node& node : network.nodes)
    if (std::ranges::any_of(node.inputs, [&](ValueId input) { return marked(remembers, input); }))
      mark(remembers, node.output);
  return remembers;
}

}  // namespace

StepwisePart stepwise_part(const Network& network) {
  StepwisePart part{who_remembers(network), Marks(network.nodes.size()), Marks(network.values.size()),
                    Marks(network.values.size())};
  for (const StateSpec& state : network.states) mark(part.read_in_loop, state.after);
  for (std::size_t i = network.nodes.size(); i-- > 0;) {
    const Node& node = network.nodes[i];
    part.in_loop[i] = marked(part.remembers, node.output) && marked(part.read_in_loop, node.output);
    for (const ValueId input : node.inputs) mark(part.in_loop[i] ? part.read_in_loop : part.read_outside, input);
  }
  for (const OutputSpec& output : network.outputs) mark(part.read_outside, output.value);
  return part;
}

}  // namespace pitlane
