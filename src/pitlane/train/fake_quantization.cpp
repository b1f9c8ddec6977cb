#include "pitlane/train/fake_quantization.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pitlane/core/result.h"
#include "pitlane/core/vector_clones.h"

namespace pitlane {
namespace {

constexpr float kTopLevel = 255, kTopWeight = 127;
// Running extremes side by side, so that a loop is no chain of comparisons: a few vectors of any instruction set.
constexpr std::size_t kLanes = 64;

struct Grid {
  float scale, inverse, zero;
};

Grid grid_of(const ActivationQuantization& grid) {
  return {grid.scale, 1 / grid.scale, static_cast<float>(grid.zero_point)};
}

// Not a number stays so: training then says that it diverged.
float clipped(float value, float low, float high) { return value < low ? low : value > high ? high : value; }

PITLANE_VECTOR_CLONES
void round_all(const float* __restrict real, Grid grid, float* __restrict seen, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const float level = clipped(std::rint(real[i] * grid.inverse) + grid.zero, 0, kTopLevel);
    seen[i] = (level - grid.zero) * grid.scale;
  }
}

PITLANE_VECTOR_CLONES
void pass_all(const float* __restrict real, Grid grid, const float* __restrict gradient, float* __restrict passed,
              std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const float level = std::rint(real[i] * grid.inverse) + grid.zero;
    passed[i] = level < 0 || level > kTopLevel ? 0 : gradient[i];
  }
}

PITLANE_VECTOR_CLONES
void round_all_weights(const float* __restrict real, float scale, float* __restrict seen, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) seen[i] = clipped(std::rint(real[i] / scale), -kTopWeight, kTopWeight) * scale;
}

/// Goes through whole lanes only.
PITLANE_VECTOR_CLONES
void widen(const float* __restrict values, std::size_t size, float* __restrict low, float* __restrict high) {
  for (std::size_t i = 0; i + kLanes <= size; i += kLanes)
    for (std::size_t l = 0; l < kLanes; ++l) {
      const float v = values[i + l];
      low[l] = v < low[l] ? v : low[l];
      high[l] = v > high[l] ? v : high[l];
    }
}

}  // namespace

void round_to_grid(std::span<const float> real, const ActivationQuantization& grid, std::span<float> seen) {
  PITLANE_CHECK(real.size() == seen.size());
  round_all(real.data(), grid_of(grid), seen.data(), real.size());
}

void pass_unclipped(std::span<const float> real, const ActivationQuantization& grid, std::span<const float> gradient,
                    std::span<float> passed) {
  PITLANE_CHECK(real.size() == gradient.size() && real.size() == passed.size());
  pass_all(real.data(), grid_of(grid), gradient.data(), passed.data(), real.size());
}

void round_as_int8(std::span<const float> real, float scale, std::span<float> seen) {
  PITLANE_CHECK(real.size() == seen.size());
  round_all_weights(real.data(), scale, seen.data(), real.size());
}

float int8_scale(float largest) {
  const float scale = largest / kTopWeight;
  return std::isnormal(scale) ? scale : 1;
}

float largest_magnitude(std::span<const float> values) {
  const ActivationRange extent = extent_of(values);
  return std::max(-extent.low, extent.high);
}

ActivationRange extent_of(std::span<const float> values) {
  std::array<float, kLanes> low{}, high{};
  widen(values.data(), values.size(), low.data(), high.data());
  ActivationRange extent{*std::ranges::min_element(low), *std::ranges::max_element(high)};
  for (const float v : values.last(values.size() % kLanes)) extent.include(v);
  return extent;
}

}  // namespace pitlane
