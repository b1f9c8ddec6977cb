// Float convolution in register tiles: P pixels x F whole vectors of outputs (and half a vector, H), so that
// each weight vector is used P times and each input element F or F + 1 times per load. A step is X::kStep inputs: one
// float, or two bfloat16 side by side.
#pragma once

#include "pitlane/kernels/conv_tiles.h"
#include "pitlane/kernels/panels.h"

namespace pitlane::kernels {
namespace {

/// Steps of one float for the vectors V of a level.
template <typename V>
struct FloatSteps : V {
  using Conv = ConvF32;
  using Input = float;
  using Weight = float;
  using Weights = typename V::F;
  using HalfWeights = typename V::HalfF;
  static constexpr int kStep = 1;
  static constexpr PanelLayout kConvLayout = V::kConvF32;

  static Weights repeat(const float* input) { return V::set(*input); }
  static Weights load_weights(const float* p) { return V::load(p); }
  static HalfWeights load_half_weights(const float* p) { return V::load_half(p); }
  static typename V::F dot(typename V::F sum, Weights x, Weights w) { return V::fma(x, w, sum); }
  static typename V::HalfF dot_half(typename V::HalfF sum, Weights x, HalfWeights w) {
    return V::fma_half(V::low(x), w, sum);
  }
};

template <typename X>
struct ConvF32Tile {
  const typename X::Input* input;
  const typename X::Weight* weights;
  const float* bias;
  float* output;
  int outputs;  // valid ones in this panel

  void move(std::ptrdiff_t in, std::ptrdiff_t out) {
    input += in;
    output += out;
  }
};

/// Inputs Lane, Lane + 1, ... of the blocks that one load a pixel brought.
template <typename X, int Lane, int P, int F>
[[gnu::always_inline]] inline void conv_f32_lanes(typename X::F (&sum)[P][F], const typename X::Block (&x)[P],
                                                  const float* w) {
#pragma GCC unroll 16
  for (int v = 0; v < F; ++v) {
    const typename X::F weight = X::load(w + v * X::kLanes);
#pragma GCC unroll 16
    for (int p = 0; p < P; ++p) sum[p][v] = X::template fma_lane<Lane>(x[p], weight, sum[p][v]);
  }
  if constexpr (Lane + 1 < X::kBlock) conv_f32_lanes<X, Lane + 1, P, F>(sum, x, w + F * X::kLanes);
}

/// Sums of one vector of outputs at a row of pixels, and where they go.
template <typename X>
struct FloatColumn {
  const typename X::F* sums;
  int pixels;
  float* out;
  std::ptrdiff_t out_pixel;
  int count;  // lanes that are outputs; more than there are lanes: all of them
  bool relu;
};

/// Not inlined: GCC 12 unrolls no loop around so much code, and sums with a variable index live in memory.
template <typename X>
[[gnu::noinline]] void store_column(const FloatColumn<X>& c) {
  float* out = c.out;
  for (int p = 0; p < c.pixels; ++p, out += c.out_pixel)
    X::store_first(out, c.relu ? X::max(X::set(0), c.sums[p]) : c.sums[p], c.count);
}

/// Of the half vector at the end of a panel.
template <typename X>
struct FloatHalfColumn {
  const typename X::HalfF* sums;  // one a pixel
  int pixels;
  float* out;
  std::ptrdiff_t out_pixel;
  int count;
  bool relu;
};

template <typename X>
[[gnu::noinline]] void store_half_column(const FloatHalfColumn<X>& c) {
  float* out = c.out;
  for (int p = 0; p < c.pixels; ++p, out += c.out_pixel)
    X::store_first_half(out, c.relu ? X::max_half(X::low(X::set(0)), c.sums[p]) : c.sums[p], c.count);
}

template <typename X, int P, int F, bool H>
void conv_f32_tile(const typename X::Conv& c, const ConvF32Tile<X>& t) {
  constexpr int kL = X::kLanes;
  constexpr int kStep = X::kStep;
  constexpr int kStride = (F + (H ? 1 : 0)) * kL * kStep;
  typename X::F sum[P][F > 0 ? F : 1];
  typename X::HalfF half[P];
#pragma GCC unroll 16
  for (int p = 0; p < P; ++p) {
#pragma GCC unroll 16
    for (int v = 0; v < F; ++v) sum[p][v] = X::load(t.bias + v * kL);
    if constexpr (H) half[p] = X::load_half(t.bias + F * kL);
  }
  const std::ptrdiff_t step = c.geometry.in_step_x;
  const typename X::Weight* w = t.weights;
  for (int row = 0; row < c.geometry.kernel_h; ++row) {
    const typename X::Input* x = t.input + row * c.geometry.in_row;
    const typename X::Input* const end = x + c.geometry.row_length;
    if constexpr (X::kBlock > 1) {
      for (; end - x >= X::kBlock; x += X::kBlock, w += X::kBlock * kStride) {
        typename X::Block block[P];
#pragma GCC unroll 16
        for (int p = 0; p < P; ++p) block[p] = X::load_block(x + p * step);
        conv_f32_lanes<X, 0, P, F>(sum, block, w);
      }
    }
    for (; x < end; x += kStep, w += kStride) {
      typename X::Weights weight[F > 0 ? F : 1];
      typename X::HalfWeights half_weight;
#pragma GCC unroll 16
      for (int v = 0; v < F; ++v) weight[v] = X::load_weights(w + v * kL * kStep);
      if constexpr (H) half_weight = X::load_half_weights(w + F * kL * kStep);
#pragma GCC unroll 16
      for (int p = 0; p < P; ++p) {
        const typename X::Weights xp = X::repeat(x + p * step);
#pragma GCC unroll 16
        for (int v = 0; v < F; ++v) sum[p][v] = X::dot(sum[p][v], xp, weight[v]);
        if constexpr (H) half[p] = X::dot_half(half[p], xp, half_weight);
      }
    }
  }
#pragma GCC unroll 16
  for (int v = 0; v < F; ++v) {
    typename X::F column[P];  // a copy, so that the sums themselves have no address and stay in registers
#pragma GCC unroll 16
    for (int p = 0; p < P; ++p) column[p] = sum[p][v];
    store_column<X>({column, P, t.output + v * kL, c.geometry.out_pixel, t.outputs - v * kL, c.relu});
  }
  if constexpr (H) {
    typename X::HalfF column[P];
#pragma GCC unroll 16
    for (int p = 0; p < P; ++p) column[p] = half[p];
    store_half_column<X>({column, P, t.output + F * kL, c.geometry.out_pixel, t.outputs - F * kL, c.relu});
  }
}

template <typename X, int Halves, int P = X::conv_f32_pixels(Halves)>
TileFunction<typename X::Conv, ConvF32Tile<X>> conv_f32_pick(int pixels) {
  if constexpr (P == 1) {
    return conv_f32_tile<X, 1, Halves / 2, Halves % 2 == 1>;
  } else {
    if constexpr (is_tile_width(P, X::conv_f32_pixels(Halves)))
      if (pixels == P) return conv_f32_tile<X, P, Halves / 2, Halves % 2 == 1>;
    return conv_f32_pick<X, Halves, P - 1>(pixels);
  }
}

template <typename X, int Halves>
void conv_f32_panel(const typename X::Conv& c, const ConvF32Tile<X>& panel) {
  walk_tiles<typename X::Conv, ConvF32Tile<X>>(c, panel, X::conv_f32_pixels(Halves), conv_f32_pick<X, Halves>);
}

template <typename X, int Halves>
void conv_f32_dispatch(int halves, const typename X::Conv& c, const ConvF32Tile<X>& panel) {
  constexpr int kLeast = X::kConvLayout.half_vectors ? 1 : 2;
  if constexpr (Halves == kLeast) {
    conv_f32_panel<X, kLeast>(c, panel);
  } else {
    if (halves == Halves) return conv_f32_panel<X, Halves>(c, panel);
    conv_f32_dispatch<X, Halves - kLeast>(halves, c, panel);
  }
}

template <typename X>
void conv_f32_body(const typename X::Conv& c, const typename X::Input* input) {
  constexpr PanelLayout kLayout = X::kConvLayout;
  const std::ptrdiff_t steps =
      static_cast<std::ptrdiff_t>(c.geometry.kernel_h) * ((c.geometry.row_length + X::kStep - 1) / X::kStep);
  const typename X::Weight* weights = c.weights;
  for (int first = 0; first < c.geometry.out_c;) {
    const int halves = panel_halves(kLayout, c.geometry.out_c - first);
    const int outputs = panel_outputs(kLayout, halves);
    const int left = c.geometry.out_c - first;
    const ConvF32Tile<X> panel{input, weights, c.bias + first, c.output + first, left < outputs ? left : outputs};
    conv_f32_dispatch<X, kLayout.max_halves>(halves, c, panel);
    weights += steps * panel_stride(kLayout, halves);
    first += outputs;
  }
}

}  // namespace
}  // namespace pitlane::kernels
