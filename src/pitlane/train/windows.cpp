#include "pitlane/train/windows.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pitlane {
namespace {

int warm_up_before(std::int64_t sample, const SampleInputs& inputs, int most) {
  int count = 0;
  while (count < most && (sample = inputs.previous(sample)) >= 0) ++count;
  return count;
}

}  // namespace

std::vector<SampleWindow> single_windows(std::span<const std::int64_t> indices) {
  std::vector<SampleWindow> windows;
  windows.reserve(indices.size());
  for (const std::int64_t i : indices) windows.push_back({i});
  return windows;
}

std::vector<SampleWindow> drive_windows(const SampleInputs& inputs, std::span<const std::int64_t> indices,
                                        WindowSizes sizes) {
  // By what came before: in order of samples the cameras of a row may take turns.
  std::vector<std::int64_t> sorted(indices.begin(), indices.end()), repeated;
  std::ranges::sort(sorted);
  const auto is_repeated = [&](std::size_t i) { return i > 0 && sorted[i] == sorted[i - 1]; };
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (is_repeated(i)) repeated.push_back(sorted[i]);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());

  std::vector<std::int64_t> follower(static_cast<std::size_t>(inputs.dataset().size()), -1);
  std::vector<bool> begins(follower.size(), false);
  for (const std::int64_t i : sorted) {
    const std::int64_t before = inputs.previous(i);
    if (before >= 0 && std::ranges::binary_search(sorted, before))
      follower[static_cast<std::size_t>(before)] = i;
    else
      begins[static_cast<std::size_t>(i)] = true;
  }
  std::vector<SampleWindow> windows;
  for (std::int64_t first : sorted) {
    if (!begins[static_cast<std::size_t>(first)]) continue;
    while (first >= 0) {
      SampleWindow window{first, 1, warm_up_before(first, inputs, sizes.warm_up)};
      std::int64_t next = follower[static_cast<std::size_t>(first)];
      for (; next >= 0 && window.learnt < sizes.learnt; ++window.learnt) {
        window.last = next;
        next = follower[static_cast<std::size_t>(next)];
      }
      windows.push_back(window);
      first = next;
    }
  }
  for (const std::int64_t i : repeated) windows.push_back({i, 1, warm_up_before(i, inputs, sizes.warm_up)});
  return windows;
}

std::vector<std::int64_t> samples_of(const SampleWindow& window, const SampleInputs& inputs) {
  std::vector<std::int64_t> samples(static_cast<std::size_t>(window.length()));
  std::int64_t sample = window.last;
  for (auto place = samples.rbegin(); place != samples.rend(); ++place) {
    *place = sample;
    if (std::next(place) != samples.rend()) sample = inputs.previous(sample);
  }
  return samples;
}

WindowBatches::WindowBatches(std::vector<SampleWindow> windows, int batch)
    : windows_(std::move(windows)),
      single_(std::ranges::all_of(windows_, [](const SampleWindow& window) { return window.length() == 1; })) {
  if (single_)
    cut_evenly(batch);
  else
    cut_by_length(batch);
}

void WindowBatches::cut_evenly(std::int64_t batch) {
  const std::int64_t n = std::ssize(windows_), count = (n + batch - 1) / batch;
  for (std::int64_t i = 1; i <= count; ++i) ends_.push_back(static_cast<std::size_t>(n * i / count));
}

void WindowBatches::cut_by_length(std::int64_t batch) {
  std::ranges::stable_sort(windows_, [](const SampleWindow& a, const SampleWindow& b) {
    return std::pair(a.length(), a.learnt) > std::pair(b.length(), b.learnt);
  });
  std::int64_t learnt = 0, count = 0, longest = 0;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (count > 0 && (learnt >= batch || (count + 1) * longest > 2 * batch)) {
      ends_.push_back(i);
      learnt = count = 0;
    }
    if (count++ == 0) longest = windows_[i].length();
    learnt += windows_[i].learnt;
  }
  ends_.push_back(windows_.size());
  // A single frame is too little for batch normalisation.
  if (size() > 1 && (*this)[size() - 1].size() == 1 && windows_.back().length() == 1) ends_.erase(ends_.end() - 2);
}

std::size_t WindowBatches::first_of(std::int64_t batch) const {
  return batch == 0 ? 0 : ends_[static_cast<std::size_t>(batch) - 1];
}

std::span<const SampleWindow> WindowBatches::operator[](std::int64_t batch) const {
  const std::size_t first = first_of(batch);
  return std::span(windows_).subspan(first, ends_[static_cast<std::size_t>(batch)] - first);
}

}  // namespace pitlane
