// Weights with many zeros on disk: one bit an element, then the non-zero elements packed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Mask bytes (element i is bit i % 8 of byte i / 8), then the non-zero elements in order.
/// An element is zero when all its bytes are: minus zero is kept.
std::vector<std::byte> encode_sparse(std::span<const std::byte> dense, std::size_t element_bytes);

/// The inverse. Errors when the encoding does not hold exactly `dense_bytes` worth of elements.
Result<std::vector<std::byte>> decode_sparse(std::span<const std::byte> encoded, std::size_t element_bytes,
                                             std::size_t dense_bytes);

/// The same from mask and packed elements that lie apart.
Result<std::vector<std::byte>> decode_sparse(std::span<const std::byte> mask, std::span<const std::byte> packed,
                                             std::size_t element_bytes, std::size_t dense_bytes);

/// How many elements a mask says are not zero.
std::size_t count_of_mask(std::span<const std::byte> mask);

}  // namespace pitlane
