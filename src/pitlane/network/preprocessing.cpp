#include "pitlane/network/preprocessing.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace pitlane {
namespace {

constexpr int kLargestSide = 1 << 14;  // a frame beyond 16384 pixels is a mistake, not a camera

bool fits(int value) { return value > 0 && value <= kLargestSide; }

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

Status validate(const Preprocessing& p) {
  const auto size = [](int w, int h) { return std::to_string(w) + "x" + std::to_string(h); };
  if (!fits(p.source_width) || !fits(p.source_height))
    return invalid_argument("preprocessing: source size " + size(p.source_width, p.source_height) +
                            " must be 1 to 16384 pixels a side");
  if (!fits(p.width) || !fits(p.height))
    return invalid_argument("preprocessing: network size " + size(p.width, p.height) +
                            " must be 1 to 16384 pixels a side");
  const Rect& c = p.crop;
  // Compared without sums, which could overflow.
  if (c.x < 0 || c.y < 0 || !fits(c.width) || !fits(c.height) || c.x > p.source_width - c.width ||
      c.y > p.source_height - c.height)
    return invalid_argument("preprocessing: crop " + size(c.width, c.height) + " at (" + std::to_string(c.x) + ", " +
                            std::to_string(c.y) + ") does not lie inside the source " +
                            size(p.source_width, p.source_height));
  if (p.format > PixelFormat::kBlue) return invalid_argument("preprocessing: unknown pixel format");
  const auto channels = static_cast<std::size_t>(channels_of(p.format));
  if (p.scale.size() != channels || p.offset.size() != channels)
    return invalid_argument("preprocessing: scale and offset must have one value per channel (" +
                            std::to_string(channels) + ")");
  if (!all_finite(p.scale) || !all_finite(p.offset))
    return invalid_argument("preprocessing: scale and offset must be finite numbers");
  if (p.frames < 1 || p.frames > 64) return invalid_argument("preprocessing: frames must be 1 to 64");
  return {};
}

}  // namespace pitlane
