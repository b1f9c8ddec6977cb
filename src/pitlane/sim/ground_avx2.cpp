// The windows of AVX2: bytes are moved within halves of a register.
#include "pitlane/sim/ground_wide.h"

#ifdef PITLANE_WIDE_FIELD
#include "pitlane/sim/avx2_lanes.h"
//
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

}  // namespace
}  // namespace pitlane

#include "pitlane/sim/ground_wide_body.h"

namespace pitlane {
namespace {

// Of most blocks the cells lie within 3 x 3: the bytes of 4 x 4 fill half a register.
constexpr int kClose = 3;
static_assert(kClose <= kWindowX && kClose <= kWindowY);

// By the place of each cell's lower left corner in the window, the four corners' texels.
struct CloseWindow {
  __m256i low, low_next, high, high_next;
};

CloseWindow close_window(const std::int8_t* from) {
  const auto four = [from](int i) {
    std::int32_t row;
    __builtin_memcpy(&row, from + i * kTexelStride, sizeof row);
    return _mm256_set1_epi32(row);
  };
  const __m256i upper = _mm256_blend_epi32(four(0), four(1), 0b00100010);
  const __m256i lower = _mm256_blend_epi32(four(2), four(3), 0b10001000);
  const __m256i all = _mm256_blend_epi32(upper, lower, 0b11001100);
  return {all, _mm256_srli_si256(all, 1), _mm256_srli_si256(all, 4), _mm256_srli_si256(all, 5)};
}

// A texel is put into the highest byte of a lane and counts as kTexel then, so that nothing need be moved down. A
// place with its highest bit set gives 0: the other three bytes.
constexpr float kTexel = 1 << 24;
constexpr int kHighestByte = 24;
constexpr std::int32_t kOtherBytes = 0x00808080;

Corners close_texels(const CloseWindow& window, Wholes place) {
  const auto pick = [place](__m256i from) { return real({_mm256_shuffle_epi8(from, place.v)}); };
  return {pick(window.low), pick(window.low_next), pick(window.high), pick(window.high_next)};
}

// Takes all blocks that are painted alike after each other, wherever they are: that is less to guess for the processor
// than a kind that changes along the row.
template <bool is_whole_row>
class KindPainter : RowPainter<is_whole_row> {
  using Base = RowPainter<is_whole_row>;

 public:
  KindPainter(const WideGround& ground, const GroundRow& row, const WideColumns& columns) : Base(ground, row, columns) {
    const float road = ground.road_noise * row.noise, grass = ground.grass_noise * row.noise;
    tints_[static_cast<int>(Ground::kLine)] = {ground.line, road / kTexel, ground.texels[GroundTexture::kAsphalt]};
    tints_[static_cast<int>(Ground::kRoad)] = {ground.road, road / kTexel, ground.texels[GroundTexture::kAsphalt]};
    tints_[static_cast<int>(Ground::kVerge)] = {ground.verge, grass / kTexel, ground.texels[GroundTexture::kGrass]};
    tints_[static_cast<int>(Ground::kGrass)] = {ground.grass, grass / kTexel, ground.texels[GroundTexture::kGrass]};
  }

  template <typename Use>
  void run(const Use& use) const {
    constexpr std::size_t kAtOnce = 64;  // bits of a mask
    Survey survey[kAtOnce / kBlock];
    alignas(64) std::int32_t less_close[kAtOnce];
    const WideColumns& columns = this->columns_;
    for (std::size_t begin = 0; begin < columns.count; begin += kAtOnce) {
      const std::size_t count = columns.count - begin < kAtOnce ? columns.count - begin : kAtOnce;
      std::uint64_t close = 0;
      std::uint64_t of_kind[kKinds] = {};
      for (std::size_t i = 0; i < count; i += kLanes) {
        Survey& here = survey[i / kBlock];
        const int lane = static_cast<int>(i % kBlock);
        if (lane == 0) here.narrow = here.one_tile = 0;
        const BlockCells cells = this->look(begin + i, lane, here);
        const auto few = [](Wholes from, Wholes to) { return less(minus(to, from), all(kClose)); };
        close |= std::uint64_t{bits(both(both(cells.inside, few(cells.x, cells.end_x)), few(cells.y, cells.end_y)))}
                 << i;
        const Wholes place = up<kHighestByte>(minus(all(0), plus(cells.x, up<2>(cells.y))));
        store_aligned(less_close + i, all_bits(place, all(kOtherBytes)));
        const Wholes ground{_mm256_load_si256(reinterpret_cast<const __m256i*>(here.ground + lane))};
        for (int kind = 0; kind < kKinds; ++kind)
          of_kind[kind] |= std::uint64_t{bits(equal(ground, all(std::int32_t{kind})))} << i;
      }
      const std::uint64_t there = count == kAtOnce ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
      const auto mask = [&](Ground ground) { return of_kind[static_cast<int>(ground)] & there; };
      const std::uint64_t tinted =
          mask(Ground::kLine) | mask(Ground::kRoad) | mask(Ground::kVerge) | mask(Ground::kGrass);
      const auto each = [&](std::uint64_t blocks, const auto& paint) {
        for (; blocks != 0; blocks &= blocks - 1) {
          const auto i = static_cast<std::size_t>(__builtin_ctzll(blocks));
          paint(survey[i / kBlock], i % kBlock, (begin + i) / kBlock * kBlock);
        }
      };
      for (std::uint64_t blocks = tinted & close; blocks != 0; blocks &= blocks - 1) {
        const auto i = static_cast<std::size_t>(__builtin_ctzll(blocks));
        const Survey& here = survey[i / kBlock];
        tint_close(tints_[here.ground[i % kBlock]], here.texel[i % kBlock], less_close[i], begin + i, use);
      }
      each(tinted & ~close, [&](const Survey& here, std::size_t i, std::size_t start) {
        this->paint_run(static_cast<Ground>(here.ground[i]), here, start, i, i + 1, use);
      });
      each(mask(Ground::kPaved), [&](const Survey& here, std::size_t i, std::size_t start) {
        this->template mixed_run<true, false>(here, start, i, i + 1, use);
      });
      each(mask(Ground::kUnlined), [&](const Survey& here, std::size_t i, std::size_t start) {
        this->template mixed_run<false, true>(here, start, i, i + 1, use);
      });
      each(mask(Ground::kMixed), [&](const Survey& here, std::size_t i, std::size_t start) {
        this->template mixed_run<true, true>(here, start, i, i + 1, use);
      });
    }
  }

 private:
  static constexpr int kKinds = 7;
  struct Tint {
    const float* colour = nullptr;
    float contrast = 0;  // per texel that counts kTexel
    const std::int8_t* texels = nullptr;
  };

  template <typename Use>
  void tint_close(const Tint& tint, std::int32_t texel, std::int32_t less_close, std::size_t block,
                  const Use& use) const {
    const GroundRow& row = this->row_;
    const CloseWindow window = close_window(tint.texels + texel);
    const Reals red = all(tint.colour[0]), green = all(tint.colour[1]), blue = all(tint.colour[2]);
    const Reals contrast = all(tint.contrast);
    for (std::size_t column = block * kBlock; column < (block + 1) * kBlock; column += kLanes) {
      const Reals u = load(this->columns_.u + column);
      const Reals x = plus(all(row.x0), times(u, all(row.dx))), y = plus(all(row.y0), times(u, all(row.dy)));
      const Wholes ix = whole(x), iy = whole(y);
      const Wholes place = plus(up<kHighestByte>(plus(ix, up<2>(iy))), all(less_close));
      const Corners corners = close_texels(window, place);
      const Reals weight = this->brightness(contrast, bilinear(corners, fraction(x, ix), fraction(y, iy)));
      use(column, times(weight, red), times(weight, green), times(weight, blue));
    }
  }

  Tint tints_[kKinds];
};

}  // namespace

void paint_avx2(const WideGround& ground, const GroundRow& row, const WideColumns& columns, float* r, float* g,
                float* b) {
  paint_in_lanes<KindPainter>(ground, row, columns, r, g, b);
}
void paint_pixels_avx2(const WideGround& ground, const GroundRow& row, const WideColumns& columns,
                       std::uint32_t* pixels) {
  paint_pixels_in_lanes<KindPainter>(ground, row, columns, pixels);
}

}  // namespace pitlane

#else

namespace pitlane {

void paint_avx2(const WideGround&, const GroundRow&, const WideColumns&, float*, float*, float*) {}
void paint_pixels_avx2(const WideGround&, const GroundRow&, const WideColumns&, std::uint32_t*) {}

}  // namespace pitlane

#endif
