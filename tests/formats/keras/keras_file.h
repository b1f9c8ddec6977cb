// Small Keras files made by hand, sound and broken.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "formats/keras/keras_feed.h"
#include "pitlane/core/file.h"
#include "pitlane/formats/keras/hdf5_writer.h"

namespace pitlane::testing {

using nlohmann::json;

struct MadeArray {
  std::string name;
  Shape shape;
  std::vector<float> values;
};

inline MadeArray made_array(const std::string& name, const Shape& shape) {
  return {name, shape, formula(element_count(shape), 3, 1)};
}

inline json layer(const std::string& class_name, const std::string& name, json config = json::object()) {
  config["name"] = name;
  return {{"class_name", class_name}, {"config", config}};
}

inline json sequential(const json& layers) {
  return {{"class_name", "Sequential"}, {"config", {{"name", "hand_made"}, {"layers", layers}}}};
}

/// A picture of 6 x 8 in front.
inline json picture_layer() {
  return layer("InputLayer", "image", {{"batch_input_shape", json::array({nullptr, 6, 8, 3})}});
}

/// As Keras 2 lays files out; a layer named in `arrays` has these weights, all others have none.
struct KerasFile {
  std::string config;
  std::map<std::string, std::vector<MadeArray>> arrays;
  std::vector<std::string> layers;

  [[nodiscard]] std::vector<std::byte> bytes() const {
    keras::Hdf5Writer file;
    file.text("", "model_config", config);
    file.text("", "keras_version", "2.10.0");
    file.group("model_weights");
    file.texts("model_weights", "layer_names", layers);
    for (const std::string& name : layers) {
      file.group("model_weights/" + name);
      std::vector<std::string> names;
      const auto found = arrays.find(name);
      if (found != arrays.end())
        for (const MadeArray& array : found->second) {
          names.push_back(name + "/" + array.name);
          file.floats("model_weights/" + name + "/" + names.back(), array.shape, array.values);
        }
      file.texts("model_weights/" + name, "weight_names", names);
    }
    return *std::move(file).finish();
  }
};

inline KerasFile keras_file(const json& config, std::map<std::string, std::vector<MadeArray>> arrays = {}) {
  KerasFile file{config.dump(), std::move(arrays), {}};
  const json& layers = config["config"]["layers"];
  for (const json& entry : layers) file.layers.push_back(entry["config"]["name"]);
  return file;
}

}  // namespace pitlane::testing
