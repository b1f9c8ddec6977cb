// pitlane inspect: what a model file holds.
#include <cstdio>
#include <memory>
#include <string>

#include "pitlane/cli/model_file.h"
#include "pitlane/cli/verb.h"

namespace pitlane::cli {
namespace {

const Value& value_of(const Network& network, ValueId id) { return network.values[static_cast<std::size_t>(id)]; }

WeightId main_weight(const Op& op) {
  if (const auto* conv = std::get_if<Conv2d>(&op)) return conv->weight;
  if (const auto* dense = std::get_if<Dense>(&op)) return dense->weight;
  return kNoWeight;
}

void print_inputs(const Network& network) {
  for (const InputSpec& input : network.inputs) {
    std::printf("input   %s  %s", input.name.c_str(), to_string(value_of(network, input.value).shape).c_str());
    if (input.kind == InputKind::kImage) {
      const Preprocessing& p = input.preprocessing;
      std::printf("  from a %dx%d frame, crop %dx%d at (%d, %d), resized to %dx%d, %s, x * %.6g + %.6g", p.source_width,
                  p.source_height, p.crop.width, p.crop.height, p.crop.x, p.crop.y, p.width, p.height,
                  p.format == PixelFormat::kRgb   ? "RGB"
                  : p.format == PixelFormat::kBgr ? "BGR"
                                                  : "grey",
                  static_cast<double>(p.scale[0]), static_cast<double>(p.offset[0]));
    }
    std::printf("\n");
  }
  for (const OutputSpec& o : network.outputs)
    std::printf("output  %s  %s, %g to %g\n", o.name.c_str(), o.unit.c_str(), static_cast<double>(o.low),
                static_cast<double>(o.high));
  for (const StateSpec& s : network.states)
    std::printf("state   %s  %s\n", s.name.c_str(), to_string(value_of(network, s.before).shape).c_str());
}

void print_layers(const Network& network) {
  std::printf("\n%-12s %-10s %-12s %10s %12s %-5s %6s\n", "layer", "kind", "output", "weights", "MACs", "type",
              "zeros");
  for (const Node& node : network.nodes) {
    const WeightId id = main_weight(node.op);
    std::printf("%-12s %-10s %-12s", node.name.c_str(), op_name(node.op),
                to_string(value_of(network, node.output).shape).c_str());
    if (id != kNoWeight) {
      const Weight& weight = network.weights[static_cast<std::size_t>(id)];
      std::printf(" %10lld %12lld %-5s %5.1f%%", static_cast<long long>(weight.size()),
                  static_cast<long long>(mac_count(network, node)), to_string(weight.storage), 100 * sparsity(weight));
    }
    std::printf("\n");
  }
}

Result<int> inspect(const std::string& path) {
  PITLANE_TRY(const ModelFile file, open_model(path));
  const Network& network = file.network;
  std::printf("%s: %s, %.3f MB, %lld parameters, %.2f M multiply-accumulates a frame\n", path.c_str(),
              network.name.c_str(), static_cast<double>(file.size_bytes) / 1e6,
              static_cast<long long>(parameter_count(network)), static_cast<double>(mac_count(network)) / 1e6);
  print_inputs(network);
  print_layers(network);
  if (!network.metadata.empty()) std::printf("\n");
  for (const auto& [key, value] : network.metadata)
    if (key != "history") std::printf("%s: %s\n", key.c_str(), value.c_str());
  std::printf("content: %s\n", content_hash(network).c_str());
  return kSuccess;
}

}  // namespace

void declare_inspect(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("inspect", "Show a model's inputs, outputs, layers, sizes and provenance");
  const auto path = std::make_shared<std::string>();
  verb->add_option("FILE", *path, "model file")->required();
  verb->callback([&chosen, path] { chosen.action = [path] { return inspect(*path); }; });
}

}  // namespace pitlane::cli
