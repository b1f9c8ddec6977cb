// The hot part of decoding a mask: bytes are spread to where the mask has bits.
#pragma once

#include <cstddef>

namespace pitlane {

/// Plain pointers, as in entropy_turns.h. `packed` holds at least as many bytes as the mask has bits.
struct Spread {
  const std::byte* mask;
  std::size_t mask_bytes;
  const std::byte* packed;
  std::size_t packed_bytes;
  std::byte* dense;  ///< whose bytes are 0; eight for each of the mask's
};

/// While eight bytes of `packed` are left, moves on through all of it: eight bytes for each of the mask's. What remains
/// in `spread` is for a careful loop.
void spread_portable(Spread& spread);

/// How many bits of `size` bytes are set.
std::size_t count_bits_portable(const std::byte* bytes, std::size_t size);

/// The same with AVX2 and popcnt, where the processor has both.
bool has_wide_spread();
void spread_wide(Spread& spread);
std::size_t count_bits_wide(const std::byte* bytes, std::size_t size);

}  // namespace pitlane
