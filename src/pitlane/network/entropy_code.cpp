#include "pitlane/network/entropy_code.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>

namespace pitlane {
namespace {

static_assert(std::endian::native == std::endian::little, "codes are copied as they lie in memory");

constexpr std::uint32_t kScaleBits = 12, kScale = 1U << kScaleBits;
constexpr std::uint32_t kLowest = 1U << 16;  // of a state between two bytes; words have 16 bits
constexpr std::size_t kLanes = 8, kSymbols = 256;

using Frequencies = std::array<std::uint16_t, kSymbols>;
using States = std::array<std::uint32_t, kLanes>;

std::array<std::uint32_t, kSymbols> beginnings(const Frequencies& frequencies) {
  std::array<std::uint32_t, kSymbols> begin{};
  for (std::size_t s = 1; s < kSymbols; ++s) begin[s] = begin[s - 1] + frequencies[s - 1];
  return begin;
}

/// Shares of 4096, at least one for each byte that occurs. What rounding leaves over goes to the most frequent.
Frequencies count_frequencies(std::span<const std::byte> bytes) {
  std::array<std::uint64_t, kSymbols> counts{};
  for (const std::byte b : bytes) ++counts[static_cast<std::size_t>(b)];
  Frequencies frequencies{};
  for (std::size_t s = 0; s < kSymbols; ++s)
    if (counts[s] > 0)
      frequencies[s] = static_cast<std::uint16_t>(std::max<std::uint64_t>(1, counts[s] * kScale / bytes.size()));
  int left = static_cast<int>(kScale) - std::accumulate(frequencies.begin(), frequencies.end(), 0);
  while (left != 0) {  // shares are below the exact ones but where they are 1: too many by 255 at most
    const auto largest = std::max_element(frequencies.begin(), frequencies.end());
    const int change = left > 0 ? left : std::max(left, -(*largest / 2));
    *largest = static_cast<std::uint16_t>(*largest + change);
    left -= change;
  }
  return frequencies;
}

template <typename T>
void append(std::vector<std::byte>& out, const T* values, std::size_t count) {
  const std::size_t at = out.size();
  out.resize(at + count * sizeof(T));
  if (count > 0) std::memcpy(out.data() + at, values, count * sizeof(T));
}

template <typename T>
bool take(std::span<const std::byte>& in, T* values, std::size_t count) {
  if (in.size() < count * sizeof(T)) return false;
  if (count > 0) std::memcpy(values, in.data(), count * sizeof(T));  // no bytes may lie nowhere
  in = in.subspan(count * sizeof(T));
  return true;
}

/// One for each of the 4096 places of a state's lower bits: the byte, its frequency - 1 and the place's distance from
/// where the byte's places begin.
class Places {
 public:
  static Result<Places> create(const Frequencies& frequencies) {
    if (std::accumulate(frequencies.begin(), frequencies.end(), 0U) != kScale)
      return corrupt("entropy-coded weights with impossible frequencies");
    Places places;
    std::uint32_t* next = places.of_.data();
    for (std::size_t s = 0; s < kSymbols; ++s)
      for (std::uint32_t i = 0; i < frequencies[s]; ++i)
        *next++ = static_cast<std::uint32_t>(s) << 24 | (frequencies[s] - 1U) << 12 | i;
    return places;
  }

  /// The byte of a state, which goes on to what is left of it.
  std::byte pass(std::uint32_t& state) const {
    const std::uint32_t place = of_[state & (kScale - 1)];
    state = ((place >> 12 & 0xFFFU) + 1) * (state >> kScaleBits) + (place & 0xFFFU);
    return static_cast<std::byte>(place >> 24);
  }

 private:
  std::array<std::uint32_t, kScale> of_{};
};

/// Eight bytes a turn while eight words are left; returns how many bytes it gave. Everything lives in registers: bytes
/// that are stored may alias all that is not.
std::size_t decode_turns(const Places& places, States& states, const std::byte*& words, const std::byte* end,
                         std::span<std::byte> out) {
  States local = states;
  const std::byte* at = words;
  std::size_t i = 0;
  for (; i + kLanes <= out.size() && end - at >= static_cast<std::ptrdiff_t>(2 * kLanes); i += kLanes) {
    std::array<std::byte, kLanes> turn;
#pragma GCC unroll 8
    for (std::size_t lane = 0; lane < kLanes; ++lane) turn[lane] = places.pass(local[lane]);
#pragma GCC unroll 8
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      std::uint32_t& state = local[lane];
      std::uint16_t word;
      std::memcpy(&word, at, sizeof word);
      // Whether a state needs a word is chance: arithmetic takes less time than a branch that is guessed wrong.
      const std::uint32_t low = state < kLowest ? 1 : 0;
      state = state << (low * 16) | (word & (0U - low));
      at += std::size_t{2} * low;
    }
    std::memcpy(out.data() + i, turn.data(), kLanes);
  }
  states = local;
  words = at;
  return i;
}

Result<std::vector<std::byte>> decode_states(std::span<const std::byte>& encoded, const Places& places, States states,
                                             std::size_t count) {
  const std::byte* at = encoded.data();
  const std::byte* const end = at + encoded.size() / 2 * 2;
  std::vector<std::byte> bytes(count);
  for (std::size_t i = decode_turns(places, states, at, end, bytes); i < count; ++i) {
    std::uint32_t& state = states[i % kLanes];
    bytes[i] = places.pass(state);
    if (state >= kLowest) continue;
    if (at == end) return corrupt("entropy-coded weights end too early");
    std::uint16_t word;
    std::memcpy(&word, at, sizeof word);
    state = state << 16 | word;
    at += 2;
  }
  if (std::ranges::any_of(states, [](std::uint32_t state) { return state != kLowest; }))
    return corrupt("entropy-coded weights are damaged");
  encoded = encoded.subspan(static_cast<std::size_t>(at - encoded.data()));
  return bytes;
}

}  // namespace

std::vector<std::byte> encode_entropy(std::span<const std::byte> bytes) {
  PITLANE_CHECK(bytes.size() <= std::numeric_limits<std::int32_t>::max());
  std::vector<std::byte> out;
  const auto count = static_cast<std::uint32_t>(bytes.size());
  append(out, &count, 1);
  const Frequencies frequencies = bytes.empty() ? Frequencies{} : count_frequencies(bytes);
  const auto begin = beginnings(frequencies);
  States states;
  states.fill(kLowest);
  std::vector<std::uint16_t> words;  // the last byte's first: a decoder takes them the other way round
  for (std::size_t i = bytes.size(); i-- > 0;) {
    const auto s = static_cast<std::size_t>(bytes[i]);
    const std::uint32_t frequency = frequencies[s];
    std::uint32_t& state = states[i % kLanes];
    if (state >> (32 - kScaleBits) >= frequency) {
      words.push_back(static_cast<std::uint16_t>(state));
      state >>= 16;
    }
    state = (state / frequency << kScaleBits) + state % frequency + begin[s];
  }
  std::ranges::reverse(words);
  if (words.size() * 2 + sizeof states >= bytes.size()) {
    const Frequencies none{};
    append(out, none.data(), none.size());
    append(out, bytes.data(), bytes.size());
    return out;
  }
  append(out, frequencies.data(), frequencies.size());
  append(out, states.data(), states.size());
  append(out, words.data(), words.size());
  return out;
}

Result<std::vector<std::byte>> decode_entropy(std::span<const std::byte>& encoded, std::size_t most_bytes) {
  std::uint32_t count = 0;
  Frequencies frequencies;
  if (!take(encoded, &count, 1) || !take(encoded, frequencies.data(), frequencies.size()))
    return corrupt("entropy-coded weights end too early");
  if (count > most_bytes) return corrupt("entropy-coded weights are more than their shape needs");
  if (std::ranges::count(frequencies, 0) == static_cast<std::ptrdiff_t>(kSymbols)) {
    std::vector<std::byte> bytes(count);
    if (!take(encoded, bytes.data(), bytes.size())) return corrupt("entropy-coded weights end too early");
    return bytes;
  }
  States states;
  if (!take(encoded, states.data(), states.size())) return corrupt("entropy-coded weights end too early");
  PITLANE_TRY(const Places places, Places::create(frequencies));
  return decode_states(encoded, places, states, count);
}

}  // namespace pitlane
