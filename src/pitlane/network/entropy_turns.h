// The hot part of decoding: turns of all states while words are plenty.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pitlane::entropy {

inline constexpr std::uint32_t kScaleBits = 12, kScale = 1U << kScaleBits;
inline constexpr std::uint32_t kLowest = 1U << 16;  // of a state between two bytes; words have 16 bits
inline constexpr std::size_t kStates = 32;

/// Plain pointers: code that is compiled for one processor must not leave a copy of a container's functions that the
/// linker gives to all.
struct Turns {
  const std::uint32_t* places;  ///< kScale of them: the byte << 24 | its frequency - 1 << 12 | distance from its first
  std::uint32_t* states;        ///< kStates
  const std::byte* words;       ///< moved on
  const std::byte* end;         ///< of the words
};

/// One byte of each state a turn, while a turn's words are left for certain; returns how many bytes it gave, a multiple
/// of kStates. States need not be sound: whatever they are, nothing but words and places is read.
std::size_t decode_turns(Turns& turns, std::byte* out, std::size_t count);

/// The same on AVX2, where the processor has it.
bool has_wide_turns();
std::size_t decode_turns_wide(Turns& turns, std::byte* out, std::size_t count);

/// The byte of a state, which goes on to what is left of it.
inline std::byte pass(const std::uint32_t* places, std::uint32_t& state) {
  const std::uint32_t place = places[state & (kScale - 1)];
  state = ((place >> 12 & 0xFFFU) + 1) * (state >> kScaleBits) + (place & 0xFFFU);
  return static_cast<std::byte>(place >> 24);
}

}  // namespace pitlane::entropy
