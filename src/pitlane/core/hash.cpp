#include "pitlane/core/hash.h"

#include <bit>

namespace pitlane {
namespace {

constexpr unsigned __int128 kPrime = (static_cast<unsigned __int128>(1) << 88) | 0x13BU;

}  // namespace

Hasher& Hasher::bytes(std::span<const std::byte> data) {
  for (const std::byte b : data) state_ = (state_ ^ static_cast<unsigned char>(b)) * kPrime;
  return *this;
}

Hasher& Hasher::text(std::string_view data) {
  number(data.size());
  return bytes(std::as_bytes(std::span(data.data(), data.size())));
}

Hasher& Hasher::number(std::uint64_t value) {
  for (int i = 0; i < 8; ++i) state_ = (state_ ^ ((value >> (8 * i)) & 0xFFU)) * kPrime;
  return *this;
}

Hasher& Hasher::real(double value) { return number(std::bit_cast<std::uint64_t>(value)); }

std::string Hasher::hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(32, '0');
  for (int i = 0; i < 32; ++i) out[i] = kDigits[static_cast<unsigned>(state_ >> (124 - 4 * i)) & 0xFU];
  return out;
}

}  // namespace pitlane
