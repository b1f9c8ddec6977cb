#include "pitlane/kernels/table.h"

#include "pitlane/core/result.h"
#include "pitlane/kernels/cpu.h"
#include "pitlane/kernels/levels.h"

// One row per level; the names differ in the level only.
#define PITLANE_FLOAT_KERNELS(table, level)          \
  do {                                               \
    (table).conv_f32 = conv_f32_##level;             \
    (table).dense_f32 = dense_f32_##level;           \
    (table).widen = widen_##level;                   \
    (table).affine = affine_##level;                 \
    (table).range = range_##level;                   \
    (table).round_bf16 = round_bf16_##level;         \
    (table).quantize = quantize_##level;             \
    (table).curve = curve_##level;                   \
    (table).curve_quantize = curve_quantize_##level; \
    (table).add = add_##level;                       \
    (table).multiply = multiply_##level;             \
    (table).softmax = softmax_##level;               \
    (table).resample_row = resample_row_##level;     \
    (table).blend_rows = blend_rows_##level;         \
    (table).max_pool = max_pool_##level;             \
    (table).average_pool = average_pool_##level;     \
    (table).grouped_f32 = grouped_f32_##level;       \
    (table).grouped_i8 = grouped_i8_##level;         \
  } while (false)
#define PITLANE_INTEGER_KERNELS(table, level) \
  do {                                        \
    (table).conv_i8 = conv_i8_##level;        \
    (table).dense_i8 = dense_i8_##level;      \
    set_layouts(table, layouts_##level());    \
  } while (false)

namespace pitlane::kernels {
namespace {

void set_layouts(Table& table, const LevelLayouts& layouts) {
  table.conv_f32_layout = layouts.conv_f32;
  table.conv_i8_layout = layouts.conv_i8;
  table.conv_bf16_layout = layouts.conv_bf16;
  table.dense_f32_layout = layouts.dense_f32;
  table.dense_i8_layout = layouts.dense_i8;
}

Table scalar_table() {
  Table table;
  PITLANE_FLOAT_KERNELS(table, scalar);
  PITLANE_INTEGER_KERNELS(table, scalar);
  table.lstm = lstm_scalar;
  return table;
}

#if defined(PITLANE_X86_KERNELS)
Table avx2_table() {
  Table table;
  table.isa = Isa::kAvx2;
  PITLANE_FLOAT_KERNELS(table, avx2);
  PITLANE_INTEGER_KERNELS(table, avx2);
  table.lstm = lstm_avx2;
  table.dense_f16 = dense_f16_avx2;
  table.dense_bf16 = dense_bf16_avx2;
  table.dense_i8_rows = dense_i8_rows_avx2;
  return table;
}

Table avx512_table() {
  Table table;
  table.isa = Isa::kAvx512;
  PITLANE_FLOAT_KERNELS(table, avx512);
  PITLANE_INTEGER_KERNELS(table, avx512);
  // Known ConvLSTMs have eight units, for which sixteen lanes are too many.
  table.lstm = lstm_avx2;
  table.dense_f16 = dense_f16_avx512;
  table.dense_bf16 = dense_bf16_avx512;
  return table;
}

Table avx512vnni_table() {
  Table table = avx512_table();
  table.isa = Isa::kAvx512Vnni;
  PITLANE_INTEGER_KERNELS(table, avx512vnni);
  table.dense_i8_rows = dense_i8_rows_avx512vnni;
  table.dense_i8_codes = dense_i8_codes_avx512vnni;
  // No level of its own: all processors with VNNI have it but the very first.
  if (detect_cpu().avx512vbmi2) table.dense_i8_sparse = dense_i8_sparse_avx512vbmi2;
  return table;
}

Table avx512bf16_table() {
  Table table = avx512vnni_table();
  table.isa = Isa::kAvx512Bf16;
  table.conv_bf16 = conv_bf16_avx512bf16;
  set_layouts(table, layouts_avx512bf16());
  return table;
}

Table amx_table() {
  Table table = avx512bf16_table();
  table.isa = Isa::kAmx;
  table.conv_bf16 = conv_bf16_amx;
  table.conv_i8 = conv_i8_amx;
  set_layouts(table, layouts_amx());
  return table;
}
#endif

#if defined(PITLANE_ARM_KERNELS)
Table neon_table() {
  Table table;
  table.isa = Isa::kNeon;
  PITLANE_FLOAT_KERNELS(table, neon);
  PITLANE_INTEGER_KERNELS(table, neon);
  table.lstm = lstm_neon;
  table.dense_f16 = dense_f16_neon;
  table.dense_bf16 = dense_bf16_neon;
  return table;
}

Table neondot_table() {
  Table table = neon_table();
  table.isa = Isa::kNeonDot;
  PITLANE_INTEGER_KERNELS(table, neondot);
  return table;
}
#endif

}  // namespace

const Table& table_for(Isa isa) {
#if defined(PITLANE_X86_KERNELS)
  static const Table avx2 = avx2_table();
  static const Table avx512 = avx512_table();
  static const Table avx512vnni = avx512vnni_table();
  static const Table avx512bf16 = avx512bf16_table();
  static const Table amx = amx_table();
  if (isa == Isa::kAvx2) return avx2;
  if (isa == Isa::kAvx512) return avx512;
  if (isa == Isa::kAvx512Vnni) return avx512vnni;
  if (isa == Isa::kAvx512Bf16) return avx512bf16;
  if (isa == Isa::kAmx) return amx;
#endif
#if defined(PITLANE_ARM_KERNELS)
  static const Table neon = neon_table();
  static const Table neondot = neondot_table();
  if (isa == Isa::kNeon) return neon;
  if (isa == Isa::kNeonDot) return neondot;
#endif
  PITLANE_CHECK(isa == Isa::kScalar);
  static const Table scalar = scalar_table();
  return scalar;
}

}  // namespace pitlane::kernels
