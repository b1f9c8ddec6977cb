// The two decoders behind decode_picture. One that the build has no library for answers with an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pitlane/capture/frame_stream.h"

namespace pitlane::capture {

#if defined(PITLANE_WITH_PNG)
inline constexpr bool kReadsPng = true;
#else
inline constexpr bool kReadsPng = false;
#endif
#if defined(PITLANE_WITH_JPEG)
inline constexpr bool kReadsJpeg = true;
#else
inline constexpr bool kReadsJpeg = false;
#endif

/// As decode_picture; `file` begins as such a file does.
Status decode_png(std::span<const std::byte> file, const FrameSize& expected, std::vector<std::uint8_t>& rgb);
Status decode_jpeg(std::span<const std::byte> file, const FrameSize& expected, std::vector<std::uint8_t>& rgb);

inline Error wrong_size(const FrameSize& is, const FrameSize& expected) {
  return invalid_argument("a picture of " + to_string(is) + "; the network was made for frames of " +
                          to_string(expected));
}

inline std::size_t rgb_bytes(const FrameSize& size) {
  return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3;
}

}  // namespace pitlane::capture
