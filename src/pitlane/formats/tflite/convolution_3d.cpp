// CONV_3D: for each frame that it makes one convolution over the frames that its window sees, joined along channels.
// Windows that see the same steps share their weights; what lies before the first and behind the last frame is zero, so
// those steps are left out of the weights.
#include <algorithm>
#include <map>
#include <utility>

#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

/// Kernel {KD, KH, KW, I, O}, steps `first` to `last` - 1, as {O, KH, KW, steps * I}.
Weight steps_of(const Constant& kernel, const std::vector<float>& values, std::int64_t first, std::int64_t last) {
  const Shape& k = kernel.shape;
  const std::int64_t pixels = k[1] * k[2], in = k[3], out = k[4], steps = last - first;
  std::vector<float> ours(static_cast<std::size_t>(out * pixels * steps * in));
  for (std::int64_t d = 0; d < steps; ++d)
    for (std::int64_t p = 0; p < pixels; ++p)
      for (std::int64_t i = 0; i < in; ++i)
        for (std::int64_t o = 0; o < out; ++o)
          ours[static_cast<std::size_t>((o * pixels + p) * steps * in + d * in + i)] =
              values[static_cast<std::size_t>((((first + d) * pixels + p) * in + i) * out + o)];
  const std::string part = steps == k[0] ? "" : "." + std::to_string(first) + "-" + std::to_string(last - 1);
  return make_f32_weight(kernel.name + part, {out, k[1], k[2], steps * in}, std::move(ours));
}

struct Steps {
  const tfl::Conv3DOptions& options;
  std::int64_t frames, window;

  [[nodiscard]] std::int64_t count() const {
    const auto [front, back] = padding_of(options.padding(), frames, window, options.stride_d());
    const std::int64_t beyond_first = frames + front + back - window;
    return beyond_first < 0 ? 0 : beyond_first / options.stride_d() + 1;
  }
};

Status check_options(const Operator& op, const tfl::Conv3DOptions* options) {
  if (options == nullptr) return corrupt(op.name + " has no options");
  for (const int step : {options->stride_d(), options->stride_h(), options->stride_w()})
    if (step < 1 || step > 1024) return corrupt(op.name + " has a stride of " + std::to_string(step));
  if (options->dilation_d() != 1 || options->dilation_h() != 1 || options->dilation_w() != 1)
    return unsupported(op.name + ": dilated kernels in three dimensions are not translated");
  return check_fused(op, options->fused_activation());
}

Result<Conv2d> one_step(Translation& t, const Operator& op, const tfl::Conv3DOptions& options, const Constant& kernel,
                        const Shape& picture) {
  Conv2d conv;
  conv.stride_h = options.stride_h();
  conv.stride_w = options.stride_w();
  std::tie(conv.padding.top, conv.padding.bottom) =
      padding_of(options.padding(), picture[0], kernel.shape[1], conv.stride_h);
  std::tie(conv.padding.left, conv.padding.right) =
      padding_of(options.padding(), picture[1], kernel.shape[2], conv.stride_w);
  conv.activation = fused(options.fused_activation());
  PITLANE_TRY(conv.bias, layer_bias(t, op, 2, kernel, kernel.shape[4]));
  return conv;
}

}  // namespace

Status translate_convolution_3d(Translation& t, const Operator& op) {
  const auto* options = op.raw->builtin_options_as_Conv3D();
  PITLANE_TRY_STATUS(check_options(op, options));
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  PITLANE_TRY(const Constant* kernel, t.needs_constant(op, 1, "weight"));
  if (input->shape.size() != 5 || input->shape[0] != 1 || kernel->shape.size() != 5 ||
      kernel->shape[3] != input->shape[4])
    return corrupt(op.name + " reads '" + input->name + "' of " + to_string(input->shape) + " with weight '" +
                   kernel->name + "' of " + to_string(kernel->shape));
  const Shape picture(input->shape.begin() + 2, input->shape.end());
  PITLANE_TRY(const Parts frames, t.parts(op, 0, picture));
  PITLANE_TRY(Conv2d conv, one_step(t, op, *options, *kernel, picture));
  PITLANE_TRY(const std::vector<float> values, real_values(*kernel));
  const auto depth = static_cast<std::int64_t>(frames.size());
  const int front = padding_of(options->padding(), depth, kernel->shape[0], options->stride_d()).first;
  const std::int64_t steps = Steps{*options, depth, kernel->shape[0]}.count();
  std::map<std::pair<std::int64_t, std::int64_t>, WeightId> weights;
  Parts made;
  for (std::int64_t step = 0; step < steps; ++step) {
    const std::int64_t start = step * options->stride_d() - front;
    const std::int64_t first = std::max<std::int64_t>(0, -start);
    const std::int64_t last = std::min(kernel->shape[0], depth - start);
    if (first >= last) return corrupt(op.name + ": a window sees no frame");
    const auto [weight, fresh] = weights.try_emplace({first, last}, kNoWeight);
    if (fresh) {
      PITLANE_TRY_STATUS(t.spend(values.size() * sizeof(float)));
      weight->second = t.builder.weight(steps_of(*kernel, values, first, last));
    }
    conv.weight = weight->second;
    const Parts seen(frames.begin() + start + first, frames.begin() + start + last);
    const ValueId joined = seen.size() == 1 ? seen.front() : t.add(t.name(op) + ".frames", Concat{}, seen);
    made.push_back(t.add(t.name(op), conv, {joined}));
    if (options->fused_activation() == tfl::FusedActivation::RELU_N1_TO_1)
      made.back() = t.activated(t.name(op) + ".clamp", made.back(), options->fused_activation());
  }
  if (made.empty()) return corrupt(op.name + ": its window is longer than its input");
  return t.set_output(op, 0, made);
}

}  // namespace pitlane::tflite
