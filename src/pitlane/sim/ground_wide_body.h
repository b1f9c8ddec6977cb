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

// Where the windows of the blocks begin. The tile of a block's middle is that of all its cells where they lie in one.
inline void note_cells(const BlockCells& cells, Wholes tile, int lane, Survey& survey) {
  const Lanes narrow = both(both(cells.inside, less(minus(cells.end_x, cells.x), all(kWindowX))),
                            less(minus(cells.end_y, cells.y), all(kWindowY)));
  const auto same_tile = [](Wholes a, Wholes b) { return equal(down<5>(a), down<5>(b)); };
  survey.narrow |= bits(narrow) << lane;
  survey.one_tile |= bits(both(both(narrow, same_tile(cells.x, cells.end_x)), same_tile(cells.y, cells.end_y))) << lane;
  const Wholes texel_row = common_bits(cells.y, all(kTexelMask));
  static_assert(kTexelStride == 128 + 8);
  store_aligned(survey.less_window + lane, minus(all(0), plus(cells.x, up<3>(cells.y))));
  store_aligned(survey.texel + lane,
                plus(plus(common_bits(cells.x, all(kTexelMask)), up<7>(texel_row)), up<3>(texel_row)));
  store_aligned(survey.corner + lane, plus(tile, corner_in_tile(cells.x, cells.y)));
  note_close(cells, lane, survey);
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
      for (std::size_t i = 0; there(i); ++i) {
        survey[i].narrow = survey[i].one_tile = survey[i].close = 0;
        look(begin + i * kBlock, survey[i]);
      }
      for (std::size_t i = 0; there(i); ++i)
        paint(survey[i], begin + i * kBlock, left(i) < kBlock ? left(i) : kBlock, use);
    }
  }

 private:
  /// At the blocks from `start` on.
  void look(std::size_t start, Survey& survey) const;
  [[nodiscard]] Wholes kind_of(Lanes inside, Reals away, Reals margin, Reals half_pixel) const;
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
void RowPainter<is_whole_row>::look(std::size_t start, Survey& survey) const {
  const Reals zero = all(0.F), half = all(0.5F);
  const auto first = each([&](std::size_t r) { return load(columns_.first + start + r * kLanes); });
  const auto last = each([&](std::size_t r) { return load(columns_.last + start + r * kLanes); });
  const auto ground_at = [](float base, float step, Reals u) { return plus(all(base), times(u, all(step))); };

  // What is slow to come is asked for first: the distance at each block's middle.
  const auto middle = each([&](std::size_t r) { return times(half, plus(first[r], last[r])); });
  const auto x = each([&](std::size_t r) { return clamp(ground_at(row_.x0, row_.dx, middle[r]), field_.max_x); });
  const auto y = each([&](std::size_t r) { return clamp(ground_at(row_.y0, row_.dy, middle[r]), field_.max_y); });
  const auto ix = each([&](std::size_t r) { return whole(x[r]); });
  const auto iy = each([&](std::size_t r) { return whole(y[r]); });
  const auto tile = each([&](std::size_t r) { return tile_begin(field_, ix[r], iy[r]); });
  const auto corners =
      each([&](std::size_t r) { return pairs_at(field_, plus(tile[r], corner_in_tile(ix[r], iy[r]))); });

  const auto cells = each([&](std::size_t r) {
    const Reals xa = ground_at(row_.x0, row_.dx, first[r]), xb = ground_at(row_.x0, row_.dx, last[r]);
    const Reals ya = ground_at(row_.y0, row_.dy, first[r]), yb = ground_at(row_.y0, row_.dy, last[r]);
    const Reals x_low = least(xa, xb), x_high = most(xa, xb);
    const Reals y_low = least(ya, yb), y_high = most(ya, yb);
    const Lanes inside =
        both(both(both(at_least(x_low, zero), at_least(y_low, zero)), at_most(x_high, all(field_.max_x))),
             at_most(y_high, all(field_.max_y)));
    return BlockCells{inside, whole_in(inside, x_low), whole_in(inside, y_low), whole_in(inside, x_high),
                      whole_in(inside, y_high)};
  });
  const auto half_pixel = each([&](std::size_t r) {
    const auto length = [&](Reals u) {
      return plus(magnitude(ground_at(row_.down_x0, row_.down_dx, u)),
                  magnitude(ground_at(row_.down_y0, row_.down_dy, u)));
    };
    const Reals across_down = times(all(RowFacts::kMostSlope_mm), most(length(first[r]), length(last[r])));
    return times(half, most(plus(all(facts_.across_mm), across_down), half));
  });
  for (std::size_t r = 0; r < kRegisters; ++r) {
    const auto lane = static_cast<int>(r) * kLanes;
    note_cells(cells[r], tile[r], lane, survey);
    const Reals doubt =
        plus(times(times(half, minus(last[r], first[r])), all(facts_.per_u_mm)), all(RowFacts::kSlack_mm));
    const Reals away = magnitude(bilinear(distances(corners[r]), fraction(x[r], ix[r]), fraction(y[r], iy[r])));
    store_aligned(survey.ground + lane, kind_of(cells[r].inside, away, plus(doubt, half_pixel[r]), half_pixel[r]));
  }
}

template <bool is_whole_row>
Wholes RowPainter<is_whole_row>::kind_of(Lanes inside, Reals away, Reals margin, Reals half_pixel) const {
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
  return kind;
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
    const std::size_t column = (start + i) * kBlock;
    const auto u = each([&](std::size_t r) { return load(columns_.u + column + r * kLanes); });
    const auto x = each([&](std::size_t r) { return plus(all(row_.x0), times(u[r], all(row_.dx))); });
    const auto y = each([&](std::size_t r) { return plus(all(row_.y0), times(u[r], all(row_.dy))); });
    const auto ix = each([&](std::size_t r) { return whole(x[r]); });
    const auto iy = each([&](std::size_t r) { return whole(y[r]); });
    const auto fx = each([&](std::size_t r) { return fraction(x[r], ix[r]); });
    const auto fy = each([&](std::size_t r) { return fraction(y[r], iy[r]); });
    const auto texel = texels.at(ix, iy);
    const auto low = each([&](std::size_t r) { return between(texel[r].low, texel[r].low_next, fx[r]); });
    const auto high = each([&](std::size_t r) { return between(texel[r].high, texel[r].high_next, fx[r]); });
    const auto weight = each([&](std::size_t r) { return brightness(per_texel, between(low[r], high[r], fy[r])); });
    for (std::size_t r = 0; r < kRegisters; ++r)
      use(column + r * kLanes, times(weight[r], red), times(weight[r], green), times(weight[r], blue));
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
    const std::size_t column = (start + i) * kBlock;
    const auto u = each([&](std::size_t r) { return load(columns_.u + column + r * kLanes); });
    const auto x =
        each([&](std::size_t r) { return clamp(plus(all(row_.x0), times(u[r], all(row_.dx))), field_.max_x); });
    const auto y =
        each([&](std::size_t r) { return clamp(plus(all(row_.y0), times(u[r], all(row_.dy))), field_.max_y); });
    const auto ix = each([&](std::size_t r) { return whole(x[r]); });
    const auto iy = each([&](std::size_t r) { return whole(y[r]); });
    const auto fx = each([&](std::size_t r) { return fraction(x[r], ix[r]); });
    const auto fy = each([&](std::size_t r) { return fraction(y[r], iy[r]); });
    OfBlock<Pairs> field, noise;
    if ((survey.one_tile >> i & 1) != 0) {
      const auto corners = window(field_.corners + survey.corner[i], 2 * kCornerStride);
      const auto texels = window(ground_.texel_pairs + 2 * std::ptrdiff_t{survey.texel[i]}, 2 * kTexelStride);
      const auto at = each([&](std::size_t r) { return in_window(ix[r], iy[r], survey.less_window[i]); });
      field = each([&](std::size_t r) { return pairs_of_window(corners, at[r]); });
      noise = each([&](std::size_t r) { return pairs_of_window(texels, at[r]); });
    } else {
      field = each([&](std::size_t r) { return field_pairs(field_, ix[r], iy[r]); });
      noise = each([&](std::size_t r) { return texel_pairs(ground_, ix[r], iy[r]); });
    }
    const auto d = each([&](std::size_t r) { return distances(field[r]); });
    const auto slope_low = each([&](std::size_t r) { return minus(d[r].low_next, d[r].low); });
    const auto slope_high = each([&](std::size_t r) { return minus(d[r].high_next, d[r].high); });
    const auto low = each([&](std::size_t r) { return plus(d[r].low, times(fx[r], slope_low[r])); });
    const auto gradient_y =
        each([&](std::size_t r) { return minus(plus(d[r].high, times(fx[r], slope_high[r])), low[r]); });
    const auto gradient_x =
        each([&](std::size_t r) { return plus(slope_low[r], times(fy[r], minus(slope_high[r], slope_low[r]))); });
    const auto away = each([&](std::size_t r) { return magnitude(plus(low[r], times(fy[r], gradient_y[r]))); });
    const auto across = each([&](std::size_t r) {
      return plus(times(gradient_x[r], all(row_.across_x)), times(gradient_y[r], all(row_.across_y)));
    });
    const auto down = each([&](std::size_t r) {
      return plus(times(gradient_x[r], plus(all(row_.down_x0), times(u[r], all(row_.down_dx)))),
                  times(gradient_y[r], plus(all(row_.down_y0), times(u[r], all(row_.down_dy)))));
    });
    const auto per_mm =
        each([&](std::size_t r) { return over(one, most(plus(magnitude(across[r]), magnitude(down[r])), half)); });
    const auto asphalt =
        each([&](std::size_t r) { return brightness(road_contrast, bilinear(texels<0>(noise[r]), fx[r], fy[r])); });
    const auto blades = each([&](std::size_t r) {
      return has_edge ? brightness(grass_contrast, bilinear(texels<1>(noise[r]), fx[r], fy[r])) : zero;
    });
    const auto covered = [&](std::size_t r, float half_width_mm) {
      return clamp01(plus(times(minus(all(half_width_mm), away[r]), per_mm[r]), half));
    };
    for (std::size_t r = 0; r < kRegisters; ++r) {
      const Reals line = has_line ? minus(covered(r, ground_.line_mm), covered(r, -ground_.line_mm)) : zero;
      const Reals in_road = has_edge ? covered(r, ground_.road_mm) : one;
      const Reals w_road = times(asphalt[r], has_line ? most(minus(in_road, line), zero) : in_road);
      const Reals w_line = times(asphalt[r], line);
      const Reals in_verge = has_edge ? covered(r, ground_.verge_mm) : one;
      const Reals w_verge = times(blades[r], minus(in_verge, in_road)),
                  w_grass = times(blades[r], minus(one, in_verge));
      const auto channel = [&](int c) {
        Reals sum = times(w_road, all(ground_.road[c]));
        if (has_line) sum = plus(times(w_line, all(ground_.line[c])), sum);
        if (has_edge) {
          sum = plus(sum, times(w_verge, all(ground_.verge[c])));
          sum = plus(sum, times(w_grass, all(ground_.grass[c])));
        }
        return sum;
      };
      use(column + r * kLanes, channel(0), channel(1), channel(2));
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
