#include "pitlane/roofline/loop_table.h"

#include <algorithm>
#include <iterator>

namespace pitlane {
namespace {

constexpr ArithmeticLoop kArithmetic[] = {
    {"f32", "vectors of 16 bytes", nullptr, kPortableMacs, multiply_f32_portable},
#if defined(PITLANE_X86_KERNELS)
    {"f32", "AVX2 FMA", &Extensions::avx2, std::int64_t{kSums} * 8, multiply_f32_avx2},
    {"f32", "AVX-512 FMA", &Extensions::avx512, std::int64_t{kSums} * 16, multiply_f32_avx512},
    {"f16", "AVX512-FP16", &Extensions::avx512fp16, std::int64_t{kSums} * 32, multiply_f16_avx512fp16},
    {"bf16", "AVX512-BF16", &Extensions::avx512bf16, std::int64_t{kSums} * 32, multiply_bf16_avx512bf16},
    {"bf16", "AMX-BF16", &Extensions::amx_bf16, std::int64_t{kTiles} * 16 * 16 * 32, multiply_bf16_amx},
    {"int8", "AVX2", &Extensions::avx2, std::int64_t{kSums} * 32, multiply_i8_avx2},
    {"int8", "AVX-VNNI", &Extensions::avxvnni, std::int64_t{kSums} * 32, multiply_i8_avxvnni},
    {"int8", "AVX-512 VNNI", &Extensions::avx512vnni, std::int64_t{kSums} * 64, multiply_i8_avx512vnni},
    {"int8", "AMX-INT8", &Extensions::amx_int8, std::int64_t{kTiles} * 16 * 16 * 64, multiply_i8_amx},
#endif
};

// Widest last.
constexpr ReadLoop kRead[] = {
    {"vectors of 16 bytes", nullptr, read_portable},
#if defined(PITLANE_X86_KERNELS)
    {"AVX2", &Extensions::avx2, read_avx2},
    {"AVX-512", &Extensions::avx512, read_avx512},
#endif
};

template <typename Loop>
bool can_run(const Loop& loop, const Extensions& there) {
  return loop.needs == nullptr || there.*loop.needs;
}

}  // namespace

std::vector<ArithmeticLoop> arithmetic_loops(const Extensions& there) {
  std::vector<ArithmeticLoop> loops;
  std::copy_if(std::begin(kArithmetic), std::end(kArithmetic), std::back_inserter(loops),
               [&](const ArithmeticLoop& loop) { return can_run(loop, there); });
  return loops;
}

const ReadLoop& best_read_loop() {
  const Extensions& there = detect_extensions();
  return *std::find_if(std::rbegin(kRead), std::rend(kRead),
                       [&](const ReadLoop& loop) { return can_run(loop, there); });
}

}  // namespace pitlane
