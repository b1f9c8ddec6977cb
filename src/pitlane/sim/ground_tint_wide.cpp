// Ground of one kind on AVX-512: where a block's texels lie close together, they are looked up in two registers instead
// of in memory.
#include "pitlane/sim/ground_texture.h"
#include "pitlane/sim/ground_tint.h"

#ifdef PITLANE_WIDE_TINT
#include <immintrin.h>
#endif

namespace pitlane {

#ifdef PITLANE_WIDE_TINT
namespace {

static_assert(RowBlocks::kWindowX + 1 <= 8 && RowBlocks::kWindowY + 1 <= 4,
              "a window and its far corners fit into 4 rows of 8");

struct Corners {
  __m512 low, low_next, high, high_next;
};

// The window's first two rows in one register, the other two in the second; an index counts through both.
Corners from_window(const float* window, __m512i ix, __m512i iy, std::int32_t cell_x, std::int32_t cell_y) {
  constexpr int kStride = GroundTexture::kStride;
  const __m512 upper =
      _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(window)), _mm256_loadu_ps(window + kStride), 1);
  const __m512 lower = _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(window + 2 * kStride)),
                                          _mm256_loadu_ps(window + 3 * kStride), 1);
  // ix + 8 iy, less the window's own: one addition takes both away.
  const __m512i at =
      _mm512_add_epi32(_mm512_add_epi32(ix, _mm512_slli_epi32(iy, 3)), _mm512_set1_epi32(-cell_x - 8 * cell_y));
  const auto pick = [&](int offset) {
    return _mm512_permutex2var_ps(upper, _mm512_add_epi32(at, _mm512_set1_epi32(offset)), lower);
  };
  return {_mm512_permutex2var_ps(upper, at, lower), pick(1), pick(8), pick(9)};
}

Corners from_memory(const float* texture, __m512i ix, __m512i iy) {
  constexpr int kStride = GroundTexture::kStride;
  const __m512i mask = _mm512_set1_epi32(GroundTexture::kCells - 1);
  const __m512i at = _mm512_add_epi32(_mm512_mullo_epi32(_mm512_and_epi32(iy, mask), _mm512_set1_epi32(kStride)),
                                      _mm512_and_epi32(ix, mask));
  return {_mm512_i32gather_ps(at, texture, 4), _mm512_i32gather_ps(at, texture + 1, 4),
          _mm512_i32gather_ps(at, texture + kStride, 4), _mm512_i32gather_ps(at, texture + kStride + 1, 4)};
}

__m512 between(__m512 a, __m512 b, __m512 share) { return _mm512_add_ps(a, _mm512_mul_ps(share, _mm512_sub_ps(b, a))); }

// Weights of the run's blocks, one after the other, to `use(block, weights)`.
template <typename Use>
void weigh(const TintedRun& run, const Tint& tint, const Use& use) {
  const __m512 x0 = _mm512_set1_ps(run.row.x0), dx = _mm512_set1_ps(run.row.dx);
  const __m512 y0 = _mm512_set1_ps(run.row.y0), dy = _mm512_set1_ps(run.row.dy);
  const __m512 contrast = _mm512_set1_ps(tint.contrast), share = _mm512_set1_ps(tint.share);
  const __m512 one = _mm512_set1_ps(1);
  for (std::size_t block = run.begin; block < run.end; ++block) {
    const __m512 u = _mm512_loadu_ps(&run.u[block * kBlock]);
    const __m512 x = _mm512_add_ps(x0, _mm512_mul_ps(u, dx)), y = _mm512_add_ps(y0, _mm512_mul_ps(u, dy));
    const __m512i ix = _mm512_cvttps_epi32(x), iy = _mm512_cvttps_epi32(y);
    const __m512 fx = _mm512_sub_ps(x, _mm512_cvtepi32_ps(ix)), fy = _mm512_sub_ps(y, _mm512_cvtepi32_ps(iy));
    const std::int32_t cell_x = run.cell_x[block], cell_y = run.cell_y[block];
    constexpr int kMask = GroundTexture::kCells - 1;
    const Corners c = run.narrow[block] != 0
                          ? from_window(tint.texture + (cell_y & kMask) * GroundTexture::kStride + (cell_x & kMask), ix,
                                        iy, cell_x, cell_y)
                          : from_memory(tint.texture, ix, iy);
    const __m512 texture = between(between(c.low, c.low_next, fx), between(c.high, c.high_next, fx), fy);
    use(block, _mm512_mul_ps(share, _mm512_add_ps(one, _mm512_mul_ps(contrast, texture))));
  }
}

void add(float* channel, __m512 weight, __m512 colour) {
  _mm512_storeu_ps(channel, _mm512_add_ps(_mm512_loadu_ps(channel), _mm512_mul_ps(weight, colour)));
}

__m512i byte_of(__m512 value) {
  const __m512 rounded = _mm512_add_ps(value, _mm512_set1_ps(0.5F));
  return _mm512_cvttps_epi32(_mm512_min_ps(rounded, _mm512_set1_ps(255)));
}

}  // namespace

bool has_wide_tint() { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"); }

void add_tint_wide(const TintedRun& run, const Tint& tint, float* r, float* g, float* b) {
  const __m512 red = _mm512_set1_ps(tint.red), green = _mm512_set1_ps(tint.green);
  const __m512 blue = _mm512_set1_ps(tint.blue);
  weigh(run, tint, [&](std::size_t block, __m512 weight) {
    add(r + block * kBlock, weight, red);
    add(g + block * kBlock, weight, green);
    add(b + block * kBlock, weight, blue);
  });
}

void store_tint_wide(const TintedRun& run, const Tint& tint, std::uint32_t* pixels) {
  const __m512 red = _mm512_set1_ps(tint.red), green = _mm512_set1_ps(tint.green);
  const __m512 blue = _mm512_set1_ps(tint.blue);
  weigh(run, tint, [&](std::size_t block, __m512 weight) {
    const __m512i r = byte_of(_mm512_mul_ps(weight, red)), g = byte_of(_mm512_mul_ps(weight, green));
    const __m512i b = byte_of(_mm512_mul_ps(weight, blue));
    _mm512_storeu_si512(pixels + block * kBlock,
                        _mm512_or_epi32(r, _mm512_or_epi32(_mm512_slli_epi32(g, 8), _mm512_slli_epi32(b, 16))));
  });
}

#else

bool has_wide_tint() { return false; }
void add_tint_wide(const TintedRun& run, const Tint& tint, float* r, float* g, float* b) {
  add_tint(run, tint, r, g, b);
}
void store_tint_wide(const TintedRun& run, const Tint& tint, std::uint32_t* pixels) { store_tint(run, tint, pixels); }

#endif

}  // namespace pitlane
