// One pass over many numbers on several threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace pitlane {

/// The grain of a pass with a few operations for each number: below it a thread costs more than it saves.
inline constexpr std::size_t kElementsPerThread = 1 << 18;

/// Calls `work(begin, end)` for as many even parts of [0, size) as there are threads, at once, but for none below
/// `grain` numbers; returns when all are done. `work` must not throw.
template <typename Work>
void in_parts(std::size_t size, std::size_t grain, int threads, const Work& work) {
  const std::size_t parts = std::clamp<std::size_t>(size / grain, 1, static_cast<std::size_t>(std::max(1, threads)));
  std::vector<std::jthread> workers;
  for (std::size_t p = 1; p < parts; ++p) workers.emplace_back(work, size * p / parts, size * (p + 1) / parts);
  work(std::size_t{0}, size / parts);
}

}  // namespace pitlane
