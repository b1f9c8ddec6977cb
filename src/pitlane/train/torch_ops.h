// The operators without weights as LibTorch computes them, on batches: a value {H, W, C} is {N, C, H, W} there, all
// others have the batch in front.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "pitlane/network/op.h"

namespace pitlane {

/// {N, C, H, W} -> {N, H * W * C}; all others to {N, elements}. The Network's order of elements, not LibTorch's.
torch::Tensor flatten_hwc(const torch::Tensor& x);
/// Channels, the last dimension of a value, in the second place, where LibTorch's normalisation looks for them; and
/// back to where they are in `like`.
torch::Tensor channels_second(const torch::Tensor& x);
torch::Tensor channels_back(const torch::Tensor& x, const torch::Tensor& like);

torch::Tensor activate(const torch::Tensor& x, Activation activation, double alpha);
/// Of what nothing else reads, so that ReLU, the usual one, needs no memory of its own.
torch::Tensor activate_own(torch::Tensor x, Activation activation);

torch::Tensor torch_op(const Flatten& op, const std::vector<torch::Tensor>& inputs);
torch::Tensor torch_op(const Pool2d& op, const std::vector<torch::Tensor>& inputs);
torch::Tensor torch_op(const Add& op, const std::vector<torch::Tensor>& inputs);
torch::Tensor torch_op(const Multiply& op, const std::vector<torch::Tensor>& inputs);
torch::Tensor torch_op(const Concat& op, const std::vector<torch::Tensor>& inputs);
torch::Tensor torch_op(const Slice& op, const std::vector<torch::Tensor>& inputs);
torch::Tensor torch_op(const Pad& op, const std::vector<torch::Tensor>& inputs);
torch::Tensor torch_op(const Reshape& op, const std::vector<torch::Tensor>& inputs);
torch::Tensor torch_op(const Softmax& op, const std::vector<torch::Tensor>& inputs);
torch::Tensor torch_op(const Expand& op, const std::vector<torch::Tensor>& inputs);

}  // namespace pitlane
