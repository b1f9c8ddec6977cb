// What training must not undo: zeros that stay, weights that stay equal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/network/network.h"
#include "pitlane/train/adam.h"
#include "pitlane/train/shared_values.h"
#include "pitlane/train/trainer.h"

namespace pitlane {

/// By WeightId, all numbers of a network.
using WeightValues = std::vector<std::vector<float>>;

/// The weights of convolutions and dense layers, each once. Biases and normalisations are under no constraint.
std::vector<WeightId> layer_weights(const Network& network);

class Constraints {
 public:
  /// `options` must live as long. `threads` never changes a result.
  Constraints(const Network& network, const TrainOptions& options, int threads);

  /// From the numbers alone, so that a resumed training finds the same: to be called before each epoch.
  void find(const WeightValues& values);

  /// One step of Adam; weights that share a value learn together. The moments have the weight's size.
  void update(WeightId weight, std::span<float> values, std::span<const float> gradient, AdamMoments& moments,
              const AdamStep& step) const;

  /// Before step `step` (from 0) of `steps`: more zeros, whose moments are forgotten. Looks every 16 steps and at the
  /// step that reaches the last share.
  void raise_sparsity(std::int64_t step, std::int64_t steps, WeightValues& values, std::vector<AdamMoments>& moments);

 private:
  void find_zeros(std::size_t id, std::span<const float> values);
  void forget(std::span<const std::uint8_t> keep, AdamMoments& moments) const;

  const TrainOptions& options_;
  int threads_;
  std::vector<WeightId> layers_;
  std::vector<std::vector<std::uint8_t>> keep_;  // by WeightId: 1 where an element may move; empty where all may
  std::vector<SharedValues> shared_;             // by WeightId; empty without keep_shared
};

}  // namespace pitlane
