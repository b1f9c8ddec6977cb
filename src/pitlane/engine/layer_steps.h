// Steps that multiply: convolutions and dense layers with packed weights.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pitlane/engine/quantization.h"
#include "pitlane/engine/step.h"
#include "pitlane/kernels/table.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// How a layer looks at its input; a dense layer is one row of one pixel.
struct LayerShape {
  int outputs = 0;
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int groups = 1;
  bool dense = false;
};

/// Convolution. `weights` in the network's order {outputs, kernel_h, kernel_w, channels of a group}; `relu` is fused.
std::unique_ptr<Step> make_float_layer(const LayerShape& shape, const Picture& from, const Picture& to,
                                       std::span<const float> weights, std::span<const float> bias, bool relu,
                                       const kernels::Table& kernels);

/// What a dense layer reads and writes, and where it notes which inputs are not zero (active_bytes(from)).
struct DenseEnds {
  Picture from, to;
  ThreadBuffers active = {};
};
std::size_t active_bytes(const Picture& from);
/// `weights` {outputs, inputs}, one bias per output; `relu` is fused.
std::unique_ptr<Step> make_float_dense(const DenseEnds& ends, std::span<const float> weights,
                                       std::span<const float> bias, bool relu, const kernels::Table& kernels);
/// Weights stay binary16. The level must have the kernel.
std::unique_ptr<Step> make_half_dense(const DenseEnds& ends, std::span<const std::uint16_t> weights,
                                      std::span<const float> bias, bool relu, const kernels::Table& kernels);

/// `weights` bfloat16, `from` rounded by make_bf16_round. The level must have the kernel.
std::unique_ptr<Step> make_bf16_dense(const DenseEnds& ends, std::span<const std::uint16_t> weights,
                                      std::span<const float> bias, bool relu, const kernels::Table& kernels);
/// Rounds all of a picture, its border too.
std::unique_ptr<Step> make_bf16_round(const Picture& from, const Picture& to, const kernels::Table& kernels);

/// Convolution by the level's own instructions for bfloat16, which round `from` into `narrow` (bf16_scratch_bytes).
struct Bf16Conv {
  LayerShape shape;
  Picture from, to;
  ThreadBuffers narrow = {};
  std::span<const std::uint16_t> weights;
  std::span<const float> bias;
  bool relu = false;
};
std::size_t bf16_scratch_bytes(const LayerShape& shape, const Picture& from, const Picture& to);
std::unique_ptr<Step> make_bf16_conv(const Bf16Conv& conv, const kernels::Table& kernels);

/// How a dense layer in int8 keeps its weights. All but the first note which inputs are not zero.
enum class DenseForm : std::uint8_t {
  kPanels,  ///< pack_i8
  kRows,    ///< pack_i8_rows
  kSparse,  ///< pack_i8_sparse
  kCodes,   ///< pack_i8_codes
};

struct Int8Layer {
  LayerShape shape;
  Picture from;  ///< bytes
  Picture to;    ///< floats, or bytes where `to_quantization` is set
  std::span<const std::int8_t> weights;
  std::span<const float> weight_scales;  ///< one per output
  std::span<const float> bias;           ///< one per output
  bool relu = false;
  std::optional<ActivationQuantization> from_quantization;  ///< empty: `measured` holds it
  BufferId measured = -1;
  /// Where a dynamic layer computes start and multiplier of this run; unused for static ones.
  BufferId start = -1, multiplier = -1;
  std::optional<ActivationQuantization> to_quantization;
  std::optional<IntegerRescale> rescale;  ///< set: to bytes without real numbers between; `bias` is in it
  ThreadBuffers wide_input = {};          ///< where the kernel widens its input; none where int8_wide_input_bytes is 0
  DenseForm form = DenseForm::kPanels;
  ThreadBuffers active = {}, values = {};  ///< where it notes which inputs are not zero, and their values
};

/// Bytes of each of Int8Layer::start and ::multiplier.
std::size_t int8_scratch_bytes(const LayerShape& shape, const kernels::Table& kernels);
std::size_t int8_wide_input_bytes(const LayerShape& shape, const Picture& from, const Picture& to,
                                  const kernels::Table& kernels);
std::unique_ptr<Step> make_int8_layer(const Int8Layer& layer, const kernels::Table& kernels);

}  // namespace pitlane
