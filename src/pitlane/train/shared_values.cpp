#include "pitlane/train/shared_values.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pitlane/core/result.h"
#include "pitlane/train/parts.h"

namespace pitlane {
namespace {

// Gradients are summed in blocks of this size, whoever sums them, and the blocks in their order.
constexpr std::size_t kBlock = 1 << 16;
// Neighbours often share a value, and one sum after the other into one place waits for it.
constexpr std::size_t kApart = 4;

using Sums = std::array<double, SharedValues::kMost>;

/// Adds what is new to `distinct`, which is in ascending order; one more than kMost at most.
void add_distinct(std::span<const float> values, std::vector<float>& distinct) {
  for (const float v : values) {
    const auto place = std::ranges::lower_bound(distinct, v);
    if (place != distinct.end() && *place == v) continue;
    distinct.insert(place, v);
    if (distinct.size() > SharedValues::kMost) return;
  }
}

/// Calls work(b, first, size) for each block, the blocks on all threads.
template <typename Work>
void for_blocks(std::size_t size, int threads, const Work& work) {
  in_parts((size + kBlock - 1) / kBlock, 1, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) work(b, b * kBlock, std::min(kBlock, size - b * kBlock));
  });
}

/// The distinct values in ascending order, or none if there are more than kMost or one is not a number.
std::vector<float> distinct_values(std::span<const float> values, int threads) {
  std::vector<std::vector<float>> blocks((values.size() + kBlock - 1) / kBlock);
  for_blocks(values.size(), threads, [&](std::size_t b, std::size_t first, std::size_t size) {
    add_distinct(values.subspan(first, size), blocks[b]);
  });
  std::vector<float> distinct;
  for (const std::vector<float>& block : blocks) {
    add_distinct(block, distinct);
    if (distinct.size() > SharedValues::kMost) return {};
  }
  if (!std::ranges::all_of(distinct, [](float v) { return std::isfinite(v); })) return {};
  return distinct;
}

Sums sums_of(std::span<const std::uint8_t> group, std::span<const float> gradient) {
  std::array<Sums, kApart> lanes{};
  for (std::size_t i = 0; i < group.size(); ++i) lanes[i % kApart][group[i]] += static_cast<double>(gradient[i]);
  for (std::size_t l = 1; l < kApart; ++l)
    for (std::size_t g = 0; g < SharedValues::kMost; ++g) lanes[0][g] += lanes[l][g];
  return lanes[0];
}

/// Those of `all` at `places`.
template <typename T>
std::vector<T> picked(std::span<const T> all, std::span<const std::size_t> places) {
  std::vector<T> some;
  for (const std::size_t place : places) some.push_back(all[place]);
  return some;
}

void put_back(std::span<const float> some, std::span<const std::size_t> places, std::span<float> all) {
  for (std::size_t i = 0; i < places.size(); ++i) all[places[i]] = some[i];
}

}  // namespace

void SharedValues::find(std::span<const float> values, int threads) {
  const std::vector<float> distinct = distinct_values(values, threads);
  group_.resize(distinct.empty() ? 0 : values.size());
  first_.clear();
  if (empty()) return;
  for_blocks(values.size(), threads, [&](std::size_t, std::size_t first, std::size_t size) {
    for (std::size_t i = first; i < first + size; ++i)
      group_[i] = static_cast<std::uint8_t>(std::ranges::lower_bound(distinct, values[i]) - distinct.begin());
  });
  for (std::size_t g = 0; g < distinct.size(); ++g)
    first_.push_back(static_cast<std::size_t>(std::ranges::find(group_, g) - group_.begin()));
}

std::vector<float> SharedValues::sums(std::span<const float> gradient, int threads) const {
  std::vector<Sums> blocks((group_.size() + kBlock - 1) / kBlock);
  for_blocks(group_.size(), threads, [&](std::size_t b, std::size_t first, std::size_t size) {
    blocks[b] = sums_of(std::span(group_).subspan(first, size), gradient.subspan(first, size));
  });
  std::vector<float> sums;
  for (std::size_t g = 0; g < first_.size(); ++g) {
    double sum = 0;
    for (const Sums& block : blocks) sum += block[g];
    sums.push_back(static_cast<float>(sum));
  }
  return sums;
}

void SharedValues::update(std::span<float> values, std::span<const float> gradient, AdamMoments& moments,
                          std::span<const std::uint8_t> keep, const AdamStep& step, int threads) const {
  PITLANE_CHECK(!empty() && values.size() == group_.size() && gradient.size() == group_.size());
  PITLANE_CHECK(moments.first.size() == group_.size() && moments.second.size() == group_.size());
  std::vector<float> shared = picked<float>(values, first_);
  AdamMoments theirs{picked<float>(moments.first, first_), picked<float>(moments.second, first_)};
  const auto kept = keep.empty() ? std::vector<std::uint8_t>{} : picked<std::uint8_t>(keep, first_);
  adam_update(shared, sums(gradient, threads), theirs, kept, step, 1);
  put_back(theirs.first, first_, moments.first);
  put_back(theirs.second, first_, moments.second);
  in_parts(group_.size(), kBlock, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) values[i] = shared[group_[i]];
  });
}

}  // namespace pitlane
