// Matrix times vector. Each weight is read once, so memory decides: panels of up to eight vectors of outputs
// are read in one straight line, and eight sums hide the latency of the additions.
#pragma once

#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/panels.h"

namespace pitlane::kernels {
namespace {

/// Inputs Lane, Lane + 1, ... of a block.
template <typename X, int Lane, int V, typename Weight>
[[gnu::always_inline]] inline void dense_float_lanes(typename X::F (&sum)[V], typename X::Block x, const Weight* w) {
#pragma GCC unroll 16
  for (int v = 0; v < V; ++v) sum[v] = X::template fma_lane<Lane>(x, X::load(w + v * X::kLanes), sum[v]);
  if constexpr (Lane + 1 < X::kBlock) dense_float_lanes<X, Lane + 1, V>(sum, x, w + V * X::kLanes);
}

template <typename X, int V, typename Weight>
void dense_float_panel(const float* input, int inputs, const Weight* w, const float* bias, float* out, int outputs,
                       bool relu) {
  constexpr int kL = X::kLanes;
  typename X::F sum[V];
#pragma GCC unroll 16
  for (int v = 0; v < V; ++v) sum[v] = X::load(bias + v * kL);
  int k = 0;
  if constexpr (X::kBlock > 1) {
    for (; inputs - k >= X::kBlock; k += X::kBlock, w += X::kBlock * V * kL)
      dense_float_lanes<X, 0, V>(sum, X::load_block(input + k), w);
  }
  for (; k < inputs; ++k, w += V * kL) {
    const typename X::F x = X::set(input[k]);
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) sum[v] = X::fma(x, X::load(w + v * kL), sum[v]);
  }
#pragma GCC unroll 16
  for (int v = 0; v < V; ++v) {
    if (relu) sum[v] = X::max(X::set(0), sum[v]);
    X::store_first(out + v * kL, sum[v], outputs - v * kL);
  }
}

template <typename X, int V, typename Weight>
void dense_float_dispatch(int vectors, const float* input, int inputs, const Weight* w, const float* bias, float* out,
                          int outputs, bool relu) {
  if constexpr (V > 1) {
    if (vectors != V)
      return dense_float_dispatch<X, V - 1, Weight>(vectors, input, inputs, w, bias, out, outputs, relu);
  }
  dense_float_panel<X, V, Weight>(input, inputs, w, bias, out, outputs, relu);
}

template <typename X, typename Args>
void dense_float_body(const Args& d) {
  constexpr PanelLayout kLayout = X::kDenseF32;
  auto weights = d.weights;
  for (int first = 0; first < d.outputs;) {
    const int halves = panel_halves(kLayout, d.outputs - first);
    dense_float_dispatch<X, kLayout.max_halves / 2>(halves / 2, d.input, d.inputs, weights, d.bias + first,
                                                    d.output + first, d.outputs - first, d.relu);
    weights += static_cast<std::ptrdiff_t>(d.inputs) * panel_stride(kLayout, halves);
    first += panel_outputs(kLayout, halves);
  }
}

/// Groups Group, Group + 1, ... of a block.
template <typename X, int Group, int V>
[[gnu::always_inline]] inline void dense_i8_groups(typename X::I (&sum)[V], typename X::ByteBlock x,
                                                   const std::int8_t* w) {
  constexpr int kVector = X::kLanes * 4;
  typename X::Weights weight[V];
  for (int v = 0; v < V; ++v) weight[v] = X::load_weights(w + v * kVector);
  X::dots(sum, X::template group<Group>(x), weight);
  if constexpr (Group + 1 < X::kBlock) dense_i8_groups<X, Group + 1, V>(sum, x, w + V * kVector);
}

template <typename X, int V>
void dense_i8_panel(const DenseI8& d, const std::int8_t* w, int first) {
  constexpr int kL = X::kLanes;
  typename X::I sum[V];
  for (int v = 0; v < V; ++v) sum[v] = first_sum<X, X::kDenseI8.signed_inputs>(d.requantize.start + first, w, v);
  w += panel_head(X::kDenseI8, 2 * V);
  int k = 0;
  if constexpr (X::kBlock > 1) {
    for (; d.inputs - k > (X::kBlock - 1) * 4; k += X::kBlock * 4, w += X::kBlock * V * kL * 4)
      dense_i8_groups<X, 0, V>(sum, X::load_block(d.input + k), w);
  }
  for (; k < d.inputs; k += 4, w += V * kL * 4) {
    const typename X::Inputs x = X::load_inputs(d.input + k);
    for (int v = 0; v < V; ++v) sum[v] = X::dot(sum[v], x, X::load_weights(w + v * kL * 4));
  }
  for (int v = 0; v < V; ++v) {
    const typename X::I column[] = {sum[v]};  // a copy, see conv_i8_tile
    requantize_column<X>(d.requantize, {first + v * kL, d.outputs - first - v * kL, column, 1, first + v * kL, 0});
  }
}

template <typename X, int V>
void dense_i8_dispatch(int vectors, const DenseI8& d, const std::int8_t* w, int first) {
  if constexpr (V > 1) {
    if (vectors != V) return dense_i8_dispatch<X, V - 1>(vectors, d, w, first);
  }
  dense_i8_panel<X, V>(d, w, first);
}

template <typename X>
void dense_i8_body(const DenseI8& d) {
  constexpr PanelLayout kLayout = X::kDenseI8;
  const std::int8_t* weights = d.weights;
  for (int first = 0; first < d.outputs;) {
    const int halves = panel_halves(kLayout, d.outputs - first);
    dense_i8_dispatch<X, kLayout.max_halves / 2>(halves / 2, d, weights, first);
    weights +=
        panel_head(kLayout, halves) + static_cast<std::ptrdiff_t>((d.inputs + 3) / 4) * panel_stride(kLayout, halves);
    first += panel_outputs(kLayout, halves);
  }
}

}  // namespace
}  // namespace pitlane::kernels
