// The architecture of a Keras model as a list of layers and calls, whichever version of Keras wrote it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/printable.h"
#include "pitlane/core/result.h"
#include "pitlane/network/shape.h"

namespace pitlane::keras {

/// One tensor: what the `call`-th use of `layer` gave.
struct TensorRef {
  std::string layer;
  std::int64_t call = 0;
  std::int64_t output = 0;
};

struct LayerConfig {
  std::string class_name;
  std::string name;
  nlohmann::json config;
  std::vector<std::vector<TensorRef>> calls;  ///< inputs of each use; an InputLayer has none

  /// "Conv2D 'conv1'", for errors.
  [[nodiscard]] std::string who() const { return printable_name(class_name) + " '" + printable_name(name) + "'"; }
};

struct ModelConfig {
  std::string name;
  int version = 2;  ///< 1, 2 or 3: some functions changed their meaning
  std::vector<LayerConfig> layers;
  std::vector<TensorRef> inputs, outputs;
};

/// `text` is JSON as in the attribute model_config or in config.json; `version` as the file's keras_version says it,
/// nullopt where the file says nothing. Errors name the layer.
Result<ModelConfig> parse_model_config(std::string_view text, std::optional<int> version);

/// Shape without the batch dimension from the settings of an InputLayer or of a first layer; nullopt where it says
/// none. Errors: dimensions left open.
Result<std::optional<Shape>> input_shape(const LayerConfig& layer);

}  // namespace pitlane::keras
