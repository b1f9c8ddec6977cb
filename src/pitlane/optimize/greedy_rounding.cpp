#include "pitlane/optimize/greedy_rounding.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>

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

/// The channels of one block on their way.
class Walk {
 public:
  /// `rounded` and `weights` are {channels, terms}, of which the first channel is the layer's `first`.
  Walk(std::span<const float> weights, std::size_t first, const RoundWeightFn& round, const LayerInputs& inputs,
       std::span<float> rounded)
      : weights_(weights),
        first_(first),
        round_(round),
        inputs_(inputs),
        rounded_(rounded),
        errors_(weights.size() / inputs.terms * inputs.rows, 0.0F) {}

  /// Chooses the value of each channel's weight t. `again`: it has one already, whose error is in the sum.
  void choose(std::size_t t, float energy, float ridge, bool again) {
    const float* draws = inputs_.values.data() + t * inputs_.rows;
    for (std::size_t c = 0; c < weights_.size() / inputs_.terms; ++c) {
      const float weight = weights_[c * inputs_.terms + t];
      float& rounded = rounded_[c * inputs_.terms + t];
      if (weight == 0) continue;
      float* errors = errors_.data() + c * inputs_.rows;
      const float old = again ? weight - rounded : 0;
      const float towards = dot(errors, draws, inputs_.rows) - old * energy;
      float wished = weight + (energy + ridge > 0 ? towards / (energy + ridge) : 0);
      if (!std::isfinite(wished)) wished = weight;  // inputs whose squares overflow say nothing
      rounded = round_(first_ + c, weight, wished);
      const float now = weight - rounded;
      if (now != old) add_times(now - old, draws, errors, inputs_.rows);
    }
  }

 private:
  std::span<const float> weights_;
  std::size_t first_;
  const RoundWeightFn& round_;
  const LayerInputs& inputs_;
  std::span<float> rounded_;
  std::vector<float> errors_;  ///< {channels, rows}: how far the outputs are from where they were
};

}  // namespace

Result<std::vector<float>> round_greedily(const Weight& weight, const LayerInputs& inputs, const RoundWeightFn& round,
                                          const ProgressFn& progress) {
  const std::span<const float> values = weight.f32();
  const auto channels = static_cast<std::size_t>(weight.shape[0]);
  PITLANE_CHECK(inputs.terms * channels == values.size());
  const std::vector<float> energy = energies(inputs);
  const float mean = std::accumulate(energy.begin(), energy.end(), 0.0F) / static_cast<float>(inputs.terms);
  std::vector<std::size_t> order(inputs.terms);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return energy[a] > energy[b]; });

  std::vector<float> rounded(values.size(), 0.0F);
  for (std::size_t first = 0; first < channels; first += kChannels) {
    const std::size_t count = std::min(kChannels, channels - first);
    const std::size_t begin = first * inputs.terms, size = count * inputs.terms;
    Walk walk(values.subspan(begin, size), first, round, inputs, std::span(rounded).subspan(begin, size));
    for (const bool again : {false, true})
      for (const std::size_t t : order) walk.choose(t, energy[t], kRidge * mean, again);
    const auto done = static_cast<std::int64_t>(first + count), total = static_cast<std::int64_t>(channels);
    if (!report(progress, {"round", done, total, ""})) return interrupted();
  }
  return rounded;
}

}  // namespace pitlane
