// A picture that somebody else owns: 8 bits a channel, channels interleaved.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pitlane {

/// Order of the bytes of one pixel.
enum class PixelFormat : std::uint8_t { kRgb, kBgr, kGrey };

constexpr int channels_of(PixelFormat format) { return format == PixelFormat::kGrey ? 1 : 3; }

/// Non-owning view. Row y starts at data + y * stride_bytes; y grows downwards.
struct ImageView {
  const std::uint8_t* data = nullptr;
  int width = 0;                    ///< pixels
  int height = 0;                   ///< pixels
  std::ptrdiff_t stride_bytes = 0;  ///< at least width * channels_of(format)
  PixelFormat format = PixelFormat::kRgb;

  [[nodiscard]] const std::uint8_t* row(int y) const { return data + y * stride_bytes; }
};

}  // namespace pitlane
