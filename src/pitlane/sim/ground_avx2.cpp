// The windows of AVX2: bytes are moved within halves of a register.
#include "pitlane/sim/ground_wide.h"

#ifdef PITLANE_WIDE_FIELD
#include "pitlane/sim/avx2_lanes.h"
// The lanes come first: what follows is written with them.
#include "pitlane/sim/wide_texels.h"

namespace pitlane {
namespace {

// Rows of eight 16-bit elements, each in both halves: bytes move within a half only.
struct Window {
  __m256i rows[4];
};

Window window(const void* from, std::ptrdiff_t stride_bytes) {
  const auto* row = static_cast<const char*>(from);
  const auto twice = [row, stride_bytes](int i) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row + i * stride_bytes)));
  };
  return {{twice(0), twice(1), twice(2), twice(3)}};
}

// The lowest byte of each lane, four times.
__m256i four_times(Wholes v) {
  return _mm256_shuffle_epi8(
      v.v, _mm256_set_epi32(0x0C0C0C0C, 0x08080808, 0x04040404, 0, 0x0C0C0C0C, 0x08080808, 0x04040404, 0));
}

// `at`: by lane, which element of the window. Moving bytes asks only for the lowest four bits of each place, which
// leaves the column.
Pairs pairs_of_window(const Window& window, Wholes at) {
  const __m256i column = _mm256_add_epi8(four_times(plus(at, at)), _mm256_set1_epi32(0x03020100));
  const auto of_row = [&](int i) { return Wholes{_mm256_shuffle_epi8(window.rows[i], column)}; };
  const Lanes below_first = less(all(7), at), below_second = less(all(15), at);
  const Wholes second = of_row(1), third = of_row(2);
  return {where(below_second, third, where(below_first, second, of_row(0))),
          where(below_second, of_row(3), where(below_first, third, second))};
}

// Bytes in place of the floats that ground_avx512.cpp has: four rows of eight fit into two registers, and the four that
// a lane wants into the lane.
template <int kind>
Corners texels_of_window(const WideGround& ground, std::int32_t texel, Wholes at) {
  const std::int8_t* from = ground.texels[kind] + texel;
  const auto eight = [from](int i) {
    std::int64_t row;
    __builtin_memcpy(&row, from + i * kTexelStride, sizeof row);
    return _mm256_set1_epi64x(row);
  };
  const auto two_rows = [&](int i) { return _mm256_blend_epi32(eight(i), eight(i + 1), 0b11001100); };
  const __m256i first = four_times(at);
  // A place with its highest bit set gives 0: in one of two registers.
  const auto pick = [&](__m256i rows, std::uint32_t offset) {
    return _mm256_shuffle_epi8(rows, _mm256_add_epi8(first, _mm256_set1_epi32(static_cast<int>(offset))));
  };
  const Wholes four{_mm256_or_si256(pick(two_rows(0), 0x79787170U), pick(two_rows(2), 0xF9F8F1F0U))};
  return {signed_byte<0>(four), signed_byte<1>(four), signed_byte<2>(four), signed_byte<3>(four)};
}

template <int kind>
Corners texels_at(const WideGround& ground, Wholes ix, Wholes iy) {
  const Wholes at = texel_place(ix, iy);
  const Wholes low = gather<1>(ground.texels[kind], at), high = gather<1>(ground.texels[kind] + kTexelStride, at);
  return {signed_byte<0>(low), signed_byte<1>(low), signed_byte<0>(high), signed_byte<1>(high)};
}

// Of most blocks the cells lie within 3 x 3: the bytes of 4 x 4 fill half a register.
constexpr int kClose = 3;

// A texel is put into the highest byte of a lane and counts so much more then, so that nothing need be moved down. A
// place with its highest bit set gives 0: the other three bytes.
constexpr int kHighestByte = 24;
constexpr float kCloseUnit = 1.F / (1 << kHighestByte);
constexpr std::int32_t kOtherBytes = 0x00808080;

void note_close(const BlockCells& cells, int lane, Survey& survey) {
  const auto few = [](Wholes from, Wholes to) { return less(minus(to, from), all(kClose)); };
  survey.close |= bits(both(both(cells.inside, few(cells.x, cells.end_x)), few(cells.y, cells.end_y))) << lane;
  const Wholes first = up<kHighestByte>(minus(all(0), plus(cells.x, up<2>(cells.y))));
  store_aligned(survey.less_close + lane, all_bits(first, all(kOtherBytes)));
}

// The texels of a block of one kind of ground.
template <int kind>
class BlockTexels {
 public:
  BlockTexels(const WideGround& ground, const Survey& survey, std::size_t block)
      : ground_(ground), survey_(survey), block_(block), is_close_((survey.close >> block & 1) != 0) {
    const std::int8_t* from = ground.texels[kind] + survey.texel[block];
    const auto four = [from](int i) {
      std::int32_t row;
      __builtin_memcpy(&row, from + i * kTexelStride, sizeof row);
      return _mm256_set1_epi32(row);
    };
    const __m256i upper = _mm256_blend_epi32(four(0), four(1), 0b00100010);
    const __m256i lower = _mm256_blend_epi32(four(2), four(3), 0b10001000);
    low_ = _mm256_blend_epi32(upper, lower, 0b11001100);
    low_next_ = _mm256_srli_si256(low_, 1), high_ = _mm256_srli_si256(low_, 4), high_next_ = _mm256_srli_si256(low_, 5);
  }

  /// What one unit of at() is in texels: a power of two, so that it makes no difference to the bits.
  [[nodiscard]] float unit() const { return is_close_ ? kCloseUnit : 1; }
  [[nodiscard]] OfBlock<Corners> at(const OfBlock<Wholes>& ix, const OfBlock<Wholes>& iy) const {
    if (is_close_) {
      const Wholes less = all(survey_.less_close[block_]);
      const auto place = each([&](std::size_t i) { return plus(up<kHighestByte>(plus(ix[i], up<2>(iy[i]))), less).v; });
      const auto pick = [&](__m256i from) {
        return each([&](std::size_t i) { return real({_mm256_shuffle_epi8(from, place[i])}); });
      };
      const auto low = pick(low_), low_next = pick(low_next_), high = pick(high_), high_next = pick(high_next_);
      return each([&](std::size_t i) { return Corners{low[i], low_next[i], high[i], high_next[i]}; });
    }
    const std::int32_t texel = survey_.texel[block_], less = survey_.less_window[block_];
    if ((survey_.narrow >> block_ & 1) != 0) {
      return each([&](std::size_t i) { return texels_of_window<kind>(ground_, texel, in_window(ix[i], iy[i], less)); });
    }
    return each([&](std::size_t i) { return texels_at<kind>(ground_, ix[i], iy[i]); });
  }

 private:
  const WideGround& ground_;
  const Survey& survey_;
  std::size_t block_;
  bool is_close_;
  // By the place of a cell's lower left corner in the window: the texels of its four corners.
  __m256i low_, low_next_, high_, high_next_;
};

}  // namespace
}  // namespace pitlane

#include "pitlane/sim/ground_wide_body.h"

namespace pitlane {

void paint_avx2(const WideGround& ground, const GroundRow& row, const WideColumns& columns, float* r, float* g,
                float* b) {
  paint_in_lanes(ground, row, columns, r, g, b);
}
void paint_pixels_avx2(const WideGround& ground, const GroundRow& row, const WideColumns& columns,
                       std::uint32_t* pixels) {
  paint_pixels_in_lanes(ground, row, columns, pixels);
}

}  // namespace pitlane

#else

namespace pitlane {

void paint_avx2(const WideGround&, const GroundRow&, const WideColumns&, float*, float*, float*) {}
void paint_pixels_avx2(const WideGround&, const GroundRow&, const WideColumns&, std::uint32_t*) {}

}  // namespace pitlane

#endif
