// The element-wise kernels, once for all levels: X is a vector type (vector.h of a level) or OneLane.
// Multiplications and additions are fused where it says so and nowhere else, and tails run the same operations on one
// lane, so that every level gives the same bits.
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

/// Adding half of the last place that stays, or a little less before an even one, rounds as the adder carries.
/// Compilers make vectors of this by themselves.
[[maybe_unused]] inline std::uint32_t round_bf16_bits(std::uint32_t bits) {
  const std::uint32_t rounded = (bits + 0x7FFFU + (bits >> 16 & 1U)) & 0xFFFF0000U;
  return (bits & 0x7FFFFFFFU) > 0x7F800000U ? bits | 0x400000U : rounded;
}

[[maybe_unused]] inline void round_bf16_body(const float* in, float* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits;
    __builtin_memcpy(&bits, in + i, sizeof bits);
    bits = round_bf16_bits(bits);
    __builtin_memcpy(out + i, &bits, sizeof bits);
  }
}

/// exp for x <= 88, through 2^n * e^r with |r| <= ln 2 / 2; below -87 it returns about e^-87. exp(0) is 1, NaN stays
/// NaN.
template <typename X>
typename X::F exp_lanes(typename X::F x) {
  using F = typename X::F;
  x = X::min(X::set(88.0F), X::max(X::set(-87.0F), x));
  const F shifted = X::fma(x, X::set(1.44269504F), X::set(kRounder));
  const F n = X::sub(shifted, X::set(kRounder));
  // ln 2 in two parts: 355/512 is exact in few bits, so n * 355/512 is exact.
  F r = X::fma(n, X::set(-0.693359375F), x);
  r = X::fma(n, X::set(2.12194440e-4F), r);
  // 1 + r + r^2 p(r), p of least relative error of the whole (1.1e-7).
  constexpr float kCoefficients[] = {0.0418903120F, 0.166671157F, 0.499992311F, 1.0F, 1.0F};
  F sum = X::set(0.00831248239F);
  for (const float coefficient : kCoefficients) sum = X::fma(sum, r, X::set(coefficient));
  const typename X::I power = X::exponent(X::add_int(X::bits(shifted), X::set_int(127 - 0x4B400000)));
  return X::mul(sum, X::from_bits(power));
}

template <typename X>
typename X::F curve_lanes(typename X::F x, Curve curve, float alpha) {
  using F = typename X::F;
  const F one = X::set(1);
  switch (curve) {
    case Curve::kNone:
      return x;
    case Curve::kRelu:
      return X::max(X::set(0), x);
    case Curve::kElu:
      return X::if_positive(x, x, X::mul(X::set(alpha), X::sub(exp_lanes<X>(x), one)));
    case Curve::kLeakyRelu:
      return X::if_positive(x, x, X::mul(x, X::set(alpha)));
    case Curve::kTanh: {
      const F e = exp_lanes<X>(X::add(x, x));
      return X::sub(one, X::div(X::set(2), X::add(e, one)));
    }
    case Curve::kSigmoid:
      return X::div(one, X::add(one, exp_lanes<X>(X::sub(X::set(0), x))));
    case Curve::kRelu6:
      return X::min(X::set(6), X::max(X::set(0), x));
    case Curve::kHardSigmoid:
      return X::min(one, X::max(X::set(0), X::add(X::mul(x, X::set(alpha)), X::set(0.5F))));
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
void curve_body(const float* in, float* out, std::size_t count, Curve curve, float alpha) {
  for_lanes<X>(count, [&](auto lanes, std::size_t i) {
    using L = decltype(lanes);
    L::store(out + i, curve_lanes<L>(L::load(in + i), curve, alpha));
  });
}

/// curve_body, then quantize_body, without the floats between.
template <typename X>
void curve_quantize_body(const CurveQuantize& c) {
  for_lanes<X>(c.count, [&](auto lanes, std::size_t i) {
    using L = decltype(lanes);
    const typename L::F y = curve_lanes<L>(L::load(c.in + i), c.curve, c.alpha);
    L::store_u8(c.out + i, quantize_lanes<L>(y, L::set(c.inverse_scale), L::set(static_cast<float>(-c.zero_point)),
                                             L::set(static_cast<float>(255 - c.zero_point)), L::set_int(c.zero_point)));
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

/// Calls body(lanes, in position, second operand) with the operand repeated as `period` says.
template <typename X, typename Body>
void for_pairs(const float* second, std::size_t count, std::size_t period, const Body& body) {
  if (period == 1) {
    for_lanes<X>(count, [&](auto lanes, std::size_t i) { body(lanes, i, decltype(lanes)::set(*second)); });
    return;
  }
  for (std::size_t start = 0; start < count; start += period) {
    const std::size_t here = count - start < period ? count - start : period;
    for_lanes<X>(here, [&](auto lanes, std::size_t i) { body(lanes, start + i, decltype(lanes)::load(second + i)); });
  }
}

template <typename X>
void add_body(const float* in, const float* second, float* out, std::size_t count, std::size_t period) {
  for_pairs<X>(second, count, period, [&](auto lanes, std::size_t i, auto other) {
    using L = decltype(lanes);
    L::store(out + i, L::add(L::load(in + i), other));
  });
}

template <typename X>
void multiply_body(const float* in, const float* second, float* out, std::size_t count, std::size_t period) {
  for_pairs<X>(second, count, period, [&](auto lanes, std::size_t i, auto other) {
    using L = decltype(lanes);
    L::store(out + i, L::mul(L::load(in + i), other));
  });
}

/// Sums one after the other, so that every level gives the same bits; NaN reaches all of its row through the sum.
template <typename X>
void softmax_body(const float* in, float* out, std::size_t count, std::size_t channels) {
  for (std::size_t row = 0; row + channels <= count; row += channels) {
    float largest = in[row];
    for (std::size_t c = 1; c < channels; ++c) largest = OneLane::max(largest, in[row + c]);
    for_lanes<X>(channels, [&](auto lanes, std::size_t c) {
      using L = decltype(lanes);
      L::store(out + row + c, exp_lanes<L>(L::sub(L::load(in + row + c), L::set(largest))));
    });
    float sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += out[row + c];
    for_lanes<X>(channels, [&](auto lanes, std::size_t c) {
      using L = decltype(lanes);
      L::store(out + row + c, L::div(L::load(out + row + c), L::set(sum)));
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
