#include "pitlane/network/network.h"

namespace pitlane {

std::int64_t mac_count(const Network& network, const Node& node) {
  const auto weight_size = [&](WeightId id) { return network.weights.at(static_cast<std::size_t>(id)).size(); };
  if (const auto* conv = std::get_if<Conv2d>(&node.op)) {
    const Shape& out = network.values.at(static_cast<std::size_t>(node.output)).shape;
    return out[0] * out[1] * weight_size(conv->weight);
  }
  if (const auto* dense = std::get_if<Dense>(&node.op)) return weight_size(dense->weight);
  return 0;
}

std::int64_t mac_count(const Network& network) {
  std::int64_t count = 0;
  for (const Node& node : network.nodes) count += mac_count(network, node);
  return count;
}

std::int64_t parameter_count(const Network& network) {
  std::int64_t count = 0;
  for (const Weight& weight : network.weights) count += weight.size();
  return count;
}

}  // namespace pitlane
