// Conv3D over frames that stand side by side as channels: each step of the output is one Conv2d over the frames that
// its window covers. Frames that 'same' padding would add are zeros, and left out of the weights.
#include <algorithm>

#include "pitlane/formats/keras/activation.h"
#include "pitlane/formats/keras/readers.h"
#include "pitlane/formats/keras/window.h"

namespace pitlane::keras {
namespace {

/// Frames of the kernel that meet frames of the input, [begin, end).
struct Covered {
  std::int64_t begin, end;
};

/// Keras' {KT, KH, KW, C, O} as {O, KH, KW, (end - begin) * C}.
Weight stacked_kernel(const std::string& name, std::span<const float> kernel, const Window& window, Covered covered,
                      std::int64_t channels, std::int64_t outputs) {
  const std::int64_t height = window.size[1], width = window.size[2], frames = covered.end - covered.begin;
  std::vector<float> values(static_cast<std::size_t>(outputs * height * width * frames * channels));
  for (std::int64_t t = 0; t < frames; ++t)
    for (std::int64_t place = 0; place < height * width; ++place)
      for (std::int64_t c = 0; c < channels; ++c) {
        const std::int64_t from = (((t + covered.begin) * height * width + place) * channels + c) * outputs;
        const std::int64_t to = (place * frames + t) * channels + c, step = height * width * frames * channels;
        for (std::int64_t o = 0; o < outputs; ++o)
          values[static_cast<std::size_t>(o * step + to)] = kernel[static_cast<std::size_t>(from + o)];
      }
  return make_f32_weight(name, {outputs, height, width, frames * channels}, std::move(values));
}

class Conv3d {
 public:
  Conv3d(Layer& layer, const Window& window, const FloatArray& kernel)
      : layer_(layer), window_(window), kernel_(kernel), channels_(kernel.shape[3]), outputs_(kernel.shape[4]) {}

  Result<Tensor> run(Tensor& input, const Conv2d& without_weight) {
    const std::int64_t length = input.steps(), steps = window_.steps(0, length);
    const ValueId all = stacked(layer_.builder, input);
    std::vector<ValueId> made;
    for (std::int64_t t = 0; t < steps; ++t) {
      const std::int64_t start = t * window_.stride[0] - window_.before(0, length);
      const Covered covered{std::max<std::int64_t>(0, -start), std::min(window_.size[0], length - start)};
      const std::string name = frame_name(layer_.name, static_cast<std::size_t>(t), static_cast<std::size_t>(steps));
      Conv2d op = without_weight;
      op.weight = weight(covered);
      made.push_back(
          layer_.builder.add(name, op, {seen(name, all, length, start + covered.begin, covered.end - covered.begin)}));
    }
    const Shape frame = layer_.builder.shape(made.front());
    return of_frames(layer_.name, frame, std::move(made));
  }

 private:
  WeightId weight(Covered covered) {
    const std::string role = covered.end - covered.begin == window_.size[0]
                                 ? "kernel"
                                 : "kernel" + std::to_string(covered.begin) + "to" + std::to_string(covered.end - 1);
    return keras::weight(layer_, role, [&] {
      return stacked_kernel(layer_.key + "." + role, kernel_.values(), window_, covered, channels_, outputs_);
    });
  }

  /// Frames [first, first + count) of `length`.
  ValueId seen(const std::string& name, ValueId all, std::int64_t length, std::int64_t first, std::int64_t count) {
    if (count == length) return all;
    Shape end = layer_.builder.shape(all);
    Shape begin(end.size(), 0);
    begin.back() = first * channels_;
    end.back() = (first + count) * channels_;
    return layer_.builder.add(name + ".frames", Slice{std::move(begin), std::move(end)}, {all});
  }

  Layer& layer_;
  const Window& window_;
  const FloatArray& kernel_;
  std::int64_t channels_, outputs_;
};

}  // namespace

Result<Tensor> read_conv3d(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(expect_rank(layer, input, {4}));
  PITLANE_TRY(const Window window, Window::of_convolution(layer, 3));
  PITLANE_TRY(const std::int64_t filters, layer.settings.positive({"filters", "nb_filter"}));
  PITLANE_TRY(const std::int64_t groups, layer.settings.positive({"groups"}, 1));
  PITLANE_TRY(const bool use_bias, layer.settings.flag({"use_bias", "bias"}, true));
  PITLANE_TRY(const Curve curve, parse_curve(layer, {"activation"}));
  PITLANE_TRY_STATUS(expect_arrays(layer, use_bias ? 2 : 1));
  if (groups != 1 || std::ranges::any_of(window.dilation, [](std::int64_t d) { return d != 1; }))
    return layer.settings.cannot("groups and dilation of a 3D convolution are not supported");
  const Shape& shape = input.shape;
  for (std::size_t d = 0; d < 3; ++d)
    if (window.steps(d, shape[d]) < 1)
      return layer.settings.bad("its kernel is larger than its input " + to_string(shape));
  PITLANE_TRY(const FloatArray* kernel,
              array(layer, 0, "kernel", {window.size[0], window.size[1], window.size[2], shape[3], filters}));
  Conv2d op;
  op.stride_h = static_cast<int>(window.stride[1]);
  op.stride_w = static_cast<int>(window.stride[2]);
  op.padding = window.padding(1, shape[1], shape[2]);
  PITLANE_TRY(op.bias, bias_weight(layer, use_bias, 1, filters));
  op.activation = curve.fused().value_or(Activation::kNone);
  PITLANE_TRY(Tensor output, Conv3d(layer, window, *kernel).run(input, op));
  if (curve.fused()) return output;
  return apply(layer, "activation", std::move(output), curve);
}

}  // namespace pitlane::keras
