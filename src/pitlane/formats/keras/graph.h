// A Keras model's layers, read in the order in which they can run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/frames.h"
#include "pitlane/formats/keras/layer_arrays.h"
#include "pitlane/formats/keras/model_config.h"
#include "pitlane/formats/meaning.h"
#include "pitlane/network/builder.h"

namespace pitlane::keras {

/// What the file says beside the architecture.
struct FileFacts {
  std::string written_by;          ///< "Keras 2.10.0"
  std::optional<bool> normalized;  ///< DeepLearningStudio's attribute normalized_dataset
};

/// The layer's class, or that of the layer inside a TimeDistributed.
std::string inner_class(const LayerConfig& layer);

/// Inputs and habits (inputs.cpp): one tensor for each input of the model, by the name of its layer.
Result<std::map<std::string, Tensor>> add_inputs(NetworkBuilder& builder, const ModelConfig& model,
                                                 const FileFacts& facts, const ImportOptions& options);

/// The whole network.
Result<Network> build_network(const ModelConfig& model, LayerArrays& arrays, const FileFacts& facts,
                              const ImportOptions& options);

}  // namespace pitlane::keras
