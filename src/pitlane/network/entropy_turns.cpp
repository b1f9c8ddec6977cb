#include "pitlane/network/entropy_turns.h"

#include <array>
#include <cstring>

namespace pitlane::entropy {
namespace {

constexpr std::size_t kGroup = 8;  // states that fit the registers

/// Everything lives in registers: bytes that are stored may alias all that is not.
const std::byte* decode_group(const std::uint32_t* places, std::uint32_t* states, const std::byte* words,
                              std::byte* out) {
  std::array<std::uint32_t, kGroup> local;
  std::memcpy(local.data(), states, sizeof local);
  std::array<std::byte, kGroup> bytes;
#pragma GCC unroll 8
  for (std::size_t lane = 0; lane < kGroup; ++lane) bytes[lane] = pass(places, local[lane]);
#pragma GCC unroll 8
  for (std::size_t lane = 0; lane < kGroup; ++lane) {
    std::uint32_t& state = local[lane];
    std::uint16_t word;
    std::memcpy(&word, words, sizeof word);
    // Whether a state needs a word is chance: arithmetic takes less time than a branch that is guessed wrong.
    const std::uint32_t low = state < kLowest ? 1 : 0;
    state = state << (low * 16) | (word & (0U - low));
    words += std::size_t{2} * low;
  }
  std::memcpy(states, local.data(), sizeof local);
  std::memcpy(out, bytes.data(), kGroup);
  return words;
}

}  // namespace

std::size_t decode_turns(Turns& turns, std::byte* out, std::size_t count) {
  const std::byte* words = turns.words;
  std::size_t i = 0;
  for (; i + kStates <= count && turns.end - words >= static_cast<std::ptrdiff_t>(2 * kStates); i += kStates)
    for (std::size_t group = 0; group < kStates; group += kGroup)
      words = decode_group(turns.places, turns.states + group, words, out + i + group);
  turns.words = words;
  return i;
}

}  // namespace pitlane::entropy
