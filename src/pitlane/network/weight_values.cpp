#include "pitlane/network/weight_values.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace pitlane {
namespace {

// Whether an exponent is all ones, in any of these bit patterns.
template <typename Bits, typename Number>
bool any_not_finite(std::span<const Number> values, Bits exponent) {
  Bits found = 0;
  for (const Number& v : values) found |= static_cast<Bits>((std::bit_cast<Bits>(v) & exponent) == exponent);
  return found != 0;
}

}  // namespace

bool holds_unusable_numbers(const Weight& weight) {
  switch (weight.storage) {
    case Storage::kF32:
      return any_not_finite(weight.f32(), std::uint32_t{0x7F800000});
    case Storage::kF16:
      return any_not_finite(weight.f16(), std::uint16_t{0x7C00});
    case Storage::kBf16:
      return any_not_finite(weight.bf16(), std::uint16_t{0x7F80});
    case Storage::kI8:
      break;
  }
  return !std::all_of(weight.scales.begin(), weight.scales.end(), [](float s) { return std::isnormal(s) && s > 0; });
}

bool holds_lowest_int8(const Weight& weight) {
  std::uint8_t found = 0;
  for (const std::int8_t v : weight.i8()) found |= static_cast<std::uint8_t>(v == -128);
  return found != 0;
}

}  // namespace pitlane
