#include <algorithm>
#include <cstring>

#include "pitlane/formats/keras/activation.h"
#include "pitlane/formats/keras/kernel.h"
#include "pitlane/formats/keras/readers.h"
#include "pitlane/formats/keras/window.h"

namespace pitlane::keras {
namespace {

/// A 2D convolution's op over pictures of this size, without weights.
Conv2d convolution(const Window& window, const Shape& picture) {
  Conv2d op;
  op.stride_h = static_cast<int>(window.stride[0]);
  op.stride_w = static_cast<int>(window.stride[1]);
  op.padding = window.padding(0, picture[0], picture[1]);
  return op;
}

Status expect_fit(const Layer& layer, const Window& window, const Shape& picture) {
  if (window.steps(0, picture[0]) > 0 && window.steps(1, picture[1]) > 0) return {};
  return layer.settings.bad("its kernel of " + std::to_string(window.reach(0)) + "x" + std::to_string(window.reach(1)) +
                            " is larger than its input " + to_string(picture));
}

Result<Tensor> over_frames(Layer& layer, Tensor& input, const std::vector<Conv2d>& ops, const Curve& curve) {
  Tensor output = each_frame(layer, std::move(input), [&](ValueId frame, const std::string& name) {
    for (std::size_t i = 0; i < ops.size(); ++i)
      frame = layer.builder.add(i + 1 < ops.size() ? name + ".depthwise" : name, ops[i], {frame});
    return frame;
  });
  if (curve.fused()) return output;
  return apply(layer, "activation", std::move(output), curve);
}

}  // namespace

Result<Tensor> read_conv2d(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(expect_rank(layer, input, {3, 4}));
  PITLANE_TRY(const Window window, Window::of_convolution(layer, 2));
  PITLANE_TRY(const std::int64_t filters, layer.settings.positive({"filters", "nb_filter"}));
  PITLANE_TRY(const std::int64_t groups, layer.settings.positive({"groups"}, 1));
  PITLANE_TRY(const bool use_bias, layer.settings.flag({"use_bias", "bias"}, true));
  PITLANE_TRY(const Curve curve, parse_curve(layer, {"activation"}));
  PITLANE_TRY_STATUS(expect_arrays(layer, use_bias ? 2 : 1));
  const Shape picture = input.frame();
  PITLANE_TRY_STATUS(expect_fit(layer, window, picture));
  if (groups < 1 || picture[2] % groups != 0)
    return layer.settings.bad(std::to_string(groups) + " groups do not divide " + std::to_string(picture[2]) +
                              " channels");
  Conv2d op = convolution(window, picture);
  op.groups = static_cast<int>(groups);
  PITLANE_TRY(op.weight, kernel_weight(layer, 0, "kernel", window, {picture[2] / groups, filters}));
  PITLANE_TRY(op.bias, bias_weight(layer, use_bias, 1, filters));
  op.activation = curve.fused().value_or(Activation::kNone);
  return over_frames(layer, input, {op}, curve);
}

Result<Tensor> read_depthwise_conv2d(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(expect_rank(layer, input, {3, 4}));
  PITLANE_TRY(const Window window, Window::of_convolution(layer, 2));
  PITLANE_TRY(const std::int64_t multiplier, layer.settings.positive({"depth_multiplier"}, 1));
  PITLANE_TRY(const bool use_bias, layer.settings.flag({"use_bias", "bias"}, true));
  PITLANE_TRY(const Curve curve, parse_curve(layer, {"activation"}));
  PITLANE_TRY_STATUS(expect_arrays(layer, use_bias ? 2 : 1));
  const Shape picture = input.frame();
  PITLANE_TRY_STATUS(expect_fit(layer, window, picture));
  Conv2d op = convolution(window, picture);
  op.groups = static_cast<int>(picture[2]);
  PITLANE_TRY(op.weight, depthwise_weight(layer, 0, window, {picture[2], multiplier}));
  PITLANE_TRY(op.bias, bias_weight(layer, use_bias, 1, picture[2] * multiplier));
  op.activation = curve.fused().value_or(Activation::kNone);
  return over_frames(layer, input, {op}, curve);
}

Result<Tensor> read_separable_conv2d(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(expect_rank(layer, input, {3, 4}));
  PITLANE_TRY(const Window window, Window::of_convolution(layer, 2));
  PITLANE_TRY(const std::int64_t filters, layer.settings.positive({"filters", "nb_filter"}));
  PITLANE_TRY(const std::int64_t multiplier, layer.settings.positive({"depth_multiplier"}, 1));
  PITLANE_TRY(const bool use_bias, layer.settings.flag({"use_bias", "bias"}, true));
  PITLANE_TRY(const Curve curve, parse_curve(layer, {"activation"}));
  PITLANE_TRY_STATUS(expect_arrays(layer, use_bias ? 3 : 2));
  const Shape picture = input.frame();
  PITLANE_TRY_STATUS(expect_fit(layer, window, picture));
  Conv2d depthwise = convolution(window, picture);
  depthwise.groups = static_cast<int>(picture[2]);
  PITLANE_TRY(depthwise.weight, depthwise_weight(layer, 0, window, {picture[2], multiplier}));
  Conv2d pointwise;
  const Window point{{1, 1}, {1, 1}, {1, 1}, false};
  PITLANE_TRY(pointwise.weight, kernel_weight(layer, 1, "pointwise_kernel", point, {picture[2] * multiplier, filters}));
  PITLANE_TRY(pointwise.bias, bias_weight(layer, use_bias, 2, filters));
  pointwise.activation = curve.fused().value_or(Activation::kNone);
  return over_frames(layer, input, {depthwise, pointwise}, curve);
}

}  // namespace pitlane::keras
