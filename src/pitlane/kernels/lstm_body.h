// The LSTM cell once for all levels: the operations of the element-wise kernels, with everything between the sums of
// the gates and the cell's two results in registers.
#pragma once

#include "pitlane/kernels/elementwise_body.h"

namespace pitlane::kernels {
namespace {

/// Not inlined: five places of all curves would be most of a robot's program.
template <typename X>
[[gnu::noinline]] typename X::F lstm_curve(typename X::F x, CurveOf of) {
  return curve_lanes<X>(x, of.curve, of.alpha);
}

/// Up to kLanes units of one pixel. Lanes behind the last unit hold whatever follows, and are not stored.
template <typename X>
void lstm_lanes(const Lstm& l, std::size_t sums, std::size_t at, int count) {
  using F = typename X::F;
  const auto sum = [&](std::size_t gate) {
    const F x = X::load(l.sums + sums + gate);
    return l.more_sums == nullptr ? x : X::add(x, X::load(l.more_sums + sums + gate));
  };
  const F write = lstm_curve<X>(sum(l.input), l.gate);
  F cell = X::mul(write, lstm_curve<X>(sum(l.candidate), l.candidate_curve));
  if (l.before != nullptr) cell = X::add(cell, X::mul(X::load(l.before + at), lstm_curve<X>(sum(l.forget), l.gate)));
  if (l.cell != nullptr) X::store_first(l.cell + at, cell, count);
  if (l.hidden == nullptr) return;
  const F shown = lstm_curve<X>(cell, l.shown);
  X::store_first(l.hidden + at, X::mul(shown, lstm_curve<X>(sum(l.output), l.gate)), count);
}

template <typename X>
void lstm_body(const Lstm& l) {
  for (std::size_t pixel = 0; pixel < l.pixels; ++pixel)
    for (std::size_t unit = 0; unit < l.units; unit += X::kLanes)
      lstm_lanes<X>(l, pixel * l.sums_pixel + unit, pixel * l.units + unit, static_cast<int>(l.units - unit));
}

}  // namespace
}  // namespace pitlane::kernels
