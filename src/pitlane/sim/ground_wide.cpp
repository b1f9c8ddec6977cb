// Where the cells that a block touches lie close together, distances and texels are looked up in registers that hold a
// window of 8 x 4 of them, instead of in memory. The order of operations is that of shade() in ground_mixed.cpp.
#include "pitlane/sim/ground_wide.h"

#include "pitlane/sim/ground_blocks.h"
#include "pitlane/sim/ground_texture.h"

#ifdef PITLANE_WIDE_FIELD
#include "pitlane/sim/wide_lookup.h"
#endif

namespace pitlane {

#ifdef PITLANE_WIDE_FIELD
namespace {

constexpr int kWindowX = 7, kWindowY = 3;  // cells: with their far corners they fit into 4 rows of 8
static_assert(kBlock == 16 && DistanceField::kTileCells == 32);
constexpr int kTexelMask = GroundTexture::kCells - 1;
constexpr int kTexelStride = GroundTexture::kStride;
constexpr int kCornerStride = DistanceField::kTileStride;

__m512 clamp01(__m512 v) { return clamp(v, 1); }

// What there is to know of a row's blocks, 16 of them, before they are painted.
struct alignas(64) Survey {
  std::int32_t ground[kBlock];
  // Of the window that begins at the lowest cell: less_window is what in_window() adds, texel and corner where it
  // begins in the textures and in the field.
  std::int32_t less_window[kBlock], texel[kBlock], corner[kBlock];
  std::uint32_t narrow, one_tile;  // a bit for each block; one_tile: all its cells lie in one tile of the field
};

// `byte`: 0 for asphalt, 1 for grass.
template <int byte>
Corners texels(const Pairs& pairs) {
  const auto first = [](__m512i pair) { return real(_mm512_srai_epi32(_mm512_slli_epi32(pair, 24 - 8 * byte), 24)); };
  const auto second = [](__m512i pair) { return real(_mm512_srai_epi32(_mm512_slli_epi32(pair, 8 - 8 * byte), 24)); };
  return {first(pairs.low), second(pairs.low), first(pairs.high), second(pairs.high)};
}

Pairs texel_pairs(const WideGround& ground, __m512i ix, __m512i iy) {
  const __m512i down = _mm512_and_epi32(iy, all(kTexelMask));
  static_assert(kTexelStride == 128 + 8);
  const __m512i at = _mm512_add_epi32(_mm512_add_epi32(_mm512_slli_epi32(down, 7), _mm512_slli_epi32(down, 3)),
                                      _mm512_and_epi32(ix, all(kTexelMask)));
  return {_mm512_i32gather_epi32(at, ground.texel_pairs, 2),
          _mm512_i32gather_epi32(_mm512_add_epi32(at, all(kTexelStride)), ground.texel_pairs, 2)};
}

// Four rows of eight 16-bit elements.
__m512i window(const void* from, std::ptrdiff_t stride_bytes) {
  const auto* row = static_cast<const char*>(from);
  const auto load = [row, stride_bytes](int i) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + i * stride_bytes));
  };
  const __m256i upper = _mm256_inserti128_si256(_mm256_castsi128_si256(load(0)), load(1), 1);
  const __m256i lower = _mm256_inserti128_si256(_mm256_castsi128_si256(load(2)), load(3), 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(upper), lower, 1);
}

// `at`: by lane, which element of the window.
Pairs pairs_of_window(__m512i window, __m512i at) {
  const __m512i low = _mm512_add_epi32(_mm512_or_epi32(at, _mm512_slli_epi32(at, 16)), all(0x00010000));
  return {_mm512_permutexvar_epi16(low, window),
          _mm512_permutexvar_epi16(_mm512_add_epi32(low, all(0x00080008)), window)};
}

Corners corners_of_window(const float* from, __m512i at) {
  const auto two_rows = [from](int i) {
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(from + i * kTexelStride)),
                              _mm256_loadu_ps(from + (i + 1) * kTexelStride), 1);
  };
  const __m512 upper = two_rows(0), lower = two_rows(2);
  const auto pick = [&](std::int32_t offset) {
    return _mm512_permutex2var_ps(upper, _mm512_add_epi32(at, all(offset)), lower);
  };
  return {_mm512_permutex2var_ps(upper, at, lower), pick(1), pick(8), pick(9)};
}

// The element of a window that is each lane's: ix + 8 iy, less the window's own place.
__m512i in_window(__m512i ix, __m512i iy, std::int32_t less_window) {
  return _mm512_add_epi32(_mm512_add_epi32(ix, _mm512_slli_epi32(iy, 3)), all(less_window));
}

// is_whole_row: its share is 1.
template <bool is_whole_row>
class RowPainter {
 public:
  RowPainter(const WideGround& ground, const GroundRow& row, const WideColumns& columns)
      : ground_(ground),
        field_(ground.field),
        row_(row),
        columns_(columns),
        facts_(row, ground.line_mm, ground.road_mm, ground.verge_mm) {}

  /// `use(column, red, green, blue)` for each block: of its first column on, what is to be added.
  template <typename Use>
  void run(const Use& use) const {
    // A wide view takes several turns. All blocks of one are looked at first: that waits for memory, and painting
    // would wait for it.
    constexpr std::size_t kAtOnce = 4;
    Survey survey[kAtOnce];
    for (std::size_t begin = 0; begin < columns_.count; begin += kAtOnce * kBlock) {
      const auto left = [&](std::size_t i) { return columns_.count - begin - i * kBlock; };
      const auto there = [&](std::size_t i) { return i < kAtOnce && begin + i * kBlock < columns_.count; };
      for (std::size_t i = 0; there(i); ++i) look(begin + i * kBlock, survey[i]);
      for (std::size_t i = 0; there(i); ++i)
        paint(survey[i], begin + i * kBlock, left(i) < kBlock ? left(i) : kBlock, use);
    }
  }

 private:
  void look(std::size_t start, Survey& survey) const;
  template <typename Use>
  void paint(const Survey& survey, std::size_t start, std::size_t count, const Use& use) const {
    for (std::size_t i = 0, end = 0; i < count; i = end) {
      const std::int32_t kind = survey.ground[i];
      for (end = i + 1; end < count && survey.ground[end] == kind;) ++end;
      paint_run(static_cast<Ground>(kind), survey, start, i, end, use);
    }
  }
  template <typename Use>
  void paint_run(Ground kind, const Survey& survey, std::size_t start, std::size_t begin, std::size_t end,
                 const Use& use) const;
  template <int byte, typename Use>
  void tint_run(const float (&colour)[3], const Survey& survey, std::size_t start, std::size_t begin, std::size_t end,
                const Use& use) const;
  template <bool has_line, bool has_edge, typename Use>
  void mixed_run(const Survey& survey, std::size_t start, std::size_t begin, std::size_t end, const Use& use) const;
  [[nodiscard]] __m512 brightness(__m512 contrast, __m512 texture) const {
    const __m512 whole = plus(all(1.F), times(contrast, texture));
    return is_whole_row ? whole : times(all(row_.share), whole);
  }

  const WideGround& ground_;
  const WideField field_;
  const GroundRow row_;
  const WideColumns columns_;
  const RowFacts facts_;
};

// The operations of survey() and judge() in ground_blocks.cpp.
template <bool is_whole_row>
void RowPainter<is_whole_row>::look(std::size_t start, Survey& survey) const {
  const __m512 zero = all(0.F), half = all(0.5F);
  const __m512 first = _mm512_loadu_ps(columns_.first + start), last = _mm512_loadu_ps(columns_.last + start);
  const auto ground_at = [](float base, float step, __m512 u) { return plus(all(base), times(u, all(step))); };
  const __m512 xa = ground_at(row_.x0, row_.dx, first), xb = ground_at(row_.x0, row_.dx, last);
  const __m512 ya = ground_at(row_.y0, row_.dy, first), yb = ground_at(row_.y0, row_.dy, last);
  const __m512 x_low = _mm512_min_ps(xa, xb), x_high = _mm512_max_ps(xa, xb);
  const __m512 y_low = _mm512_min_ps(ya, yb), y_high = _mm512_max_ps(ya, yb);
  const __mmask16 inside = _mm512_cmp_ps_mask(x_low, zero, _CMP_GE_OQ) & _mm512_cmp_ps_mask(y_low, zero, _CMP_GE_OQ) &
                           _mm512_cmp_ps_mask(x_high, all(field_.max_x), _CMP_LE_OQ) &
                           _mm512_cmp_ps_mask(y_high, all(field_.max_y), _CMP_LE_OQ);
  const __m512i cell_x = _mm512_maskz_cvttps_epi32(inside, x_low), cell_y = _mm512_maskz_cvttps_epi32(inside, y_low);
  const __m512i end_x = _mm512_maskz_cvttps_epi32(inside, x_high), end_y = _mm512_maskz_cvttps_epi32(inside, y_high);
  const __mmask16 narrow = inside & _mm512_cmplt_epi32_mask(_mm512_sub_epi32(end_x, cell_x), all(kWindowX)) &
                           _mm512_cmplt_epi32_mask(_mm512_sub_epi32(end_y, cell_y), all(kWindowY));
  const auto same_tile = [](__m512i a, __m512i b) {
    return _mm512_cmpeq_epi32_mask(_mm512_srai_epi32(a, 5), _mm512_srai_epi32(b, 5));
  };
  survey.narrow = narrow;
  survey.one_tile = static_cast<std::uint32_t>(narrow & same_tile(cell_x, end_x) & same_tile(cell_y, end_y));

  const auto length = [&](__m512 u) {
    return plus(_mm512_abs_ps(ground_at(row_.down_x0, row_.down_dx, u)),
                _mm512_abs_ps(ground_at(row_.down_y0, row_.down_dy, u)));
  };
  const __m512 down = times(all(RowFacts::kMostSlope_mm), _mm512_max_ps(length(first), length(last)));
  const __m512 half_pixel = times(half, _mm512_max_ps(plus(all(facts_.across_mm), down), half));
  const __m512 doubt = plus(times(times(half, minus(last, first)), all(facts_.per_u_mm)), all(RowFacts::kSlack_mm));

  const __m512 middle = times(half, plus(first, last));
  const __m512 x = clamp(ground_at(row_.x0, row_.dx, middle), field_.max_x);
  const __m512 y = clamp(ground_at(row_.y0, row_.dy, middle), field_.max_y);
  const __m512i ix = _mm512_cvttps_epi32(x), iy = _mm512_cvttps_epi32(y);
  const __m512i tile = tile_begin(field_, ix, iy);
  const Pairs corners = pairs_at(field_, _mm512_add_epi32(tile, corner_in_tile(ix, iy)));
  const __m512 away = _mm512_abs_ps(bilinear(distances(corners), fraction(x), fraction(y)));
  const __m512 margin = plus(doubt, half_pixel);
  const __m512 nearest = minus(away, margin), farthest = plus(away, margin);
  const auto beyond = [&](float mm) { return _mm512_cmp_ps_mask(nearest, all(mm), _CMP_GE_OQ); };
  const auto within = [&](float mm) { return _mm512_cmp_ps_mask(farthest, all(mm), _CMP_LE_OQ); };
  const __mmask16 off_line = beyond(facts_.line_mm), on_road = within(facts_.road_mm);
  const __mmask16 off_road = beyond(facts_.road_mm), on_verge = within(facts_.verge_mm);
  const __mmask16 line = within(facts_.line_mm) & _mm512_cmp_ps_mask(half_pixel, all(facts_.line_mm), _CMP_LE_OQ);
  __m512i kind = all(std::int32_t{static_cast<int>(Ground::kMixed)});
  const auto where = [&kind](__mmask16 mask, Ground ground) {
    kind = _mm512_mask_mov_epi32(kind, mask, all(std::int32_t{static_cast<int>(ground)}));
  };
  where(on_road, Ground::kPaved);
  where(off_line, Ground::kUnlined);
  where(beyond(facts_.verge_mm), Ground::kGrass);
  where(off_road & on_verge, Ground::kVerge);
  where(off_line & on_road, Ground::kRoad);
  where(line, Ground::kLine);
  where(static_cast<__mmask16>(~inside), Ground::kMixed);
  _mm512_store_si512(survey.ground, kind);
  const __m512i texel_row = _mm512_and_epi32(cell_y, all(kTexelMask));
  const auto plus_row = [](__m512i at, __m512i row, unsigned shift) {
    return _mm512_add_epi32(at, _mm512_slli_epi32(row, shift));
  };
  _mm512_store_si512(survey.less_window, _mm512_sub_epi32(all(0), plus_row(cell_x, cell_y, 3)));
  _mm512_store_si512(survey.texel,
                     plus_row(plus_row(_mm512_and_epi32(cell_x, all(kTexelMask)), texel_row, 7), texel_row, 3));
  _mm512_store_si512(survey.corner, _mm512_add_epi32(tile, corner_in_tile(cell_x, cell_y)));
}

template <bool is_whole_row>
template <typename Use>
void RowPainter<is_whole_row>::paint_run(Ground kind, const Survey& survey, std::size_t start, std::size_t begin,
                                         std::size_t end, const Use& use) const {
  switch (kind) {
    case Ground::kLine:
      return tint_run<0>(ground_.line, survey, start, begin, end, use);
    case Ground::kRoad:
      return tint_run<0>(ground_.road, survey, start, begin, end, use);
    case Ground::kVerge:
      return tint_run<1>(ground_.verge, survey, start, begin, end, use);
    case Ground::kGrass:
      return tint_run<1>(ground_.grass, survey, start, begin, end, use);
    case Ground::kPaved:
      return mixed_run<true, false>(survey, start, begin, end, use);
    case Ground::kUnlined:
      return mixed_run<false, true>(survey, start, begin, end, use);
    case Ground::kMixed:
      return mixed_run<true, true>(survey, start, begin, end, use);
  }
}

// Ground of one kind: its colour and its texture, of which `byte` is the place in a pair.
template <bool is_whole_row>
template <int byte, typename Use>
void RowPainter<is_whole_row>::tint_run(const float (&colour)[3], const Survey& survey, std::size_t start,
                                        std::size_t begin, std::size_t end, const Use& use) const {
  const __m512 red = all(colour[0]), green = all(colour[1]), blue = all(colour[2]);
  const float* texture = byte == 0 ? ground_.asphalt : ground_.blades;
  const __m512 contrast = all((byte == 0 ? ground_.road_noise : ground_.grass_noise) * row_.noise);
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t column = (start + i) * kBlock;
    const __m512 u = _mm512_loadu_ps(columns_.u + column);
    const __m512 x = plus(all(row_.x0), times(u, all(row_.dx))), y = plus(all(row_.y0), times(u, all(row_.dy)));
    const __m512i ix = _mm512_cvttps_epi32(x), iy = _mm512_cvttps_epi32(y);
    const Corners corners = (survey.narrow >> i & 1) != 0
                                ? corners_of_window(texture + survey.texel[i], in_window(ix, iy, survey.less_window[i]))
                                : texels<byte>(texel_pairs(ground_, ix, iy));
    const __m512 weight = brightness(contrast, bilinear(corners, fraction(x), fraction(y)));
    use(column, times(weight, red), times(weight, green), times(weight, blue));
  }
}

// Ground of several kinds. Without `has_line`: no pixel reaches the line; without `has_edge`: none reaches the road's
// edge. Terms that are left out would add zero.
template <bool is_whole_row>
template <bool has_line, bool has_edge, typename Use>
void RowPainter<is_whole_row>::mixed_run(const Survey& survey, std::size_t start, std::size_t begin, std::size_t end,
                                         const Use& use) const {
  const __m512 half = all(0.5F), one = all(1.F), zero = all(0.F);
  const __m512 road_contrast = all(ground_.road_noise * row_.noise),
               grass_contrast = all(ground_.grass_noise * row_.noise);
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t column = (start + i) * kBlock;
    const __m512 u = _mm512_loadu_ps(columns_.u + column);
    const __m512 x = clamp(plus(all(row_.x0), times(u, all(row_.dx))), field_.max_x);
    const __m512 y = clamp(plus(all(row_.y0), times(u, all(row_.dy))), field_.max_y);
    const __m512i ix = _mm512_cvttps_epi32(x), iy = _mm512_cvttps_epi32(y);
    const __m512 fx = fraction(x), fy = fraction(y);
    Pairs field, noise;
    if ((survey.one_tile >> i & 1) != 0) {
      const __m512i at = in_window(ix, iy, survey.less_window[i]);
      field = pairs_of_window(window(field_.corners + survey.corner[i], 2 * kCornerStride), at);
      noise = pairs_of_window(window(ground_.texel_pairs + 2 * std::ptrdiff_t{survey.texel[i]}, 2 * kTexelStride), at);
    } else {
      field = field_pairs(field_, ix, iy);
      noise = texel_pairs(ground_, ix, iy);
    }
    const Corners d = distances(field);
    const __m512 slope_low = minus(d.low_next, d.low), slope_high = minus(d.high_next, d.high);
    const __m512 low = plus(d.low, times(fx, slope_low));
    const __m512 gradient_y = minus(plus(d.high, times(fx, slope_high)), low);
    const __m512 gradient_x = plus(slope_low, times(fy, minus(slope_high, slope_low)));
    const __m512 away = _mm512_abs_ps(plus(low, times(fy, gradient_y)));
    const __m512 across = plus(times(gradient_x, all(row_.across_x)), times(gradient_y, all(row_.across_y)));
    const __m512 down = plus(times(gradient_x, plus(all(row_.down_x0), times(u, all(row_.down_dx)))),
                             times(gradient_y, plus(all(row_.down_y0), times(u, all(row_.down_dy)))));
    const __m512 width = _mm512_max_ps(plus(_mm512_abs_ps(across), _mm512_abs_ps(down)), half);
    const __m512 per_mm = _mm512_div_ps(one, width);
    const auto covered = [&](float half_width_mm) {
      return clamp01(plus(times(minus(all(half_width_mm), away), per_mm), half));
    };
    const __m512 line = has_line ? minus(covered(ground_.line_mm), covered(-ground_.line_mm)) : zero;
    const __m512 in_road = has_edge ? covered(ground_.road_mm) : one;
    const __m512 asphalt = brightness(road_contrast, bilinear(texels<0>(noise), fx, fy));
    const __m512 w_road = times(asphalt, has_line ? _mm512_max_ps(minus(in_road, line), zero) : in_road);
    const __m512 w_line = times(asphalt, line);
    const __m512 in_verge = has_edge ? covered(ground_.verge_mm) : one;
    const __m512 blades = has_edge ? brightness(grass_contrast, bilinear(texels<1>(noise), fx, fy)) : zero;
    const __m512 w_verge = times(blades, minus(in_verge, in_road)), w_grass = times(blades, minus(one, in_verge));
    const auto channel = [&](int c) {
      __m512 sum = times(w_road, all(ground_.road[c]));
      if (has_line) sum = plus(times(w_line, all(ground_.line[c])), sum);
      if (has_edge) {
        sum = plus(sum, times(w_verge, all(ground_.verge[c])));
        sum = plus(sum, times(w_grass, all(ground_.grass[c])));
      }
      return sum;
    };
    use(column, channel(0), channel(1), channel(2));
  }
}

void add(float* channel, __m512 value) { _mm512_storeu_ps(channel, plus(_mm512_loadu_ps(channel), value)); }

template <bool may_be_white>
__m512i byte_of(__m512 value) {
  const __m512 rounded = plus(value, all(0.5F));
  return _mm512_cvttps_epi32(may_be_white ? _mm512_min_ps(rounded, all(255.F)) : rounded);
}

template <bool is_whole_row, bool may_be_white>
void paint_pixels(const WideGround& ground, const GroundRow& row, const WideColumns& columns, std::uint32_t* pixels) {
  RowPainter<is_whole_row>(ground, row, columns).run([=](std::size_t column, __m512 red, __m512 green, __m512 blue) {
    const __m512i r = byte_of<may_be_white>(red), g = byte_of<may_be_white>(green), b = byte_of<may_be_white>(blue);
    _mm512_storeu_si512(pixels + column,
                        _mm512_or_epi32(r, _mm512_or_epi32(_mm512_slli_epi32(g, 8), _mm512_slli_epi32(b, 16))));
  });
}

}  // namespace

void paint_wide(const WideGround& ground, const GroundRow& row, const WideColumns& columns, float* r, float* g,
                float* b) {
  RowPainter<false>(ground, row, columns).run([=](std::size_t column, __m512 red, __m512 green, __m512 blue) {
    add(r + column, red), add(g + column, green), add(b + column, blue);
  });
}

void paint_pixels_wide(const WideGround& ground, const GroundRow& row, const WideColumns& columns,
                       std::uint32_t* pixels) {
  if (row.share != 1) return paint_pixels<false, true>(ground, row, columns, pixels);
  if (ground.brightest < 255) return paint_pixels<true, false>(ground, row, columns, pixels);
  paint_pixels<true, true>(ground, row, columns, pixels);
}

#else

void paint_wide(const WideGround&, const GroundRow&, const WideColumns&, float*, float*, float*) {}
void paint_pixels_wide(const WideGround&, const GroundRow&, const WideColumns&, std::uint32_t*) {}

#endif

}  // namespace pitlane
