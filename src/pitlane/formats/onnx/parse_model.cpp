#include <algorithm>
#include <utility>

#include "pitlane/core/printable.h"
#include "pitlane/formats/onnx/model.h"
#include "pitlane/network/limits.h"

namespace pitlane::onnx {
namespace {

// Nodes, tensors, attributes, names and numbers of attributes together: a field of two bytes becomes a struct of two
// hundred, so their number is bounded too. The largest driving networks have some thousands.
constexpr std::size_t kMostItems = std::size_t{1} << 18;

class ModelParser {
 public:
  explicit ModelParser(ModelDef& model) : model_(model) {}

  Status parse(const Message& file) {
    PITLANE_TRY_STATUS(for_each_field(file, [&](const Field& f) { return model_field(f); }));
    if (!has_graph_) return corrupt("there is no graph in it; the file is cut off, or no ONNX model");
    return {};
  }

 private:
  Status count_item(std::size_t items = 1) {
    items_ += items;
    if (items_ <= kMostItems) return {};
    return unsupported("more than " + std::to_string(kMostItems) +
                       " nodes, attributes and names; no driving network is that large");
  }

  Status model_field(const Field& f) {
    switch (f.number) {
      case 1:
        return integer(f, "ir_version", model_.ir_version);
      case 2:
        return text(f, "producer_name", model_.producer);
      case 7:
        has_graph_ = true;
        return message(f, "graph", [&](const Field& g) { return graph_field(g); });
      case 8:
        return opset(f);
      case 14:
        return entry(f, "metadata_props", model_.metadata);
      case 25:
        return unsupported(
            "the model brings functions of its own, which are not read; export it with its operators inlined");
      default:
        return {};
    }
  }

  Status graph_field(const Field& f) {
    switch (f.number) {
      case 1:
        return append(f, "node", model_.nodes, [this](const Field& g, NodeDef& node) { return node_field(g, node); });
      case 2:
        return text(f, "name of the graph", model_.graph_name);
      case 5:
        return tensor(f, model_.initializers.emplace_back());
      case 11:
        return append(f, "input", model_.inputs, [this](const Field& g, PortDef& port) { return port_field(g, port); });
      case 12:
        return append(f, "output", model_.outputs,
                      [this](const Field& g, PortDef& port) { return port_field(g, port); });
      case 15:
        return unsupported("sparse initialisers are not read; export the model with dense ones");
      default:
        return {};
    }
  }

  Status opset(const Field& f) {
    std::string domain;
    std::int64_t version = 0;
    PITLANE_TRY_STATUS(message(f, "opset_import", [&](const Field& g) {
      if (g.number == 1) return text(g, "domain", domain);
      return g.number == 2 ? integer(g, "version", version) : Status();
    }));
    if (domain.empty() || domain == "ai.onnx") model_.opset = version;
    return {};
  }

  Status node_field(const Field& f, NodeDef& node) {
    switch (f.number) {
      case 1:
        PITLANE_TRY_STATUS(count_item());
        return text(f, "input of a node", node.inputs.emplace_back());
      case 2:
        PITLANE_TRY_STATUS(count_item());
        return text(f, "output of a node", node.outputs.emplace_back());
      case 3:
        return text(f, "name of a node", node.name);
      case 4:
        return text(f, "type of a node", node.type);
      case 5:
        return append(f, "attribute", node.attributes,
                      [this](const Field& g, Attribute& attribute) { return attribute_field(g, attribute); });
      case 7:
        return text(f, "domain of a node", node.domain);
      default:
        return {};
    }
  }

  Status attribute_field(const Field& f, Attribute& attribute) {
    switch (f.number) {
      case 1:
        return text(f, "name of an attribute", attribute.name);
      case 2:
        PITLANE_TRY_STATUS(expect(f, WireType::kFixed32, "f"));
        attribute.real = f.real();
        return {};
      case 3:
        PITLANE_TRY_STATUS(expect(f, WireType::kVarint, "i"));
        attribute.integer = f.integer();
        return {};
      case 4:
        return text(f, "s", attribute.text.emplace());
      case 5:
        return tensor(f, attribute.tensor.emplace());
      case 6:
      case 11:
        attribute.has_graph = true;
        return {};
      case 7:
        return append_floats(f, "floats", kMostItems, attribute.reals);
      case 8:
        return append_integers(f, "ints", kMostItems, attribute.integers);
      case 9:
        PITLANE_TRY_STATUS(count_item());
        return text(f, "strings", attribute.texts.emplace_back());
      default:
        return {};
    }
  }

  Status tensor(const Field& f, TensorDef& tensor) {
    PITLANE_TRY_STATUS(count_item());
    std::int64_t type = 0, location = 0;
    tensor.message = f.content;
    PITLANE_TRY_STATUS(message(f, "tensor", [&](const Field& g) -> Status {
      switch (g.number) {
        case 1:
          return append_integers(g, "dims", kMostDimensions, tensor.dims);
        case 2:
          return integer(g, "data_type", type);
        case 3:
          return unsupported("a tensor in segments is not read");
        case 8:
          return text(g, "name of a tensor", tensor.name);
        case 13:
          return entry(g, "external_data", tensor.external);
        case 14:
          return integer(g, "data_location", location);
        default:
          return {};
      }
    }));
    tensor.is_external = location == 1;
    tensor.type = static_cast<ElementType>(static_cast<std::int32_t>(std::clamp<std::int64_t>(type, -1, 1000)));
    return {};
  }

  Status port_field(const Field& f, PortDef& port) {
    if (f.number == 1) return text(f, "name of an input or output", port.name);
    if (f.number != 2) return {};
    return message(f, "type", [&](const Field& type) {
      if (type.number != 1) return Status(unsupported("'" + port.name + "' is no tensor (a sequence or a map)"));
      return message(type, "tensor_type", [&](const Field& g) { return tensor_type_field(g, port); });
    });
  }

  Status tensor_type_field(const Field& f, PortDef& port) {
    if (f.number == 1) {
      std::int64_t type = 0;
      PITLANE_TRY_STATUS(integer(f, "elem_type", type));
      port.type = static_cast<ElementType>(static_cast<std::int32_t>(std::clamp<std::int64_t>(type, -1, 1000)));
      return {};
    }
    if (f.number != 2) return {};
    port.dims.emplace();
    return message(f, "shape", [&](const Field& g) { return g.number == 1 ? dimension(g, *port.dims) : Status(); });
  }

  Status dimension(const Field& f, Shape& dims) {
    if (dims.size() >= kMostDimensions)
      return unsupported("an input or output has more than " + std::to_string(kMostDimensions) + " dimensions");
    std::int64_t& size = dims.emplace_back(-1);
    return message(f, "dim", [&](const Field& g) -> Status {
      if (g.number != 1) return Status();
      PITLANE_TRY_STATUS(integer(g, "dim_value", size));
      if (size <= 0) size = -1;  // exporters write 0 and -1 for "any"
      return Status();
    });
  }

  template <typename Visit>
  static Status message(const Field& f, const char* what, const Visit& visit) {
    PITLANE_TRY_STATUS(expect(f, WireType::kBytes, what));
    return for_each_field(f.content, visit);
  }

  template <typename T, typename Visit>
  Status append(const Field& f, const char* what, std::vector<T>& list, const Visit& visit) {
    PITLANE_TRY_STATUS(count_item());
    T item;
    PITLANE_TRY_STATUS(message(f, what, [&](const Field& g) { return visit(g, item); }));
    list.push_back(std::move(item));
    return {};
  }

  static Status integer(const Field& f, const char* what, std::int64_t& value) {
    PITLANE_TRY_STATUS(expect(f, WireType::kVarint, what));
    value = f.integer();
    return {};
  }

  static Status text(const Field& f, const char* what, std::string& value) {
    PITLANE_TRY(value, text_of(f, what));
    return {};
  }

  Status entry(const Field& f, const char* what, std::map<std::string, std::string>& entries) {
    PITLANE_TRY_STATUS(count_item());
    std::string key, value;
    PITLANE_TRY_STATUS(message(f, what, [&](const Field& g) {
      if (g.number == 1) return text(g, what, key);
      return g.number == 2 ? text(g, what, value) : Status();
    }));
    entries[key] = std::move(value);
    return {};
  }

  ModelDef& model_;
  std::size_t items_ = 0;
  bool has_graph_ = false;
};

}  // namespace

std::string to_string(ElementType type) {
  static const std::map<std::int32_t, const char*> kNames = {
      {1, "float"},     {2, "uint8"},         {3, "int8"},    {4, "uint16"},     {5, "int16"},
      {6, "int32"},     {7, "int64"},         {8, "string"},  {9, "bool"},       {10, "float16"},
      {11, "double"},   {12, "uint32"},       {13, "uint64"}, {14, "complex64"}, {15, "complex128"},
      {16, "bfloat16"}, {17, "float8e4m3fn"}, {21, "uint4"},  {22, "int4"}};
  const auto name = kNames.find(static_cast<std::int32_t>(type));
  return name == kNames.end() ? "type " + std::to_string(static_cast<std::int32_t>(type)) : name->second;
}

std::string NodeDef::title() const {
  const std::string& called = !name.empty() || outputs.empty() ? name : outputs.front();
  return printable_name(type) + " '" + printable_name(called) + "'";
}

const Attribute* NodeDef::find(const std::string& attribute) const {
  for (const Attribute& a : attributes)
    if (a.name == attribute) return &a;
  return nullptr;
}

Result<ModelDef> load_model(const std::filesystem::path& path) {
  ModelDef model;
  PITLANE_TRY(model.file, LoadedFile::open(path));
  model.folder = path.parent_path();
  PITLANE_TRY_STATUS(ModelParser(model).parse({model.file->bytes(), 0}));
  return model;
}

}  // namespace pitlane::onnx
