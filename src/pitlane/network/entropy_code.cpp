#include "pitlane/network/entropy_code.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>

#include "pitlane/network/entropy_turns.h"

namespace pitlane {
namespace {

static_assert(std::endian::native == std::endian::little, "codes are copied as they lie in memory");

using entropy::kLowest, entropy::kScale, entropy::kScaleBits, entropy::kStates;
constexpr std::size_t kSymbols = 256;

using Frequencies = std::array<std::uint16_t, kSymbols>;
using States = std::array<std::uint32_t, kStates>;

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

  [[nodiscard]] const std::uint32_t* data() const { return of_.data(); }

 private:
  std::array<std::uint32_t, kScale> of_{};
};

Status decode_states(std::span<const std::byte>& encoded, const Places& places, States states,
                     std::span<std::byte> bytes) {
  const std::byte* const end = encoded.data() + encoded.size() / 2 * 2;
  entropy::Turns turns{places.data(), states.data(), encoded.data(), end};
  static const bool wide = entropy::has_wide_turns();
  std::size_t i = (wide ? entropy::decode_turns_wide : entropy::decode_turns)(turns, bytes.data(), bytes.size());
  const std::byte* at = turns.words;
  for (; i < bytes.size(); ++i) {
    std::uint32_t& state = states[i % kStates];
    bytes[i] = entropy::pass(places.data(), state);
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
  return {};
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
    std::uint32_t& state = states[i % kStates];
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

Status decode_entropy(std::span<const std::byte>& encoded, std::span<std::byte> bytes) {
  std::uint32_t count = 0;
  Frequencies frequencies;
  if (!take(encoded, &count, 1) || !take(encoded, frequencies.data(), frequencies.size()))
    return corrupt("entropy-coded weights end too early");
  if (count > bytes.size()) return corrupt("entropy-coded weights are more than their shape needs");
  if (count < bytes.size()) return corrupt("entropy-coded weights are fewer than their shape needs");
  if (std::ranges::count(frequencies, 0) == static_cast<std::ptrdiff_t>(kSymbols)) {
    if (!take(encoded, bytes.data(), bytes.size())) return corrupt("entropy-coded weights end too early");
    return {};
  }
  States states;
  if (!take(encoded, states.data(), states.size())) return corrupt("entropy-coded weights end too early");
  PITLANE_TRY(const Places places, Places::create(frequencies));
  return decode_states(encoded, places, states, bytes);
}

}  // namespace pitlane
