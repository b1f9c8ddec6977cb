// Integer convolution in register tiles, see conv_f32_body.h: a group of inputs a step, exact 32-bit sums. X says
// in what elements it wants inputs and weights: bytes, or both widened to 16 bits.
#pragma once

#include "pitlane/kernels/conv_tiles.h"
#include "pitlane/kernels/elementwise_body.h"
#include "pitlane/kernels/panels.h"

namespace pitlane::kernels {
namespace {

/// Sums of one vector of outputs, beginning with output `output`, at a row of pixels.
template <typename X>
struct OutputColumn {
  int output;
  int count;                  // lanes that are outputs; more than there are lanes: all of them
  const typename X::I* sums;  // one a pixel
  int pixels;
  std::ptrdiff_t at;  // where the first pixel's output goes
  std::ptrdiff_t out_pixel;
};

/// Requantize for the lanes of X (its half vectors have their own X::Half).
template <typename X>
void requantize_column(const Requantize& r, const OutputColumn<X>& c) {
  const typename X::F multiplier = X::load(r.multiplier + c.output);
  const typename X::F bias = X::load(r.bias + c.output);
  const typename X::F low = X::set(r.relu ? 0 : -__builtin_inff());
  std::ptrdiff_t at = c.at;
  if (r.output_u8 == nullptr) {
    for (int p = 0; p < c.pixels; ++p, at += c.out_pixel) {
      const typename X::F y = X::add(X::mul(X::to_float(c.sums[p]), multiplier), bias);
      X::store_first(r.output_f32 + at, X::max(low, y), c.count);
    }
    return;
  }
  const auto zero = static_cast<float>(r.zero_point);
  const typename X::F inverse_scale = X::set(r.inverse_scale);
  const typename X::F least = X::set(-zero);
  const typename X::F most = X::set(255 - zero);
  const typename X::I offset = X::set_int(r.zero_point);
  for (int p = 0; p < c.pixels; ++p, at += c.out_pixel) {
    const typename X::F y = X::add(X::mul(X::to_float(c.sums[p]), multiplier), bias);
    X::store_first_u8(r.output_u8 + at, quantize_lanes<X>(X::max(low, y), inverse_scale, least, most, offset), c.count);
  }
}

/// Where the sums of vector `v` of a panel begin: `start` and, from the panel's head, what signed inputs lack.
template <typename X, bool SignedInputs>
typename X::I first_sum(const std::int32_t* start, const void* head, int v) {
  const typename X::I sum = X::load_int(start + v * X::kLanes);
  if constexpr (!SignedInputs) {
    return sum;
  } else {
    return X::add_int(sum, X::load_int(static_cast<const std::int32_t*>(head) + v * X::kLanes));
  }
}

template <typename X>
struct ConvI8Tile {
  const typename X::Input* input;
  const typename X::Weight* weights;  // of the panel, its head first
  int first_output;
  int outputs;        // valid ones in this panel
  std::ptrdiff_t at;  // where the tile's first output goes

  void move(std::ptrdiff_t in, std::ptrdiff_t out) {
    input += in;
    at += out;
  }
};

/// Groups Group, Group + 1, ... of the blocks that one load a pixel brought.
template <typename X, int Group, int P, int F>
[[gnu::always_inline]] inline void conv_i8_groups(typename X::I (&sum)[P][F], const typename X::ByteBlock (&x)[P],
                                                  const typename X::Weight* w) {
  constexpr int kVector = X::kLanes * X::kConvI8.group;
  typename X::Weights weight[F];
  for (int v = 0; v < F; ++v) weight[v] = X::load_weights(w + v * kVector);
  for (int p = 0; p < P; ++p) X::dots(sum[p], X::template group<Group>(x[p]), weight);
  if constexpr (Group + 1 < X::kBlock) conv_i8_groups<X, Group + 1, P, F>(sum, x, w + F * kVector);
}

template <typename X, int P, int F, bool H>
void conv_i8_tile(const ConvI8& c, const ConvI8Tile<X>& t) {
  constexpr int kL = X::kLanes;
  constexpr int kGroup = X::kConvI8.group;
  constexpr int kStride = (F + (H ? 1 : 0)) * kL * kGroup;
  const Requantize& r = c.requantize;
  typename X::I sum[P][F > 0 ? F : 1];
  typename X::Half::I half[P];
  for (int p = 0; p < P; ++p) {
    for (int v = 0; v < F; ++v)
      sum[p][v] = first_sum<X, X::kConvI8.signed_inputs>(r.start + t.first_output, t.weights, v);
    if constexpr (H) half[p] = X::Half::load_int(r.start + t.first_output + F * kL);
  }
  const std::ptrdiff_t step = c.geometry.in_step_x;
  const typename X::Weight* w = t.weights + panel_head(X::kConvI8, 2 * F);
  for (int row = 0; row < c.geometry.kernel_h; ++row) {
    const typename X::Input* x = t.input + row * c.geometry.in_row;
    const typename X::Input* const end = x + c.geometry.row_length;
    if constexpr (X::kBlock > 1) {
      for (; end - x > (X::kBlock - 1) * kGroup; x += X::kBlock * kGroup, w += X::kBlock * kStride) {
        typename X::ByteBlock block[P];
        for (int p = 0; p < P; ++p) block[p] = X::load_block(x + p * step);
        conv_i8_groups<X, 0, P, F>(sum, block, w);
      }
    }
    for (; x < end; x += kGroup, w += kStride) {
      typename X::Weights weight[F > 0 ? F : 1];
      typename X::Half::Weights half_weight;
      for (int v = 0; v < F; ++v) weight[v] = X::load_weights(w + v * kL * kGroup);
      if constexpr (H) half_weight = X::Half::load_weights(w + F * kL * kGroup);
      for (int p = 0; p < P; ++p) {
        const typename X::Inputs xp = X::load_inputs(x + p * step);
        for (int v = 0; v < F; ++v) sum[p][v] = X::dot(sum[p][v], xp, weight[v]);
        if constexpr (H) half[p] = X::Half::dot(half[p], X::low_inputs(xp), half_weight);
      }
    }
  }
  const std::ptrdiff_t pixel = c.geometry.out_pixel;
  for (int v = 0; v < F; ++v) {
    typename X::I column[P];  // a copy, so that the sums themselves have no address and stay in registers
    for (int p = 0; p < P; ++p) column[p] = sum[p][v];
    requantize_column<X>(r, {t.first_output + v * kL, t.outputs - v * kL, column, P, t.at + v * kL, pixel});
  }
  if constexpr (H) {
    typename X::Half::I column[P];
    for (int p = 0; p < P; ++p) column[p] = half[p];
    requantize_column<typename X::Half>(r,
                                        {t.first_output + F * kL, t.outputs - F * kL, column, P, t.at + F * kL, pixel});
  }
}

template <typename X, int Halves, int P = X::conv_i8_pixels(Halves)>
TileFunction<ConvI8, ConvI8Tile<X>> conv_i8_pick(int pixels) {
  if constexpr (P == 1) {
    return conv_i8_tile<X, 1, Halves / 2, Halves % 2 == 1>;
  } else {
    if constexpr (is_tile_width(P, X::conv_i8_pixels(Halves)))
      if (pixels == P) return conv_i8_tile<X, P, Halves / 2, Halves % 2 == 1>;
    return conv_i8_pick<X, Halves, P - 1>(pixels);
  }
}

template <typename X, int Halves>
void conv_i8_panel(const ConvI8& c, const ConvI8Tile<X>& panel) {
  walk_tiles<ConvI8, ConvI8Tile<X>>(c, panel, X::conv_i8_pixels(Halves), conv_i8_pick<X, Halves>);
}

template <typename X, int Halves>
void conv_i8_dispatch(int halves, const ConvI8& c, const ConvI8Tile<X>& panel) {
  constexpr int kLeast = X::kConvI8.half_vectors ? 1 : 2;
  if constexpr (Halves == kLeast) {
    conv_i8_panel<X, kLeast>(c, panel);
  } else {
    if (halves == Halves) return conv_i8_panel<X, Halves>(c, panel);
    conv_i8_dispatch<X, Halves - kLeast>(halves, c, panel);
  }
}

template <typename X>
void conv_i8_body(const ConvI8& c, const typename X::Input* input) {
  constexpr PanelLayout kLayout = X::kConvI8;
  const std::ptrdiff_t steps =
      static_cast<std::ptrdiff_t>(c.geometry.kernel_h) * ((c.geometry.row_length + kLayout.group - 1) / kLayout.group);
  const auto* weights = static_cast<const typename X::Weight*>(c.weights);
  for (int first = 0; first < c.geometry.out_c;) {
    const int halves = panel_halves(kLayout, c.geometry.out_c - first);
    const int outputs = panel_outputs(kLayout, halves);
    const int left = c.geometry.out_c - first;
    conv_i8_dispatch<X, kLayout.max_halves>(halves, c, {input, weights, first, left < outputs ? left : outputs, first});
    weights += panel_head(kLayout, halves) + steps * panel_stride(kLayout, halves);
    first += outputs;
  }
}

}  // namespace
}  // namespace pitlane::kernels
