// A network as a Keras HDF5 file that tf.keras loads: the way back to DeepLearningStudio.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Are pictures given to the exported file scaled, because this is albumentations.Normalize with its usual numbers,
/// which DeepLearningStudio applies to every picture? Any other scaling is in the file, which then takes pixels 0..255.
bool keras_wants_scaled(const Preprocessing& preprocessing);

/// Architecture and float32 weights (smaller storage is widened) as a functional model in Keras 2's layout, readable by
/// tf.keras 2 and Keras 3, with DeepLearningStudio's attributes img_shape and normalized_dataset. A network whose
/// pixels are not normalised as DeepLearningStudio does gets a Rescaling in front and takes pixels 0..255. Crop, frame
/// size and the outputs' ranges have no place in the format. Errors: memory between runs, paddings of pools that Keras
/// lacks.
Status export_keras(const Network& network, const std::filesystem::path& path);
Result<std::vector<std::byte>> serialize_keras(const Network& network);

}  // namespace pitlane
