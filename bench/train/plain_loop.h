// The peer of the training benchmark: what one writes on the first day with LibTorch.
#pragma once

#include <string>

namespace pitlane {

struct PlainLoop {
  std::string network = "pilotnet-torch";  ///< or "pilotnet-tf"
  int batches = 8;                         ///< ready tensors, made before the clock starts
  int batch = 64;
  int threads = 2;
};

/// torch::nn modules, torch::optim::Adam, the same weighted loss, no data preparation: images per second of one pass.
double run_plain_loop(const PlainLoop& loop);

}  // namespace pitlane
