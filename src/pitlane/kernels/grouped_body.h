// Convolution in groups. Depthwise ones (one channel, one output a group) are vectorised over the groups; others over
// the outputs of a group, which are seldom many.
#pragma once

#include "pitlane/kernels/elementwise_body.h"
#include "pitlane/kernels/scalar/requantize.h"

namespace pitlane::kernels {
namespace {

/// Calls body(first input element, first output element) for each pixel.
template <typename Body>
void for_pixels(const GroupGeometry& g, const Body& body) {
  const std::ptrdiff_t out_pixel = static_cast<std::ptrdiff_t>(g.groups) * g.outputs;
  for (int y = 0; y < g.out_h; ++y)
    for (int x = 0; x < g.out_w; ++x) body(y * g.in_step_y + x * g.in_step_x, y * g.out_row + x * out_pixel);
}

template <typename X>
void depthwise_f32_pixel(const GroupedF32& c, const float* in, float* out) {
  const GroupGeometry& g = c.geometry;
  for_lanes<X>(static_cast<std::size_t>(g.groups), [&](auto lanes, std::size_t o) {
    using L = decltype(lanes);
    auto sum = L::load(c.bias + o);
    const float* w = c.weights + o;
    for (int ky = 0; ky < g.kernel_h; ++ky) {
      const float* x = in + ky * g.in_row + o;
      for (int kx = 0; kx < g.kernel_w; ++kx, x += g.groups, w += g.groups)
        sum = L::add(sum, L::mul(L::load(x), L::load(w)));
    }
    L::store(out + o, c.relu ? L::max(L::set(0), sum) : sum);
  });
}

template <typename X>
void group_f32_pixel(const GroupedF32& c, int group, const float* in, float* out) {
  const GroupGeometry& g = c.geometry;
  const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(g.groups) * g.channels;
  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(g.kernel_h) * g.kernel_w * g.channels * g.outputs;
  for_lanes<X>(static_cast<std::size_t>(g.outputs), [&](auto lanes, std::size_t o) {
    using L = decltype(lanes);
    auto sum = L::load(c.bias + static_cast<std::ptrdiff_t>(group) * g.outputs + o);
    const float* w = c.weights + group * size + o;
    for (int ky = 0; ky < g.kernel_h; ++ky) {
      for (int kx = 0; kx < g.kernel_w; ++kx) {
        const float* x = in + ky * g.in_row + kx * pixel + static_cast<std::ptrdiff_t>(group) * g.channels;
        for (int k = 0; k < g.channels; ++k, w += g.outputs) sum = L::add(sum, L::mul(L::set(x[k]), L::load(w)));
      }
    }
    L::store(out + static_cast<std::ptrdiff_t>(group) * g.outputs + o, c.relu ? L::max(L::set(0), sum) : sum);
  });
}

template <typename X>
void grouped_f32_body(const GroupedF32& c) {
  const GroupGeometry& g = c.geometry;
  const bool depthwise = g.channels == 1 && g.outputs == 1;
  for_pixels(g, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    if (depthwise) return depthwise_f32_pixel<X>(c, c.input + from, c.output + to);
    for (int group = 0; group < g.groups; ++group) group_f32_pixel<X>(c, group, c.input + from, c.output + to);
  });
}

/// Exact sums are the same in any order, so a compiler may vectorise these loops as it likes.
[[maybe_unused]] inline void depthwise_i8_pixel(const GroupedI8& c, const std::uint8_t* in, std::ptrdiff_t at) {
  constexpr int kBlock = 16;
  const GroupGeometry& g = c.geometry;
  for (int first = 0; first < g.groups; first += kBlock) {
    const int count = g.groups - first < kBlock ? g.groups - first : kBlock;
    std::int32_t sum[kBlock];
    for (int o = 0; o < count; ++o) sum[o] = c.requantize.start[first + o];
    const std::int8_t* w = c.weights + first;
    for (int ky = 0; ky < g.kernel_h; ++ky) {
      const std::uint8_t* x = in + ky * g.in_row + first;
      for (int kx = 0; kx < g.kernel_w; ++kx, x += g.groups, w += g.groups)
        for (int o = 0; o < count; ++o) sum[o] += x[o] * w[o];
    }
    for (int o = 0; o < count; ++o) requantize_one(c.requantize, first + o, sum[o], at + first + o);
  }
}

[[maybe_unused]] inline void group_i8_pixel(const GroupedI8& c, int group, const std::uint8_t* in, std::ptrdiff_t at) {
  const GroupGeometry& g = c.geometry;
  const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(g.groups) * g.channels;
  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(g.kernel_h) * g.kernel_w * g.channels * g.outputs;
  for (int o = 0; o < g.outputs; ++o) {
    const int output = group * g.outputs + o;
    std::int32_t sum = c.requantize.start[output];
    const std::int8_t* w = c.weights + group * size + o;
    for (int ky = 0; ky < g.kernel_h; ++ky) {
      for (int kx = 0; kx < g.kernel_w; ++kx) {
        const std::uint8_t* x = in + ky * g.in_row + kx * pixel + static_cast<std::ptrdiff_t>(group) * g.channels;
        for (int k = 0; k < g.channels; ++k, w += g.outputs) sum += x[k] * *w;
      }
    }
    requantize_one(c.requantize, output, sum, at + output);
  }
}

[[maybe_unused]] inline void grouped_i8_body(const GroupedI8& c) {
  const GroupGeometry& g = c.geometry;
  const bool depthwise = g.channels == 1 && g.outputs == 1;
  for_pixels(g, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    if (depthwise) return depthwise_i8_pixel(c, c.input + from, to);
    for (int group = 0; group < g.groups; ++group) group_i8_pixel(c, group, c.input + from, to);
  });
}

}  // namespace
}  // namespace pitlane::kernels
