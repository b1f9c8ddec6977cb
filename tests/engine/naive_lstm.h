// An LSTM cell in double that shares nothing with networks, and the same cell as a network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/recurrent.h"

namespace pitlane::testing {

using Reals = std::vector<double>;

/// Convolutional over {height, width, channels} with 'same' borders; a plain cell is a picture of one pixel, kernel 1.
struct NaiveCell {
  int height = 1, width = 1, channels = 1, units = 1, kernel = 1;
  GateOrder order;
  bool hard = false;     ///< hard sigmoid gates
  bool picture = false;  ///< as a network a convolution, though it has one pixel
  std::vector<float> input, recurrent, bias;
  Reals hidden, cell;

  [[nodiscard]] int pixels() const { return height * width; }
  [[nodiscard]] bool convolves() const { return picture || pixels() > 1; }
  /// As before the first step.
  void forget();
  void step(const Reals& x);

 private:
  [[nodiscard]] double gate(double x) const;
  [[nodiscard]] double sum(const Reals& from, int depth, const std::vector<float>& weights, int pixel, int o) const;
};

/// With random weights.
NaiveCell made_cell(int height, int width, int channels, int units, int kernel, std::uint64_t seed);

/// The same weights as operators.
LstmCell cell_of(NetworkBuilder& b, const NaiveCell& naive);
/// Of its inputs and its hidden values.
Shape shape_of(const NaiveCell& naive, int depth);
/// Memory in Network::states: one step a run. The output is the hidden value.
Network remembering(const NaiveCell& naive);
/// A sequence inside one input, unrolled from zeros in steps "t0", "t1", ... The output is the last hidden value.
Network unrolled(const NaiveCell& naive, int steps);

/// What a step sees, -1 to 1.
Reals random_step(const NaiveCell& naive, Random& random);
/// As float, at the end of an input's bytes.
void append(std::vector<std::byte>& bytes, const Reals& x);

}  // namespace pitlane::testing
