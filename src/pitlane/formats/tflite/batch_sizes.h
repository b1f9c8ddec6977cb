// How many frames flow through a graph whose batch is open. Keras 2 makes a batch of the frames of a TimeDistributed
// layer; the file leaves that dimension open, writes 1, and the runtime finds the true number when it plans.
#pragma once

#include "pitlane/formats/tflite/file.h"

namespace pitlane::tflite {

/// Writes the true first dimension into the shapes of all tensors that it reaches.
void find_batch_sizes(File& file);

}  // namespace pitlane::tflite
