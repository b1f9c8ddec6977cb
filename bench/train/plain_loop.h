// The peer of the training benchmark: a loop over tensors that lie ready, with LibTorch's own Adam.
#pragma once

#include <torch/torch.h>

#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane::bench {

class PlainLoop {
 public:
  /// Starts from the weights of `network`; see plain_network.h.
  static Result<PlainLoop> make(const Network& network, std::vector<double> output_weights);

  /// sum_k weight_k * mean((y_k - label_k)^2), as the trainer computes it. Pictures {samples, 3, 66, 200}, labels
  /// {samples, 2}.
  torch::Tensor loss(const torch::Tensor& pictures, const torch::Tensor& labels);

  /// The square root of the sum of the squares of all gradients of one batch.
  double gradient_norm(const torch::Tensor& pictures, const torch::Tensor& labels);

  /// One pass; images per second.
  double run(const std::vector<torch::Tensor>& pictures, const std::vector<torch::Tensor>& labels);

 private:
  PlainLoop(torch::nn::Sequential net, const std::vector<double>& output_weights);

  torch::nn::Sequential net_;
  torch::Tensor output_weights_;
  torch::optim::Adam optimizer_;
};

}  // namespace pitlane::bench
