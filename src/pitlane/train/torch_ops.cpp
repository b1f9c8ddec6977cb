#include "pitlane/train/torch_ops.h"

#include <array>
#include <cstdint>
#include <limits>

namespace pitlane {
namespace {

using torch::Tensor;

bool is_picture(const Tensor& x) { return x.dim() == 4; }
// Where the channels of a value are.
std::int64_t channel_dimension(const Tensor& x) { return is_picture(x) ? 1 : x.dim() - 1; }

// Which dimension of the tensor holds dimension `d` of the value.
std::int64_t dimension_of(const Tensor& x, std::size_t d) {
  constexpr std::array<std::int64_t, 3> kPicture = {2, 3, 1};
  return is_picture(x) ? kPicture[d] : static_cast<std::int64_t>(d) + 1;
}

// The second operand of an element-wise operator, shaped so that LibTorch repeats it as ours does: one number, or one
// per channel, for each sample.
Tensor repeated(const Tensor& b, const Tensor& a) {
  if (b.sizes() == a.sizes()) return b;
  std::vector<std::int64_t> shape(static_cast<std::size_t>(a.dim()), 1);
  shape[0] = b.size(0);
  shape[static_cast<std::size_t>(channel_dimension(a))] = b.numel() / b.size(0);
  return b.reshape(shape);
}

std::array<std::int64_t, 4> sides(const Padding& p) { return {p.left, p.right, p.top, p.bottom}; }

}  // namespace

Tensor flatten_hwc(const Tensor& x) {
  return is_picture(x) ? x.permute({0, 2, 3, 1}).reshape({x.size(0), -1}) : x.reshape({x.size(0), -1});
}

Tensor channels_second(const Tensor& x) { return x.dim() == 2 || is_picture(x) ? x : x.reshape({-1, x.size(-1)}); }

Tensor channels_back(const Tensor& x, const Tensor& like) {
  return x.dim() == like.dim() ? x : x.reshape(like.sizes());
}

Tensor activate(const Tensor& x, Activation activation, double alpha) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kRelu:
      return at::relu(x);
    case Activation::kElu:
      return at::elu(x, alpha);
    case Activation::kLeakyRelu:
      return at::leaky_relu(x, alpha);
    case Activation::kTanh:
      return at::tanh(x);
    case Activation::kSigmoid:
      return at::sigmoid(x);
    case Activation::kRelu6:
      return at::clamp(x, 0, 6);
    case Activation::kHardSigmoid:
      return at::clamp(x * alpha + 0.5, 0, 1);
  }
  return x;
}

Tensor activate_own(Tensor x, Activation activation) {
  return activation == Activation::kRelu ? at::relu_(x)
                                         : activate(x, activation, static_cast<double>(usual_alpha(activation)));
}

Tensor torch_op(const Flatten& /*op*/, const std::vector<Tensor>& inputs) { return flatten_hwc(inputs[0]); }

Tensor torch_op(const Pool2d& op, const std::vector<Tensor>& inputs) {
  const Tensor& x = inputs[0];
  const std::array<std::int64_t, 2> window = {op.window_h, op.window_w}, stride = {op.stride_h, op.stride_w};
  const bool padded = !(op.padding == Padding{});
  if (op.kind == PoolKind::kMax) {
    const auto nothing = -std::numeric_limits<double>::infinity();
    return at::max_pool2d(padded ? at::constant_pad_nd(x, sides(op.padding), nothing) : x, window, stride);
  }
  if (!padded) return at::avg_pool2d(x, window, stride);
  // What padding adds is not counted: the mean over all, divided by the share that lies inside.
  const Tensor inside = at::constant_pad_nd(torch::ones({1, 1, x.size(2), x.size(3)}), sides(op.padding));
  return at::avg_pool2d(at::constant_pad_nd(x, sides(op.padding)), window, stride) /
         at::avg_pool2d(inside, window, stride);
}

Tensor torch_op(const Add& /*op*/, const std::vector<Tensor>& inputs) {
  return inputs[0] + repeated(inputs[1], inputs[0]);
}

Tensor torch_op(const Multiply& /*op*/, const std::vector<Tensor>& inputs) {
  return inputs[0] * repeated(inputs[1], inputs[0]);
}

Tensor torch_op(const Concat& /*op*/, const std::vector<Tensor>& inputs) {
  return at::cat(inputs, channel_dimension(inputs[0]));
}

Tensor torch_op(const Slice& op, const std::vector<Tensor>& inputs) {
  Tensor x = inputs[0];
  for (std::size_t d = 0; d < op.begin.size(); ++d) x = x.slice(dimension_of(inputs[0], d), op.begin[d], op.end[d]);
  return x;
}

Tensor torch_op(const Pad& op, const std::vector<Tensor>& inputs) {
  return at::constant_pad_nd(inputs[0], sides(op.padding), static_cast<double>(op.value));
}

Tensor torch_op(const Reshape& op, const std::vector<Tensor>& inputs) {
  std::vector<std::int64_t> shape = {inputs[0].size(0)};
  shape.insert(shape.end(), op.shape.begin(), op.shape.end());
  const Tensor y = flatten_hwc(inputs[0]).reshape(shape);
  return is_picture(y) ? y.permute({0, 3, 1, 2}) : y;
}

Tensor torch_op(const Softmax& /*op*/, const std::vector<Tensor>& inputs) {
  return at::softmax(inputs[0], channel_dimension(inputs[0]));
}

Tensor torch_op(const Expand& op, const std::vector<Tensor>& inputs) {
  const Tensor x = flatten_hwc(inputs[0]);
  return x.reshape({x.size(0), x.size(1), 1, 1}).expand({x.size(0), x.size(1), op.height, op.width});
}

}  // namespace pitlane
