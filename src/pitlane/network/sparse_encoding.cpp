#include "pitlane/network/sparse_encoding.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "pitlane/network/sparse_spread.h"

namespace pitlane {
namespace {

/// A size that the compiler knows makes each copy one instruction. `packed` holds as many elements as `mask` has bits.
template <std::size_t kBytes>
void spread(std::span<const std::byte> mask, std::span<const std::byte> packed, std::span<std::byte> dense) {
  std::size_t next = 0;
  std::byte* to = dense.data();
  for (const std::byte byte : mask) {
    for (auto bits = static_cast<unsigned>(byte); bits != 0; bits &= bits - 1) {
      std::memcpy(to + static_cast<std::size_t>(std::countr_zero(bits)) * kBytes, packed.data() + next, kBytes);
      next += kBytes;
    }
    to += 8 * kBytes;
  }
}

/// The same for bytes, of which there are most.
void spread_bytes(std::span<const std::byte> mask, std::span<const std::byte> packed, std::span<std::byte> dense) {
  static const bool wide = has_wide_spread();
  Spread whole{mask.data(), dense.size() / 8, packed.data(), packed.size(), dense.data()};
  (wide ? spread_wide : spread_portable)(whole);
  const auto at = static_cast<std::size_t>(whole.mask - mask.data());
  spread<1>(mask.subspan(at), packed.last(whole.packed_bytes), dense.subspan(8 * at));
}

}  // namespace

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

std::size_t count_of_mask(std::span<const std::byte> mask) {
  static const bool wide = has_wide_spread();
  return (wide ? count_bits_wide : count_bits_portable)(mask.data(), mask.size());
}

Result<std::vector<std::byte>> decode_sparse(std::span<const std::byte> encoded, std::size_t element_bytes,
                                             std::size_t dense_bytes) {
  const std::size_t mask_bytes = (dense_bytes / element_bytes + 7) / 8;
  if (encoded.size() < mask_bytes) return corrupt("sparse weights are shorter than their mask");
  return decode_sparse(encoded.first(mask_bytes), encoded.subspan(mask_bytes), element_bytes, dense_bytes);
}

Result<std::vector<std::byte>> decode_sparse(std::span<const std::byte> mask, std::span<const std::byte> packed,
                                             std::size_t element_bytes, std::size_t dense_bytes) {
  const std::size_t count = dense_bytes / element_bytes;
  if (dense_bytes % element_bytes != 0 || mask.size() != (count + 7) / 8)
    return corrupt("sparse weights are shorter than their mask");
  const bool stray_bits = count % 8 != 0 && (mask.back() >> (count % 8)) != std::byte{0};
  if (stray_bits || packed.size() != count_of_mask(mask) * element_bytes)
    return corrupt("sparse weights do not match their mask");
  std::vector<std::byte> dense(dense_bytes);
  if (element_bytes == 1)
    spread_bytes(mask, packed, dense);
  else if (element_bytes == 2)
    spread<2>(mask, packed, dense);
  else if (element_bytes == 4)
    spread<4>(mask, packed, dense);
  else
    return corrupt("sparse weights of an impossible size");
  return dense;
}

}  // namespace pitlane
