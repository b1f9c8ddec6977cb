// From physical labels to those a network learns.
#pragma once

#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"

namespace pitlane {

/// (physical - low) / (high - low), clamped to 0..1.
float normalised(const OutputSpec& output, float physical);
/// low + y * (high - low)
double physical(const OutputSpec& output, float y);

/// Output names unique, ranges finite with high > low, at least one.
Status validate_outputs(const std::vector<OutputSpec>& outputs);

/// Turns `dataset.labels` from physical into normalised, in place. Values outside the range are clamped; how many
/// (of the centre camera) is logged as a warning. Errors: a label that is not finite; an output all of whose labels
/// (of the centre camera) lie on one side outside its range.
Status normalise_labels(Dataset& dataset);

/// For who learns from them. Errors: an output whose label is the same in all samples of the centre camera.
Status check_labels_vary(const Dataset& dataset);

}  // namespace pitlane
