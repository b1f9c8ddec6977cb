// The bytes of one chunk of a bag, as they were before they were compressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// rosbag closes a chunk at 768 KiB or after one message; a bag that claims more than this is refused unread.
constexpr std::uint32_t kMaxChunkBytes = 128U << 20;
/// How much larger than compressed a chunk above kSmallChunk may claim to be, and a bag's chunks together above
/// kSmallChunk. Pictures shrink by far less; a few that are all black may come first.
constexpr std::uint64_t kLargestChunkRatio = 200;
constexpr std::uint64_t kSmallChunk = 32ULL << 20;

/// `compression`: "none", "bz2" or "lz4". `size` bytes, in `stored` itself or in `buffer`. Errors: another compression,
/// damaged, more or less than `size`, a size that no such compression gives.
Result<std::span<const std::byte>> uncompressed(std::span<const std::byte> stored, const std::string& compression,
                                                std::uint32_t size, std::vector<std::byte>& buffer);

}  // namespace pitlane
