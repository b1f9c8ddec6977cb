// Eight numbers in a register of AVX2. For files that are compiled for it; avx512_lanes.h has the same names, and says
// what they do.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace pitlane {
namespace {  // each file has its own copy, so that none is given to code for other processors

constexpr int kLanes = 8;
using Reals = __m256;
/// Types of their own: both would be __m256i.
struct Wholes {
  __m256i v;
};
struct Lanes {
  __m256i v;  ///< all bits of a lane, or none
};

inline Reals all(float value) { return _mm256_set1_ps(value); }
inline Wholes all(std::int32_t value) { return {_mm256_set1_epi32(value)}; }
inline Reals load(const float* from) { return _mm256_loadu_ps(from); }
inline void store(float* to, Reals v) { _mm256_storeu_ps(to, v); }
inline void store(std::uint32_t* to, Wholes v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), v.v); }
inline void store_aligned(std::int32_t* to, Wholes v) { _mm256_store_si256(reinterpret_cast<__m256i*>(to), v.v); }

inline Reals plus(Reals a, Reals b) { return _mm256_add_ps(a, b); }
inline Reals minus(Reals a, Reals b) { return _mm256_sub_ps(a, b); }
inline Reals times(Reals a, Reals b) { return _mm256_mul_ps(a, b); }
inline Reals over(Reals a, Reals b) { return _mm256_div_ps(a, b); }
inline Reals root(Reals v) { return _mm256_sqrt_ps(v); }
inline Reals magnitude(Reals v) { return _mm256_andnot_ps(all(-0.F), v); }
inline Reals least(Reals a, Reals b) { return _mm256_min_ps(a, b); }
inline Reals most(Reals a, Reals b) { return _mm256_max_ps(a, b); }
inline Reals real(Wholes whole) { return _mm256_cvtepi32_ps(whole.v); }
inline Wholes whole(Reals v) { return {_mm256_cvttps_epi32(v)}; }
inline Wholes whole_in(Lanes in, Reals v) { return {_mm256_and_si256(in.v, _mm256_cvttps_epi32(v))}; }
inline Reals fraction(Reals v, Wholes whole_part) { return minus(v, real(whole_part)); }

inline Wholes plus(Wholes a, Wholes b) { return {_mm256_add_epi32(a.v, b.v)}; }
inline Wholes minus(Wholes a, Wholes b) { return {_mm256_sub_epi32(a.v, b.v)}; }
inline Wholes times(Wholes a, Wholes b) { return {_mm256_mullo_epi32(a.v, b.v)}; }
inline Wholes common_bits(Wholes a, Wholes b) { return {_mm256_and_si256(a.v, b.v)}; }
inline Wholes all_bits(Wholes a, Wholes b) { return {_mm256_or_si256(a.v, b.v)}; }
template <unsigned bits>
Wholes up(Wholes v) {
  return {_mm256_slli_epi32(v.v, bits)};
}
template <unsigned bits>
Wholes down(Wholes v) {
  return {_mm256_srai_epi32(v.v, bits)};
}
/// Often all lanes want the same: one load instead of the slow instruction for eight.
template <int bytes>
Wholes gather(const void* from, Wholes at) {
  const auto* base = static_cast<const int*>(from);
  if constexpr (bytes == 4) {
    const int first = _mm_cvtsi128_si32(_mm256_castsi256_si128(at.v));
    const __m256i differ = _mm256_xor_si256(at.v, _mm256_set1_epi32(first));
    if (_mm256_testz_si256(differ, differ) != 0) return {_mm256_set1_epi32(base[first])};
  }
  return {_mm256_i32gather_epi32(base, at.v, bytes)};
}

inline Lanes lanes_of(Reals comparison) { return {_mm256_castps_si256(comparison)}; }
inline Lanes at_least(Reals a, Reals b) { return lanes_of(_mm256_cmp_ps(a, b, _CMP_GE_OQ)); }
inline Lanes at_most(Reals a, Reals b) { return lanes_of(_mm256_cmp_ps(a, b, _CMP_LE_OQ)); }
inline Lanes less(Reals a, Reals b) { return lanes_of(_mm256_cmp_ps(a, b, _CMP_LT_OQ)); }
inline Lanes less(Wholes a, Wholes b) { return {_mm256_cmpgt_epi32(b.v, a.v)}; }
inline Lanes equal(Wholes a, Wholes b) { return {_mm256_cmpeq_epi32(a.v, b.v)}; }
inline Lanes both(Lanes a, Lanes b) { return {_mm256_and_si256(a.v, b.v)}; }
inline Lanes one_of(Lanes a, Lanes b) { return {_mm256_xor_si256(a.v, b.v)}; }
inline Lanes first_only(Lanes a, Lanes b) { return {_mm256_andnot_si256(b.v, a.v)}; }
inline Lanes all_lanes() { return {_mm256_set1_epi32(-1)}; }
inline Lanes others(Lanes a) { return first_only(all_lanes(), a); }
inline bool any(Lanes a) { return _mm256_testz_si256(a.v, a.v) == 0; }
inline std::uint32_t bits(Lanes a) { return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(a.v))); }
inline Reals where(Lanes in, Reals there, Reals elsewhere) {
  return _mm256_blendv_ps(elsewhere, there, _mm256_castsi256_ps(in.v));
}
inline Wholes where(Lanes in, Wholes there, Wholes elsewhere) {
  return {_mm256_blendv_epi8(elsewhere.v, there.v, in.v)};
}

}  // namespace
}  // namespace pitlane
