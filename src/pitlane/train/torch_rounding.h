// Fake quantisation: the forward pass sees numbers as int8 will hold them, the backward pass looks through the rounding
// (straight-through estimator; Bengio et al., "Estimating or Propagating Gradients Through Stochastic Neurons for
// Conditional Computation", 2013; Jacob et al., "Quantization and Training of Neural Networks for Efficient
// Integer-Arithmetic-Only Inference", CVPR 2018).
#pragma once

#include <torch/torch.h>

#include "pitlane/network/activation_range.h"
#include "pitlane/network/int8_rounding.h"

namespace pitlane {

/// What decode_f32(quantize_i8(weight, scales)) gives, to the bit; the gradient passes unchanged.
torch::Tensor rounded_weight(const torch::Tensor& weight, I8Scales scales);

/// On the grid, clipped to its 256 levels; the gradient passes where nothing is clipped.
torch::Tensor rounded_activation(const torch::Tensor& x, const ActivationQuantization& quantization);

/// The smallest and largest of `x`, and zero.
ActivationRange tensor_extent(const torch::Tensor& x);

}  // namespace pitlane
