// A whole image row of flat ground with several columns in a register. Where the cells that a block touches lie close
// together, distances and texels are looked up in registers that hold a window of 8 x 4 of them, instead of in memory.
// The order of operations is that of shade() in ground_mixed.cpp. Included after the lookups of a kind of processor:
// ground_avx512.cpp, ground_avx2.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pitlane/sim/ground_blocks.h"
#include "pitlane/sim/ground_wide.h"
#include "pitlane/sim/wide_lookup.h"
#include "pitlane/sim/wide_texels.h"

namespace pitlane {
namespace {

constexpr int kCornerStride = DistanceField::kTileStride;

Reals clamp01(Reals v) { return clamp(v, 1); }

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
      for (std::size_t i = 0; there(i); ++i) {
        survey[i].narrow = survey[i].one_tile = survey[i].close = 0;
        for (int lane = 0; lane < kBlock; lane += kLanes)
          look(begin + i * kBlock + static_cast<std::size_t>(lane), lane, survey[i]);
      }
      for (std::size_t i = 0; there(i); ++i)
        paint(survey[i], begin + i * kBlock, left(i) < kBlock ? left(i) : kBlock, use);
    }
  }

 private:
  /// At blocks of as many as a register holds, from `start` on, which is `lane` of the survey.
  void look(std::size_t start, int lane, Survey& survey) const;
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
  [[nodiscard]] Reals brightness(Reals contrast, Reals texture) const {
    const Reals whole = plus(all(1.F), times(contrast, texture));
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
void RowPainter<is_whole_row>::look(std::size_t start, int lane, Survey& survey) const {
  const Reals zero = all(0.F), half = all(0.5F);
  const Reals first = load(columns_.first + start), last = load(columns_.last + start);
  const auto ground_at = [](float base, float step, Reals u) { return plus(all(base), times(u, all(step))); };
  const Reals xa = ground_at(row_.x0, row_.dx, first), xb = ground_at(row_.x0, row_.dx, last);
  const Reals ya = ground_at(row_.y0, row_.dy, first), yb = ground_at(row_.y0, row_.dy, last);
  const Reals x_low = least(xa, xb), x_high = most(xa, xb);
  const Reals y_low = least(ya, yb), y_high = most(ya, yb);
  const Lanes inside =
      both(both(both(at_least(x_low, zero), at_least(y_low, zero)), at_most(x_high, all(field_.max_x))),
           at_most(y_high, all(field_.max_y)));
  const Wholes cell_x = whole_in(inside, x_low), cell_y = whole_in(inside, y_low);
  const Wholes end_x = whole_in(inside, x_high), end_y = whole_in(inside, y_high);
  const Lanes narrow =
      both(both(inside, less(minus(end_x, cell_x), all(kWindowX))), less(minus(end_y, cell_y), all(kWindowY)));
  const auto same_tile = [](Wholes a, Wholes b) { return equal(down<5>(a), down<5>(b)); };
  survey.narrow |= bits(narrow) << lane;
  survey.one_tile |= bits(both(both(narrow, same_tile(cell_x, end_x)), same_tile(cell_y, end_y))) << lane;

  const auto length = [&](Reals u) {
    return plus(magnitude(ground_at(row_.down_x0, row_.down_dx, u)),
                magnitude(ground_at(row_.down_y0, row_.down_dy, u)));
  };
  const Reals across_down = times(all(RowFacts::kMostSlope_mm), most(length(first), length(last)));
  const Reals half_pixel = times(half, most(plus(all(facts_.across_mm), across_down), half));
  const Reals doubt = plus(times(times(half, minus(last, first)), all(facts_.per_u_mm)), all(RowFacts::kSlack_mm));

  const Reals middle = times(half, plus(first, last));
  const Reals x = clamp(ground_at(row_.x0, row_.dx, middle), field_.max_x);
  const Reals y = clamp(ground_at(row_.y0, row_.dy, middle), field_.max_y);
  const Wholes ix = whole(x), iy = whole(y);
  const Wholes tile = tile_begin(field_, ix, iy);
  const Pairs corners = pairs_at(field_, plus(tile, corner_in_tile(ix, iy)));
  const Reals away = magnitude(bilinear(distances(corners), fraction(x, ix), fraction(y, iy)));
  const Reals margin = plus(doubt, half_pixel);
  const Reals nearest = minus(away, margin), farthest = plus(away, margin);
  const auto beyond = [&](float mm) { return at_least(nearest, all(mm)); };
  const auto within = [&](float mm) { return at_most(farthest, all(mm)); };
  const Lanes off_line = beyond(facts_.line_mm), on_road = within(facts_.road_mm);
  const Lanes off_road = beyond(facts_.road_mm), on_verge = within(facts_.verge_mm);
  const Lanes line = both(within(facts_.line_mm), at_most(half_pixel, all(facts_.line_mm)));
  const auto number = [](Ground ground) { return all(std::int32_t{static_cast<int>(ground)}); };
  Wholes kind = number(Ground::kMixed);
  const auto is = [&](Lanes in, Ground ground) { kind = where(in, number(ground), kind); };
  is(on_road, Ground::kPaved);
  is(off_line, Ground::kUnlined);
  is(beyond(facts_.verge_mm), Ground::kGrass);
  is(both(off_road, on_verge), Ground::kVerge);
  is(both(off_line, on_road), Ground::kRoad);
  is(line, Ground::kLine);
  is(others(inside), Ground::kMixed);
  store_aligned(survey.ground + lane, kind);
  const Wholes texel_row = common_bits(cell_y, all(kTexelMask));
  static_assert(kTexelStride == 128 + 8);
  store_aligned(survey.less_window + lane, minus(all(0), plus(cell_x, up<3>(cell_y))));
  store_aligned(survey.texel + lane,
                plus(plus(common_bits(cell_x, all(kTexelMask)), up<7>(texel_row)), up<3>(texel_row)));
  store_aligned(survey.corner + lane, plus(tile, corner_in_tile(cell_x, cell_y)));
  note_close({inside, cell_x, cell_y, end_x, end_y}, lane, survey);
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
  const Reals red = all(colour[0]), green = all(colour[1]), blue = all(colour[2]);
  const float contrast = (byte == 0 ? ground_.road_noise : ground_.grass_noise) * row_.noise;
  for (std::size_t i = begin; i < end; ++i) {
    const BlockTexels<byte> texels(ground_, survey, i);
    const Reals per_texel = all(contrast * texels.unit());
    for (std::size_t column = (start + i) * kBlock; column < (start + i + 1) * kBlock; column += kLanes) {
      const Reals u = load(columns_.u + column);
      const Reals x = plus(all(row_.x0), times(u, all(row_.dx))), y = plus(all(row_.y0), times(u, all(row_.dy)));
      const Wholes ix = whole(x), iy = whole(y);
      const Reals weight = brightness(per_texel, bilinear(texels.at(ix, iy), fraction(x, ix), fraction(y, iy)));
      use(column, times(weight, red), times(weight, green), times(weight, blue));
    }
  }
}

// Ground of several kinds. Without `has_line`: no pixel reaches the line; without `has_edge`: none reaches the road's
// edge. Terms that are left out would add zero.
template <bool is_whole_row>
template <bool has_line, bool has_edge, typename Use>
void RowPainter<is_whole_row>::mixed_run(const Survey& survey, std::size_t start, std::size_t begin, std::size_t end,
                                         const Use& use) const {
  const Reals half = all(0.5F), one = all(1.F), zero = all(0.F);
  const Reals road_contrast = all(ground_.road_noise * row_.noise),
              grass_contrast = all(ground_.grass_noise * row_.noise);
  for (std::size_t i = begin; i < end; ++i) {
    for (std::size_t column = (start + i) * kBlock; column < (start + i + 1) * kBlock; column += kLanes) {
      const Reals u = load(columns_.u + column);
      const Reals x = clamp(plus(all(row_.x0), times(u, all(row_.dx))), field_.max_x);
      const Reals y = clamp(plus(all(row_.y0), times(u, all(row_.dy))), field_.max_y);
      const Wholes ix = whole(x), iy = whole(y);
      const Reals fx = fraction(x, ix), fy = fraction(y, iy);
      Pairs field, noise;
      if ((survey.one_tile >> i & 1) != 0) {
        const Wholes at = in_window(ix, iy, survey.less_window[i]);
        field = pairs_of_window(window(field_.corners + survey.corner[i], 2 * kCornerStride), at);
        noise =
            pairs_of_window(window(ground_.texel_pairs + 2 * std::ptrdiff_t{survey.texel[i]}, 2 * kTexelStride), at);
      } else {
        field = field_pairs(field_, ix, iy);
        noise = texel_pairs(ground_, ix, iy);
      }
      const Corners d = distances(field);
      const Reals slope_low = minus(d.low_next, d.low), slope_high = minus(d.high_next, d.high);
      const Reals low = plus(d.low, times(fx, slope_low));
      const Reals gradient_y = minus(plus(d.high, times(fx, slope_high)), low);
      const Reals gradient_x = plus(slope_low, times(fy, minus(slope_high, slope_low)));
      const Reals away = magnitude(plus(low, times(fy, gradient_y)));
      const Reals across = plus(times(gradient_x, all(row_.across_x)), times(gradient_y, all(row_.across_y)));
      const Reals down = plus(times(gradient_x, plus(all(row_.down_x0), times(u, all(row_.down_dx)))),
                              times(gradient_y, plus(all(row_.down_y0), times(u, all(row_.down_dy)))));
      const Reals width = most(plus(magnitude(across), magnitude(down)), half);
      const Reals per_mm = over(one, width);
      const auto covered = [&](float half_width_mm) {
        return clamp01(plus(times(minus(all(half_width_mm), away), per_mm), half));
      };
      const Reals line = has_line ? minus(covered(ground_.line_mm), covered(-ground_.line_mm)) : zero;
      const Reals in_road = has_edge ? covered(ground_.road_mm) : one;
      const Reals asphalt = brightness(road_contrast, bilinear(texels<0>(noise), fx, fy));
      const Reals w_road = times(asphalt, has_line ? most(minus(in_road, line), zero) : in_road);
      const Reals w_line = times(asphalt, line);
      const Reals in_verge = has_edge ? covered(ground_.verge_mm) : one;
      const Reals blades = has_edge ? brightness(grass_contrast, bilinear(texels<1>(noise), fx, fy)) : zero;
      const Reals w_verge = times(blades, minus(in_verge, in_road)), w_grass = times(blades, minus(one, in_verge));
      const auto channel = [&](int c) {
        Reals sum = times(w_road, all(ground_.road[c]));
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
}

void add(float* channel, Reals value) { store(channel, plus(load(channel), value)); }

template <bool may_be_white>
Wholes byte_of(Reals value) {
  const Reals rounded = plus(value, all(0.5F));
  return whole(may_be_white ? least(rounded, all(255.F)) : rounded);
}

template <bool is_whole_row, bool may_be_white>
void paint_pixels(const WideGround& ground, const GroundRow& row, const WideColumns& columns, std::uint32_t* pixels) {
  RowPainter<is_whole_row>(ground, row, columns).run([=](std::size_t column, Reals red, Reals green, Reals blue) {
    const Wholes r = byte_of<may_be_white>(red), g = byte_of<may_be_white>(green), b = byte_of<may_be_white>(blue);
    store(pixels + column, all_bits(r, all_bits(up<8>(g), up<16>(b))));
  });
}

void paint_in_lanes(const WideGround& ground, const GroundRow& row, const WideColumns& columns, float* r, float* g,
                    float* b) {
  RowPainter<false>(ground, row, columns).run([=](std::size_t column, Reals red, Reals green, Reals blue) {
    add(r + column, red), add(g + column, green), add(b + column, blue);
  });
}

void paint_pixels_in_lanes(const WideGround& ground, const GroundRow& row, const WideColumns& columns,
                           std::uint32_t* pixels) {
  if (row.share != 1) return paint_pixels<false, true>(ground, row, columns, pixels);
  if (ground.brightest < 255) return paint_pixels<true, false>(ground, row, columns, pixels);
  paint_pixels<true, true>(ground, row, columns, pixels);
}

}  // namespace
}  // namespace pitlane
