// Which grid each value of a network gets in a file of int8 alone.
#pragma once

#include <optional>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/tflite/export_tflite.h"
#include "pitlane/formats/tflite/graph_writer.h"
#include "pitlane/network/network.h"

namespace pitlane::tflite {

/// The grid whose -128..127 cover the range and 0.
Grid grid_of(ValueRange range);
ValueRange range_of(const Grid& grid);

/// By ValueId. First what the network says (Value::quantization), then what inputs are by themselves (pictures cover
/// 0..255), then the options. Whatever those say, tanh, sigmoid and softmax have the grids that TFLite prescribes, and
/// operators that move numbers keep theirs.
/// Errors: values without any, by name, with the remedy.
Result<std::vector<Grid>> activation_grids(const Network& network, const TfliteExportOptions& options);

/// Does TFLite want the output on the input's grid?
bool keeps_grid(const Op& op);

}  // namespace pitlane::tflite
