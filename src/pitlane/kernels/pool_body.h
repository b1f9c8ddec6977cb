// Pooling, vectorised over channels, once for all levels: windows are cut at the picture's edges, sums go row by row,
// so that every level gives the same bits.
#pragma once

#include "pitlane/kernels/elementwise_body.h"

namespace pitlane::kernels {
namespace {

/// Calls body(first element of the window, its rows, its columns, first element of the result) for each window.
template <typename Body>
void for_windows(const Pool& p, const Body& body) {
  const auto clip = [](int begin, int length, int size) {
    const int end = begin + length < size ? begin + length : size;
    return end - (begin > 0 ? begin : 0);
  };
  for (int y = 0; y < p.out_h; ++y) {
    const int top = y * p.stride_h - p.pad_top;
    const float* row = p.input + (top > 0 ? top : 0) * p.in_row;
    const int rows = clip(top, p.window_h, p.in_h);
    float* out = p.output + y * p.out_row;
    for (int x = 0; x < p.out_w; ++x, out += p.channels) {
      const int left = x * p.stride_w - p.pad_left;
      body(row + static_cast<std::ptrdiff_t>(left > 0 ? left : 0) * p.channels, rows, clip(left, p.window_w, p.in_w),
           out);
    }
  }
}

template <typename X>
void max_pool_body(const Pool& p) {
  for_windows(p, [&p](const float* in, int rows, int columns, float* out) {
    for_lanes<X>(static_cast<std::size_t>(p.channels), [&](auto lanes, std::size_t c) {
      using L = decltype(lanes);
      auto best = L::load(in + c);
      auto poison = L::set(0);  // a comparison would lose NaN
      for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) {
          const auto v = L::load(in + y * p.in_row + static_cast<std::ptrdiff_t>(x) * p.channels + c);
          best = L::max(best, v);
          poison = L::add(poison, L::mul(v, L::set(0)));
        }
      }
      L::store(out + c, L::add(best, poison));
    });
  });
}

template <typename X>
void average_pool_body(const Pool& p) {
  for_windows(p, [&p](const float* in, int rows, int columns, float* out) {
    const auto count = static_cast<float>(rows * columns);
    for_lanes<X>(static_cast<std::size_t>(p.channels), [&](auto lanes, std::size_t c) {
      using L = decltype(lanes);
      auto sum = L::set(0);
      for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x)
          sum = L::add(sum, L::load(in + y * p.in_row + static_cast<std::ptrdiff_t>(x) * p.channels + c));
      L::store(out + c, L::div(sum, L::set(count)));
    });
  });
}

}  // namespace
}  // namespace pitlane::kernels
