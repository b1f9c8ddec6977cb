// How large a network may be: no driving network comes near these, but a hostile file may claim more.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pitlane/network/shape.h"

namespace pitlane {

/// Elements of one weight or value.
inline constexpr std::int64_t kLargestTensor = std::int64_t{1} << 28;
/// Of all values of a network together: some layers make much of little, and each value takes memory when it runs.
inline constexpr std::int64_t kMostValueElements = std::int64_t{1} << 28;
/// Multiply-adds and elements of pooling windows of one run: minutes of a processor. Driving networks have less than a
/// thousandth of it; checks of what was written run the network many times.
inline constexpr std::int64_t kMostOperations = std::int64_t{1} << 40;
inline constexpr std::size_t kMostDimensions = 8;
/// Unrolled sequences have hundreds. Planning takes time that grows with the square of it.
inline constexpr std::size_t kMostLayers = 10'000;
/// Inputs, outputs, states: of each so many.
inline constexpr std::size_t kMostEnds = 1000;
/// Bytes of the name of a weight, value or layer: each may stand in thousands of messages.
inline constexpr std::size_t kLongestName = 4096;

/// Every dimension positive, none of the limits exceeded; the product is safe to compute.
inline bool within_limits(const Shape& shape) {
  if (shape.size() > kMostDimensions) return false;
  std::int64_t count = 1;
  for (const std::int64_t d : shape) {
    if (d < 1 || d > kLargestTensor / count) return false;
    count *= d;
  }
  return true;
}

}  // namespace pitlane
