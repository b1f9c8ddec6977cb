#include "pitlane/data/image_container.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace pitlane {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::array<unsigned char, 8> kPngSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

unsigned at(Bytes bytes, std::size_t i) { return std::to_integer<unsigned>(bytes[i]); }
std::uint32_t big16(Bytes bytes, std::size_t i) { return at(bytes, i) << 8 | at(bytes, i + 1); }
std::uint32_t big32(Bytes bytes, std::size_t i) { return big16(bytes, i) << 16 | big16(bytes, i + 2); }

Result<ImageSize> bounded(std::uint32_t width, std::uint32_t height) {
  const bool fits =
      width <= kMaxImageSide && height <= kMaxImageSide && static_cast<std::int64_t>(width) * height <= kMaxImagePixels;
  if (width == 0 || height == 0 || !fits)
    return corrupt("size " + std::to_string(width) + "x" + std::to_string(height) + " is not believable");
  return ImageSize{static_cast<int>(width), static_cast<int>(height)};
}

Error truncated(const char* kind) { return corrupt(std::string("truncated ") + kind); }

bool is_png(Bytes bytes) {
  return bytes.size() >= kPngSignature.size() &&
         std::equal(kPngSignature.begin(), kPngSignature.end(), bytes.begin(),
                    [](unsigned char a, std::byte b) { return std::byte{a} == b; });
}

Result<ImageSize> inspect_png(Bytes bytes) {
  constexpr std::size_t kOverhead = 12;  // length, type, checksum
  constexpr std::uint32_t kIhdr = 0x49484452, kIend = 0x49454E44;
  std::size_t position = kPngSignature.size();
  std::optional<ImageSize> size;
  while (bytes.size() - position >= kOverhead) {
    const std::uint32_t length = big32(bytes, position);
    const std::uint32_t type = big32(bytes, position + 4);
    if (length > bytes.size() - position - kOverhead) return truncated("PNG");
    if (!size) {
      if (type != kIhdr || length != 13) return corrupt("PNG without its header");
      PITLANE_TRY(size, bounded(big32(bytes, position + 8), big32(bytes, position + 12)));
    }
    if (type == kIend) return *size;
    position += kOverhead + length;
  }
  return truncated("PNG");
}

bool is_restart(unsigned marker) { return marker >= 0xD0 && marker <= 0xD7; }
bool is_frame_header(unsigned marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// First position at or after `from` of a marker that is neither a stuffed byte nor a restart.
std::size_t end_of_entropy_coded(Bytes bytes, std::size_t from) {
  for (std::size_t i = from; i + 1 < bytes.size(); ++i) {
    if (at(bytes, i) != 0xFF) continue;
    const unsigned next = at(bytes, i + 1);
    if (next != 0x00 && next != 0xFF && !is_restart(next)) return i;
  }
  return bytes.size();
}

Result<ImageSize> inspect_jpeg(Bytes bytes) {
  constexpr unsigned kEnd = 0xD9, kScan = 0xDA;
  std::optional<ImageSize> size;
  bool scanned = false;
  std::size_t position = 2;
  while (position + 1 < bytes.size()) {
    if (at(bytes, position) != 0xFF) return corrupt("JPEG with a segment that does not start with a marker");
    const unsigned marker = at(bytes, position + 1);
    if (marker == 0xFF) {  // fill byte
      ++position;
      continue;
    }
    if (marker == kEnd) {
      if (!size || !scanned) return corrupt("JPEG without a picture");
      return *size;
    }
    if (position + 4 > bytes.size()) return truncated("JPEG");
    const std::size_t length = big16(bytes, position + 2);
    if (length < 2) return corrupt("JPEG with an impossible segment length");
    if (length > bytes.size() - position - 2) return truncated("JPEG");
    if (is_frame_header(marker)) {
      if (length < 8) return corrupt("JPEG with a short frame header");
      PITLANE_TRY(size, bounded(big16(bytes, position + 7), big16(bytes, position + 5)));
    }
    position += 2 + length;
    if (marker == kScan) {
      scanned = true;
      position = end_of_entropy_coded(bytes, position);
    }
  }
  return truncated("JPEG");
}

}  // namespace

Result<ImageSize> inspect_image(Bytes bytes) {
  if (bytes.empty()) return corrupt("empty file (0 bytes)");
  if (is_png(bytes)) return inspect_png(bytes);
  if (bytes.size() >= 2 && big16(bytes, 0) == 0xFFD8) return inspect_jpeg(bytes);
  return unsupported("neither PNG nor JPEG");
}

}  // namespace pitlane
