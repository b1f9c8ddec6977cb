// One float as if it were a vector: the tails of the element-wise kernels and the whole of the scalar level.
// Internal linkage, because ISA-specific sources include this.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pitlane::kernels {
namespace {

struct OneLane {
  static constexpr int kLanes = 1;
  using F = float;
  using I = std::int32_t;

  static F load(const float* p) { return *p; }
  static void store(float* p, F v) { *p = v; }
  static void store_first(float* p, F v, int /*count*/) { *p = v; }
  static F load_u8(const std::uint8_t* p) { return static_cast<float>(*p); }
  static void store_u8(std::uint8_t* p, I v) { *p = static_cast<std::uint8_t>(v); }
  static F set(float v) { return v; }
  static I set_int(std::int32_t v) { return v; }
  static F add(F a, F b) { return a + b; }
  static F sub(F a, F b) { return a - b; }
  static F mul(F a, F b) { return a * b; }
  static F div(F a, F b) { return a / b; }
  /// a * b + c, rounded once: where the processor cannot, the C library does.
  static F fma(F a, F b, F c) { return __builtin_fmaf(a, b, c); }
  /// Both return b where a comparison with NaN fails, as the vector instructions do.
  static F max(F a, F b) { return a > b ? a : b; }
  static F min(F a, F b) { return a < b ? a : b; }
  /// x > 0 ? a : b
  static F if_positive(F x, F a, F b) { return x > 0 ? a : b; }
  static I bits(F v) {
    I out;
    __builtin_memcpy(&out, &v, sizeof(out));
    return out;
  }
  static F from_bits(I v) {
    F out;
    __builtin_memcpy(&out, &v, sizeof(out));
    return out;
  }
  static I add_int(I a, I b) { return static_cast<I>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b)); }
  static I and_int(I a, I b) { return a & b; }
  static I max_int(I a, I b) { return a > b ? a : b; }
  static I exponent(I v) { return static_cast<I>(static_cast<std::uint32_t>(v) << 23); }
  static F to_float(I v) { return static_cast<float>(v); }
};

}  // namespace
}  // namespace pitlane::kernels
