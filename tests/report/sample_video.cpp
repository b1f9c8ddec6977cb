#include "sample_video.h"

#include <array>
#include <cstdint>
#include <utility>

#include "pitlane/video/mp4_encoder.h"

namespace pitlane {
namespace {

constexpr int kWidth = 320, kHeight = 180, kFramesPerSecond = 20;

Result<std::vector<std::byte>> two_colours() {
  PITLANE_TRY(Mp4Encoder encoder, Mp4Encoder::create({kWidth, kHeight, kFramesPerSecond}));
  std::vector<std::uint8_t> pixels;
  for (const std::array<std::uint8_t, 3> colour : {std::array<std::uint8_t, 3>{200, 30, 40}, {30, 60, 210}}) {
    pixels.clear();
    for (int i = 0; i < kWidth * kHeight; ++i) pixels.insert(pixels.end(), colour.begin(), colour.end());
    for (int i = 0; i < kFramesPerSecond; ++i)
      PITLANE_TRY_STATUS(encoder.add({pixels.data(), kWidth, kHeight, 3 * kWidth}));
  }
  return encoder.finish();
}

}  // namespace

PageVideos sample_video() {
  PageVideos videos;
  Result<std::vector<std::byte>> mp4 = two_colours();
  if (mp4.ok())
    videos.videos.push_back({"baseline beside prune_quan", "mixed, forward; 2 s", kWidth, kHeight, *std::move(mp4)});
  else
    videos.why_none = mp4.error().message();
  return videos;
}

}  // namespace pitlane
