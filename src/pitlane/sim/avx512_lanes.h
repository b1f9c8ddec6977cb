// Sixteen numbers in a register of AVX-512. For files that are compiled for it; avx2_lanes.h has the same names.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace pitlane {
namespace {  // each file has its own copy, so that none is given to code for other processors

constexpr int kLanes = 16;
using Reals = __m512;
using Wholes = __m512i;
using Lanes = __mmask16;  ///< some of them

inline Reals all(float value) { return _mm512_set1_ps(value); }
inline Wholes all(std::int32_t value) { return _mm512_set1_epi32(value); }
inline Reals load(const float* from) { return _mm512_loadu_ps(from); }
inline void store(float* to, Reals v) { _mm512_storeu_ps(to, v); }
inline void store(std::uint32_t* to, Wholes v) { _mm512_storeu_si512(to, v); }
/// `to` begins a cache line.
inline void store_aligned(std::int32_t* to, Wholes v) { _mm512_store_si512(to, v); }

inline Reals plus(Reals a, Reals b) { return _mm512_add_ps(a, b); }
inline Reals minus(Reals a, Reals b) { return _mm512_sub_ps(a, b); }
inline Reals times(Reals a, Reals b) { return _mm512_mul_ps(a, b); }
inline Reals over(Reals a, Reals b) { return _mm512_div_ps(a, b); }
inline Reals root(Reals v) { return _mm512_sqrt_ps(v); }
inline Reals magnitude(Reals v) { return _mm512_abs_ps(v); }
/// Of a NaN and a number the second of the two.
inline Reals least(Reals a, Reals b) { return _mm512_min_ps(a, b); }
inline Reals most(Reals a, Reals b) { return _mm512_max_ps(a, b); }
inline Reals real(Wholes whole) { return _mm512_cvtepi32_ps(whole); }
/// Towards zero.
inline Wholes whole(Reals v) { return _mm512_cvttps_epi32(v); }
/// In the other lanes 0.
inline Wholes whole_in(Lanes in, Reals v) { return _mm512_maskz_cvttps_epi32(in, v); }
/// What is left of a number that is not negative without `whole_part`, exactly.
inline Reals fraction(Reals v, Wholes /*whole_part*/) {
  return _mm512_reduce_ps(v, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}

inline Wholes plus(Wholes a, Wholes b) { return _mm512_add_epi32(a, b); }
inline Wholes minus(Wholes a, Wholes b) { return _mm512_sub_epi32(a, b); }
inline Wholes times(Wholes a, Wholes b) { return _mm512_mullo_epi32(a, b); }
inline Wholes common_bits(Wholes a, Wholes b) { return _mm512_and_epi32(a, b); }
inline Wholes all_bits(Wholes a, Wholes b) { return _mm512_or_epi32(a, b); }
template <unsigned bits>
Wholes up(Wholes v) {
  return _mm512_slli_epi32(v, bits);
}
/// With the sign.
template <unsigned bits>
Wholes down(Wholes v) {
  return _mm512_srai_epi32(v, bits);
}
/// Four bytes from each place, `at` elements of `bytes` (1, 2 or 4) from the first.
template <int bytes>
Wholes gather(const void* from, Wholes at) {
  return _mm512_i32gather_epi32(at, from, bytes);
}

inline Lanes at_least(Reals a, Reals b) { return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ); }
inline Lanes at_most(Reals a, Reals b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
inline Lanes less(Reals a, Reals b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
inline Lanes less(Wholes a, Wholes b) { return _mm512_cmplt_epi32_mask(a, b); }
inline Lanes equal(Wholes a, Wholes b) { return _mm512_cmpeq_epi32_mask(a, b); }
inline Lanes both(Lanes a, Lanes b) { return a & b; }
inline Lanes one_of(Lanes a, Lanes b) { return a ^ b; }
inline Lanes first_only(Lanes a, Lanes b) { return static_cast<Lanes>(a & ~b); }
inline Lanes others(Lanes a) { return static_cast<Lanes>(~a); }
inline Lanes all_lanes() { return 0xFFFF; }
inline bool any(Lanes a) { return a != 0; }
inline std::uint32_t bits(Lanes a) { return a; }
inline Reals where(Lanes in, Reals there, Reals elsewhere) { return _mm512_mask_mov_ps(elsewhere, in, there); }
inline Wholes where(Lanes in, Wholes there, Wholes elsewhere) { return _mm512_mask_mov_epi32(elsewhere, in, there); }

}  // namespace
}  // namespace pitlane
