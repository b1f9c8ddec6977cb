// Inputs and outputs of the graph: what they are to a driving network.
#pragma once

#include "pitlane/formats/onnx/metadata.h"
#include "pitlane/formats/onnx/step.h"

namespace pitlane::onnx {

/// Adds the inputs of the graph that `needed` names. By our own notes where the file has them; else pictures by their
/// four dimensions (channels first or last, as sizes say), one number is the speed, several are a one-hot command.
Status add_inputs(Conversion& conversion, const ImportOptions& options, const Notes* notes,
                  const std::set<std::string>& needed);

/// Adds the outputs: each element of each of the graph's outputs is one.
Status add_graph_outputs(Conversion& conversion, const ImportOptions& options, const Notes* notes);

}  // namespace pitlane::onnx
