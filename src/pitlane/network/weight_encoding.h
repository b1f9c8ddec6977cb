// How the elements of a weight lie in a .pit file: the shortest way that is worth its time at loading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Numbers are frozen: they are on disk.
enum class WeightEncoding : std::uint8_t {
  kDense = 0,          ///< as they are
  kSparse = 1,         ///< sparse_encoding.h
  kSparseEntropy = 2,  ///< the mask of kSparse, then the bytes 0, 1, ... of its non-zero elements, each entropy-coded
  kEntropy = 3,        ///< the bytes 0, 1, ... of all elements, each entropy-coded
};

struct EncodedElements {
  WeightEncoding encoding = WeightEncoding::kDense;
  std::vector<std::byte> bytes;  ///< empty for kDense: `elements` themselves
};
EncodedElements encode_elements(std::span<const std::byte> elements, std::size_t element_bytes);

/// The inverse, for all but kDense. Errors when `encoded` does not hold exactly `dense_bytes`, or claims more than its
/// length can be worth.
Result<std::vector<std::byte>> decode_elements(WeightEncoding encoding, std::span<const std::byte> encoded,
                                               std::size_t element_bytes, std::size_t dense_bytes);

}  // namespace pitlane
