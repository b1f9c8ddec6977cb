// CONV_2D, DEPTHWISE_CONV_2D, CONV_3D.
#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

constexpr int kFarthest = 1024;  // a stride or dilation

/// What both kinds of options say.
struct Window {
  tfl::Padding padding = tfl::Padding::VALID;
  int stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  tfl::FusedActivation activation = tfl::FusedActivation::NONE;
};

template <typename Options>
Window window_of(const Options& options) {
  return {options.padding(),    options.stride_h(),   options.stride_w(),
          options.dilation_h(), options.dilation_w(), options.fused_activation()};
}

Result<Window> read_window(const Operator& op) {
  const auto* plain = op.raw->builtin_options_as_Conv2D();
  const auto* depthwise = op.raw->builtin_options_as_DepthwiseConv2D();
  if (plain == nullptr && depthwise == nullptr) return corrupt(op.name + " has no options");
  const Window window = plain != nullptr ? window_of(*plain) : window_of(*depthwise);
  for (const int step : {window.stride_h, window.stride_w, window.dilation_h, window.dilation_w})
    if (step < 1 || step > kFarthest)
      return corrupt(op.name + " has a stride or dilation of " + std::to_string(step) + ", it must be 1 to 1024");
  return window;
}

/// Neighbours in a batch lie a block apart in the picture.
Result<Window> over_blocks(const Operator& op, Window window, const Blocks& blocks) {
  const bool plain = window.stride_h == 1 && window.stride_w == 1 && window.padding == tfl::Padding::VALID;
  const std::int64_t height = window.dilation_h * blocks.height, width = window.dilation_w * blocks.width;
  if (!plain || height > kFarthest || width > kFarthest)
    return unsupported(op.name +
                       ": between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND only a convolution without padding " +
                       "and stride is translated; import the file that the .tflite was converted from");
  window.dilation_h = static_cast<int>(height);
  window.dilation_w = static_cast<int>(width);
  return window;
}

/// The kernel with zeros between its elements, which is what a dilation means.
Result<Constant> dilated(Translation& t, const Operator& op, const Constant& kernel, const Window& window) {
  constexpr std::int64_t kLargest = 1024;
  Constant wide = kernel;
  wide.shape[1] = (kernel.shape[1] - 1) * window.dilation_h + 1;
  wide.shape[2] = (kernel.shape[2] - 1) * window.dilation_w + 1;
  if (wide.shape[1] > kLargest || wide.shape[2] > kLargest)
    return unsupported(op.name + ": a dilated kernel of " + to_string(wide.shape));
  const std::size_t pixel =
      kernel.data.bytes().size() / static_cast<std::size_t>(kernel.shape[0] * kernel.shape[1] * kernel.shape[2]);
  const auto positions = static_cast<std::size_t>(wide.shape[0] * wide.shape[1] * wide.shape[2]);
  const Status enough = t.spend(std::min(positions, std::size_t{1} << 40) * pixel);
  if (!enough.ok()) return enough.error().in(op.name);
  const auto& zeros = kernel.quantization.zero_points;
  if (std::ranges::any_of(zeros, [](std::int64_t z) { return z != 0; }))
    return unsupported(op.name + ": a dilated kernel whose zero point is not 0");
  std::vector<std::byte> bytes(positions * pixel);
  const std::byte* from = kernel.data.bytes().data();
  for (std::int64_t o = 0; o < kernel.shape[0]; ++o)
    for (std::int64_t y = 0; y < kernel.shape[1]; ++y)
      for (std::int64_t x = 0; x < kernel.shape[2]; ++x, from += pixel)
        std::memcpy(
            bytes.data() + ((o * wide.shape[1] + y * window.dilation_h) * wide.shape[2] + x * window.dilation_w) *
                               static_cast<std::int64_t>(pixel),
            from, pixel);
  wide.data = SharedBytes(std::move(bytes));
  return wide;
}

/// {O, KH, KW, I / groups} of our layout, and in how many groups.
struct Kernel {
  WeightId weight = kNoWeight;
  Shape shape;
  int groups = 1;
};

Result<Kernel> read_kernel(Translation& t, const Operator& op, std::int64_t channels, const Window& window) {
  PITLANE_TRY(const Constant* stored, t.needs_constant(op, 1, "weight"));
  if (stored->shape.size() != 4 || element_count(stored->shape) == 0)
    return corrupt(op.name + ": weight '" + stored->name + "' has the shape " + to_string(stored->shape) +
                   ", needs 4 dimensions");
  const bool int8 = multiplies_integers(*stored);
  const bool depthwise = op.code == Code::DEPTHWISE_CONV_2D;
  if (depthwise && stored->shape[0] != 1)
    return corrupt(op.name + ": weight '" + stored->name + "' of " + to_string(stored->shape) + " should begin with 1");
  const Constant* source = stored;
  if (window.dilation_h != 1 || window.dilation_w != 1) {
    PITLANE_TRY(Constant wide, dilated(t, op, *stored, window));
    source = t.keep(std::move(wide));
  }
  Kernel kernel{kNoWeight, source->shape, 1};
  Arrangement arrangement;
  if (depthwise) {
    kernel.shape = {source->shape[3], source->shape[1], source->shape[2], 1};
    arrangement = {source->shape, {3, 1, 2, 0}};
  }
  if (channels % kernel.shape[3] != 0 || channels > std::numeric_limits<int>::max())
    return corrupt(op.name + ": weight '" + stored->name + "' of " + to_string(stored->shape) + " reads " +
                   std::to_string(channels) + " channels");
  kernel.groups = static_cast<int>(channels / kernel.shape[3]);
  PITLANE_TRY(kernel.weight, layer_weight(t, op, *source, kernel.shape, int8, arrangement));
  return kernel;
}

}  // namespace

Activation fused(tfl::FusedActivation activation) {
  switch (activation) {
    case tfl::FusedActivation::RELU:
      return Activation::kRelu;
    case tfl::FusedActivation::RELU6:
      return Activation::kRelu6;
    case tfl::FusedActivation::TANH:
      return Activation::kTanh;
    default:
      return Activation::kNone;
  }
}

Status check_fused(const Operator& op, tfl::FusedActivation activation) {
  if (activation >= tfl::FusedActivation::NONE && activation <= tfl::FusedActivation::TANH) return {};
  return unsupported(op.name + ": the fused activation " + std::to_string(static_cast<int>(activation)) +
                     " is not translated");
}

Status translate_convolution(Translation& t, const Operator& op) {
  PITLANE_TRY(Window window, read_window(op));
  PITLANE_TRY_STATUS(check_fused(op, window.activation));
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  if (input->shape.size() != 4)
    return corrupt(op.name + " reads '" + input->name + "' of " + to_string(input->shape) + ", needs 4 dimensions");
  Shape picture(input->shape.begin() + 1, input->shape.end());
  Parts frames;
  if (const Blocks* blocks = t.blocks(op, 0)) {
    PITLANE_TRY(window, over_blocks(op, window, *blocks));
    PITLANE_TRY(frames, t.parts_in_blocks(op, 0));
    picture = t.builder.shape(frames.front());
    t.set_blocks(op.outputs[0], *blocks);
  } else {
    PITLANE_TRY(frames, t.parts(op, 0, picture));
  }
  PITLANE_TRY(const Kernel kernel, read_kernel(t, op, picture[2], window));
  PITLANE_TRY(const Constant* stored, t.needs_constant(op, 1, "weight"));
  PITLANE_TRY(const WeightId bias, layer_bias(t, op, 2, *stored, kernel.shape[0]));
  Conv2d conv;
  conv.stride_h = window.stride_h;
  conv.stride_w = window.stride_w;
  std::tie(conv.padding.top, conv.padding.bottom) =
      padding_of(window.padding, picture[0], kernel.shape[1], conv.stride_h);
  std::tie(conv.padding.left, conv.padding.right) =
      padding_of(window.padding, picture[1], kernel.shape[2], conv.stride_w);
  conv.weight = kernel.weight;
  conv.bias = bias;
  conv.groups = kernel.groups;
  conv.activation = fused(window.activation);
  Parts made;
  for (const ValueId frame : frames) {
    made.push_back(t.add(t.name(op), conv, {frame}));
    if (window.activation == tfl::FusedActivation::RELU_N1_TO_1)
      made.back() = t.activated(t.name(op) + ".clamp", made.back(), window.activation);
  }
  return t.set_output(op, 0, made);
}

}  // namespace pitlane::tflite
