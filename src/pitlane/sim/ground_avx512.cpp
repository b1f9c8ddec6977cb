// The windows of AVX-512: a permutation takes what 16 lanes want from 32 elements.
#include "pitlane/sim/ground_wide.h"

#ifdef PITLANE_WIDE_FIELD
#include "pitlane/sim/avx512_lanes.h"
// The lanes come first: what follows is written with them.
#include "pitlane/sim/wide_texels.h"

namespace pitlane {
namespace {

// Four rows of eight 16-bit elements.
Wholes window(const void* from, std::ptrdiff_t stride_bytes) {
  const auto* row = static_cast<const char*>(from);
  const auto row_at = [row, stride_bytes](int i) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + i * stride_bytes));
  };
  const __m256i upper = _mm256_inserti128_si256(_mm256_castsi128_si256(row_at(0)), row_at(1), 1);
  const __m256i lower = _mm256_inserti128_si256(_mm256_castsi128_si256(row_at(2)), row_at(3), 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(upper), lower, 1);
}

// `at`: by lane, which element of the window.
Pairs pairs_of_window(Wholes window, Wholes at) {
  const Wholes low = _mm512_add_epi32(_mm512_or_epi32(at, _mm512_slli_epi32(at, 16)), all(0x00010000));
  return {_mm512_permutexvar_epi16(low, window),
          _mm512_permutexvar_epi16(_mm512_add_epi32(low, all(0x00080008)), window)};
}

template <int kind>
Corners texels_of_window(const WideGround& ground, std::int32_t texel, Wholes at) {
  const float* from = (kind == GroundTexture::kAsphalt ? ground.asphalt : ground.blades) + texel;
  const auto two_rows = [from](int i) {
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(from + i * kTexelStride)),
                              _mm256_loadu_ps(from + (i + 1) * kTexelStride), 1);
  };
  const Reals upper = two_rows(0), lower = two_rows(2);
  const auto pick = [&](std::int32_t offset) { return _mm512_permutex2var_ps(upper, plus(at, all(offset)), lower); };
  return {_mm512_permutex2var_ps(upper, at, lower), pick(1), pick(8), pick(9)};
}

// The texels of a block of one kind of ground.
template <int kind>
class BlockTexels {
 public:
  BlockTexels(const WideGround& ground, const Survey& survey, std::size_t block)
      : ground_(ground), survey_(survey), block_(block) {}

  /// What one unit of at() is in texels.
  [[nodiscard]] float unit() const { return 1; }
  /// Places: OfBlock<Wholes>, which GCC does not let a signature name without a warning where Wholes is a plain
  /// register.
  template <typename Places>
  [[nodiscard]] OfBlock<Corners> at(const Places& x, const Places& y) const {
    const Wholes ix = x[0], iy = y[0];
    return {(survey_.narrow >> block_ & 1) != 0
                ? texels_of_window<kind>(ground_, survey_.texel[block_], in_window(ix, iy, survey_.less_window[block_]))
                : texels<kind>(texel_pairs(ground_, ix, iy))};
  }

 private:
  const WideGround& ground_;
  const Survey& survey_;
  std::size_t block_;
};

// For lookups in smaller windows; here all are alike.
void note_close(const BlockCells& /*cells*/, int /*lane*/, Survey& /*survey*/) {}

}  // namespace
}  // namespace pitlane

#include "pitlane/sim/ground_wide_body.h"

namespace pitlane {

void paint_avx512(const WideGround& ground, const GroundRow& row, const WideColumns& columns, float* r, float* g,
                  float* b) {
  paint_in_lanes(ground, row, columns, r, g, b);
}
void paint_pixels_avx512(const WideGround& ground, const GroundRow& row, const WideColumns& columns,
                         std::uint32_t* pixels) {
  paint_pixels_in_lanes(ground, row, columns, pixels);
}

}  // namespace pitlane

#else

namespace pitlane {

void paint_avx512(const WideGround&, const GroundRow&, const WideColumns&, float*, float*, float*) {}
void paint_pixels_avx512(const WideGround&, const GroundRow&, const WideColumns&, std::uint32_t*) {}

}  // namespace pitlane

#endif
