// Writes a functional Keras model layer by layer: the configuration in JSON, the weights at once into the file.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "pitlane/formats/keras/hdf5_writer.h"
#include "pitlane/network/shape.h"

namespace pitlane::keras {

/// A weight in Keras' layout and under its name there: "kernel".
struct NamedArray {
  const char* name;
  Shape shape;
  std::vector<float> values;
};

/// What a layer made: its name and the shape without batch.
struct Made {
  std::string layer;
  Shape shape;
};

class LayerWriter {
 public:
  /// `config` without name and dtype. `name` is made unique and fit for TensorFlow.
  Made add(const std::string& class_name, const std::string& name, nlohmann::json config,
           const std::vector<Made>& inputs, Shape shape, const std::vector<NamedArray>& weights = {});
  /// Fills in the rest: the model's inputs and outputs, and attributes.
  void finish(const std::string& model_name, const std::vector<Made>& inputs, const std::vector<Made>& outputs);

  Hdf5Writer& file() { return file_; }

 private:
  std::string unique(const std::string& name);

  Hdf5Writer file_;
  nlohmann::json layers_ = nlohmann::json::array();
  std::map<std::string, std::vector<std::string>> inputs_;  ///< by layer
  std::set<std::string> used_;
};

}  // namespace pitlane::keras
