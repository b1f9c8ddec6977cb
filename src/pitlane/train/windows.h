// Stretches of drives: what a network with a memory learns from at once (truncated backpropagation through time).
#pragma once

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

/// At 20 Hz 0.8 s, behind 0.4 s that fill the memory. What a network is to remember for longer it does not learn.
inline constexpr int kLearntFrames = 16, kWarmUpFrames = 8;

/// One window a sample.
std::vector<SampleWindow> single_windows(std::span<const std::int64_t> indices);

/// For a network with a memory: each of `indices` is learnt from in one window, neighbours together, up to
/// kLearntFrames at once. What is named twice has a window of its own for each further time. Warm-up may be of samples
/// that are not among `indices`; of those only the inputs are seen. `inputs` must know drives (SampleNeeds::history).
std::vector<SampleWindow> drive_windows(const SampleInputs& inputs, std::span<const std::int64_t> indices,
                                        int most_warm_up = kWarmUpFrames);

/// Its samples in the order in which they were driven.
std::vector<std::int64_t> samples_of(const SampleWindow& window, const SampleInputs& inputs);

}  // namespace pitlane
