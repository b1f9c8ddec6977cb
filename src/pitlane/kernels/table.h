// The one list of kernels: dispatch, tests and benchmarks walk it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pitlane/kernels/isa.h"
#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {

/// The kernels of one level. None of them allocates, locks or throws. Element-wise kernels allow in == out
/// and give the same bits on every level; float convolutions and dense layers differ between levels by the
/// order of their sums.
struct Table {
  Isa isa = Isa::kScalar;

  PanelLayout conv_f32_layout, conv_i8_layout, conv_bf16_layout, dense_f32_layout, dense_i8_layout;

  void (*conv_f32)(const ConvF32&) = nullptr;
  void (*conv_i8)(const ConvI8&) = nullptr;
  void (*conv_bf16)(const ConvBf16&) = nullptr;  ///< null where there are no such instructions
  void (*dense_f32)(const DenseF32&) = nullptr;
  void (*dense_f16)(const DenseF16&) = nullptr;    ///< layout of dense_f32; null where widening does not pay
  void (*dense_bf16)(const DenseBf16&) = nullptr;  ///< likewise
  void (*dense_i8)(const DenseI8&) = nullptr;
  void (*dense_i8_rows)(const DenseI8Rows&) = nullptr;      ///< null where skipping zeros does not pay
  void (*dense_i8_sparse)(const DenseI8Sparse&) = nullptr;  ///< null where zeros of weights are read as all others
  void (*dense_i8_codes)(const DenseI8Codes&) = nullptr;    ///< null where four bits are no quicker than eight
  void (*grouped_f32)(const GroupedF32&) = nullptr;
  void (*grouped_i8)(const GroupedI8&) = nullptr;

  /// out = float(in)
  void (*widen)(const std::uint8_t* in, float* out, std::size_t count) = nullptr;
  /// out[i] = in[i] * scale[i % channels] + offset[i % channels], rounded after each operation
  void (*affine)(const float* in, float* out, std::size_t count, const float* scale, const float* offset,
                 std::size_t channels) = nullptr;
  /// To the nearest bfloat16, ties to even; NaN stays NaN.
  void (*round_bf16)(const float* in, float* out, std::size_t count) = nullptr;
  Range (*range)(const float* in, std::size_t count) = nullptr;
  /// out = clamp(rne(in * inverse_scale) + zero_point, 0, 255)
  void (*quantize)(const float* in, std::uint8_t* out, std::size_t count, float inverse_scale,
                   std::int32_t zero_point) = nullptr;
  /// Absolute error at most kCurveError, for tanh and sigmoid and, times |alpha|, for elu. Only elu, leaky relu and
  /// hard sigmoid look at `alpha`.
  void (*curve)(const float* in, float* out, std::size_t count, Curve curve, float alpha) = nullptr;
  void (*curve_quantize)(const CurveQuantize&) = nullptr;  ///< the bits of `curve` and then `quantize`
  /// out[i] = in[i] + second[i % period], or times; period 1: one number for all, period count: element by element
  void (*add)(const float* in, const float* second, float* out, std::size_t count, std::size_t period) = nullptr;
  void (*multiply)(const float* in, const float* second, float* out, std::size_t count, std::size_t period) = nullptr;
  void (*lstm)(const Lstm&) = nullptr;
  /// exp(x) / sum of exp(x) over each `channels` consecutive elements of `count`; absolute error at most kSoftmaxError.
  void (*softmax)(const float* in, float* out, std::size_t count, std::size_t channels) = nullptr;
  /// The two halves of a bilinear resize of bytes: exact, so every level gives the same.
  void (*resample_row)(const ResampleRow&) = nullptr;
  void (*blend_rows)(const BlendRows&) = nullptr;
  /// NaN comes out of a window that holds NaN or infinity.
  void (*max_pool)(const Pool&) = nullptr;
  void (*average_pool)(const Pool&) = nullptr;
};

/// exp is a degree-5 polynomial on |r| <= ln 2 / 2 (relative error below 1.1e-7) evaluated in f32 with fused steps: a
/// few roundings of 2^-24 each; the curves are at most 1 in magnitude where exp enters.
inline constexpr float kCurveError = 4e-7F;
/// Relative errors of exp, of the sum and of the division, and what lies below e^-87.
inline constexpr float kSoftmaxError = 4e-6F;

/// The level must be available (see isa.h).
const Table& table_for(Isa isa);

}  // namespace pitlane::kernels
