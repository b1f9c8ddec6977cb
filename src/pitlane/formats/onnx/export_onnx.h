// A Network as an ONNX file (opset 17) for ONNX Runtime, TensorRT, OpenVINO and others.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

enum class OnnxPrecision {
  kFloat,    ///< all weights as float
  kFloat16,  ///< weights of layers as float16, computed in float
  kQdq,      ///< int8 weights stay int8; layers quantise their inputs as our engine does
};

struct OnnxExportOptions {
  OnnxPrecision precision = OnnxPrecision::kFloat;
  /// Pictures go in as the resized camera's bytes, uint8 {1, H, W, C}, and the graph scales them. Otherwise as float
  /// {1, C, H, W}, scaled by the caller.
  bool raw_input = false;
};

/// Inputs keep their names; vectors are {1, n}; memory is one more input and output each. What ONNX has no words for
/// goes into metadata_props, from which import_onnx takes it back: docs/formats/onnx.md. Errors: kQdq without int8
/// weights, weights too large for float16, more than 2 GiB.
Status export_onnx(const Network& network, const OnnxExportOptions& options, const std::filesystem::path& path);
Result<std::vector<std::byte>> serialize_onnx(const Network& network, const OnnxExportOptions& options);

}  // namespace pitlane
