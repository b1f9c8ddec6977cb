#include "pitlane/driver/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace pitlane {
namespace {

// Weights of 11 bits keep products of two of them and a byte within 32 bits; OpenCV made the same choice,
// so that networks trained behind cv::resize see the same bytes (within 1).
constexpr int kWeightBits = 11;
constexpr int kOne = 1 << kWeightBits;

std::vector<int> used_coordinates(const std::vector<std::pair<int, int>>& taps) {
  std::vector<int> used;
  for (const auto& [low, high] : taps) {
    used.push_back(low);
    used.push_back(high);
  }
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

// Integer luma, ITU-R BT.601, 8-bit weights that sum to 256.
std::uint8_t luma(int red, int green, int blue) {
  return static_cast<std::uint8_t>((77 * red + 150 * green + 29 * blue + 128) >> 8);
}

}  // namespace

std::vector<FrameResizer::Tap> FrameResizer::make_taps(int out_size, int crop_begin, int crop_size) {
  std::vector<Tap> taps(static_cast<std::size_t>(out_size));
  const double ratio = static_cast<double>(crop_size) / out_size;
  for (int i = 0; i < out_size; ++i) {
    const double centre = (i + 0.5) * ratio - 0.5;
    const double floor = std::floor(centre);
    const int high_weight = static_cast<int>(std::lround((centre - floor) * kOne));
    const int low = std::clamp(static_cast<int>(floor), 0, crop_size - 1);
    const int high = std::clamp(static_cast<int>(floor) + 1, 0, crop_size - 1);
    Tap& tap = taps[static_cast<std::size_t>(i)];
    // A neighbour of weight zero is not read: taps then name the same pixel twice.
    tap.low = crop_begin + (high_weight == kOne ? high : low);
    tap.high = crop_begin + (high_weight == 0 ? low : high);
    tap.low_weight = kOne - high_weight;
    tap.high_weight = high_weight;
  }
  return taps;
}

Result<FrameResizer> FrameResizer::create(const Preprocessing& preprocessing) {
  PITLANE_TRY_STATUS(validate(preprocessing));
  return FrameResizer(preprocessing);
}

FrameResizer::FrameResizer(const Preprocessing& p)
    : preprocessing_(p),
      row_taps_(make_taps(p.height, p.crop.y, p.crop.height)),
      column_taps_(make_taps(p.width, p.crop.x, p.crop.width)) {
  const auto coordinates = [](const std::vector<Tap>& taps) {
    std::vector<std::pair<int, int>> pairs;
    for (const Tap& tap : taps) pairs.emplace_back(tap.low, tap.high);
    return used_coordinates(pairs);
  };
  source_rows_ = coordinates(row_taps_);
  source_columns_ = coordinates(column_taps_);
  const auto line = static_cast<std::size_t>(p.width) * 3;
  upper_.resize(line);
  lower_.resize(line);
}

std::size_t FrameResizer::output_bytes() const {
  return static_cast<std::size_t>(preprocessing_.width) * static_cast<std::size_t>(preprocessing_.height) *
         static_cast<std::size_t>(channels_of(preprocessing_.format));
}

void FrameResizer::resize_row(const std::uint8_t* source, int channels, std::vector<std::int32_t>& out) const noexcept {
  std::int32_t* to = out.data();
  for (const Tap& tap : column_taps_) {
    const std::uint8_t* low = source + static_cast<std::ptrdiff_t>(tap.low) * channels;
    const std::uint8_t* high = source + static_cast<std::ptrdiff_t>(tap.high) * channels;
    for (int c = 0; c < channels; ++c) *to++ = low[c] * tap.low_weight + high[c] * tap.high_weight;
  }
}

void FrameResizer::blend_row(const Tap& tap, int channels, bool swap, std::uint8_t* out) const noexcept {
  constexpr std::int32_t kRound = 1 << (2 * kWeightBits - 1);
  const auto blend = [&](std::size_t i) {
    return static_cast<std::uint8_t>((upper_[i] * tap.low_weight + lower_[i] * tap.high_weight + kRound) >>
                                     (2 * kWeightBits));
  };
  const auto width = static_cast<std::size_t>(preprocessing_.width);
  if (channels == 1) {
    for (std::size_t x = 0; x < width; ++x) out[x] = blend(x);
    return;
  }
  if (preprocessing_.format == PixelFormat::kGrey) {
    for (std::size_t x = 0; x < width; ++x) {
      const std::uint8_t first = blend(3 * x);
      const std::uint8_t last = blend(3 * x + 2);
      out[x] = luma(swap ? last : first, blend(3 * x + 1), swap ? first : last);
    }
    return;
  }
  if (!swap) {
    for (std::size_t i = 0; i < 3 * width; ++i) out[i] = blend(i);
    return;
  }
  for (std::size_t x = 0; x < width; ++x) {
    out[3 * x] = blend(3 * x + 2);
    out[3 * x + 1] = blend(3 * x + 1);
    out[3 * x + 2] = blend(3 * x);
  }
}

bool FrameResizer::run(const ImageView& frame, std::span<std::uint8_t> out) noexcept {
  const Preprocessing& p = preprocessing_;
  const int channels = channels_of(frame.format);
  if (frame.data == nullptr || frame.width != p.source_width || frame.height != p.source_height ||
      frame.stride_bytes < static_cast<std::ptrdiff_t>(frame.width) * channels || out.size() != output_bytes())
    return false;
  if (channels == 1 && p.format != PixelFormat::kGrey) return false;  // colour cannot be invented
  // For a colour network: whether first and last channel change places. For a grey one: whether blue comes first.
  const bool swap = p.format == PixelFormat::kGrey ? frame.format == PixelFormat::kBgr : frame.format != p.format;
  const std::size_t row_bytes = out.size() / static_cast<std::size_t>(p.height);
  int upper_y = -1;
  int lower_y = -1;
  std::uint8_t* to = out.data();
  for (const Tap& tap : row_taps_) {
    if (tap.low == lower_y) {  // enlarging or odd ratios meet the same source rows again
      std::swap(upper_, lower_);
      std::swap(upper_y, lower_y);
    }
    if (tap.low != upper_y) resize_row(frame.row(tap.low), channels, upper_);
    if (tap.high != lower_y) resize_row(frame.row(tap.high), channels, lower_);
    upper_y = tap.low;
    lower_y = tap.high;
    blend_row(tap, channels, swap, to);
    to += row_bytes;
  }
  return true;
}

}  // namespace pitlane
