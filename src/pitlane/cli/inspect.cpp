// pitlane inspect: what a model file holds.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "pitlane/cli/model_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/network/describe.h"

namespace pitlane::cli {
namespace {

const Value& value_of(const Network& network, ValueId id) { return network.values[static_cast<std::size_t>(id)]; }

WeightId main_weight(const Op& op) {
  if (const auto* conv = std::get_if<Conv2d>(&op)) return conv->weight;
  if (const auto* dense = std::get_if<Dense>(&op)) return dense->weight;
  return kNoWeight;
}

void print_inputs(const Network& network) {
  for (const InputSpec& input : network.inputs)
    std::printf("input   %s  %s  %s\n", input.name.c_str(), to_string(value_of(network, input.value).shape).c_str(),
                describe_input(network, input).c_str());
  for (const OutputSpec& o : network.outputs)
    std::printf("output  %s  %g to %g%s\n", o.name.c_str(), static_cast<double>(o.low), static_cast<double>(o.high),
                o.unit == "1" ? "" : (" " + o.unit).c_str());
  for (const StateSpec& s : network.states)
    std::printf("state   %s  %s  zeros at first, then what '%s' was\n", s.name.c_str(),
                to_string(value_of(network, s.before).shape).c_str(), value_of(network, s.after).name.c_str());
}

/// Of the longest, so that the columns stand.
template <typename ToText>
int width_of(const Network& network, std::size_t least, const ToText& to_text) {
  for (const Node& node : network.nodes) least = std::max(least, to_text(node).size());
  return static_cast<int>(least);
}

void print_layers(const Network& network) {
  const auto shape = [&](const Node& node) { return to_string(value_of(network, node.output).shape); };
  const int names = width_of(network, 12, [](const Node& node) { return node.name; });
  const int shapes = width_of(network, 12, shape);
  std::printf("\n%-*s %-10s %-*s %10s %12s %-5s %6s\n", names, "layer", "kind", shapes, "output", "weights", "MACs",
              "type", "zeros");
  for (const Node& node : network.nodes) {
    const WeightId id = main_weight(node.op);
    const std::string details = describe_layer(network, node);
    std::printf("%-*s %-10s %-*s", names, node.name.c_str(), op_name(node.op), shapes, shape(node).c_str());
    if (id != kNoWeight) {
      const Weight& weight = network.weights[static_cast<std::size_t>(id)];
      std::printf(" %10lld %12lld %-5s %5.1f%%", static_cast<long long>(weight.size()),
                  static_cast<long long>(mac_count(network, node)), to_string(weight.storage), 100 * sparsity(weight));
    } else if (!details.empty()) {
      std::printf(" %10s %12s %-5s %6s", "", "", "", "");
    }
    std::printf("%s%s\n", details.empty() ? "" : "  ", details.c_str());
  }
}

// Names may come from a stranger's file; a terminal obeys some characters.
Network with_printable_names(Network network) {
  network.name = printable(network.name);
  for (Node& node : network.nodes) node.name = printable(node.name);
  for (Value& value : network.values) value.name = printable(value.name);
  for (InputSpec& input : network.inputs) input.name = printable(input.name);
  for (OutputSpec& output : network.outputs) {
    output.name = printable(output.name);
    output.unit = printable(output.unit);
  }
  for (StateSpec& state : network.states) state.name = printable(state.name);
  for (auto& [key, value] : network.metadata) value = printable(value);
  return network;
}

Result<int> inspect(const std::string& path, const ModelFlags& flags) {
  PITLANE_TRY(const ModelFile file, open_model(path, flags, Assumptions::kUntold));  // they are told below
  const Network network = with_printable_names(file.network);
  std::printf("%s: %s, %.3f MB, %lld parameters, %.2f M multiply-accumulates a frame\n", path.c_str(),
              network.name.c_str(), static_cast<double>(file.size_bytes) / 1e6,
              static_cast<long long>(parameter_count(network)), static_cast<double>(mac_count(network)) / 1e6);
  print_inputs(network);
  print_layers(network);
  if (!network.metadata.empty()) std::printf("\n");
  for (const auto& [key, value] : network.metadata)
    if (key != "history") std::printf("%s: %s\n", printable(key).c_str(), value.c_str());
  std::printf("content: %s\n", content_hash(file.network).c_str());
  return kSuccess;
}

}  // namespace

void declare_inspect(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("inspect", "Show a model's inputs, outputs, layers, sizes and provenance");
  const auto path = std::make_shared<std::string>();
  verb->add_option("FILE", *path, "model file")->required();
  const auto flags = std::make_shared<ModelFlags>();
  add_model_flags(*verb, *flags);
  verb->callback([&chosen, path, flags] { chosen.action = [path, flags] { return inspect(*path, *flags); }; });
}

}  // namespace pitlane::cli
