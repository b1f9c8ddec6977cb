// Stretches of drives: what a network with a memory learns from at once (truncated backpropagation through time).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/data/sample_inputs.h"

namespace pitlane {

/// Consecutive samples of one drive and camera that end with `last`: the last `learnt` of them are learnt from, those
/// before fill the memory. A network without a memory has windows of one sample.
struct SampleWindow {
  std::int64_t last = 0;
  int learnt = 1;
  int warm_up = 0;  ///< fewer than asked for only where the drive begins: the memory is empty there on the robot too
  [[nodiscard]] int length() const { return warm_up + learnt; }
  bool operator==(const SampleWindow&) const = default;
};

struct WindowSizes {
  int learnt, warm_up;  ///< at most
};
/// To learn from: at 20 Hz 0.8 s, behind 0.4 s that fill the memory. What a network is to remember for longer it does
/// not learn.
inline constexpr WindowSizes kLearntWindows = {16, 8};
/// To validate on. Who judges for good goes through whole drives (measure/accuracy.h).
inline constexpr WindowSizes kJudgedWindows = {64, 32};

/// One window a sample.
std::vector<SampleWindow> single_windows(std::span<const std::int64_t> indices);

/// For a network with a memory: each of `indices` is learnt from in one window, neighbours together. What is named
/// twice has a window of its own for each further time. Warm-up may be of samples that are not among `indices`; of
/// those only the inputs are seen. `inputs` must know drives (SampleNeeds::history).
std::vector<SampleWindow> drive_windows(const SampleInputs& inputs, std::span<const std::int64_t> indices,
                                        WindowSizes sizes);

/// Its samples in the order in which they were driven.
std::vector<std::int64_t> samples_of(const SampleWindow& window, const SampleInputs& inputs);

/// Windows in batches from which about `batch` samples are learnt. Of single samples: in their order, `batch` at most,
/// and sizes differ by one at most, so that no batch is left with a single sample, which batch normalisation cannot
/// learn from. Of longer windows: those of like length together, longest first, among equals in their order, so that
/// few wait for the others; at most twice `batch` samples in all, warm-up among them, or one window. How many batches
/// there are, and how long, does not depend on the order.
class WindowBatches {
 public:
  WindowBatches(std::vector<SampleWindow> windows, int batch);

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(ends_.size()); }
  [[nodiscard]] std::span<const SampleWindow> operator[](std::int64_t batch) const;
  /// How many windows come before those of a batch.
  [[nodiscard]] std::size_t first_of(std::int64_t batch) const;
  [[nodiscard]] bool of_single_samples() const { return single_; }

 private:
  void cut_evenly(std::int64_t batch);
  void cut_by_length(std::int64_t batch);

  std::vector<SampleWindow> windows_;
  std::vector<std::size_t> ends_;
  bool single_;
};

}  // namespace pitlane
