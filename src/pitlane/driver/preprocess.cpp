#include "pitlane/driver/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "pitlane/driver/luma.h"
#include "pitlane/kernels/table.h"

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

Result<FrameResizer> FrameResizer::create(const Preprocessing& preprocessing, std::optional<Isa> isa) {
  PITLANE_TRY_STATUS(validate(preprocessing));
  if (!isa) {
    // Where the engine refuses to run at all it says so itself; a simulator may still want to know the pixels.
    const Result<Isa> chosen = default_isa();
    isa = chosen.ok() ? *chosen : Isa::kScalar;
  }
  return FrameResizer(preprocessing, *isa);
}

FrameResizer::FrameResizer(FrameResizer&&) noexcept = default;
FrameResizer& FrameResizer::operator=(FrameResizer&&) noexcept = default;
FrameResizer::FrameResizer(const FrameResizer&) = default;
FrameResizer& FrameResizer::operator=(const FrameResizer&) = default;
FrameResizer::~FrameResizer() = default;

FrameResizer::FrameResizer(const Preprocessing& p, Isa isa)
    : preprocessing_(p),
      kernels_(&kernels::table_for(isa)),
      row_taps_(make_taps(p.height, p.crop.y, p.crop.height)),
      column_taps_(make_taps(p.width, p.crop.x, p.crop.width)) {
  const auto coordinates = [](const std::vector<Tap>& taps) {
    std::vector<std::pair<int, int>> pairs;
    for (const Tap& tap : taps) pairs.emplace_back(tap.low, tap.high);
    return used_coordinates(pairs);
  };
  source_rows_ = coordinates(row_taps_);
  source_columns_ = coordinates(column_taps_);
  for (const Tap& tap : column_taps_) {
    const bool one = tap.low == tap.high;  // the right pixel may then not be there
    colour_taps_.push_back({3 * tap.low, static_cast<std::int16_t>(one ? kOne : tap.low_weight),
                            static_cast<std::int16_t>(one ? 0 : tap.high_weight)});
  }
  const auto line = static_cast<std::size_t>(p.width) * 3;
  upper_.resize(line + 1);
  lower_.resize(line + 1);
  if (channels_of(p.format) == 1) colours_.resize(line);
}

std::size_t FrameResizer::output_bytes() const {
  return static_cast<std::size_t>(preprocessing_.width) * static_cast<std::size_t>(preprocessing_.height) *
         static_cast<std::size_t>(channels_of(preprocessing_.format));
}

void FrameResizer::resize_row(const ImageView& frame, int row, bool swap,
                              std::vector<std::int32_t>& out) const noexcept {
  const std::uint8_t* source = frame.row(row);
  if (channels_of(frame.format) == 3) {
    kernels_->resample_row({.source = source,
                            .source_bytes = static_cast<std::size_t>(frame.width) * 3,
                            .taps = colour_taps_.data(),
                            .pixels = colour_taps_.size(),
                            .swap = swap,
                            .out = out.data()});
    return;
  }
  std::int32_t* to = out.data();
  for (const Tap& tap : column_taps_) *to++ = source[tap.low] * tap.low_weight + source[tap.high] * tap.high_weight;
}

void FrameResizer::blend_rows(const Tap& tap, int channels, std::uint8_t* out) noexcept {
  const auto width = static_cast<std::size_t>(preprocessing_.width);
  const bool to_one = channels == 3 && channels_of(preprocessing_.format) == 1;
  kernels_->blend_rows({.upper = upper_.data(),
                        .lower = lower_.data(),
                        .upper_weight = tap.low_weight,
                        .lower_weight = tap.high_weight,
                        .shift = 2 * kWeightBits,
                        .out = to_one ? colours_.data() : out,
                        .count = width * static_cast<std::size_t>(channels)});
  if (to_one) take_channel({colours_.data(), 3 * width}, PixelFormat::kRgb, preprocessing_.format, {out, width});
}

// Rows lie too far apart for the processor to see the next one coming.
void FrameResizer::fetch_row(const ImageView& frame, int row) const noexcept {
  constexpr std::ptrdiff_t kLine = 64;
  const std::ptrdiff_t channels = channels_of(frame.format);
  const std::uint8_t* begin = frame.row(row);
  const std::uint8_t* end = begin + (source_columns_.back() + 1) * channels;
  for (const std::uint8_t* at = begin + source_columns_.front() * channels; at < end; at += kLine)
    __builtin_prefetch(at);
}

bool FrameResizer::run(const ImageView& frame, std::span<std::uint8_t> out) noexcept {
  const Preprocessing& p = preprocessing_;
  const int channels = channels_of(frame.format);
  if (frame.data == nullptr || frame.width != p.source_width || frame.height != p.source_height ||
      frame.stride_bytes < static_cast<std::ptrdiff_t>(frame.width) * channels || out.size() != output_bytes())
    return false;
  if (channels == 1 && p.format != frame.format) return false;  // colour cannot be invented
  // First and last channel change places; where one is taken of them, red is to come first.
  const bool swap = frame.format != (channels_of(p.format) == 1 ? PixelFormat::kRgb : p.format);
  const std::size_t row_bytes = out.size() / static_cast<std::size_t>(p.height);
  int upper_y = -1;
  int lower_y = -1;
  std::uint8_t* to = out.data();
  for (std::size_t y = 0; y < row_taps_.size(); ++y) {
    const Tap& tap = row_taps_[y];
    if (y + 1 < row_taps_.size()) {
      fetch_row(frame, row_taps_[y + 1].low);
      fetch_row(frame, row_taps_[y + 1].high);
    }
    if (tap.low == lower_y) {  // enlarging or odd ratios meet the same source rows again
      std::swap(upper_, lower_);
      std::swap(upper_y, lower_y);
    }
    if (tap.low != upper_y) resize_row(frame, tap.low, swap, upper_);
    if (tap.high != lower_y) resize_row(frame, tap.high, swap, lower_);
    upper_y = tap.low;
    lower_y = tap.high;
    blend_rows(tap, channels, to);
    to += row_bytes;
  }
  return true;
}

}  // namespace pitlane
