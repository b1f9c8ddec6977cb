#include "pitlane/optimize/histogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace pitlane {
namespace {

// 16 bins per level of an 8-bit grid: finer than what rounding can tell apart.
constexpr std::size_t kBins = 4096;
// Candidate ends: limit * i / kCandidates for the upper four fifths; more clipping than that never wins.
constexpr int kCandidates = 100, kFirstCandidate = 20;

constexpr std::size_t kLevels = 256;

double level_of(double x, const ActivationQuantization& q) {
  return std::clamp(std::nearbyint(x / q.scale) + q.zero_point, 0.0, 255.0);
}

}  // namespace

Histogram::Histogram(ActivationRange range) : range_(range), bins_(kBins) {}

std::size_t Histogram::bin_of(double value) const {
  // In doubles: neither the width of a range of floats nor its inverse can overflow.
  const double low = range_.low;
  const double per_unit = static_cast<double>(kBins) / (static_cast<double>(range_.high) - low);
  return static_cast<std::size_t>(std::clamp((value - low) * per_unit, 0.0, static_cast<double>(kBins - 1)));
}

void Histogram::add(std::span<const float> values) {
  for (const float v : values) ++bins_[bin_of(v)];
  zeros_ += std::ranges::count(values, 0.0F);
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

double Histogram::error(ActivationRange range, int power) const {
  const ActivationQuantization q = quantization_of(range);
  double sum = 0;
  for (std::size_t b = 0; b < kBins; ++b) {
    if (bins_[b] == 0) continue;
    const double x = centre(b);
    const double away = std::abs(x - q.scale * (level_of(x, q) - q.zero_point));
    sum += static_cast<double>(bins_[b]) * (power == 2 ? away * away : away * away * away);
  }
  return sum;
}

void Histogram::draw_in(ActivationRange& range, float ActivationRange::*end, int power) const {
  const float limit = range.*end;
  if (limit == 0) return;
  double best_error = error(range, power);
  ActivationRange candidate = range;
  for (int i = kFirstCandidate; i < kCandidates; ++i) {
    candidate.*end = limit * static_cast<float>(i) / kCandidates;
    const double candidate_error = error(candidate, power);
    if (candidate_error >= best_error) continue;
    range = candidate;
    best_error = candidate_error;
  }
}

ActivationRange Histogram::smallest_error_range(ActivationRange limit, int power) const {
  draw_in(limit, &ActivationRange::high, power);
  draw_in(limit, &ActivationRange::low, power);
  return limit;
}

double Histogram::divergence(ActivationRange range) const {
  const ActivationQuantization q = quantization_of(range);
  std::size_t first = kBins - 1, last = 0;  // the bins inside
  for (std::size_t b = 0; b < kBins; ++b) {
    if (centre(b) < range.low || centre(b) > range.high) continue;
    first = std::min(first, b);
    last = b;
  }
  if (first > last) return std::numeric_limits<double>::infinity();  // narrower than a bin
  const std::size_t zero = bin_of(0);
  const auto counted = [&](std::size_t b) { return static_cast<double>(bins_[b] - (b == zero ? zeros_ : 0)); };
  std::vector<double> there(kBins);  // the clipped at the ends
  double all = 0, inside = 0;
  for (std::size_t b = 0; b < kBins; ++b) {
    const double count = counted(b);
    there[std::clamp(b, first, last)] += count;
    all += count;
    inside += b >= first && b <= last ? count : 0;
  }
  std::array<double, kLevels> held{}, shares{};  // what a level holds without the clipped, and by how many bins
  for (std::size_t b = first; b <= last; ++b) {
    const auto level = static_cast<std::size_t>(level_of(centre(b), q));
    held[level] += counted(b);
    if (there[b] > 0) ++shares[level];
  }
  double sum = 0;
  for (std::size_t b = first; b <= last; ++b) {
    if (there[b] == 0) continue;
    const auto level = static_cast<std::size_t>(level_of(centre(b), q));
    if (held[level] == 0) return std::numeric_limits<double>::infinity();
    sum += there[b] / all * std::log(there[b] / all * shares[level] * inside / held[level]);
  }
  return sum;
}

ActivationRange Histogram::smallest_divergence_range(ActivationRange limit) const {
  ActivationRange best = limit;
  double smallest = divergence(limit);
  for (int i = kFirstCandidate; i < kCandidates; ++i) {
    const float part = static_cast<float>(i) / kCandidates;
    const ActivationRange candidate{limit.low * part, limit.high * part};
    const double lost = divergence(candidate);
    if (lost >= smallest) continue;
    best = candidate;
    smallest = lost;
  }
  return best;
}

}  // namespace pitlane
