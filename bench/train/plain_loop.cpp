#include "plain_loop.h"

#include <torch/torch.h>

#include <chrono>
#include <vector>

namespace pitlane {
namespace {

namespace nn = torch::nn;

// Keras' 'same' padding puts the odd pixel to the bottom and right.
void add_conv(nn::Sequential& net, int in, int out, int kernel, int stride, std::vector<std::int64_t> same_padding) {
  if (!same_padding.empty())
    net->push_back(
        nn::ZeroPad2d(nn::ZeroPad2dOptions({same_padding[0], same_padding[1], same_padding[2], same_padding[3]})));
  net->push_back(nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride)));
  net->push_back(nn::ReLU());
}

nn::Sequential make_net(bool same) {
  nn::Sequential net;
  net->push_back(nn::BatchNorm2d(nn::BatchNorm2dOptions(3).eps(1e-3)));
  using Pad = std::vector<std::int64_t>;  // left, right, top, bottom
  // 66 x 200 -> 33 x 100 -> 17 x 50 -> 9 x 25 -> 9 x 25 -> 9 x 25
  add_conv(net, 3, 24, 5, 2, same ? Pad{1, 2, 1, 2} : Pad{});
  add_conv(net, 24, 36, 5, 2, same ? Pad{1, 2, 2, 2} : Pad{});
  add_conv(net, 36, 48, 5, 2, same ? Pad{1, 2, 2, 2} : Pad{});
  add_conv(net, 48, 64, 3, 1, same ? Pad{1, 1, 1, 1} : Pad{});
  add_conv(net, 64, 64, 3, 1, same ? Pad{1, 1, 1, 1} : Pad{});
  net->push_back(nn::Flatten());
  const int features[] = {same ? 14400 : 1152, 1164, 100, 50, 10, 2};
  for (int i = 0; i < 5; ++i) {
    net->push_back(nn::Linear(features[i], features[i + 1]));
    if (i < 4) net->push_back(nn::ReLU());
  }
  return net;
}

}  // namespace

double run_plain_loop(const PlainLoop& loop) {
  at::set_num_threads(loop.threads);
  torch::manual_seed(1);
  nn::Sequential net = make_net(loop.network == "pilotnet-tf");
  net->train();
  torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(1e-3));
  std::vector<torch::Tensor> pictures, labels;
  for (int b = 0; b < loop.batches; ++b) {
    pictures.push_back(torch::rand({loop.batch, 3, 66, 200}));
    labels.push_back(torch::rand({loop.batch, 2}));
  }
  const torch::Tensor weights = torch::tensor({1.F, 5.F});
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t b = 0; b < pictures.size(); ++b) {
    optimizer.zero_grad();
    const torch::Tensor loss = ((net->forward(pictures[b]) - labels[b]).square().mean(0) * weights).sum();
    loss.backward();
    optimizer.step();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return static_cast<double>(loop.batches) * loop.batch / seconds;
}

}  // namespace pitlane
