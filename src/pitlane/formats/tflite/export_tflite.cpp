#include "pitlane/formats/tflite/export_tflite.h"

#include <algorithm>
#include <string>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/formats/tflite/activation_grids.h"
#include "pitlane/formats/tflite/lowering.h"
#include "pitlane/formats/tflite/meaning_metadata.h"

namespace pitlane {
namespace {

using tflite::GraphWriter;
using tflite::Grid;
using tflite::Lowering;
using tflite::Meaning;
using tflite::TensorId;

/// From outside to the value's grid and back: with float inputs and outputs a QUANTIZE and a DEQUANTIZE, with those of
/// uint8 two that only move by 128.
class Border {
 public:
  Border(Lowering& to, TfliteIo io, GraphWriter::Ends& ends) : to_(to), io_(io), ends_(ends) {}

  int add_input(const std::string& name, ValueId value) {
    const bool converts = to_.int8() && io_ != TfliteIo::kInt8;
    const bool bytes = converts && io_ == TfliteIo::kUint8;
    const TensorId outside = bytes
                                 ? to_.graph.flow_in_bytes(name, to_.batched(value), *to_.grid(value))
                                 : to_.graph.flow(name, to_.batched(value), converts ? std::nullopt : to_.grid(value));
    to_.set_tensor(value, outside);
    if (converts) {
      const TensorId inside = to_.result(value);
      to_.graph.add(tfl::BuiltinOperator::QUANTIZE, bytes ? 2 : 1, {outside}, {inside});
    }
    ends_.inputs.push_back(outside);
    ends_.input_names.push_back(name);
    return static_cast<int>(ends_.inputs.size()) - 1;
  }

  int add_output(const std::string& name, ValueId value, std::optional<Grid> grid) {
    TensorId inside = to_.on_grid(to_.tensor(value), grid);
    if (to_.int8() && io_ == TfliteIo::kFloat) {
      const TensorId outside = to_.graph.flow(name, to_.batched(value), {});
      to_.graph.add(tfl::BuiltinOperator::DEQUANTIZE, 2, {inside}, {outside});
      inside = outside;
    } else if (to_.int8() && io_ == TfliteIo::kUint8) {
      const TensorId outside = to_.graph.flow_in_bytes(name, to_.batched(value), grid_of(to_.graph.at(inside)));
      to_.graph.add(tfl::BuiltinOperator::QUANTIZE, 2, {inside}, {outside});
      inside = outside;
    } else if (std::ranges::count(ends_.inputs, inside) + std::ranges::count(ends_.outputs, inside) > 0) {
      // Runtimes want outputs that are neither inputs nor one another.
      inside = write_reshape(to_, name, inside, to_.batched(value));
    }
    ends_.outputs.push_back(inside);
    ends_.output_names.push_back(name);
    return static_cast<int>(ends_.outputs.size()) - 1;
  }

 private:
  static Grid grid_of(const tflite::WrittenTensor& tensor) { return {tensor.scales.front(), tensor.zero}; }

  Lowering& to_;
  TfliteIo io_;
  GraphWriter::Ends& ends_;
};

const std::string& name_of(const Network& network, ValueId value) {
  return network.values[static_cast<std::size_t>(value)].name;
}

void add_inputs(const Network& network, Border& border, Meaning& meaning) {
  for (InputSpec input : network.inputs) {
    input.value = border.add_input(input.name, input.value);
    meaning.inputs.push_back(std::move(input));
  }
  for (const StateSpec& state : network.states) {
    meaning.states.push_back({state.name, border.add_input(state.name + ".before", state.before), -1});
    meaning.state_shapes.push_back(network.values[static_cast<std::size_t>(state.before)].shape);
  }
}

void add_outputs(const Network& network, const Lowering& to, Border& border, Meaning& meaning) {
  std::map<ValueId, int> places;
  for (OutputSpec output : network.outputs) {
    const auto [place, fresh] = places.try_emplace(output.value, -1);
    if (fresh) {
      const auto same = [&](const OutputSpec& o) { return o.value == output.value; };
      const bool only = std::ranges::count_if(network.outputs, same) == 1;
      place->second = border.add_output(only ? output.name : name_of(network, output.value) + ".outputs", output.value,
                                        to.grid(output.value));
    }
    output.value = place->second;
    meaning.outputs.push_back(std::move(output));
  }
  // What a state becomes is read again as what it was, so it leaves on that grid.
  for (std::size_t i = 0; i < network.states.size(); ++i)
    meaning.states[i].after = border.add_output(network.states[i].name + ".after", network.states[i].after,
                                                to.grid(network.states[i].before));
}

Status check_options(const TfliteExportOptions& options) {
  if (options.io != TfliteIo::kFloat && options.precision != TflitePrecision::kInt8)
    return invalid_argument("inputs and outputs of 8 bits need a network of int8");
  return {};
}

Result<std::vector<std::byte>> write_checked(const Network& network, const TfliteExportOptions& options) {
  std::vector<Grid> grids;
  if (options.precision == TflitePrecision::kInt8) {
    PITLANE_TRY(grids, tflite::activation_grids(network, options));
  }
  Lowering to(network, options, std::move(grids));
  GraphWriter::Ends ends;
  Border border(to, options.io, ends);
  Meaning meaning;
  meaning.name = network.name;
  meaning.metadata = network.metadata;
  add_inputs(network, border, meaning);
  for (const Node& node : network.nodes) PITLANE_TRY_STATUS(to.lower(node));
  add_outputs(network, to, border, meaning);
  return to.graph.finish(network.name, ends, tflite::write_meaning(meaning));
}

}  // namespace

Result<std::vector<std::byte>> write_tflite(const Network& network, const TfliteExportOptions& options) {
  PITLANE_TRY_STATUS(check_options(options));
  PITLANE_TRY_STATUS(validate(network));
  Result<std::vector<std::byte>> bytes = write_checked(network, options);
  if (!bytes.ok()) return bytes.error().in("TFLite export of '" + network.name + "'");
  return bytes;
}

Status export_tflite(const Network& network, const TfliteExportOptions& options, const std::filesystem::path& path) {
  PITLANE_TRY(const std::vector<std::byte> bytes, write_tflite(network, options));
  return write_file(path, bytes);
}

Network with_separate_activations(const Network& network) {
  Network result = network;
  result.nodes.clear();
  for (const Node& source : network.nodes) {
    Node node = source;
    Activation* fused = nullptr;
    if (auto* conv = std::get_if<Conv2d>(&node.op)) fused = &conv->activation;
    if (auto* dense = std::get_if<Dense>(&node.op)) fused = &dense->activation;
    const bool splits =
        fused != nullptr && *fused != Activation::kNone && *fused != Activation::kRelu && *fused != Activation::kRelu6;
    if (!splits) {
      result.nodes.push_back(std::move(node));
      continue;
    }
    const Activation activation = std::exchange(*fused, Activation::kNone);
    const auto linear = static_cast<ValueId>(result.values.size());
    result.values.push_back(
        {source.name + ".linear", network.values[static_cast<std::size_t>(source.output)].shape, {}});
    node.output = linear;
    result.nodes.push_back(std::move(node));
    result.nodes.push_back(
        {source.name + ".activation", Activate{activation, usual_alpha(activation)}, {linear}, source.output});
  }
  return result;
}

}  // namespace pitlane
