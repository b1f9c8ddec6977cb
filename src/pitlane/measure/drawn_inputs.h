// What networks are shown when their answers are compared: noise, and real samples where there are some.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/sample_inputs.h"
#include "pitlane/engine/session.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Who compares networks with memory resets it before the first of so many inputs, again and again.
inline constexpr std::int64_t kRunsWithMemory = 3;

/// The same seed draws the same inputs.
struct DrawOptions {
  /// Its samples are drawn where it was loaded for such a network. It must outlive the drawing.
  const Dataset* dataset = nullptr;
  /// Every second input is noise: random bytes as pictures, speeds up to 20 m/s, commands and lights in turn. Without
  /// samples all of them are.
  bool noise = true;
  std::uint64_t seed = 1;
};

/// One thread.
class DrawnInputs {
 public:
  DrawnInputs(const Network& network, const DrawOptions& options);

  /// As a session takes them: bytes of pictures, speeds in m/s. Valid until the next call.
  [[nodiscard]] const std::vector<TensorView>& next();

 private:
  void draw_noise();
  void draw_sample();

  std::vector<InputKind> kinds_;
  std::vector<std::vector<std::uint8_t>> pictures_;  // by input, one of the two is empty
  std::vector<std::vector<float>> numbers_;
  std::unique_ptr<const SampleInputs> samples_;  // where they stay: the feed refers to them
  std::unique_ptr<SampleFeed> feed_;
  std::vector<TensorView> views_;
  bool noise_;
  Random random_;
  std::int64_t drawn_ = 0;
};

}  // namespace pitlane
