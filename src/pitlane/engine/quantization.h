// Where int8 layers take the quantisation of their input from. Engine and reference share these rules:
//
// - Values are real numbers. A layer with int8 weights quantises its own input, and an output of the network whose
//   value has a quantisation is given on that grid, as programs with integer outputs give it; nothing else is
//   rounded. A producer that writes bytes at once gives the same bits.
// - Static: the input value has a quantisation. A Flatten or Reshape without one passes that of its input on.
// - Exact: the input is a camera image whose bytes are already an affine quantisation.
// - Dynamic: otherwise the range of the tensor (zero included) is measured in each run.
// - x_q = clamp(rne(x * (1 / scale)) + zero_point, 0, 255), the product rounded to f32 first.
#pragma once

#include <optional>

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

/// Index into Network::inputs of the input that makes `value`, or -1.
int input_index(const Network& network, ValueId value);
/// Flatten and Reshape: the same numbers in the same order, under another name and shape.
bool renames(const Op& op);
/// The node that makes `value`, or null. Looks among the first `before` nodes, backwards, and leaves the node's place
/// in `before`: whoever follows a chain to its beginning looks at each node once.
const Node* producer(const Network& network, ValueId value, std::size_t& before);

}  // namespace pitlane
