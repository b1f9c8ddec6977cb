#include "pitlane/optimize/readers.h"

#include <algorithm>

namespace pitlane {

std::optional<std::size_t> only_reader(const Network& network, ValueId value) {
  std::optional<std::size_t> reader;
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    if (std::ranges::count(network.nodes[i].inputs, value) == 0) continue;
    if (reader) return {};
    reader = i;
  }
  const bool is_result = std::ranges::count(network.outputs, value, &OutputSpec::value) > 0 ||
                         std::ranges::count(network.states, value, &StateSpec::after) > 0;
  return is_result ? std::nullopt : reader;
}

}  // namespace pitlane
