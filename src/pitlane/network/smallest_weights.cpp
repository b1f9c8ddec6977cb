#include "pitlane/network/smallest_weights.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace pitlane {
namespace {

constexpr std::uint32_t kMagnitude = 0x7fffffff;
constexpr int kLowBits = 16;

/// In the order of the magnitudes.
std::uint32_t magnitude_bits(float value) { return std::bit_cast<std::uint32_t>(value) & kMagnitude; }

struct Selected {
  std::uint32_t bits = 0;  ///< of the magnitude
  std::size_t ties = 0;    ///< how many of that magnitude are among the selected
};

/// The largest of the `count` smallest magnitudes. Counts by the upper bits first, so that little is left to be
/// ordered: training asks for it again and again, of millions of weights.
Selected select_magnitude(std::span<const float> values, std::size_t count) {
  std::vector<std::size_t> counts((kMagnitude >> kLowBits) + 1);
  for (const float v : values) ++counts[magnitude_bits(v) >> kLowBits];
  std::uint32_t upper = 0;
  std::size_t rank = count;
  while (counts[upper] < rank) rank -= counts[upper++];
  std::vector<std::uint32_t> alike;
  alike.reserve(counts[upper]);
  for (const float v : values)
    if (magnitude_bits(v) >> kLowBits == upper) alike.push_back(magnitude_bits(v));
  const auto nth = alike.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::ranges::nth_element(alike, nth);
  const auto smaller = std::ranges::count_if(alike.begin(), nth, [&](std::uint32_t bits) { return bits < *nth; });
  return {*nth, rank - static_cast<std::size_t>(smaller)};
}

}  // namespace

void zero_smallest(std::span<float> values, std::size_t count) {
  count = std::min(count, values.size());
  if (count == 0) return;
  const Selected last = select_magnitude(values, count);
  for (float& v : values) v = magnitude_bits(v) < last.bits ? 0 : v;
  std::size_t ties = last.ties;
  for (std::size_t i = 0; ties > 0; ++i) {
    if (magnitude_bits(values[i]) != last.bits) continue;
    values[i] = 0;
    --ties;
  }
}

std::size_t zeros_at(double share, std::size_t size) {
  return static_cast<std::size_t>(share * static_cast<double>(size));
}

double polynomial_share(double from, double to, std::int64_t step, std::int64_t steps) {
  if (step >= steps) return to;
  const double left = 1 - static_cast<double>(step) / static_cast<double>(steps);
  return to + (from - to) * left * left * left;
}

}  // namespace pitlane
