// The peer's network: what one writes on the first day with LibTorch, holding the numbers of one of ours.
#pragma once

#include <torch/torch.h>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane::bench {

/// A PilotNet of torch::nn modules for {samples, 3, 66, 200}; `network` is what the family "pilotnet-torch" or
/// "pilotnet-tf" built, and its weights are copied. Errors: a network of another shape.
Result<torch::nn::Sequential> plain_network(const Network& network);

}  // namespace pitlane::bench
