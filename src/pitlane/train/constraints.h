// What training must not undo: zeros that stay, weights that stay equal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/network/network.h"
#include "pitlane/train/adam.h"
#include "pitlane/train/trainer.h"

namespace pitlane {

/// By WeightId, all numbers of a network.
using WeightValues = std::vector<std::vector<float>>;

/// The weights of convolutions and dense layers, each once. Biases and normalisations are under no constraint.
std::vector<WeightId> layer_weights(const Network& network);

class Constraints {
 public:
  Constraints(const Network& network, const TrainOptions& options);

  /// From the numbers alone, so that a resumed training finds the same: to be called before each epoch.
  void find(const WeightValues& values);

  /// 1 where an element may move; empty where all may.
  [[nodiscard]] std::span<const std::uint8_t> keep(WeightId id) const { return keep_[static_cast<std::size_t>(id)]; }

  /// The gradient, summed over weights that share a value; the same for any number of threads. Valid until the next
  /// call.
  std::span<const float> shared(WeightId id, std::span<const float> gradient, int threads);

  /// Before step `step` (from 0) of `steps`: more zeros, whose moments are forgotten. Looks every 16 steps and at the
  /// step that reaches the last share.
  void raise_sparsity(std::int64_t step, std::int64_t steps, WeightValues& values, std::vector<AdamMoments>& moments);

 private:
  void find_zeros(std::size_t id, std::span<const float> values);
  void find_shared(std::size_t id, std::span<const float> values);

  const TrainOptions& options_;
  std::vector<WeightId> layers_;
  std::vector<std::vector<std::uint8_t>> keep_;   // by WeightId
  std::vector<std::vector<std::uint8_t>> group_;  // by WeightId: which value an element shares; empty: none
  std::vector<float> summed_;
};

}  // namespace pitlane
