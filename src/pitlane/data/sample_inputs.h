// What a network is shown of a dataset's samples: bit for bit what its Driver would feed at that frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Immutable and thread-safe; the dataset must outlive it.
class SampleInputs {
 public:
  /// Errors: more than one camera, pictures of another size, a speed that the dataset does not know, a command or
  /// traffic light that the network does not know.
  static Result<SampleInputs> create(const Network& network, const Dataset& dataset);

  [[nodiscard]] const Dataset& dataset() const { return *dataset_; }
  [[nodiscard]] const std::vector<InputSpec>& inputs() const { return inputs_; }
  [[nodiscard]] const InputSpec& image() const { return inputs_[image_]; }
  /// Elements of an input.
  [[nodiscard]] std::size_t size(std::size_t input) const { return sizes_[input]; }

  /// The sample that was seen `age` rows before, by the same camera and within the same drive; where there is none, the
  /// oldest. Of an image missing in between the one before stands in.
  [[nodiscard]] std::int64_t at_age(std::int64_t sample, int age) const;

  /// The sample before it, of the same camera and drive; -1 for the first. For networks that look back or remember.
  [[nodiscard]] std::int64_t previous(std::int64_t sample) const { return previous_[static_cast<std::size_t>(sample)]; }

  /// The picture's bytes, frames stacked along channels: size(image) bytes.
  void write_picture(std::int64_t sample, std::span<std::uint8_t> out) const;
  /// Any other input, as sessions take it: speeds in m/s, one-hot commands and lights.
  void write_numbers(std::size_t input, std::int64_t sample, std::span<float> out) const;

 private:
  SampleInputs(const Network& network, const Dataset& dataset);
  Status check(const Network& network) const;
  Status check_known(const std::vector<int>& numbers, std::size_t input, const char* what) const;
  void link_samples();

  const Dataset* dataset_;
  std::vector<InputSpec> inputs_;
  std::vector<std::size_t> sizes_;
  std::size_t image_ = 0;
  std::vector<std::int64_t> previous_;  // by sample: of the same camera and drive, -1 for the first; empty: not needed
};

/// One sample at a time, as a session takes it. One thread.
class SampleFeed {
 public:
  explicit SampleFeed(const SampleInputs& inputs);
  /// One span of bytes an input, valid until the next call.
  std::span<const std::span<const std::byte>> show(std::int64_t sample);

 private:
  const SampleInputs& inputs_;
  std::vector<std::uint8_t> picture_;
  std::vector<std::vector<float>> numbers_;  // by input
  std::vector<std::span<const std::byte>> spans_;
};

}  // namespace pitlane
