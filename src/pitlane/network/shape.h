// Sizes of tensors. Activations carry no batch dimension: {height, width, channels} or {features}.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pitlane {

using Shape = std::vector<std::int64_t>;

/// Product of the dimensions; the empty shape is a scalar and has 1.
constexpr std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t d : shape) count *= d;
  return count;
}

/// "66x200x3"; "scalar" for the empty shape.
std::string to_string(const Shape& shape);

}  // namespace pitlane
