#include "describe_network.h"

#include <cmath>
#include <set>
#include <string>
#include <variant>

namespace pitlane::bench {
namespace {

using nlohmann::json;

WeightId multiplied_weight(const Op& op) {
  if (const auto* conv = std::get_if<Conv2d>(&op)) return conv->weight;
  if (const auto* dense = std::get_if<Dense>(&op)) return dense->weight;
  return kNoWeight;
}

json preprocessing_json(const Preprocessing& p) {
  return {{"source_width", p.source_width},
          {"source_height", p.source_height},
          {"crop", {p.crop.x, p.crop.y, p.crop.width, p.crop.height}},
          {"width", p.width},
          {"height", p.height},
          {"format", to_string(p.format)},
          {"scale", p.scale},
          {"offset", p.offset}};
}

}  // namespace

json describe_network(const Network& network) {
  json outputs = json::array();
  for (const OutputSpec& o : network.outputs)
    outputs.push_back({{"name", o.name}, {"unit", o.unit}, {"low", o.low}, {"high", o.high}});
  json layers = json::array();
  for (const Node& node : network.nodes) {
    const WeightId id = multiplied_weight(node.op);
    if (id == kNoWeight) continue;
    const Weight& weight = network.weights[static_cast<std::size_t>(id)];
    const double zeros = std::round(sparsity(weight) * static_cast<double>(weight.size()));
    layers.push_back(
        {{"name", node.name}, {"macs", mac_count(network, node)}, {"weights", weight.size()}, {"zeros", zeros}});
  }
  return {{"name", network.name},
          {"preprocessing", preprocessing_json(network.inputs.at(0).preprocessing)},
          {"outputs", outputs},
          {"layers", layers},
          {"precision", describe_precision(network)}};
}

std::string describe_precision(const Network& network) {
  std::set<std::string> kinds;
  for (const Node& node : network.nodes) {
    const WeightId id = multiplied_weight(node.op);
    if (id == kNoWeight) continue;
    const Weight& weight = network.weights[static_cast<std::size_t>(id)];
    const bool fixed = network.values[static_cast<std::size_t>(node.inputs[0])].quantization.has_value();
    const char* range = weight.storage != Storage::kI8 ? "" : fixed ? " static" : " dynamic";
    kinds.insert(to_string(weight.storage) + std::string(range));
  }
  std::string text;
  for (const std::string& kind : kinds) text += (text.empty() ? "" : ", ") + kind;
  return text;
}

}  // namespace pitlane::bench
