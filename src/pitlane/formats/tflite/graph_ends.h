// Inputs and outputs of a .tflite graph: what they mean, from the metadata of our own files or by shape and habit.
#pragma once

#include <optional>

#include "pitlane/core/result.h"
#include "pitlane/formats/meaning.h"
#include "pitlane/formats/tflite/meaning_metadata.h"
#include "pitlane/formats/tflite/translation.h"

namespace pitlane::tflite {

/// Gives each input tensor a value of ours.
Status add_inputs(Translation& t, const ImportOptions& options, const std::optional<Meaning>& meaning);
/// After the last operator: outputs and what states become.
Status add_graph_outputs(Translation& t, const ImportOptions& options, const std::optional<Meaning>& meaning);

}  // namespace pitlane::tflite
