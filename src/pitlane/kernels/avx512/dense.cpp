#include "pitlane/kernels/avx512/vector.h"
#include "pitlane/kernels/dense_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void dense_f32_avx512(const DenseF32& d) { dense_float_body<Avx512>(d); }
void dense_bf16_avx512(const DenseBf16& d) { dense_float_body<Avx512>(d); }
void dense_f16_avx512(const DenseF16& d) { dense_float_body<Avx512>(d); }
void dense_i8_avx512(const DenseI8& d) { dense_i8_body<Avx512>(d); }
LevelLayouts layouts_avx512() { return {Avx512::kConvF32, Avx512::kConvI8, Avx512::kDenseF32, Avx512::kDenseI8}; }

}  // namespace pitlane::kernels
