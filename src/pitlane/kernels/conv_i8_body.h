// Integer convolution in register tiles, see conv_f32_body.h: four inputs a step, exact 32-bit sums.
#pragma once

#include "pitlane/kernels/elementwise_body.h"
#include "pitlane/kernels/panels.h"

namespace pitlane::kernels {
namespace {

/// Requantize for the lanes of X (its half vectors have their own X::Half).
template <typename X>
void requantize_lanes(const Requantize& r, int output, typename X::I sum, std::ptrdiff_t at, int count) {
  typename X::F y = X::add(X::mul(X::to_float(sum), X::load(r.multiplier + output)), X::load(r.bias + output));
  if (r.relu) y = X::max(X::set(0), y);
  if (r.output_u8 == nullptr) return X::store_first(r.output_f32 + at, y, count);
  const auto zero = static_cast<float>(r.zero_point);
  X::store_first_u8(
      r.output_u8 + at,
      quantize_lanes<X>(y, X::set(r.inverse_scale), X::set(-zero), X::set(255 - zero), X::set_int(r.zero_point)),
      count);
}

struct ConvI8Tile {
  const std::uint8_t* input;
  const std::int8_t* weights;
  int first_output;
  int outputs;        // valid ones in this panel
  std::ptrdiff_t at;  // where the tile's first output goes
};

template <typename X, int P, int F, bool H>
void conv_i8_tile(const ConvI8& c, const ConvI8Tile& t) {
  constexpr int kL = X::kLanes;
  constexpr int kStride = (F + (H ? 1 : 0)) * kL * 4;
  const Requantize& r = c.requantize;
  typename X::I sum[P][F > 0 ? F : 1];
  typename X::Half::I half[P];
  for (int p = 0; p < P; ++p) {
    for (int v = 0; v < F; ++v) sum[p][v] = X::load_int(r.start + t.first_output + v * kL);
    if constexpr (H) half[p] = X::Half::load_int(r.start + t.first_output + F * kL);
  }
  const std::ptrdiff_t step = c.geometry.in_step_x;
  const std::int8_t* w = t.weights;
  for (int row = 0; row < c.geometry.kernel_h; ++row) {
    const std::uint8_t* x = t.input + row * c.geometry.in_row;
    for (const std::uint8_t* const end = x + c.geometry.row_length; x < end; x += 4, w += kStride) {
      typename X::Weights weight[F > 0 ? F : 1];
      typename X::Half::Weights half_weight;
      for (int v = 0; v < F; ++v) weight[v] = X::load_weights(w + v * kL * 4);
      if constexpr (H) half_weight = X::Half::load_weights(w + F * kL * 4);
      for (int p = 0; p < P; ++p) {
        const typename X::Inputs xp = X::load_inputs(x + p * step);
        for (int v = 0; v < F; ++v) sum[p][v] = X::dot(sum[p][v], xp, weight[v]);
        if constexpr (H) half[p] = X::Half::dot(half[p], X::low_inputs(xp), half_weight);
      }
    }
  }
  for (int p = 0; p < P; ++p) {
    const std::ptrdiff_t at = t.at + p * c.geometry.out_pixel;
    for (int v = 0; v < F; ++v)
      requantize_lanes<X>(r, t.first_output + v * kL, sum[p][v], at + v * kL, t.outputs - v * kL);
    if constexpr (H)
      requantize_lanes<typename X::Half>(r, t.first_output + F * kL, half[p], at + F * kL, t.outputs - F * kL);
  }
}

using ConvI8TileFunction = void (*)(const ConvI8&, const ConvI8Tile&);

template <typename X, int Halves, int P>
ConvI8TileFunction conv_i8_pick(int pixels) {
  if constexpr (P == 1) {
    return conv_i8_tile<X, 1, Halves / 2, Halves % 2 == 1>;
  } else {
    return pixels == P ? conv_i8_tile<X, P, Halves / 2, Halves % 2 == 1> : conv_i8_pick<X, Halves, P - 1>(pixels);
  }
}

template <typename X, int Halves>
void conv_i8_panel(const ConvI8& c, const ConvI8Tile& panel) {
  constexpr int kMost = X::conv_i8_pixels(Halves);
  const ConvGeometry& g = c.geometry;
  const int tiles = (g.out_w + kMost - 1) / kMost;
  const int small = g.out_w / tiles;
  const int larger = g.out_w % tiles;
  const ConvI8TileFunction small_tile = conv_i8_pick<X, Halves, kMost>(small);
  const ConvI8TileFunction large_tile = conv_i8_pick<X, Halves, kMost>(small + (larger > 0 ? 1 : 0));
  for (int y = 0; y < g.out_h; ++y) {
    ConvI8Tile t = panel;
    t.input += y * g.in_step_y;
    t.at += y * g.out_row;
    for (int i = 0; i < tiles; ++i) {
      const int pixels = small + (i < larger ? 1 : 0);
      (i < larger ? large_tile : small_tile)(c, t);
      t.input += pixels * g.in_step_x;
      t.at += pixels * g.out_pixel;
    }
  }
}

template <typename X, int Halves>
void conv_i8_dispatch(int halves, const ConvI8& c, const ConvI8Tile& panel) {
  if constexpr (Halves == 1) {
    conv_i8_panel<X, 1>(c, panel);
  } else {
    if (halves == Halves) return conv_i8_panel<X, Halves>(c, panel);
    conv_i8_dispatch<X, Halves - 1>(halves, c, panel);
  }
}

template <typename X>
void conv_i8_body(const ConvI8& c) {
  constexpr PanelLayout kLayout = X::kConvI8;
  const std::ptrdiff_t steps = static_cast<std::ptrdiff_t>(c.geometry.kernel_h) * ((c.geometry.row_length + 3) / 4);
  const std::int8_t* weights = c.weights;
  for (int first = 0; first < c.geometry.out_c;) {
    const int halves = panel_halves(kLayout, c.geometry.out_c - first);
    const int outputs = panel_outputs(kLayout, halves);
    const int left = c.geometry.out_c - first;
    conv_i8_dispatch<X, kLayout.max_halves>(halves, c,
                                            {c.input, weights, first, left < outputs ? left : outputs, first});
    weights += steps * panel_stride(kLayout, halves);
    first += outputs;
  }
}

}  // namespace
}  // namespace pitlane::kernels
