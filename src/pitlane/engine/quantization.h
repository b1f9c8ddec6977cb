// Where int8 layers take the quantisation of their input from. Engine and reference share these rules:
//
// - Values are real numbers. What a node makes of a value with a quantisation lies on that grid, for all readers and
//   for the caller, as in LiteRT and between ONNX's QuantizeLinear and DequantizeLinear; so does an output of the
//   network. A layer with int8 weights quantises its own input. Nothing else is rounded.
// - Static: the input value has a quantisation. A Flatten or Reshape without one passes that of its input on.
// - Exact: the input is a camera image whose bytes are already an affine quantisation.
// - Dynamic: otherwise the range of the tensor (zero included) is measured in each run.
// - x_q = clamp(rne(x * (1 / scale)) + zero_point, 0, 255), the product rounded to f32 first.
// - A layer from one fixed grid to another never leaves the integers but for one product (IntegerRescale), as in
//   XNNPACK: its answers equal LiteRT's to the bit.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "pitlane/kernels/kernel_args.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Scale and zero point that a camera's bytes have by themselves: all channels alike, positive scale, offset a
/// whole multiple of it within 0..255. Empty otherwise.
std::optional<ActivationQuantization> image_quantization(const Preprocessing& preprocessing);

/// Static or exact quantisation of `value` as the input of an int8 layer; empty means dynamic.
std::optional<ActivationQuantization> input_quantization(const Network& network, ValueId value);

/// scale = (high - low) / 255, zero_point = rne(-low / scale); a tensor of zeros gets scale 1.
ActivationQuantization measured_quantization(const kernels::Range& range) noexcept;

std::uint8_t quantize_value(float x, const ActivationQuantization& quantization) noexcept;
/// The real number that the byte of `x` stands for.
float on_grid(float x, const ActivationQuantization& quantization) noexcept;

/// What a node makes of `value` is rounded to this; none behind a Flatten or Reshape, which only pass on.
std::optional<ActivationQuantization> made_on_grid(const Network& network, const Node& node);

/// From sums of products to bytes of the next grid: q = clamp(rne((sum + bias) * multiplier) + zero_point, 0, 255),
/// relu cutting at zero_point. One of each an output.
struct IntegerRescale {
  std::vector<std::int32_t> bias;  ///< in steps of input scale * weight scale
  std::vector<float> multiplier;   ///< input scale * weight scale / output scale
};
/// Empty where a sum of `terms` products and its bias may not fit 32 bits: such a layer computes in real numbers.
std::optional<IntegerRescale> integer_rescale(const ActivationQuantization& from, const ActivationQuantization& to,
                                              std::span<const float> weight_scales, std::span<const float> bias,
                                              std::int64_t terms);

/// Index into Network::inputs of the input that makes `value`, or -1.
int input_index(const Network& network, ValueId value);
/// Flatten and Reshape: the same numbers in the same order, under another name and shape.
bool renames(const Op& op);
/// The node that makes `value`, or null. Looks among the first `before` nodes, backwards, and leaves the node's place
/// in `before`: whoever follows a chain to its beginning looks at each node once.
const Node* producer(const Network& network, ValueId value, std::size_t& before);

}  // namespace pitlane
