// How a convolution's panel of outputs goes over the pixels: tile by tile, row by row. Internal linkage, because
// ISA-specific sources include this.
#pragma once

#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {
namespace {

/// Is there a tile of so many pixels, where one has `most` at most? A row is cut into nearly equal tiles, none of fewer
/// than half of that, but for a row that is narrower: it gets tiles of four, two and one.
constexpr bool is_tile_width(int pixels, int most) {
  return pixels * 2 >= most || pixels == 4 || pixels == 2 || pixels == 1;
}

/// The widest tile for what is left of a row narrower than half of the widest tile there is.
inline int narrow_tile(int pixels) { return pixels >= 4 ? 4 : pixels >= 2 ? 2 : 1; }

template <typename Conv, typename Tile>
using TileFunction = void (*)(const Conv&, const Tile&);

/// A Tile says where its input and its output begin, and has move(in, out), in elements. `pick` gives the function for
/// a tile of so many pixels, at most `most` and of a width that there is.
template <typename Conv, typename Tile>
void walk_tiles(const Conv& c, const Tile& panel, int most, TileFunction<Conv, Tile> (*pick)(int pixels)) {
  const ConvGeometry& g = c.geometry;
  const bool narrow = g.out_w < most && !is_tile_width(g.out_w, most);
  const int tiles = (g.out_w + most - 1) / most;
  const int small = g.out_w / tiles;   // tiles of `small` or `small + 1` pixels: no tiny remainder
  const int larger = g.out_w % tiles;  // that many have one more
  const TileFunction<Conv, Tile> small_tile = narrow ? nullptr : pick(small);
  const TileFunction<Conv, Tile> large_tile = narrow || larger == 0 ? nullptr : pick(small + 1);
  for (int y = 0; y < g.out_h; ++y) {
    Tile t = panel;
    t.move(y * g.in_step_y, y * g.out_row);
    for (int left = g.out_w, i = 0; left > 0; ++i) {
      const int pixels = narrow ? narrow_tile(left) : small + (i < larger ? 1 : 0);
      (narrow ? pick(pixels) : i < larger ? large_tile : small_tile)(c, t);
      t.move(pixels * g.in_step_x, pixels * g.out_pixel);
      left -= pixels;
    }
  }
}

}  // namespace
}  // namespace pitlane::kernels
