#include "plain_network.h"

#include <string>
#include <utility>
#include <vector>

namespace pitlane::bench {
namespace {

namespace nn = torch::nn;
using torch::Tensor;

// Left, right, top, bottom; Keras' "same" puts the odd pixel to the right and bottom.
using Sides = std::vector<std::int64_t>;

void add_conv(nn::Sequential& net, int in, int out, int kernel, int stride, const Sides& sides) {
  if (!sides.empty()) net->push_back(nn::ZeroPad2d(nn::ZeroPad2dOptions({sides[0], sides[1], sides[2], sides[3]})));
  net->push_back(nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride)));
  net->push_back(nn::ReLU());
}

nn::Sequential make_modules(bool same) {
  nn::Sequential net;
  net->push_back(nn::BatchNorm2d(nn::BatchNorm2dOptions(3).eps(1e-3)));
  // With "same": 66 x 200 -> 33 x 100 -> 17 x 50 -> 9 x 25 -> 9 x 25 -> 9 x 25.
  add_conv(net, 3, 24, 5, 2, same ? Sides{1, 2, 1, 2} : Sides{});
  add_conv(net, 24, 36, 5, 2, same ? Sides{1, 2, 2, 2} : Sides{});
  add_conv(net, 36, 48, 5, 2, same ? Sides{1, 2, 2, 2} : Sides{});
  add_conv(net, 48, 64, 3, 1, same ? Sides{1, 1, 1, 1} : Sides{});
  add_conv(net, 64, 64, 3, 1, same ? Sides{1, 1, 1, 1} : Sides{});
  net->push_back(nn::Flatten());
  const std::vector<int> features = {same ? 14400 : 1152, 1164, 100, 50, 10, 2};
  for (std::size_t i = 0; i + 1 < features.size(); ++i) {
    if (i > 0) net->push_back(nn::ReLU());
    net->push_back(nn::Linear(features[i], features[i + 1]));
  }
  return net;
}

// The weights of a Network in the order and layouts of LibTorch's modules.
class WeightList {
 public:
  explicit WeightList(const Network& network) : network_(network) {
    for (const Node& node : network.nodes) std::visit([&](const auto& op) { add(op, node); }, node.op);
  }

  [[nodiscard]] const std::vector<Tensor>& tensors() const { return tensors_; }

 private:
  [[nodiscard]] Tensor tensor(WeightId id) const {
    const Weight& weight = network_.weights[static_cast<std::size_t>(id)];
    return torch::tensor(decode_f32(weight)).reshape(at::IntArrayRef(weight.shape.data(), weight.shape.size()));
  }

  void add(const BatchNorm& op, const Node& /*node*/) {
    tensors_.insert(tensors_.end(), {tensor(op.gamma), tensor(op.beta)});
  }

  void add(const Conv2d& op, const Node& /*node*/) {
    tensors_.insert(tensors_.end(), {tensor(op.weight).permute({0, 3, 1, 2}), tensor(op.bias)});
  }

  void add(const Flatten& /*op*/, const Node& node) {
    picture_ = network_.values[static_cast<std::size_t>(node.inputs[0])].shape;
  }

  // Behind a picture our columns are ordered {H, W, C}, theirs {C, H, W}.
  void add(const Dense& op, const Node& /*node*/) {
    Tensor matrix = tensor(op.weight);
    if (!picture_.empty())
      matrix = matrix.reshape({-1, picture_[0], picture_[1], picture_[2]}).permute({0, 3, 1, 2}).flatten(1);
    picture_.clear();
    tensors_.insert(tensors_.end(), {matrix, tensor(op.bias)});
  }

  // What else a network has holds no weights of a PilotNet; plain_network() compares what is listed with the modules.
  template <typename Op>
  void add(const Op& /*op*/, const Node& /*node*/) {}

  const Network& network_;
  std::vector<Tensor> tensors_;
  Shape picture_;  // of what was flattened last, until a dense layer has read it
};

}  // namespace

Result<nn::Sequential> plain_network(const Network& network) {
  nn::Sequential net = make_modules(network.name.find("tf") != std::string::npos);
  const torch::NoGradGuard no_gradients;
  const WeightList ours(network);
  const std::vector<Tensor> theirs = net->parameters();
  if (theirs.size() != ours.tensors().size()) return invalid_argument("'" + network.name + "' is no plain PilotNet");
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    if (theirs[i].sizes() != ours.tensors()[i].sizes())
      return invalid_argument("weight " + std::to_string(i) + " of '" + network.name + "' has another shape");
    theirs[i].copy_(ours.tensors()[i]);
  }
  return net;
}

}  // namespace pitlane::bench
