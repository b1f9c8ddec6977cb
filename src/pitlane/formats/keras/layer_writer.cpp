#include "pitlane/formats/keras/layer_writer.h"

#include <cctype>

#include "pitlane/formats/keras/model_order.h"

namespace pitlane::keras {
namespace {

using nlohmann::json;

json reference(const Made& made) { return json::array({made.layer, 0, 0}); }

json references(const std::vector<Made>& all) {
  json list = json::array();
  for (const Made& made : all) list.push_back(reference(made));
  return list;
}

}  // namespace

std::string LayerWriter::unique(const std::string& name) {
  std::string fit;
  for (const char c : name) {
    const bool good = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
    fit += good ? c : '_';
  }
  if (fit.empty() || std::isalnum(static_cast<unsigned char>(fit[0])) == 0) fit = "layer" + fit;
  std::string free = fit;
  for (int i = 1; !used_.insert(free).second; ++i) free = fit + "_" + std::to_string(i);
  return free;
}

Made LayerWriter::add(const std::string& class_name, const std::string& name, json config,
                      const std::vector<Made>& inputs, Shape shape, const std::vector<NamedArray>& weights) {
  const std::string own = unique(name);
  config["name"] = own;
  config["dtype"] = "float32";
  if (class_name != "InputLayer") config["trainable"] = true;
  json node = json::array();
  for (const Made& input : inputs) node.push_back(json::array({input.layer, 0, 0, json::object()}));
  layers_.push_back({{"class_name", class_name},
                     {"config", std::move(config)},
                     {"name", own},
                     {"inbound_nodes", inputs.empty() ? json::array() : json::array({std::move(node)})}});
  const std::string group = "model_weights/" + own;
  std::vector<std::string> names;
  file_.group(group);
  for (const NamedArray& weight : weights) {
    names.push_back(own + "/" + weight.name + ":0");
    file_.floats(group + "/" + names.back(), weight.shape, weight.values);
  }
  file_.texts(group, "weight_names", names);
  std::vector<std::string>& read = inputs_[own];
  for (const Made& input : inputs) read.push_back(input.layer);
  return {own, std::move(shape)};
}

void LayerWriter::finish(const std::string& model_name, const std::vector<Made>& inputs,
                         const std::vector<Made>& outputs) {
  // The version decides how readers understand the configuration: that of Keras 2.
  constexpr const char* kVersion = "2.10.0";
  const json model = {{"class_name", "Functional"},
                      {"config",
                       {{"name", unique(model_name.empty() ? "pitlane" : model_name)},
                        {"layers", layers_},
                        {"input_layers", references(inputs)},
                        {"output_layers", references(outputs)}}}};
  file_.text("", "model_config", model.dump());
  for (const char* path : {"", "model_weights"}) {
    file_.text(path, "keras_version", kVersion);
    file_.text(path, "backend", "tensorflow");
  }
  std::vector<std::string> ends;
  for (const Made& output : outputs) ends.push_back(output.layer);
  file_.texts("model_weights", "layer_names", model_order(inputs_, ends));
}

}  // namespace pitlane::keras
