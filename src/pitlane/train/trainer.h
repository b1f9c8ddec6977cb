// Training of a Network with LibTorch. No LibTorch type is visible here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
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
#include "pitlane/train/torch_model.h"

namespace pitlane {

/// Weights that lose more and more of their smallest magnitudes while they are trained; what is zero stays so.
struct RisingSparsity {
  double from = 0.5, to = 0.8;  ///< share of zeros of each weight by itself; polynomial_share() in between
  double until = 0.5;           ///< share of the steps after which `to` is reached
  std::vector<WeightId> weights = {};
};

/// What a network is to answer beside the labels: another one's answers to the same pictures (Hinton, Vinyals and Dean,
/// "Distilling the Knowledge in a Neural Network", 2015; for numbers, with squared errors).
struct Teacher {
  const Network* network = nullptr;
  double share = 0.5;  ///< of the loss, the labels have the rest
};

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
  /// Weights of a layer that are equal stay equal where they have at most 256 values: the gradient of a value is the
  /// sum of those of its weights (Han, Mao and Dally, "Deep Compression", ICLR 2016).
  bool keep_shared = false;
  std::optional<RisingSparsity> sparsity = {};  ///< needs keep_zeros, and no keep_shared
  /// See TorchModelOptions::int8. Ranges follow for the first half of the steps; the result has the last ones.
  SimulatedInt8 int8 = {};
  std::optional<Teacher> teacher = {};
  /// 0: all cores. LibTorch adds up gradients in an order that depends on it, so the same bytes come of as many
  /// threads; a training that goes on with others is as good, and not the same.
  int threads = 0;
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

/// Batched forward pass through LibTorch: {sample, output}, for parity tests. A network with a memory goes through the
/// whole drive for each sample: for few of them.
Result<std::vector<float>> torch_predict(const Network& network, const Dataset& dataset,
                                         std::span<const std::int64_t> indices);

}  // namespace pitlane
