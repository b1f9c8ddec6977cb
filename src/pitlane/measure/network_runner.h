// A network in the engine, or in another runtime, with room for what comes out: inputs in, one number an output out.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/session.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// One thread.
class NetworkRunner {
 public:
  /// Errors: the network cannot be compiled for this machine.
  static Result<NetworkRunner> create(const Network& network);
  /// On any session that runs `network`.
  NetworkRunner(const Network& network, std::unique_ptr<Session> session);

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const { return session_->inputs(); }
  void reset() { session_->reset(); }
  /// Normalised, in the order of Network::outputs. Errors: inputs of other sizes, an answer that is not finite.
  Result<std::vector<float>> run(const std::vector<TensorView>& inputs);

 private:
  std::unique_ptr<Session> session_;
  std::vector<std::vector<float>> tensors_;
  std::vector<MutableTensorView> views_;
  std::vector<std::pair<std::size_t, std::size_t>> places_;  // by output: tensor, element
};

/// Between two runs' answers; infinite where one of them is NaN.
double largest_difference(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace pitlane
