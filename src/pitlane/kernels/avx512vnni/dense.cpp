#include "pitlane/kernels/avx512vnni/vector.h"
#include "pitlane/kernels/dense_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void dense_i8_avx512vnni(const DenseI8& d) { dense_i8_body<Avx512Vnni>(d); }
LevelLayouts layouts_avx512vnni() {
  return {Avx512Vnni::kConvF32, Avx512Vnni::kConvI8, Avx512Vnni::kDenseF32, Avx512Vnni::kDenseI8};
}

}  // namespace pitlane::kernels
