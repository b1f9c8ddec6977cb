#include "pitlane/kernels/table.h"

#include "pitlane/core/result.h"
#include "pitlane/kernels/levels.h"

// One row per level; the names differ in the level only.
#define PITLANE_FLOAT_KERNELS(table, level)      \
  do {                                           \
    (table).conv_f32 = conv_f32_##level;         \
    (table).dense_f32 = dense_f32_##level;       \
    (table).widen = widen_##level;               \
    (table).affine = affine_##level;             \
    (table).range = range_##level;               \
    (table).quantize = quantize_##level;         \
    (table).curve = curve_##level;               \
    (table).add = add_##level;                   \
    (table).multiply = multiply_##level;         \
    (table).softmax = softmax_##level;           \
    (table).max_pool = max_pool_##level;         \
    (table).average_pool = average_pool_##level; \
    (table).grouped_f32 = grouped_f32_##level;   \
    (table).grouped_i8 = grouped_i8_##level;     \
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
  table.dense_f32_layout = layouts.dense_f32;
  table.dense_i8_layout = layouts.dense_i8;
}

Table scalar_table() {
  Table table;
  PITLANE_FLOAT_KERNELS(table, scalar);
  PITLANE_INTEGER_KERNELS(table, scalar);
  return table;
}

#if defined(PITLANE_X86_KERNELS)
Table avx2_table() {
  Table table;
  table.isa = Isa::kAvx2;
  PITLANE_FLOAT_KERNELS(table, avx2);
  PITLANE_INTEGER_KERNELS(table, avx2);
  table.dense_f16 = dense_f16_avx2;
  return table;
}

Table avx512_table() {
  Table table;
  table.isa = Isa::kAvx512;
  PITLANE_FLOAT_KERNELS(table, avx512);
  PITLANE_INTEGER_KERNELS(table, avx512);
  table.dense_f16 = dense_f16_avx512;
  return table;
}

Table avx512vnni_table() {
  Table table = avx512_table();
  table.isa = Isa::kAvx512Vnni;
  PITLANE_INTEGER_KERNELS(table, avx512vnni);
  return table;
}
#endif

#if defined(PITLANE_ARM_KERNELS)
Table neon_table() {
  Table table;
  table.isa = Isa::kNeon;
  PITLANE_FLOAT_KERNELS(table, neon);
  PITLANE_INTEGER_KERNELS(table, neon);
  table.dense_f16 = dense_f16_neon;
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
  if (isa == Isa::kAvx2) return avx2;
  if (isa == Isa::kAvx512) return avx512;
  if (isa == Isa::kAvx512Vnni) return avx512vnni;
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
