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

/// `compression`: "none", "bz2" or "lz4". `size` bytes, in `stored` itself or in `buffer`. Errors: another compression,
/// damaged, more or less than `size`.
Result<std::span<const std::byte>> uncompressed(std::span<const std::byte> stored, const std::string& compression,
                                                std::uint32_t size, std::vector<std::byte>& buffer);

}  // namespace pitlane
