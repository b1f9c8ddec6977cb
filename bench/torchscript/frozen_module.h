// The same network as TorchScript, frozen and optimised for inference, as a PyTorch user would deploy it.
#pragma once

#include <torch/script.h>

#include "pitlane/network/network.h"

namespace pitlane::bench {

/// Input {1, channels, height, width} of real values, output {1, outputs}. Dense weights behind a picture are permuted
/// once, so that running pays nothing for the other order of elements. Errors: a layer that is no part of a PilotNet.
Result<torch::jit::Module> frozen_module(const Network& network);

}  // namespace pitlane::bench
