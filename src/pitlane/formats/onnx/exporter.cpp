#include "pitlane/formats/onnx/exporter.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "pitlane/core/file.h"

namespace pitlane {
namespace onnx {

Shape onnx_dims(const Shape& shape) {
  if (shape.size() == 3) return {1, shape[2], shape[0], shape[1]};
  Shape dims = shape;
  dims.insert(dims.begin(), 1);
  if (shape.empty()) dims.push_back(1);
  return dims;
}

Exporter::Exporter(const Network& network, const OnnxExportOptions& options)
    : network_(network), options_(options), tensors_(network.values.size()) {
  notes_.network = network.name;
  notes_.metadata = network.metadata;
}

std::string Exporter::reshape(const std::string& name, const std::string& x, const Shape& dims) {
  return graph_.node("Reshape", name, {x, graph_.constant(name + ".shape", dims)});
}

std::string Exporter::transpose(const std::string& name, const std::string& x,
                                std::initializer_list<std::int64_t> permutation) {
  return graph_.node("Transpose", name, {x}, Attributes().integers("perm", permutation));
}

std::string Exporter::flat(ValueId value) {
  std::string& known = flat_[value];
  if (!known.empty()) return known;
  const Tensor& t = tensor(value);
  const Shape& own = shape(value);
  const std::string name = t.name + ".flat";
  std::string x = t.name;
  if (t.flattened) x = reshape(name + ".picture", x, onnx_dims(*t.flattened));
  const bool picture = t.flattened || own.size() == 3;
  if (picture) x = transpose(name + ".turned", x, {0, 2, 3, 1});
  if (picture || own.size() != 1) x = reshape(name, x, {1, element_count(own)});
  return known = x;
}

std::string Exporter::plain(ValueId value) { return tensor(value).flattened ? flat(value) : tensor(value).name; }

void Exporter::add_image(const InputSpec& input, InputNote& note) {
  const Shape& picture = shape(input.value);
  const std::string name = graph_.unique(input.name);
  note.spec.name = name;
  note.channels_first = !options_.raw_input;
  if (!options_.raw_input) {
    graph_.input(name, ElementType::kFloat, onnx_dims(picture));
    tensor(input.value).name = name;
    return;
  }
  const Preprocessing& p = input.preprocessing;
  std::vector<float> scale, offset;
  for (int frame = 0; frame < p.frames; ++frame) {
    scale.insert(scale.end(), p.scale.begin(), p.scale.end());
    offset.insert(offset.end(), p.offset.begin(), p.offset.end());
  }
  // For this graph the pixels themselves are the input.
  std::ranges::fill(note.spec.preprocessing.scale, 1.0F);
  std::ranges::fill(note.spec.preprocessing.offset, 0.0F);
  graph_.input(name, ElementType::kUint8, {1, picture[0], picture[1], picture[2]});
  const Attributes to_float = Attributes().integer("to", static_cast<std::int64_t>(ElementType::kFloat));
  std::string x = transpose(name + ".turned", graph_.node("Cast", name + ".real", {name}, to_float), {0, 3, 1, 2});
  x = graph_.node("Mul", name + ".scaled", {x, graph_.constant(name + ".scale", {1, picture[2], 1, 1}, scale)});
  x = graph_.node("Add", name + ".shifted", {x, graph_.constant(name + ".offset", {1, picture[2], 1, 1}, offset)});
  tensor(input.value).name = x;
}

void Exporter::add_inputs() {
  for (const InputSpec& input : network_.inputs) {
    InputNote note{input, false};
    note.spec.value = -1;
    if (input.kind == InputKind::kImage) {
      add_image(input, note);
    } else {
      note.spec.name = tensor(input.value).name = graph_.unique(input.name);
      graph_.input(note.spec.name, ElementType::kFloat, onnx_dims(shape(input.value)));
    }
    notes_.inputs.push_back(std::move(note));
  }
}

void Exporter::add_states() {
  for (const StateSpec& state : network_.states) {
    StateNote note{state.name, graph_.unique(state.name), ""};
    graph_.input(note.before, ElementType::kFloat, onnx_dims(shape(state.before)));
    tensor(state.before).name = note.before;
    notes_.states.push_back(std::move(note));
  }
}

void Exporter::add_outputs() {
  std::map<ValueId, std::string> named;
  for (const OutputSpec& output : network_.outputs) {
    std::string& name = named[output.value];
    if (name.empty()) {
      std::string x = flat(output.value);
      if (const auto& grid = network_.values[static_cast<std::size_t>(output.value)].quantization)
        x = on_grid(x, *grid);
      const std::string& own = network_.values[static_cast<std::size_t>(output.value)].name;
      const bool only =
          std::ranges::all_of(network_.outputs, [&](const OutputSpec& o) { return o.value == output.value; });
      name = graph_.unique(only ? "output" : own + ".output");
      graph_.name_node(name, x);
      graph_.output(name, {1, element_count(shape(output.value))});
    }
    notes_.outputs.push_back({output, name});
    notes_.outputs.back().spec.value = -1;
  }
  for (std::size_t i = 0; i < network_.states.size(); ++i) {
    const StateSpec& state = network_.states[i];
    const std::string x = plain(state.after);
    const std::string name = notes_.states[i].after = graph_.unique(state.name + ".after");
    graph_.name_node(name, x);
    graph_.output(name, onnx_dims(shape(state.after)));
  }
}

Status Exporter::add_node(const Node& node) {
  return std::visit([&](const auto& what) { return op(node, what); }, node.op);
}

Result<std::vector<std::byte>> Exporter::run() {
  add_inputs();
  add_states();
  for (const Node& node : network_.nodes)
    if (const Status status = add_node(node); !status.ok())
      return status.error().in(std::string(op_name(node.op)) + " '" + node.name + "'");
  add_outputs();
  return graph_.finish(network_.name, write_notes(notes_));
}

}  // namespace onnx

Result<std::vector<std::byte>> serialize_onnx(const Network& network, const OnnxExportOptions& options) {
  PITLANE_TRY_STATUS(validate(network));
  std::size_t bytes = 0;
  bool int8 = false;
  for (const Weight& weight : network.weights) {
    bytes += weight.data.bytes().size();
    int8 = int8 || weight.storage == Storage::kI8;
  }
  if (options.precision == OnnxPrecision::kQdq && !int8)
    return invalid_argument("network '" + network.name +
                            "' has no int8 weights; quantise it before exporting it as int8");
  // Readers of protobuf refuse larger files; int8 may become float on the way.
  if (bytes > (std::size_t{1} << 29) - (std::size_t{1} << 20))
    return unsupported("network '" + network.name + "' is too large for one ONNX file (2 GiB)");
  return onnx::Exporter(network, options).run();
}

Status export_onnx(const Network& network, const OnnxExportOptions& options, const std::filesystem::path& path) {
  PITLANE_TRY(const std::vector<std::byte> file, serialize_onnx(network, options));
  return write_file(path, file);
}

}  // namespace pitlane
