// From a dataset's bytes to batches that LibTorch can take, prepared while the previous batch is learnt from.
#pragma once

#include <cstdint>
#include <future>
#include <span>
#include <vector>

#include "pitlane/data/augmentation.h"
#include "pitlane/data/sample_inputs.h"
#include "pitlane/train/torch_model.h"
#include "pitlane/train/windows.h"

namespace pitlane {

/// Owns what a TorchBatch points to.
struct BatchBuffer {
  std::int64_t samples = 0;
  std::vector<float> pictures;
  std::vector<float> labels;
  std::vector<std::vector<float>> numbers;  ///< by Network::inputs; of the image none
  /// Of windows of several samples (TorchBatch); of single ones there are 1 step and no numbers.
  std::int64_t steps = 1;
  std::vector<float> begins, counts;
  [[nodiscard]] TorchBatch view() const {
    return {samples, pictures, labels, {numbers.begin(), numbers.end()}, steps, begins, counts};
  }
  /// How many samples are learnt from, or asked about.
  [[nodiscard]] std::int64_t learnt() const;
};

/// Samples as they are, for validation and prediction. Windows end together: those that are shorter than the longest
/// begin later, and show their first sample until then.
BatchBuffer plain_batch(const SampleInputs& inputs, std::span<const SampleWindow> windows);
BatchBuffer plain_batch(const SampleInputs& inputs, std::span<const std::int64_t> indices);

/// One epoch: shuffled and augmented by (seed, epoch, position) alone, whatever the threads do. All pictures of a
/// window, and of a sample's history, are varied alike.
class EpochBatches {
 public:
  /// See WindowBatches.
  EpochBatches(const SampleInputs& inputs, const AugmentationOptions& augmentation, std::vector<SampleWindow> windows,
               int batch, std::uint64_t seed, int epoch);
  ~EpochBatches() = default;  // waits for the batch in preparation
  EpochBatches(const EpochBatches&) = delete;
  EpochBatches& operator=(const EpochBatches&) = delete;

  [[nodiscard]] std::int64_t count() const { return batches_.size(); }
  /// The next batch, and starts preparing the one after it. At most count() calls.
  BatchBuffer next();

 private:
  [[nodiscard]] BatchBuffer prepare(std::int64_t index) const;
  void start(std::int64_t index);

  const SampleInputs& inputs_;
  AugmentationOptions augmentation_;
  std::uint64_t seed_;
  WindowBatches batches_;
  std::vector<std::int64_t> order_;  // of the batches
  std::int64_t started_ = 0;
  std::future<BatchBuffer> pending_;
};

}  // namespace pitlane
