// The ranges of simulated int8: where the grid of each value lies, and how it follows what batches have of the value.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "pitlane/network/activation_range.h"
#include "pitlane/network/network.h"

namespace pitlane {

class LearntRanges {
 public:
  /// By ValueId the smallest and the largest number, as the quantizations of `network` have them; zeros where a value
  /// has none. Training keeps and restores them like weights.
  static std::vector<float> of(const Network& network);

  /// `ranges` is what of() gave, and where all is read and written; both must live as long.
  LearntRanges(const Network& network, std::vector<float>& ranges);

  /// `value` behind Flatten and Reshape nodes: the one that holds the same numbers.
  [[nodiscard]] std::size_t storage_of(ValueId value) const;
  [[nodiscard]] bool is_input(std::size_t value) const;
  /// The grid that a value lies on, if it has one; `value` is no result of Flatten or Reshape. Those of the network's
  /// inputs stay as they came.
  [[nodiscard]] std::optional<ActivationQuantization> grid_of(std::size_t value) const;

  /// The range of a value moves towards what a batch has of it: a running mean, which always holds what padding puts
  /// around the value. Between begin_steps() and end_steps() batches come in parts, and count as one at the end.
  void see(std::size_t value, const ActivationRange& extent);
  /// Whatever became of the batch before.
  void begin_batch() { seen_.clear(); }
  void begin_steps();
  void end_steps();

 private:
  void follow(std::size_t value, const ActivationRange& extent);

  const Network& network_;
  std::vector<float>& ranges_;
  std::vector<ActivationRange> borders_;              // by ValueId: what padding puts around it
  std::vector<std::optional<ActivationRange>> seen_;  // by ValueId, in the steps of a batch; else empty
};

}  // namespace pitlane
