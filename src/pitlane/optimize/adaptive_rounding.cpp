#include "pitlane/optimize/adaptive_rounding.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pitlane {
namespace {

/// Share of the mean energy of an input that is added to each: fewer draws than weights leave directions in which no
/// draw tells one rounding from another, and there the nearest is the best guess.
constexpr float kRidge = 0.05F;

/// Channels that take their way together, so that an input's draws are read once for all of them.
constexpr std::size_t kChannels = 16;

/// Sums in lanes, so that compilers may use vectors and every one gives the same.
float dot(const float* a, const float* b, std::size_t count) {
  constexpr std::size_t kLanes = 16;
  float lanes[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (std::size_t l = 0; l < kLanes; ++l) lanes[l] += a[i + l] * b[i + l];
  for (; i < count; ++i) lanes[i % kLanes] += a[i] * b[i];
  return std::accumulate(lanes, lanes + kLanes, 0.0F);
}

void add_times(float factor, const float* from, float* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

std::vector<float> energies(const LayerInputs& inputs) {
  std::vector<float> energy(inputs.terms);
  for (std::size_t t = 0; t < inputs.terms; ++t) {
    const float* draws = inputs.values.data() + t * inputs.rows;
    energy[t] = dot(draws, draws, inputs.rows);
  }
  return energy;
}

/// The largest magnitude is the outermost level. Narrower scales round less and cut the largest weights off, which no
/// other weight can make good: on trained PilotNets every narrower one cost accuracy and bytes.
float fitting_scale(std::span<const float> weights, int top) {
  float largest = 0;
  for (const float w : weights) largest = std::max(largest, std::abs(w));
  const float scale = largest / static_cast<float>(top);
  return std::isnormal(scale) ? scale : 1;  // zeros, or as good as
}

/// The channels of one block on their way.
class Walk {
 public:
  Walk(std::span<const float> weights, std::span<const float> scales, std::span<std::int8_t> levels, int top,
       const LayerInputs& inputs)
      : weights_(weights),
        scales_(scales),
        levels_(levels),
        top_(top),
        inputs_(inputs),
        errors_(scales.size() * inputs.rows, 0.0F) {}

  /// Chooses the level of each channel's weight t. `again`: it has one already, whose error is in the sum.
  void choose(std::size_t t, float energy, float ridge, bool again) {
    const float* draws = inputs_.values.data() + t * inputs_.rows;
    for (std::size_t c = 0; c < scales_.size(); ++c) {
      const float weight = weights_[c * inputs_.terms + t], scale = scales_[c];
      std::int8_t& level = levels_[c * inputs_.terms + t];
      if (weight == 0) continue;
      float* errors = errors_.data() + c * inputs_.rows;
      float towards = dot(errors, draws, inputs_.rows);
      const float old = again ? weight - scale * static_cast<float>(level) : 0;
      towards -= old * energy;
      float wished = weight + (energy + ridge > 0 ? towards / (energy + ridge) : 0);
      if (!std::isfinite(wished)) wished = weight;  // inputs whose squares overflow say nothing
      level = static_cast<std::int8_t>(neighbour(weight, wished, scale));
      const float now = weight - scale * static_cast<float>(level);
      if (now != old) add_times(now - old, draws, errors, inputs_.rows);
    }
  }

 private:
  /// The level next to `weight`, above or below it, that is closer to `wished`.
  [[nodiscard]] int neighbour(float weight, float wished, float scale) const {
    const auto top = static_cast<float>(top_);
    const float below = std::clamp(std::floor(weight / scale), -top, top);
    const float above = std::clamp(std::floor(weight / scale) + 1, -top, top);
    return static_cast<int>(std::clamp(std::nearbyint(wished / scale), below, above));
  }

  std::span<const float> weights_, scales_;
  std::span<std::int8_t> levels_;
  int top_;
  const LayerInputs& inputs_;
  std::vector<float> errors_;  ///< {channels, rows}: how far the outputs are from where they were
};

}  // namespace

Result<Weight> round_adaptively(const Weight& weight, int bits, const LayerInputs& inputs, const ProgressFn& progress) {
  if (bits < 2 || bits > 8) return invalid_argument("weights take 2 to 8 bits, not " + std::to_string(bits));
  const int top = (1 << (bits - 1)) - 1;
  const std::span<const float> values = weight.f32();
  const auto channels = static_cast<std::size_t>(weight.shape[0]);
  PITLANE_CHECK(inputs.terms * channels == values.size());
  const std::vector<float> energy = energies(inputs);
  const float mean = std::accumulate(energy.begin(), energy.end(), 0.0F) / static_cast<float>(inputs.terms);
  std::vector<std::size_t> order(inputs.terms);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return energy[a] > energy[b]; });

  std::vector<std::int8_t> levels(values.size(), 0);
  std::vector<float> scales;
  for (std::size_t c = 0; c < channels; ++c)
    scales.push_back(fitting_scale(values.subspan(c * inputs.terms, inputs.terms), top));
  for (std::size_t first = 0; first < channels; first += kChannels) {
    const std::size_t count = std::min(kChannels, channels - first);
    const std::size_t begin = first * inputs.terms, size = count * inputs.terms;
    Walk walk(values.subspan(begin, size), std::span(scales).subspan(first, count),
              std::span(levels).subspan(begin, size), top, inputs);
    for (const bool again : {false, true})
      for (const std::size_t t : order) walk.choose(t, energy[t], kRidge * mean, again);
    const auto done = static_cast<std::int64_t>(first + count), total = static_cast<std::int64_t>(channels);
    if (!report(progress, {"round", done, total, ""})) return interrupted();
  }
  return make_i8_weight(weight.name, weight.shape, std::move(levels), std::move(scales));
}

}  // namespace pitlane
