// The LSTM cell once for all levels: the operations of the element-wise kernels, with everything between the sums of
// the gates and the cell's two results in registers.
#pragma once

#include "pitlane/kernels/elementwise_body.h"

namespace pitlane::kernels {
namespace {

/// Up to kLanes units of one pixel. Lanes behind the last unit hold whatever follows, and are not stored.
struct LstmPlace {
  std::size_t sums = 0, at = 0;  ///< where its units begin among a gate's sums, and in c and h
  std::size_t left = 0;          ///< units of its pixel from here on

  void move_on(const Lstm& l, std::size_t lanes) {
    const std::size_t step = left < lanes ? left : lanes;
    sums += step;
    at += step;
    left -= step;
    if (left > 0) return;
    sums += l.sums_pixel - l.units;
    left = l.units;
  }
};

template <typename X>
struct LstmLanes {
  using F = typename X::F;
  const Lstm& l;

  F sum(const LstmPlace& place, std::size_t gate) const {
    const F x = X::load(l.sums + place.sums + gate);
    return l.more_sums == nullptr ? x : X::add(x, X::load(l.more_sums + place.sums + gate));
  }
  /// Which curve is asked in each place, which costs nothing beside it: a loop for each would be twice the code.
  F open(const LstmPlace& place, std::size_t gate) const {
    const F x = sum(place, gate);
    return l.gate == Curve::kSigmoid ? curve_lanes<X>(x, Curve::kSigmoid, 0)
                                     : curve_lanes<X>(x, Curve::kHardSigmoid, l.alpha);
  }

  /// c
  F remember(const LstmPlace& place) const {
    F cell = X::mul(open(place, l.input), curve_lanes<X>(sum(place, l.candidate), Curve::kTanh, 0));
    if (l.before != nullptr) cell = X::add(cell, X::mul(X::load(l.before + place.at), open(place, l.forget)));
    if (l.cell != nullptr) X::store_first(l.cell + place.at, cell, static_cast<int>(place.left));
    return cell;
  }
  /// h
  void show(const LstmPlace& place, F cell) const {
    if (l.hidden == nullptr) return;
    const F hidden = X::mul(curve_lanes<X>(cell, Curve::kTanh, 0), open(place, l.output));
    X::store_first(l.hidden + place.at, hidden, static_cast<int>(place.left));
  }
};

/// h of one vector after c of the next: both are long chains of operations that wait for each other, and a processor
/// looks ahead too little to find two vectors by itself.
template <typename X>
void lstm_body(const Lstm& l) {
  const LstmLanes<X> lanes{l};
  const std::size_t vectors = l.pixels * ((l.units + X::kLanes - 1) / X::kLanes);
  LstmPlace place{0, 0, l.units}, last;
  typename X::F cell = X::set(0);
  for (std::size_t i = 0; i <= vectors; ++i) {
    const typename X::F last_cell = cell;
    if (i < vectors) cell = lanes.remember(place);
    if (i > 0) lanes.show(last, last_cell);
    last = place;
    place.move_on(l, X::kLanes);
  }
}

}  // namespace
}  // namespace pitlane::kernels
