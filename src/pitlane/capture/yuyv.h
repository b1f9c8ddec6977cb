// YUYV (YUY2, V4L2_PIX_FMT_YUYV), what most cameras give: two pixels in four bytes, Y0 Cb Y1 Cr.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pitlane/capture/frame_stream.h"

namespace pitlane::capture {

/// Row y starts at data + y * stride_bytes.
struct YuyvView {
  const std::uint8_t* data = nullptr;
  FrameSize size;                   ///< the width is even
  std::ptrdiff_t stride_bytes = 0;  ///< at least width * 2
};

/// Rows `rows` (ascending, each within the picture; empty: all) of `from` as RGB into `rgb`, width * height * 3 bytes;
/// the other rows are left as they are. ITU-R BT.601, limited range (Y 16..235, Cb and Cr 16..240), as V4L2 says of
/// cameras (V4L2_YCBCR_ENC_601). Each channel is within 1 of the real number.
void yuyv_to_rgb(const YuyvView& from, std::span<const int> rows, std::span<std::uint8_t> rgb) noexcept;

}  // namespace pitlane::capture
