#include "plain_loop.h"

#include <chrono>
#include <cmath>
#include <cstdint>

#include "plain_network.h"

namespace pitlane::bench {

using torch::Tensor;

PlainLoop::PlainLoop(torch::nn::Sequential net, const std::vector<double>& output_weights)
    : net_(std::move(net)),
      output_weights_(torch::tensor(output_weights, torch::kFloat)),
      optimizer_(net_->parameters(), torch::optim::AdamOptions(1e-3)) {
  net_->train();
}

Result<PlainLoop> PlainLoop::make(const Network& network, std::vector<double> output_weights) {
  PITLANE_TRY(torch::nn::Sequential net, plain_network(network));
  return PlainLoop(std::move(net), output_weights);
}

Tensor PlainLoop::loss(const Tensor& pictures, const Tensor& labels) {
  return ((net_->forward(pictures) - labels).square().mean(0) * output_weights_).sum();
}

double PlainLoop::gradient_norm(const Tensor& pictures, const Tensor& labels) {
  optimizer_.zero_grad();
  loss(pictures, labels).backward();
  double sum = 0;
  for (const Tensor& parameter : net_->parameters())
    sum += parameter.grad().to(torch::kDouble).square().sum().item<double>();
  return std::sqrt(sum);
}

double PlainLoop::run(const std::vector<Tensor>& pictures, const std::vector<Tensor>& labels) {
  std::int64_t images = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t b = 0; b < pictures.size(); ++b) {
    optimizer_.zero_grad();
    loss(pictures[b], labels[b]).backward();
    optimizer_.step();
    images += pictures[b].size(0);
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return static_cast<double>(images) / taken.count();
}

}  // namespace pitlane::bench
