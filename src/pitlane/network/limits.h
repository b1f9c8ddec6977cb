// How large a network may be: no driving network comes near these, but a hostile file may claim more.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pitlane/network/shape.h"

namespace pitlane {

/// Elements of one weight or value.
inline constexpr std::int64_t kLargestTensor = std::int64_t{1} << 28;
inline constexpr std::size_t kMostDimensions = 8;

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
