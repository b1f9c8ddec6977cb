// A picture that somebody else owns: 8 bits a channel, channels interleaved.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pitlane {

/// Order of the bytes of one pixel, or what its only byte is: its brightness or one of its colours. The numbers stand
/// in files.
enum class PixelFormat : std::uint8_t { kRgb, kBgr, kGrey, kRed, kGreen, kBlue };

/// As files and flags call them, by number.
inline constexpr std::array kPixelFormatNames = {"rgb", "bgr", "grey", "red", "green", "blue"};
constexpr const char* to_string(PixelFormat format) { return kPixelFormatNames[static_cast<std::size_t>(format)]; }

constexpr int channels_of(PixelFormat format) { return format <= PixelFormat::kBgr ? 3 : 1; }

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
