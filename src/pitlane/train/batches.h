// From a dataset's bytes to batches that LibTorch can take, prepared while the previous batch is learnt from.
#pragma once

#include <cstdint>
#include <future>
#include <span>
#include <vector>

#include "pitlane/data/augmentation.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/preprocessing.h"
#include "pitlane/train/torch_model.h"

namespace pitlane {

/// Owns what a TorchBatch points to.
struct BatchBuffer {
  std::int64_t samples = 0;
  std::vector<float> pictures;
  std::vector<float> labels;
  [[nodiscard]] TorchBatch view() const { return {samples, pictures, labels}; }
};

/// Number of batches of at most `batch` samples. Sizes differ by one at most, so that no batch is left with a single
/// sample, which batch normalisation cannot learn from.
std::int64_t batch_count(std::int64_t samples, int batch);
/// The samples of batch `index` out of `count`.
std::span<const std::int64_t> batch_slice(std::span<const std::int64_t> indices, std::int64_t index,
                                          std::int64_t count);

/// Pictures as they are, for validation and prediction.
BatchBuffer plain_batch(const Dataset& dataset, const Preprocessing& preprocessing,
                        std::span<const std::int64_t> indices);

/// One epoch: shuffled and augmented by (seed, epoch, position) alone, whatever the threads do.
class EpochBatches {
 public:
  EpochBatches(const Dataset& dataset, const Preprocessing& preprocessing, const AugmentationOptions& augmentation,
               std::vector<std::int64_t> indices, int batch, std::uint64_t seed, int epoch);
  ~EpochBatches() = default;  // waits for the batch in preparation
  EpochBatches(const EpochBatches&) = delete;
  EpochBatches& operator=(const EpochBatches&) = delete;

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// The next batch, and starts preparing the one after it. At most count() calls.
  BatchBuffer next();

 private:
  [[nodiscard]] BatchBuffer prepare(std::int64_t index) const;
  void start(std::int64_t index);

  const Dataset& dataset_;
  const Preprocessing& preprocessing_;
  AugmentationOptions augmentation_;
  std::uint64_t seed_;
  std::vector<std::int64_t> order_;
  std::int64_t count_;
  std::int64_t started_ = 0;
  std::future<BatchBuffer> pending_;
};

}  // namespace pitlane
