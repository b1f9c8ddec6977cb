// The kernels that each level defines, one source file per kernel family in the level's folder.
#pragma once

#include "pitlane/kernels/kernel_args.h"

#define PITLANE_DECLARE_INTEGER_KERNELS(level) \
  void conv_i8_##level(const ConvI8&);         \
  void dense_i8_##level(const DenseI8&);

#define PITLANE_DECLARE_KERNELS(level)                                                                            \
  PITLANE_DECLARE_INTEGER_KERNELS(level)                                                                          \
  void conv_f32_##level(const ConvF32&);                                                                          \
  void dense_f32_##level(const DenseF32&);                                                                        \
  void widen_##level(const std::uint8_t* in, float* out, std::size_t count);                                      \
  void affine_##level(const float* in, float* out, std::size_t count, const float* scale, const float* offset,    \
                      std::size_t channels);                                                                      \
  void round_bf16_##level(const float* in, float* out, std::size_t count);                                        \
  Range range_##level(const float* in, std::size_t count);                                                        \
  void quantize_##level(const float* in, std::uint8_t* out, std::size_t count, float inverse_scale,               \
                        std::int32_t zero_point);                                                                 \
  void curve_##level(const float* in, float* out, std::size_t count, Curve curve, float alpha);                   \
  void curve_quantize_##level(const CurveQuantize&);                                                              \
  void add_##level(const float* in, const float* second, float* out, std::size_t count, std::size_t period);      \
  void multiply_##level(const float* in, const float* second, float* out, std::size_t count, std::size_t period); \
  void softmax_##level(const float* in, float* out, std::size_t count, std::size_t channels);                     \
  void resample_row_##level(const ResampleRow&);                                                                  \
  void blend_rows_##level(const BlendRows&);                                                                      \
  void max_pool_##level(const Pool&);                                                                             \
  void average_pool_##level(const Pool&);                                                                         \
  void grouped_f32_##level(const GroupedF32&);                                                                    \
  void grouped_i8_##level(const GroupedI8&);

namespace pitlane::kernels {

PITLANE_DECLARE_KERNELS(scalar)
PITLANE_DECLARE_KERNELS(avx2)
PITLANE_DECLARE_KERNELS(avx512)
PITLANE_DECLARE_INTEGER_KERNELS(avx512vnni)
void conv_i8_amx(const ConvI8&);
void lstm_scalar(const Lstm&);
void lstm_avx2(const Lstm&);
void lstm_neon(const Lstm&);
void conv_bf16_avx512bf16(const ConvBf16&);
void conv_bf16_amx(const ConvBf16&);
void dense_i8_rows_avx2(const DenseI8Rows&);
void dense_i8_rows_avx512vnni(const DenseI8Rows&);
void dense_i8_codes_avx512vnni(const DenseI8Codes&);
void dense_i8_sparse_avx512vbmi2(const DenseI8Sparse&);
PITLANE_DECLARE_KERNELS(neon)
PITLANE_DECLARE_INTEGER_KERNELS(neondot)
void dense_f16_avx2(const DenseF16&);
void dense_bf16_avx2(const DenseBf16&);
void dense_bf16_avx512(const DenseBf16&);
void dense_bf16_neon(const DenseBf16&);
void dense_f16_avx512(const DenseF16&);
void dense_f16_neon(const DenseF16&);

/// Layouts that a level's kernels expect, where they are defined.
struct LevelLayouts {
  PanelLayout conv_f32, conv_i8, dense_f32, dense_i8;
  PanelLayout conv_bf16 = {};  ///< where there is such a kernel
};
LevelLayouts layouts_scalar();
LevelLayouts layouts_avx2();
LevelLayouts layouts_avx512();
LevelLayouts layouts_avx512vnni();
LevelLayouts layouts_avx512bf16();
LevelLayouts layouts_amx();
LevelLayouts layouts_neon();
LevelLayouts layouts_neondot();

}  // namespace pitlane::kernels
