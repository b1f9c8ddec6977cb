#include "pitlane/kernels/avx2/vector.h"
#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {
namespace {

void widen_input(const std::uint8_t* in, std::int16_t* out, std::ptrdiff_t count) {
  for (std::ptrdiff_t i = 0; i < count; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm256_cvtepu8_epi16(bytes));
  }
}

}  // namespace

void conv_i8_avx2(const ConvI8& c) {
  widen_input(c.input, c.wide_input, elements_read(c.geometry));
  conv_i8_body<Avx2Pairs>(c, c.wide_input);
}

}  // namespace pitlane::kernels
