// The element-wise kernels, once for all levels: X is a vector type (vector.h of a level) or OneLane.
// Multiplications and additions are never fused here, and tails run the same operations on one lane, so
// that every level gives the same bits.
#pragma once

#include "pitlane/kernels/kernel_args.h"
#include "pitlane/kernels/one_lane.h"

namespace pitlane::kernels {
namespace {

/// Adding and subtracting 1.5 * 2^23 rounds |x| < 2^22 to the nearest integer, ties to even.
constexpr float kRounder = 12582912.0F;

template <typename X>
typename X::I round_to_int(typename X::F x) {
  return X::add_int(X::bits(X::add(x, X::set(kRounder))), X::set_int(-0x4B400000));  // the bits of kRounder
}

/// clamp(rne(x * inverse) + zero, 0, 255) with low = -zero and high = 255 - zero; NaN becomes `low`.
template <typename X>
typename X::I quantize_lanes(typename X::F x, typename X::F inverse, typename X::F low, typename X::F high,
                             typename X::I zero) {
  const typename X::F scaled = X::min(X::max(X::mul(x, inverse), low), high);
  return X::add_int(round_to_int<X>(scaled), zero);
}

/// exp for x <= 88, through 2^n * e^r with |r| <= ln 2 / 2; below -87 it returns about e^-87. NaN stays NaN.
template <typename X>
typename X::F exp_lanes(typename X::F x) {
  using F = typename X::F;
  x = X::min(X::set(88.0F), X::max(X::set(-87.0F), x));
  const F shifted = X::add(X::mul(x, X::set(1.44269504F)), X::set(kRounder));
  const F n = X::sub(shifted, X::set(kRounder));
  // ln 2 in two parts: 355/512 is exact in few bits, so n * 355/512 is exact.
  F r = X::sub(x, X::mul(n, X::set(0.693359375F)));
  r = X::add(r, X::mul(n, X::set(2.12194440e-4F)));
  constexpr float kInverseFactorials[] = {1.0F / 720, 1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1.0F, 1.0F};
  F sum = X::set(1.0F / 5040);
  for (const float coefficient : kInverseFactorials) sum = X::add(X::mul(sum, r), X::set(coefficient));
  const typename X::I power = X::exponent(X::add_int(X::bits(shifted), X::set_int(127 - 0x4B400000)));
  return X::mul(sum, X::from_bits(power));
}

template <typename X>
typename X::F curve_lanes(typename X::F x, Curve curve) {
  using F = typename X::F;
  const F one = X::set(1);
  switch (curve) {
    case Curve::kNone:
      return x;
    case Curve::kRelu:
      return X::max(X::set(0), x);
    case Curve::kElu:
      return X::if_positive(x, x, X::sub(exp_lanes<X>(x), one));
    case Curve::kLeakyRelu:
      return X::if_positive(x, x, X::mul(x, X::set(0.01F)));
    case Curve::kTanh: {
      const F e = exp_lanes<X>(X::add(x, x));
      return X::sub(one, X::div(X::set(2), X::add(e, one)));
    }
    case Curve::kSigmoid:
      return X::div(one, X::add(one, exp_lanes<X>(X::sub(X::set(0), x))));
  }
  return x;
}

/// Calls body(Wide{}, i) for whole vectors and body(OneLane{}, i) for the rest.
template <typename X, typename Body>
void for_lanes(std::size_t count, const Body& body) {
  std::size_t i = 0;
  for (; i + X::kLanes <= count; i += X::kLanes) body(X{}, i);
  for (; i < count; ++i) body(OneLane{}, i);
}

template <typename X>
void widen_body(const std::uint8_t* in, float* out, std::size_t count) {
  for_lanes<X>(count, [&](auto lanes, std::size_t i) {
    using L = decltype(lanes);
    L::store(out + i, L::load_u8(in + i));
  });
}

template <typename X>
void quantize_body(const float* in, std::uint8_t* out, std::size_t count, float inverse, std::int32_t zero) {
  for_lanes<X>(count, [&](auto lanes, std::size_t i) {
    using L = decltype(lanes);
    L::store_u8(out + i, quantize_lanes<L>(L::load(in + i), L::set(inverse), L::set(static_cast<float>(-zero)),
                                           L::set(static_cast<float>(255 - zero)), L::set_int(zero)));
  });
}

template <typename X>
void curve_body(const float* in, float* out, std::size_t count, Curve curve) {
  for_lanes<X>(count, [&](auto lanes, std::size_t i) {
    using L = decltype(lanes);
    L::store(out + i, curve_lanes<L>(L::load(in + i), curve));
  });
}

template <typename X>
void affine_body(const float* in, float* out, std::size_t count, const float* scale, const float* offset,
                 std::size_t channels) {
  for (std::size_t pixel = 0; pixel < count; pixel += channels) {
    const std::size_t here = count - pixel < channels ? count - pixel : channels;
    for_lanes<X>(here, [&](auto lanes, std::size_t c) {
      using L = decltype(lanes);
      L::store(out + pixel + c, L::add(L::mul(L::load(in + pixel + c), L::load(scale + c)), L::load(offset + c)));
    });
  }
}

template <typename X>
Range range_body(const float* in, std::size_t count) {
  using F = typename X::F;
  F low = X::set(0);
  F high = X::set(0);
  typename X::I magnitude = X::set_int(0);
  std::size_t i = 0;
  for (; i + X::kLanes <= count; i += X::kLanes) {
    const F x = X::load(in + i);
    low = X::min(x, low);
    high = X::max(x, high);
    magnitude = X::max_int(magnitude, X::and_int(X::bits(x), X::set_int(0x7FFFFFFF)));
  }
  float lows[X::kLanes];
  float highs[X::kLanes];
  float magnitudes[X::kLanes];
  X::store(lows, low);
  X::store(highs, high);
  X::store(magnitudes, X::from_bits(magnitude));
  Range range;
  std::int32_t largest = 0;
  const auto take = [&](float l, float h, std::int32_t m) {
    range.low = OneLane::min(l, range.low);
    range.high = OneLane::max(h, range.high);
    largest = OneLane::max_int(largest, m & 0x7FFFFFFF);
  };
  for (int lane = 0; lane < X::kLanes; ++lane) take(lows[lane], highs[lane], OneLane::bits(magnitudes[lane]));
  for (; i < count; ++i) take(in[i], in[i], OneLane::bits(in[i]));
  range.finite = largest < 0x7F800000;
  return range;
}

}  // namespace
}  // namespace pitlane::kernels
