#include "pitlane/optimize/compact.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pitlane/optimize/layers.h"

namespace pitlane {
namespace {

std::vector<ValueId*> value_fields(Network& network) {
  std::vector<ValueId*> fields;
  for (InputSpec& input : network.inputs) fields.push_back(&input.value);
  for (OutputSpec& output : network.outputs) fields.push_back(&output.value);
  for (StateSpec& state : network.states) fields.insert(fields.end(), {&state.before, &state.after});
  for (Node& node : network.nodes) {
    for (ValueId& input : node.inputs) fields.push_back(&input);
    fields.push_back(&node.output);
  }
  return fields;
}

// Keeps the items that a field points to and points the fields to their new places.
template <typename Item>
void keep_named(std::vector<Item>& items, const std::vector<int*>& fields) {
  std::vector<int> place(items.size(), -1);
  for (const int* field : fields)
    if (*field >= 0) place[*field] = 0;
  std::vector<Item> kept;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (place[i] < 0) continue;
    place[i] = static_cast<int>(kept.size());
    kept.push_back(std::move(items[i]));
  }
  for (int* field : fields)
    if (*field >= 0) *field = place[*field];
  items = std::move(kept);
}

}  // namespace

void compact(Network& network) {
  keep_named(network.values, value_fields(network));
  std::vector<WeightId*> fields;
  for (Node& node : network.nodes) {
    const std::vector<WeightId*> own = weight_fields(node.op);
    fields.insert(fields.end(), own.begin(), own.end());
  }
  keep_named(network.weights, fields);
}

WeightId own_weight(Network& network, std::size_t node, WeightId weight) {
  bool shared = false;
  for (std::size_t i = 0; i < network.nodes.size(); ++i)
    if (i != node)
      shared = shared || std::ranges::any_of(weight_fields(network.nodes[i].op),
                                             [weight](const WeightId* field) { return *field == weight; });
  if (!shared) return weight;
  Weight copy = network.weights[weight];
  copy.name = network.nodes[node].name + "." + copy.name;
  network.weights.push_back(std::move(copy));
  const auto id = static_cast<WeightId>(network.weights.size() - 1);
  for (WeightId* field : weight_fields(network.nodes[node].op))
    if (*field == weight) *field = id;
  return id;
}

}  // namespace pitlane
