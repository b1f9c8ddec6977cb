// A Network becomes a .tflite file that LiteRT runs; see docs/formats/tflite.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

enum class TflitePrecision {
  kFloat32,
  kFloat16,  ///< weights of convolutions and dense layers in 16 bits, arithmetic in 32
  kDynamic,  ///< weights of int8, activations measured in each run: those that the network has in int8; if it has none,
             ///< all of 1024 elements and more
  kInt8,     ///< all tensors int8, biases int32
};

enum class TfliteIo {
  kFloat,
  kInt8,   ///< kInt8 only: inputs and outputs as the graph has them; their scales are in the file
  kUint8,  ///< likewise, moved up by 128: a picture's bytes are what a camera gives
};

/// Real numbers that a value takes; 0 is always taken in.
struct ValueRange {
  float low = 0, high = 0;
};

struct TfliteExportOptions {
  TflitePrecision precision = TflitePrecision::kFloat32;
  TfliteIo io = TfliteIo::kFloat;
  /// kInt8: by ValueId, for values whose grid neither Value::quantization nor their operator gives. May be shorter.
  std::vector<std::optional<ValueRange>> ranges;
};

/// Input pictures are {1, H, W, C}, states are further inputs and outputs, and what inputs and outputs mean is in the
/// metadata, so that our own importer gives it back exactly. Errors name the layer: what TFLite has no words for, and
/// for kInt8 the value whose range is missing. On an error there is no file.
Status export_tflite(const Network& network, const TfliteExportOptions& options, const std::filesystem::path& path);
Result<std::vector<std::byte>> write_tflite(const Network& network, const TfliteExportOptions& options);

/// The same network with activations that TFLite fuses with no layer (all but relu and relu6) as nodes of their own: so
/// what they read is a value, whose range can be measured. kInt8 needs that.
Network with_separate_activations(const Network& network);

}  // namespace pitlane
