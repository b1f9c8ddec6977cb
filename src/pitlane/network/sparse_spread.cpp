#include "pitlane/network/sparse_spread.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace pitlane {

// Which bytes are zero is chance: arithmetic takes less time than a branch that is guessed wrong.
void spread_portable(Spread& spread) {
  for (; spread.mask_bytes > 0 && spread.packed_bytes >= 8; ++spread.mask, --spread.mask_bytes, spread.dense += 8) {
    const auto bits = static_cast<unsigned>(*spread.mask);
    std::size_t next = 0;
#pragma GCC unroll 8
    for (unsigned k = 0; k < 8; ++k) {
      const unsigned bit = bits >> k & 1U;
      spread.dense[k] = spread.packed[next] & static_cast<std::byte>(0U - bit);
      next += bit;
    }
    spread.packed += next;
    spread.packed_bytes -= next;
  }
}

std::size_t count_bits_portable(const std::byte* bytes, std::size_t size) {
  std::size_t count = 0, at = 0;
  for (; at + sizeof(std::uint64_t) <= size; at += sizeof(std::uint64_t)) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes + at, sizeof eight);
    count += static_cast<std::size_t>(std::popcount(eight));
  }
  for (; at < size; ++at) count += static_cast<std::size_t>(std::popcount(static_cast<unsigned char>(bytes[at])));
  return count;
}

}  // namespace pitlane
