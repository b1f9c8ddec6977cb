// Where a layer's weights lie: in the HDF5 layout of Keras 1 and 2 (names in attributes), which Keras 3 still writes as
// .h5, and in the numbered one of .keras files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/hdf5_file.h"
#include "pitlane/formats/keras/model_config.h"

namespace pitlane::keras {

class LayerArrays {
 public:
  /// `named`: the layout with attributes, below the group `root`. Reads the list of layers.
  static Result<LayerArrays> open_named(Hdf5File file, std::string root);
  /// The layout of model.weights.h5; the order of the layers tells their names there.
  static Result<LayerArrays> open_numbered(Hdf5File file, const ModelConfig& model);

  /// In the order in which Keras lists a layer's weights; empty for a layer without. Read once per layer.
  Result<const std::vector<FloatArray>*> of(const std::string& layer);

 private:
  explicit LayerArrays(Hdf5File file) : file_(std::move(file)) {}
  Result<std::vector<FloatArray>> read_named(const std::string& layer);
  Status read_numbered(const std::string& path, int depth, std::vector<FloatArray>& arrays);

  Hdf5File file_;
  bool named_ = true;
  std::string root_;
  std::map<std::string, std::string> paths_;  ///< layer name -> group
  std::map<std::string, std::vector<FloatArray>> read_;
};

/// A list of texts that Keras splits into NAME0, NAME1, ... where it is too long for one attribute; nullopt where there
/// is none.
Result<std::optional<std::vector<std::string>>> chunked_texts(Hdf5File& file, const std::string& path,
                                                              const std::string& name);

}  // namespace pitlane::keras
