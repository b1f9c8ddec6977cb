#include "pitlane/optimize/k_means.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace pitlane {
namespace {

constexpr int kMostIterations = 300;

/// The first of `sorted` that belongs to the centre above `low`.
std::size_t border(const std::vector<float>& sorted, double low, double high) {
  const double middle = (low + high) / 2;
  return static_cast<std::size_t>(std::ranges::upper_bound(sorted, middle, {}, [](float v) { return double{v}; }) -
                                  sorted.begin());
}

/// Values, ascending, with sums of themselves and of their squares up to each.
struct Sorted {
  std::vector<float> values;
  std::vector<double> sums, squares;

  explicit Sorted(std::vector<float> all)
      : values(std::move(all)), sums(values.size() + 1, 0.0), squares(values.size() + 1, 0.0) {
    std::ranges::sort(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      sums[i + 1] = sums[i] + values[i];
      squares[i + 1] = squares[i] + double{values[i]} * values[i];
    }
  }
};

/// Of consecutive values.
struct Group {
  std::size_t begin, end;  // not empty
  [[nodiscard]] double mean(const Sorted& all) const {
    return (all.sums[end] - all.sums[begin]) / static_cast<double>(end - begin);
  }
  /// Sum of squared distances from the mean; 0 where all are equal.
  [[nodiscard]] double error(const Sorted& all) const {
    if (all.values[begin] == all.values[end - 1]) return 0;
    const double sum = all.sums[end] - all.sums[begin];
    const double squares = all.squares[end] - all.squares[begin];
    return std::max(squares - sum * sum / static_cast<double>(end - begin), std::numeric_limits<double>::min());
  }
};

/// What is nearest to each centre; those to which nothing is nearest have no group.
std::vector<Group> groups_of(const Sorted& all, const std::vector<double>& centres) {
  std::vector<Group> groups;
  std::size_t begin = 0;
  for (std::size_t c = 0; c < centres.size(); ++c) {
    const std::size_t end = c + 1 < centres.size() ? border(all.values, centres[c], centres[c + 1]) : all.values.size();
    if (end > begin) groups.push_back({begin, end});
    begin = end;
  }
  return groups;
}

/// Halves groups at their means, that of the largest error first, until there are `count` or all hold equal values:
/// where a layer's weights have a long tail most of the first centres lie where nothing is.
void halve_the_worst(const Sorted& all, std::size_t count, std::vector<Group>& groups) {
  while (groups.size() < count) {
    const auto worst = std::ranges::max_element(groups, {}, [&](const Group& group) { return group.error(all); });
    if (worst->error(all) == 0) return;
    const auto first = all.values.begin() + static_cast<std::ptrdiff_t>(worst->begin);
    const auto last = all.values.begin() + static_cast<std::ptrdiff_t>(worst->end);
    const auto above = std::upper_bound(first, last, worst->mean(all), [](double m, float v) { return m < v; });
    auto middle = static_cast<std::size_t>(above - all.values.begin());
    middle = std::clamp(middle, worst->begin + 1, worst->end - 1);  // a mean may round to an end
    const Group upper{middle, worst->end};
    worst->end = middle;
    groups.insert(worst + 1, upper);
  }
}

}  // namespace

std::vector<float> k_means(std::vector<float> values, std::size_t count) {
  if (values.empty()) return {};
  const Sorted all(std::move(values));
  const double low = all.values.front(), high = all.values.back();
  std::vector<double> centres = {(low + high) / 2};
  if (count > 1) {
    centres.clear();
    for (std::size_t c = 0; c < count; ++c)
      centres.push_back(low + (high - low) * static_cast<double>(c) / static_cast<double>(count - 1));
  }
  for (int i = 0; i < kMostIterations; ++i) {
    std::vector<Group> groups = groups_of(all, centres);
    halve_the_worst(all, count, groups);
    std::vector<double> next;
    for (const Group& group : groups) next.push_back(group.mean(all));
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
