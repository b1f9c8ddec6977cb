// Matrix times vector. Each weight is read once, so memory decides: panels of up to eight vectors of outputs
// are read in one straight line, and eight sums hide the latency of the additions. Behind a relu about half of the
// inputs are zero; float layers do not read what those would be multiplied with.
#pragma once

#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/panels.h"

namespace pitlane::kernels {
namespace {

/// So many rows ahead weights are prefetched: which rows come next, no processor foresees.
inline constexpr int kRowsAhead = 12;

/// Writes the numbers of the inputs that are not zero (NaN is not) and returns their count.
template <typename X>
int find_active(const float* input, int inputs, std::int32_t* active) {
  if constexpr (requires { X::find_active(input, inputs, active); }) {
    return X::find_active(input, inputs, active);
  } else {
    int found = 0;
    for (int i = 0; i < inputs; ++i) {
      active[found] = i;
      found += input[i] != 0 ? 1 : 0;
    }
    return found;
  }
}

/// Sums of a panel, and where they go: `count` of them, or all where that is more.
template <typename X>
struct FloatPanel {
  const typename X::F* sums;
  int vectors;
  float* out;
  int count;
  bool relu;
};

template <typename X>
[[gnu::noinline]] void store_panel(const FloatPanel<X>& p) {
  for (int v = 0; v < p.vectors; ++v)
    X::store_first(p.out + v * X::kLanes, p.relu ? X::max(X::set(0), p.sums[v]) : p.sums[v], p.count - v * X::kLanes);
}

/// One panel of outputs, over the inputs that are not zero.
template <typename X, int V, typename Args, typename Weight>
void dense_float_panel(const Args& d, const Weight* w, int count, int first) {
  constexpr int kL = X::kLanes;
  typename X::F sum[V];
#pragma GCC unroll 16
  for (int v = 0; v < V; ++v) sum[v] = X::load(d.bias + first + v * kL);
  for (int i = 0; i < count; ++i) {
    const std::ptrdiff_t k = d.active[i];
    const Weight* const row = w + k * (V * kL);
    const Weight* const later = w + static_cast<std::ptrdiff_t>(d.active[i + kRowsAhead]) * (V * kL);
    for (unsigned byte = 0; byte < V * kL * sizeof(Weight); byte += 64)
      __builtin_prefetch(reinterpret_cast<const char*>(later) + byte);
    const typename X::F x = X::set(d.input[k]);
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) sum[v] = X::fma(x, X::load(row + v * kL), sum[v]);
  }
  typename X::F panel[V];  // a copy, so that the sums themselves have no address and stay in registers
#pragma GCC unroll 16
  for (int v = 0; v < V; ++v) panel[v] = sum[v];
  store_panel<X>({panel, V, d.output + first, d.outputs - first, d.relu});
}

template <typename X, int V, typename Args, typename Weight>
void dense_float_dispatch(int vectors, const Args& d, const Weight* w, int count, int first) {
  if constexpr (V > 1) {
    if (vectors != V) return dense_float_dispatch<X, V - 1>(vectors, d, w, count, first);
  }
  dense_float_panel<X, V>(d, w, count, first);
}

template <typename X, typename Args>
void dense_float_body(const Args& d) {
  constexpr PanelLayout kLayout = X::kDenseF32;
  const int count = find_active<X>(d.input, d.inputs, d.active);
  for (int i = 0; i < kRowsAhead; ++i) d.active[count + i] = count > 0 ? d.active[count - 1] : 0;
  auto weights = d.weights;
  for (int first = 0; first < d.outputs;) {
    const int halves = panel_halves(kLayout, d.outputs - first);
    dense_float_dispatch<X, kLayout.max_halves / 2>(halves / 2, d, weights, count, first);
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
