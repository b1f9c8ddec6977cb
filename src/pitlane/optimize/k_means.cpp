#include "pitlane/optimize/k_means.h"

#include <algorithm>
#include <limits>

namespace pitlane {
namespace {

constexpr int kMostIterations = 300;

/// The first of `sorted` that belongs to the centre above `low`.
std::size_t border(const std::vector<float>& sorted, double low, double high) {
  const double middle = (low + high) / 2;
  return static_cast<std::size_t>(std::ranges::upper_bound(sorted, middle, {}, [](float v) { return double{v}; }) -
                                  sorted.begin());
}

/// Means of what is nearest to each; `sums` are those of all values before one.
std::vector<double> moved(const std::vector<float>& sorted, const std::vector<double>& sums,
                          const std::vector<double>& centres) {
  std::vector<double> next;
  std::size_t begin = 0;
  for (std::size_t c = 0; c < centres.size(); ++c) {
    const std::size_t end = c + 1 < centres.size() ? border(sorted, centres[c], centres[c + 1]) : sorted.size();
    if (end > begin) next.push_back((sums[end] - sums[begin]) / static_cast<double>(end - begin));
    begin = end;
  }
  return next;
}

}  // namespace

std::vector<float> k_means(std::vector<float> values, std::size_t count) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  std::vector<double> sums(values.size() + 1, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sums[i + 1] = sums[i] + values[i];
  const double low = values.front(), high = values.back();
  std::vector<double> centres = {(low + high) / 2};
  if (count > 1) {
    centres.clear();
    for (std::size_t c = 0; c < count; ++c)
      centres.push_back(low + (high - low) * static_cast<double>(c) / static_cast<double>(count - 1));
  }
  for (int i = 0; i < kMostIterations; ++i) {
    std::vector<double> next = moved(values, sums, centres);
    if (next == centres) break;
    centres = std::move(next);
  }
  std::vector<float> rounded(centres.begin(), centres.end());
  // Zero is not a weight's value but its absence: what a mask keeps.
  std::ranges::replace(rounded, 0.0F, std::numeric_limits<float>::min());
  rounded.erase(std::unique(rounded.begin(), rounded.end()), rounded.end());
  return rounded;
}

float neighbour(const std::vector<float>& centres, float value, float wished) {
  const auto above = std::ranges::lower_bound(centres, value);
  if (above == centres.begin()) return centres.front();
  if (above == centres.end()) return centres.back();
  const float below = *(above - 1);
  return double{wished} - below <= double{*above} - wished ? below : *above;
}

float nearest(const std::vector<float>& centres, float value) { return neighbour(centres, value, value); }

}  // namespace pitlane
