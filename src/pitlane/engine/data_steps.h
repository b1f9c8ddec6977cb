// Steps that move or convert tensors: inputs, outputs, borders, quantisation, memory between runs.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pitlane/engine/step.h"
#include "pitlane/kernels/table.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Camera bytes as they are.
std::unique_ptr<Step> make_image_copy(int input, const Picture& to);
/// Camera bytes through one table of 256 bytes per channel.
std::unique_ptr<Step> make_image_lookup(int input, const Picture& to,
                                        std::vector<std::array<std::uint8_t, 256>> tables);
/// Camera bytes as floats 0..255.
std::unique_ptr<Step> make_image_widen(int input, const Picture& to, const kernels::Table& kernels);
/// A float input times `scale`; refuses values that are not finite.
std::unique_ptr<Step> make_float_input(int input, const Picture& to, float scale, const kernels::Table& kernels);

/// Fills the border of a float or byte picture with one value per channel.
std::unique_ptr<Step> make_border(const Picture& picture, std::vector<float> values);
std::unique_ptr<Step> make_border(const Picture& picture, std::vector<std::uint8_t> values);

/// Float picture to float picture, whatever their borders.
std::unique_ptr<Step> make_copy(const Picture& from, const Picture& to);
/// Float picture times `scale` plus `offset` per channel.
std::unique_ptr<Step> make_affine(const Picture& from, const Picture& to, std::vector<float> scale,
                                  std::vector<float> offset, const kernels::Table& kernels);
std::unique_ptr<Step> make_curve(const Picture& from, const Picture& to, const Activate& curve,
                                 const kernels::Table& kernels);

/// What make_curve would make, as bytes.
std::unique_ptr<Step> make_curve_quantize(const Picture& from, const Picture& to, const Activate& curve,
                                          const ActivationQuantization& quantization, const kernels::Table& kernels);
std::unique_ptr<Step> make_quantize(const Picture& from, const Picture& to, const ActivationQuantization& quantization,
                                    const kernels::Table& kernels);
/// Measures the range first and leaves the quantisation (one ActivationQuantization) in `measured`; fills the
/// border with the quantised `border` values, one per channel. Refuses what is not finite.
std::unique_ptr<Step> make_measured_quantize(const Picture& from, const Picture& to, BufferId measured,
                                             std::vector<float> border, const kernels::Table& kernels);

/// The real numbers that bytes stand for.
std::unique_ptr<Step> make_dequantize(const Picture& from, const Picture& to,
                                      const ActivationQuantization& quantization);
/// Rounds a float picture to a grid, in place.
std::unique_ptr<Step> make_round(const Picture& picture, const ActivationQuantization& quantization);

/// Copies an unpadded float picture to a caller's output, rounded to the grid if there is one; refuses what is not
/// finite.
std::unique_ptr<Step> make_output(const Picture& from, int output, std::optional<ActivationQuantization> grid,
                                  const kernels::Table& kernels);
/// Refuses what is not finite.
std::unique_ptr<Step> make_finite_check(const Picture& picture, const kernels::Table& kernels);

}  // namespace pitlane
