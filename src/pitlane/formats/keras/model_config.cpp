#include "pitlane/formats/keras/model_config.h"

#include <set>

#include "pitlane/core/json_extent.h"
#include "pitlane/formats/keras/settings.h"

namespace pitlane::keras {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLayers = 4096;
constexpr std::size_t kMostInputs = 1024;  // of one layer
// A network of a thousand layers has a hundredth of these values.
constexpr JsonLimits kMostJson{std::size_t{1} << 19, 100};

/// ["dense", 0, 0], with or without settings of the call behind it.
std::optional<TensorRef> as_reference(const json& value) {
  if (!value.is_array() || value.size() < 3 || !value[0].is_string()) return std::nullopt;
  const auto call = whole_number(value[1]);
  const auto output = whole_number(value[2]);
  if (!call || !output || *call < 0 || *output < 0) return std::nullopt;
  return TensorRef{value[0].get<std::string>(), *call, *output};
}

class Calls {
 public:
  explicit Calls(std::string who) : who_(std::move(who)) {}

  /// All tensors in a value of the file, in order.
  Status collect(const json& value, std::vector<TensorRef>& refs) const {
    if (refs.size() > kMostInputs) return corrupt(who_ + ": reads more than 1024 tensors");
    if (const auto ref = as_reference(value)) {
      refs.push_back(*ref);
      return value.size() > 3 ? check_settings(value[3]) : Status();
    }
    if (value.is_object() && value.contains("class_name") && value["class_name"] == "__keras_tensor__")
      return keras3_tensor(value, refs);
    if (value.is_array() || (value.is_object() && !value.contains("class_name"))) {
      for (const json& element : value) PITLANE_TRY_STATUS(collect(element, refs));
      return {};
    }
    return unsupported(who_ + ": is called with a constant or a structure that is no tensor");
  }

  /// What stands beside the tensors: only what changes nothing at inference.
  [[nodiscard]] Status check_settings(const json& settings) const {
    if (!settings.is_object()) return {};
    for (const auto& [key, value] : settings.items()) {
      const bool harmless = value.is_null() || (key == "training" && value == false);
      if (!harmless)
        return unsupported(who_ + ": is called with '" + printable_name(key) +
                           "', which is not supported; call the layer with its inputs alone");
    }
    return {};
  }

 private:
  Status keras3_tensor(const json& value, std::vector<TensorRef>& refs) const {
    const auto config = value.find("config");
    if (config != value.end() && config->is_object() && config->contains("keras_history")) {
      if (const auto ref = as_reference((*config)["keras_history"])) {
        refs.push_back(*ref);
        return {};
      }
    }
    return corrupt(who_ + ": a tensor that it reads has no keras_history");
  }

  std::string who_;
};

Result<std::vector<std::vector<TensorRef>>> parse_calls(const json& nodes, const std::string& who) {
  std::vector<std::vector<TensorRef>> calls;
  if (nodes.is_null()) return calls;
  if (!nodes.is_array()) return corrupt(who + ": 'inbound_nodes' must be a list");
  if (nodes.size() > kMostInputs) return corrupt(who + ": is called more than 1024 times");
  const Calls reader(who);
  for (const json& node : nodes) {
    std::vector<TensorRef>& refs = calls.emplace_back();
    if (node.is_object() && node.contains("args")) {  // Keras 3
      PITLANE_TRY_STATUS(reader.collect(node["args"], refs));
      if (node.contains("kwargs")) PITLANE_TRY_STATUS(reader.check_settings(node["kwargs"]));
    } else {
      PITLANE_TRY_STATUS(reader.collect(node, refs));
    }
  }
  return calls;
}

Result<LayerConfig> parse_layer(const json& value, std::size_t index) {
  const std::string where = "layer " + std::to_string(index) + " of the model's configuration";
  if (!value.is_object() || !value.contains("class_name") || !value["class_name"].is_string())
    return corrupt(where + " has no class");
  LayerConfig layer;
  layer.class_name = value["class_name"].get<std::string>();
  if (!value.contains("config") || !value["config"].is_object())
    return layer.class_name == "Sequential" || layer.class_name == "Model"
               ? unsupported(where + " is a model inside the model, which is not supported; build one of its layers")
               : corrupt(where + " (" + printable_name(layer.class_name) + ") has no settings");
  layer.config = value["config"];
  const json name = value.contains("name") ? value["name"] : layer.config.value("name", json());
  layer.name = name.is_string() ? name.get<std::string>() : layer.class_name + "_" + std::to_string(index);
  if (layer.name.empty()) return corrupt(where + " has an empty name");
  if (value.contains("inbound_nodes")) {
    PITLANE_TRY(layer.calls, parse_calls(value["inbound_nodes"], layer.who()));
  }
  // Where the layer was built, if its own settings do not say what it reads (Keras 3).
  if (value.contains("build_config") && value["build_config"].is_object())
    layer.config["build_config"] = value["build_config"];
  return layer;
}

Result<std::vector<LayerConfig>> parse_layers(const json& layers) {
  if (!layers.is_array() || layers.empty()) return corrupt("the model's configuration has no layers");
  if (layers.size() > kMostLayers)
    return corrupt("the model's configuration has " + std::to_string(layers.size()) + " layers, the most is 4096");
  std::vector<LayerConfig> parsed;
  std::set<std::string> names;
  for (const json& value : layers) {
    PITLANE_TRY(LayerConfig layer, parse_layer(value, parsed.size()));
    if (!names.insert(layer.name).second) return corrupt(layer.who() + ": two layers have this name");
    parsed.push_back(std::move(layer));
  }
  return parsed;
}

/// A chain: an InputLayer is put in front where none is, and every layer reads the one before it.
Status chain(ModelConfig& model, const json& config) {
  if (model.layers.front().class_name != "InputLayer") {
    LayerConfig input{"InputLayer", model.layers.front().name + "_input", json::object(), {}};
    PITLANE_TRY(const std::optional<Shape> own, input_shape(model.layers.front()));
    if (own) {
      input.config["batch_input_shape"] = json::array({nullptr});
      for (const std::int64_t d : *own) input.config["batch_input_shape"].push_back(d);
    } else if (config.is_object() && config.contains("build_input_shape")) {
      input.config["batch_input_shape"] = config["build_input_shape"];
    } else {
      return corrupt(model.layers.front().who() +
                     ": nothing says the size of its input; build the model (call it once) and save it again");
    }
    model.layers.insert(model.layers.begin(), std::move(input));
  }
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    model.layers[i].calls.assign(1, {});
    if (i > 0) model.layers[i].calls.front().push_back({model.layers[i - 1].name, 0, 0});
  }
  model.inputs = {{model.layers.front().name, 0, 0}};
  model.outputs = {{model.layers.back().name, 0, 0}};
  return {};
}

Status read_ends(ModelConfig& model, const json& config) {
  const Calls reader("the model's configuration");
  for (const auto& [key, refs] :
       {std::pair("input_layers", &model.inputs), std::pair("output_layers", &model.outputs)}) {
    if (!config.contains(key)) return corrupt("the model's configuration has no '" + std::string(key) + "'");
    PITLANE_TRY_STATUS(reader.collect(config[key], *refs));
    if (refs->empty()) return corrupt("the model's configuration has an empty list of '" + std::string(key) + "'");
  }
  return {};
}

Result<json> parse_json(std::string_view text) {
  constexpr std::size_t kLargest = std::size_t{1} << 25;
  if (text.size() > kLargest) return corrupt("the model's configuration is longer than 32 MiB");
  const Status affordable = check_json_extent(text, kMostJson);
  if (!affordable.ok()) return corrupt("the model's configuration " + affordable.error().message());
  const json root = json::parse(text, nullptr, false);
  if (root.is_discarded() || !root.is_object() || !root.contains("class_name") || !root["class_name"].is_string() ||
      !root.contains("config"))
    return corrupt("the model's configuration is not Keras' JSON; save the model again");
  return root;
}

}  // namespace

Result<ModelConfig> parse_model_config(std::string_view text, std::optional<int> version) {
  PITLANE_TRY(const json root, parse_json(text));
  ModelConfig model;
  // Files of Keras 1 do not say their version; those of Keras 3 name the module of each class.
  model.version = version.value_or(root.contains("module") ? 3 : 1);
  const std::string kind = root["class_name"].get<std::string>();
  const json& config = root["config"];
  const bool bare = config.is_array();  // Sequential before Keras 2.2.3
  if (!bare && !(config.is_object() && config.contains("layers")))
    return unsupported("the model is of the class '" + printable_name(kind) +
                       "', which is Python code; only Sequential and functional models can be read");
  model.name = !bare && config.contains("name") && config["name"].is_string() ? config["name"].get<std::string>()
                                                                              : std::string("keras");
  PITLANE_TRY(model.layers, parse_layers(bare ? config : config["layers"]));
  if (kind == "Sequential") {
    PITLANE_TRY_STATUS(chain(model, config));
  } else {
    PITLANE_TRY_STATUS(read_ends(model, config));
  }
  return model;
}

Result<std::optional<Shape>> input_shape(const LayerConfig& layer) {
  const Settings settings(layer.config, layer.who());
  const json* shape = settings.find({"batch_shape", "batch_input_shape"});
  std::size_t first = 1;  // behind the batch dimension
  if (shape == nullptr) {
    shape = settings.find({"input_shape"});
    if (shape != nullptr) first = 0;
  }
  if (shape == nullptr) {
    const json* build = settings.find({"build_config"});
    if (build != nullptr && build->is_object() && build->contains("input_shape")) shape = &(*build)["input_shape"];
  }
  if (shape == nullptr || shape->is_null()) return std::optional<Shape>();
  if (!shape->is_array() || shape->size() <= first || shape->size() > 8)
    return settings.bad("the shape of its input is no list of sizes");
  Shape result;
  for (std::size_t i = first; i < shape->size(); ++i) {
    const auto size = whole_number((*shape)[i]);
    if (!size || *size < 1)
      return settings.cannot(
          "the size of its input is left open; give the model's input a fixed height, width and number of frames, and "
          "save it again");
    result.push_back(*size);
  }
  return std::optional<Shape>(std::move(result));
}

}  // namespace pitlane::keras
