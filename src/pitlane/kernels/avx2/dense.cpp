#include "pitlane/kernels/avx2/vector.h"
#include "pitlane/kernels/dense_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void dense_f32_avx2(const DenseF32& d) { dense_float_body<Avx2>(d); }
void dense_bf16_avx2(const DenseBf16& d) { dense_float_body<Avx2>(d); }
void dense_f16_avx2(const DenseF16& d) { dense_float_body<Avx2>(d); }
void dense_i8_avx2(const DenseI8& d) { dense_i8_body<Avx2>(d); }
LevelLayouts layouts_avx2() { return {Avx2::kConvF32, Avx2Pairs::kConvI8, Avx2::kDenseF32, Avx2::kDenseI8}; }

}  // namespace pitlane::kernels
