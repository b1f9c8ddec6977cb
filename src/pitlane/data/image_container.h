// Looks at the container of a picture without decoding it: is it whole, and how large would it become?
// Decoders fill what is missing of a cut-off JPEG with grey and carry on; a training set must not contain that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pitlane/core/result.h"

namespace pitlane {

struct ImageSize {
  int width = 0, height = 0;
  bool operator==(const ImageSize&) const = default;
};

/// Files above this are not read.
constexpr std::uint64_t kMaxImageBytes = 64ULL << 20;
/// Pictures above these are refused before anything is decoded.
constexpr int kMaxImageSide = 1 << 14;
constexpr std::int64_t kMaxImagePixels = 1LL << 26;

/// PNG: every chunk up to IEND must be there. JPEG: every segment and the entropy-coded data up to the
/// end-of-image marker must be there. Bytes after the end are allowed. Sources: ISO/IEC 15948 section 5,
/// ITU-T T.81 annex B.
Result<ImageSize> inspect_image(std::span<const std::byte> bytes);

}  // namespace pitlane
