// Answers of a build that lacks a library for pictures.
#include "pitlane/capture/decoders.h"

namespace pitlane::capture {

#if !defined(PITLANE_WITH_PNG)
Status decode_png(std::span<const std::byte> /*file*/, const FrameSize& /*expected*/,
                  std::vector<std::uint8_t>& /*rgb*/) {
  return unsupported("this build reads no PNG; build it where libpng is installed, or give raw frames");
}
#endif

#if !defined(PITLANE_WITH_JPEG)
Status decode_jpeg(std::span<const std::byte> /*file*/, const FrameSize& /*expected*/,
                   std::vector<std::uint8_t>& /*rgb*/) {
  return unsupported("this build reads no JPEG; build it where libjpeg-turbo is installed, or give raw frames");
}
#endif

}  // namespace pitlane::capture
