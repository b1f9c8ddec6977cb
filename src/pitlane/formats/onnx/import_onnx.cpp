#include <algorithm>
#include <utility>

#include "pitlane/formats/importers.h"
#include "pitlane/formats/merge_rounding.h"
#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/fuse_layers.h"
#include "pitlane/formats/onnx/ports.h"
#include "pitlane/formats/said_meaning.h"

namespace pitlane {
namespace onnx {
namespace {

constexpr std::int64_t kOldestOpset = 11;

/// Nodes that decide the outputs, in the file's order, and which tensors they read.
class Needed {
 public:
  explicit Needed(const ModelDef& model) : model_(model), nodes_(model.nodes.size(), false) {}

  Status find(const Notes* notes) {
    std::map<std::string, std::size_t> makers;
    for (std::size_t i = 0; i < model_.nodes.size(); ++i)
      for (const std::string& output : model_.nodes[i].outputs)
        if (!output.empty() && !makers.emplace(output, i).second)
          return corrupt(model_.nodes[i].title() + ": makes '" + output + "' a second time");
    std::vector<std::string> waiting;
    for (const PortDef& output : model_.outputs) waiting.push_back(output.name);
    if (notes != nullptr)
      for (const StateNote& state : notes->states) waiting.insert(waiting.end(), {state.before, state.after});
    for (const std::string& name : waiting) ++readers_[name];  // the end of the graph reads them
    while (!waiting.empty()) {
      const std::string name = std::move(waiting.back());
      waiting.pop_back();
      const auto maker = makers.find(name);
      if (maker == makers.end() || nodes_[maker->second]) continue;
      nodes_[maker->second] = true;
      for (const std::string& input : model_.nodes[maker->second].inputs) {
        if (!input.empty() && readers_[input]++ == 0) waiting.push_back(input);
      }
    }
    return {};
  }

  [[nodiscard]] bool node(std::size_t i) const { return nodes_[i]; }
  [[nodiscard]] std::set<std::string> tensors() const {
    std::set<std::string> names;
    for (const auto& [name, count] : readers_) names.insert(name);
    return names;
  }
  /// One reader is done; true when it was the last.
  bool read(const std::string& name) { return --readers_[name] == 0; }

 private:
  const ModelDef& model_;
  std::vector<bool> nodes_;
  std::map<std::string, int> readers_;
};

class Importer {
 public:
  Importer(const ModelDef& model, const ImportOptions& options, const std::string& name)
      : model_(model), options_(options), builder_(name), conversion_(model, builder_), needed_(model) {
    // Constants are decoded, turned and become weights: some copies of each, and nothing that grows beyond that.
    constexpr std::uint64_t kCopies = 12, kAlways = std::uint64_t{1} << 26;
    conversion_.bytes_left = model.file->bytes().size() * kCopies + kAlways;
    for (const TensorDef& tensor : model.initializers) initializers_[tensor.name] = &tensor;
  }

  Result<Network> run() {
    std::optional<Notes> notes;
    if (has_notes(model_.metadata)) {
      PITLANE_TRY(notes, parse_notes(model_.metadata));
    }
    const Notes* noted = notes ? &*notes : nullptr;
    PITLANE_TRY_STATUS(needed_.find(noted));
    std::set<std::string> inputs = needed_.tensors();
    for (const auto& [name, tensor] : initializers_) inputs.erase(name);
    PITLANE_TRY_STATUS(add_inputs(conversion_, options_, noted, inputs));
    for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
      if (!needed_.node(i)) continue;
      const NodeDef& node = model_.nodes[i];
      if (const Status status = convert(node); !status.ok()) return status.error().in(node.title());
    }
    PITLANE_TRY_STATUS(add_graph_outputs(conversion_, options_, noted));
    write_metadata(noted);
    return finish(notes.has_value());
  }

 private:
  Status convert(const NodeDef& node) {
    if (node.outputs.empty()) return corrupt("makes nothing");
    if (!node.domain.empty() && node.domain != "ai.onnx")
      return unsupported("operators of '" + node.domain + "' are not known; export the model with those of ONNX alone");
    for (const std::string& input : node.inputs) PITLANE_TRY_STATUS(decode_initializer(input));
    Step step(conversion_, node);
    PITLANE_TRY(const bool folded, fold_constants(step));
    if (!folded) {
      const Converter converter = find_converter(node.type);
      if (converter == nullptr) return unsupported("this operator is not known; known are " + known_operators());
      PITLANE_TRY_STATUS(converter(step));
    }
    for (const std::string& input : node.inputs)
      if (!input.empty() && needed_.read(input)) conversion_.operands.erase(input);
    return {};
  }

  Status decode_initializer(const std::string& name) {
    const auto initializer = initializers_.find(name);
    if (name.empty() || initializer == initializers_.end() || conversion_.operands.contains(name)) return {};
    PITLANE_TRY(ConstantPtr constant, conversion_.decode(*initializer->second));
    conversion_.operands[name] = constant_operand(std::move(constant));
    return {};
  }

  void write_metadata(const Notes* notes) {
    if (notes != nullptr)
      for (const auto& [key, value] : notes->metadata) builder_.metadata(key, value);
    builder_.metadata("imported from", "ONNX, opset " + std::to_string(model_.opset) +
                                           (model_.producer.empty() ? "" : ", written by " + model_.producer));
    std::string names;
    for (const std::string& name : conversion_.in_float) names += (names.empty() ? "" : ", ") + name;
    if (!names.empty()) builder_.metadata("int8 layers computed in real numbers", names);
  }

  Result<Network> finish(bool states_its_meaning) {
    PITLANE_TRY(Network network, std::move(builder_).build());
    for (const auto& [value, grid] : conversion_.grids)
      network.values[static_cast<std::size_t>(value)].quantization = grid;
    merge_rounding(network);
    fuse_layers(network);
    if (states_its_meaning) PITLANE_TRY_STATUS(restate(network, options_));
    PITLANE_TRY_STATUS(validate(network));
    return network;
  }

  const ModelDef& model_;
  const ImportOptions& options_;
  NetworkBuilder builder_;
  Conversion conversion_;
  Needed needed_;
  std::map<std::string, const TensorDef*> initializers_;
};

Result<Network> import_file(const std::filesystem::path& path, const ImportOptions& options) {
  PITLANE_TRY(const ModelDef model, load_model(path));
  if (model.opset == 0) return corrupt("the version of its operators (opset_import) is missing");
  if (model.opset < kOldestOpset)
    return unsupported("is of opset " + std::to_string(model.opset) + "; " + std::to_string(kOldestOpset) +
                       " and later are read: convert it with onnx.version_converter");
  std::string name = path.stem().string();
  if (const auto noted = model.metadata.find("pitlane.network"); noted != model.metadata.end()) name = noted->second;
  return Importer(model, options, name).run();
}

}  // namespace
}  // namespace onnx

bool is_onnx(const FileHead& head) {
  // A ModelProto has no magic bytes; every writer begins with ir_version, field 1.
  const auto byte = [&head](std::size_t i) { return i < head.bytes.size() ? std::to_integer<int>(head.bytes[i]) : -1; };
  return head.path.extension() == ".onnx" || (byte(0) == 0x08 && byte(1) >= 3 && byte(1) <= 20 && byte(2) == 0x12);
}

Result<Network> import_onnx(const std::filesystem::path& path, const ImportOptions& options) {
  Result<Network> network = onnx::import_file(path, options);
  if (!network.ok()) return network.error().in(path.string());
  return network;
}

}  // namespace pitlane
