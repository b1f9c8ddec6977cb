// Small networks put together at random: every operator, several inputs, memory, values that are read in many ways.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pitlane/engine/reference.h"
#include "pitlane/engine/session.h"
#include "pitlane/network/network.h"

namespace pitlane::testing {

/// The same network for the same seed.
Network random_network(std::uint64_t seed);

/// Bytes of each input of one run, as a Session wants them.
using RunInputs = std::vector<std::vector<std::byte>>;
RunInputs random_inputs(const Network& network, std::uint64_t seed);
/// What the graph sees of them.
std::vector<std::vector<float>> real_inputs(const Network& network, const RunInputs& inputs);

/// Weights of about half of the layers to int8.
Network some_int8(Network network, std::uint64_t seed);
/// Weights of about half of the layers to bfloat16.
Network some_bf16(Network network, std::uint64_t seed);
/// Weights of all convolutions and dense layers.
Network all_f16(Network network);
Network all_bf16(Network network);
Network all_int8(Network network);
/// One range for the inputs of all int8 layers, as no calibration would choose it.
Network with_fixed_ranges(Network network);
/// Fixed ranges, as a run on `inputs` shows them, for about three in four of the int8 layers.
Network some_static(Network network, const RunInputs& inputs, std::uint64_t seed);

/// A session with room for its outputs.
class Runner {
 public:
  explicit Runner(std::unique_ptr<Session> session);
  RunStatus run(const RunInputs& inputs);
  /// By output tensor.
  [[nodiscard]] const std::vector<std::vector<float>>& outputs() const { return outputs_; }
  void reset() { session_->reset(); }

 private:
  std::unique_ptr<Session> session_;
  std::vector<std::vector<float>> outputs_;
  std::vector<TensorView> in_;
  std::vector<MutableTensorView> out_;
};

}  // namespace pitlane::testing
