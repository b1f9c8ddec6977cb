// Training of a Network with LibTorch. No LibTorch type is visible here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/augmentation.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/network.h"
#include "pitlane/train/epoch_record.h"

namespace pitlane {

struct TrainOptions {
  // Changes the result:
  int epochs = 8;
  int batch = 64;
  double learning_rate = 1e-3;         ///< Adam, cosine decay to zero over all epochs
  std::vector<double> output_weights;  ///< by output; empty: 5 for steering outputs, 1 for others
  AugmentationOptions augmentation;
  /// Decay per step of a running mean of the weights, which is judged and kept in place of the last ones (Polyak and
  /// Juditsky, "Acceleration of stochastic approximation by averaging", 1992): 0 = off, else below 1.
  double averaging = 0;
  std::uint64_t seed = 1;
  int patience = 0;  ///< epochs without a better validation loss before stopping, 0 = never stop early
  /// The last epoch's weights are the result, not those of the best validation epoch: for fine-tuning whose result is
  /// judged on the same validation samples, where choosing by them would flatter it.
  bool keep_last = false;
  bool keep_zeros = false;         ///< weights that are exactly zero stay zero (fine-tuning a pruned network)
  bool freeze_batch_norm = false;  ///< running statistics and affine parameters stay (fine-tuning)
  // Changes only the speed and safety:
  int threads = 0;                   ///< 0: all cores
  std::filesystem::path checkpoint;  ///< written after each epoch where set; resumed from if it fits
};

struct TrainResult {
  Network network;  ///< weights of `best_epoch`, storage kF32
  std::vector<EpochRecord> epochs;
  int best_epoch = 0;       ///< of the smallest validation loss, or the last one (keep_last)
  double images_per_s = 0;  ///< wall clock, training steps only
};

/// Weights in other storages are decoded first. A resumed run gives the same bytes as an uninterrupted one.
/// Errors: network and dataset of different sizes or outputs, divergence (NaN), checkpoint of other options.
Result<TrainResult> train(const Network& network, const Dataset& dataset, const Split& split,
                          const TrainOptions& options, const ProgressFn& progress = {});

/// Batched forward pass through LibTorch: {sample, output}, for parity tests.
Result<std::vector<float>> torch_predict(const Network& network, const Dataset& dataset,
                                         std::span<const std::int64_t> indices);

}  // namespace pitlane
