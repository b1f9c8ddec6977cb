#include "pitlane/optimize/histogram.h"

#include <algorithm>
#include <cmath>

namespace pitlane {
namespace {

// 16 bins per level of an 8-bit grid: finer than what rounding can tell apart.
constexpr std::size_t kBins = 4096;
// Candidate ends: limit * i / kCandidates for the upper four fifths; more clipping than that never wins.
constexpr int kCandidates = 100, kFirstCandidate = 20;

float scale_of(ActivationRange range) {
  return static_cast<float>((static_cast<double>(range.high) - range.low) / 255);
}

}  // namespace

void ActivationRange::include(float value) {
  low = std::min(low, value);
  high = std::max(high, value);
}

Histogram::Histogram(ActivationRange range) : range_(range), bins_(kBins) {}

void Histogram::add(std::span<const float> values) {
  // In doubles: neither the width of a range of floats nor its inverse can overflow.
  const double low = range_.low;
  const double per_unit = static_cast<double>(kBins) / (static_cast<double>(range_.high) - low);
  const auto last = static_cast<double>(kBins - 1);
  for (const float v : values) ++bins_[static_cast<std::size_t>(std::clamp((v - low) * per_unit, 0.0, last))];
}

double Histogram::centre(std::size_t bin) const {
  const double width = (static_cast<double>(range_.high) - range_.low) / static_cast<double>(kBins);
  return range_.low + (static_cast<double>(bin) + 0.5) * width;
}

ActivationRange Histogram::percentile_range(double percentile) const {
  std::int64_t total = 0;
  for (const std::int64_t n : bins_) total += n;
  const double cut = (1 - percentile) * static_cast<double>(total);
  std::size_t first = 0, last = kBins - 1;
  for (double seen = 0; first < last && (seen += static_cast<double>(bins_[first])) <= cut;) ++first;
  for (double seen = 0; last > first && (seen += static_cast<double>(bins_[last])) <= cut;) --last;
  // The outer edges of the bins that stay, so that a percentile of 1 gives back minimum and maximum.
  const double half = 0.5 * (static_cast<double>(range_.high) - range_.low) / static_cast<double>(kBins);
  ActivationRange range;
  range.include(static_cast<float>(centre(first) - half));
  range.include(static_cast<float>(centre(last) + half));
  return range;
}

double Histogram::cubed_error(ActivationRange range) const {
  const ActivationQuantization q = quantization_of(range);
  double sum = 0;
  for (std::size_t b = 0; b < kBins; ++b) {
    if (bins_[b] == 0) continue;
    const double x = centre(b);
    const double level = std::clamp(std::nearbyint(x / q.scale) + q.zero_point, 0.0, 255.0);
    const double error = std::abs(x - q.scale * (level - q.zero_point));
    sum += static_cast<double>(bins_[b]) * error * error * error;
  }
  return sum;
}

void Histogram::draw_in(ActivationRange& range, float ActivationRange::*end) const {
  const float limit = range.*end;
  if (limit == 0) return;
  double best_error = cubed_error(range);
  ActivationRange candidate = range;
  for (int i = kFirstCandidate; i < kCandidates; ++i) {
    candidate.*end = limit * static_cast<float>(i) / kCandidates;
    const double error = cubed_error(candidate);
    if (error >= best_error) continue;
    range = candidate;
    best_error = error;
  }
}

ActivationRange Histogram::smallest_error_range(ActivationRange limit) const {
  draw_in(limit, &ActivationRange::high);
  draw_in(limit, &ActivationRange::low);
  return limit;
}

bool has_levels(ActivationRange range) { return std::isnormal(scale_of(range)); }

ActivationQuantization quantization_of(ActivationRange range) {
  if (!has_levels(range)) return {1, 0};
  const float scale = scale_of(range);
  const float zero = std::nearbyint(-range.low / scale);
  return {scale, static_cast<std::int32_t>(std::clamp(zero, 0.0F, 255.0F))};
}

}  // namespace pitlane
