// Bytes stored in about as many bits as their frequencies are worth: for weights with many zeros or few values.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Range asymmetric numeral systems (J. Duda, "Asymmetric numeral systems", arXiv:1311.2540) of order 0: 32 states of
/// 32 bits take turns, so that a decoder computes on many bytes at once. All numbers little-endian:
///   u32                count of bytes
///   u16 [256]          frequency of each byte, their sum is 4096; all 0 where the bytes follow as they are
///   u32 [32]           states before the first byte
///   u16 [...]          words in the order in which a decoder takes them
/// The same bytes give the same code on every machine. At most 2^31 bytes.
std::vector<std::byte> encode_entropy(std::span<const std::byte> bytes);

/// Fills `bytes` from the code that `encoded` begins with and moves `encoded` behind it. Errors: truncated, damaged, of
/// more or fewer bytes; then `bytes` hold anything.
Status decode_entropy(std::span<const std::byte>& encoded, std::span<std::byte> bytes);

}  // namespace pitlane
