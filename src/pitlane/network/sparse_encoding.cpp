#include "pitlane/network/sparse_encoding.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace pitlane {

std::vector<std::byte> encode_sparse(std::span<const std::byte> dense, std::size_t element_bytes) {
  const std::size_t count = dense.size() / element_bytes;
  std::vector<std::byte> out((count + 7) / 8);
  for (std::size_t i = 0; i < count; ++i) {
    const auto element = dense.subspan(i * element_bytes, element_bytes);
    if (std::all_of(element.begin(), element.end(), [](std::byte b) { return b == std::byte{0}; })) continue;
    out[i / 8] |= std::byte{1} << (i % 8);
    out.insert(out.end(), element.begin(), element.end());
  }
  return out;
}

Result<std::vector<std::byte>> decode_sparse(std::span<const std::byte> encoded, std::size_t element_bytes,
                                             std::size_t dense_bytes) {
  const std::size_t count = dense_bytes / element_bytes;
  const std::size_t mask_bytes = (count + 7) / 8;
  if (dense_bytes % element_bytes != 0 || encoded.size() < mask_bytes)
    return corrupt("sparse weights are shorter than their mask");
  const auto mask = encoded.first(mask_bytes);
  std::size_t non_zero = 0;
  for (const std::byte b : mask) non_zero += static_cast<std::size_t>(std::popcount(static_cast<unsigned char>(b)));
  const bool stray_bits = count % 8 != 0 && (mask.back() >> (count % 8)) != std::byte{0};
  if (stray_bits || encoded.size() - mask_bytes != non_zero * element_bytes)
    return corrupt("sparse weights do not match their mask");
  std::vector<std::byte> dense(dense_bytes);
  const std::byte* next = encoded.data() + mask_bytes;
  for (std::size_t byte = 0; byte < mask_bytes; ++byte) {
    for (auto bits = static_cast<unsigned>(mask[byte]); bits != 0; bits &= bits - 1) {
      const std::size_t element = byte * 8 + static_cast<std::size_t>(std::countr_zero(bits));
      std::memcpy(dense.data() + element * element_bytes, next, element_bytes);
      next += element_bytes;
    }
  }
  return dense;
}

}  // namespace pitlane
