#include "pitlane/optimize/calibration.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "pitlane/engine/affine_chain.h"
#include "pitlane/engine/quantization.h"
#include "pitlane/optimize/activation_probe.h"
#include "pitlane/optimize/histogram.h"

namespace pitlane {
namespace {

// Fewer pictures than this do not show what a network meets on a lap.
constexpr std::int64_t kFewestSamples = 16;
// Ranges that come of fewer pictures are those of these pictures.
constexpr std::size_t kFewestDifferent = 8;

/// A tensor that int8 layers read, or that is to lie on a grid for its own sake.
struct Watched {
  ValueId value = -1;
  std::optional<std::size_t> reader;  ///< node, for messages
  ActivationRange must_cover;         ///< what padding puts around it
};

std::vector<Watched> watched_values(const Network& network, const std::vector<Layer>& layers) {
  std::vector<Watched> watched;
  for (const Layer& layer : layers) {
    const Node& node = network.nodes[layer.node];
    const ValueId value = storage_of(network, node.inputs[0]);
    auto found = std::ranges::find(watched, value, &Watched::value);
    if (found == watched.end()) found = watched.insert(watched.end(), {value, layer.node, {}});
    const auto* conv = std::get_if<Conv2d>(&node.op);
    if (conv == nullptr || conv->padding == Padding{}) continue;
    for (const float v : conv->pad_value) found->must_cover.include(v);
  }
  return watched;
}

/// Whatever a node makes beside these.
void watch_all_values(const Network& network, std::vector<Watched>& watched) {
  for (const Node& node : network.nodes) {
    const ValueId value = storage_of(network, node.output);
    if (std::ranges::find(watched, value, &Watched::value) == watched.end()) watched.push_back({value, {}, {}});
  }
}

bool is_result(const Network& network, ValueId storage) {
  return std::ranges::any_of(network.outputs,
                             [&](const OutputSpec& o) { return storage_of(network, o.value) == storage; });
}

/// The range inside `limit` that this calibrator finds best.
ActivationRange best_range(const Histogram& histogram, const CalibrationOptions& options) {
  const ActivationRange limit = histogram.percentile_range(options.percentile);
  switch (options.calibrator) {
    case Calibrator::kMinMax:
      return histogram.percentile_range(1);
    case Calibrator::kPercentile:
      return limit;
    case Calibrator::kMse:
      return histogram.smallest_error_range(limit, 2);
    case Calibrator::kEntropy:
      return histogram.smallest_divergence_range(limit);
    case Calibrator::kCubedError:
      break;
  }
  return histogram.smallest_error_range(limit, 3);
}

/// Every real number that a picture may hold.
ActivationRange picture_range(const Preprocessing& preprocessing) {
  ActivationRange range;
  for (std::size_t c = 0; c < preprocessing.scale.size(); ++c)
    for (const float byte : {0.0F, 255.0F}) range.include(byte * preprocessing.scale[c] + preprocessing.offset[c]);
  return range;
}

ActivationQuantization picture_quantization(const Preprocessing& preprocessing, ActivationRange must_cover) {
  ActivationRange range = picture_range(preprocessing);
  const bool inside = range.low <= must_cover.low && must_cover.high <= range.high;
  const auto exact = image_quantization(preprocessing);
  if (exact && inside) return *exact;
  range.include(must_cover.low);
  range.include(must_cover.high);
  return quantization_of(range);
}

/// Flatten and Reshape nodes share the numbers of what they read.
void set_quantization(Network& network, ValueId storage, const ActivationQuantization& quantization) {
  std::vector<ValueId> same = {storage};
  for (std::size_t i = 0; i < network.values.size(); ++i)
    if (storage_of(network, static_cast<ValueId>(i)) == storage) same.push_back(static_cast<ValueId>(i));
  for (const ValueId value : same) network.values[value].quantization = quantization;
}

std::string why_zeros(const Network& network, ValueId value) {
  if (input_index(network, value) >= 0) return "name a recording in which that input changes";
  const bool made =
      std::ranges::any_of(network.nodes, [&](const Node& node) { return storage_of(network, node.output) == value; });
  return made ? "the layer before it is dead" : "name a recording with drives of more than one frame";
}

std::vector<ValueId> ids_of(const std::vector<Watched>& watched) {
  std::vector<ValueId> ids;
  for (const Watched& w : watched) ids.push_back(w.value);
  return ids;
}

/// None where there was nothing but zeros. That is an error where an int8 layer reads it: it would be blind.
Result<std::vector<std::optional<Histogram>>> histograms(ActivationProbe& probe, const Network& network,
                                                         const std::vector<Watched>& watched,
                                                         std::span<const std::int64_t> samples,
                                                         const ProgressFn& progress) {
  std::vector<ActivationRange> ranges(watched.size());
  const auto widen = [&](std::size_t which, std::span<const float> activations) {
    const auto [low, high] = std::ranges::minmax(activations);
    ranges[which].include(low);
    ranges[which].include(high);
  };
  PITLANE_TRY_STATUS(probe.run(samples, widen, progress));
  std::vector<std::optional<Histogram>> result(watched.size());
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (has_levels(ranges[i]))
      result[i].emplace(ranges[i]);
    else if (watched[i].reader)
      return numeric_error(layer_name(network.nodes[*watched[i].reader]) +
                           " reads nothing but zeros on the calibration data, so its range cannot be measured; " +
                           why_zeros(network, watched[i].value));
  }
  const auto count = [&](std::size_t which, std::span<const float> activations) {
    if (result[which]) result[which]->add(activations);
  };
  PITLANE_TRY_STATUS(probe.run(samples, count, progress));
  return result;
}

/// Different pictures among the samples; more than `enough` are not counted.
std::size_t count_different(const Dataset& dataset, const std::vector<std::int64_t>& samples, std::size_t enough) {
  std::vector<std::span<const std::uint8_t>> seen;
  for (const std::int64_t sample : samples) {
    const auto picture = dataset.picture(sample);
    if (std::ranges::none_of(seen, [&](const auto& other) { return std::ranges::equal(picture, other); }))
      seen.push_back(picture);
    if (seen.size() == enough) break;
  }
  return seen.size();
}

}  // namespace

Result<std::vector<std::int64_t>> calibration_samples(const StrategyContext& context, int count) {
  if (context.dataset == nullptr || context.split == nullptr)
    return invalid_argument("quantisation needs training pictures to measure on; name a recording");
  if (count < kFewestSamples)
    return invalid_argument("quantisation measures on at least " + std::to_string(kFewestSamples) +
                            " training pictures, is asked for " + std::to_string(count));
  const std::vector<std::int64_t>& train = context.split->train;
  const auto available = static_cast<std::int64_t>(train.size());
  const std::int64_t wanted = std::min<std::int64_t>(count, available);
  if (wanted < kFewestSamples)
    return invalid_argument("quantisation measures on at least " + std::to_string(kFewestSamples) +
                            " training pictures, there are " + std::to_string(wanted) +
                            "; name a longer recording, or a --split that leaves more to train");
  std::vector<std::int64_t> samples;
  for (std::int64_t i = 0; i < wanted; ++i) {
    const std::int64_t sample = train[static_cast<std::size_t>(i * available / wanted)];
    if (sample < 0 || sample >= context.dataset->size())
      return invalid_argument("the training part names sample " + std::to_string(sample) + ", the data has " +
                              std::to_string(context.dataset->size()));
    samples.push_back(sample);
  }
  const std::size_t different = count_different(*context.dataset, samples, kFewestDifferent);
  if (different < kFewestDifferent)
    return invalid_argument(
        (different == 1
             ? "all " + std::to_string(wanted) + " calibration pictures are alike"
             : "of " + std::to_string(wanted) + " calibration pictures only " + std::to_string(different) + " differ") +
        ", so activation ranges cannot be measured on them; name a recording in which the car drives");
  return samples;
}

std::vector<std::int64_t> evenly_thinned(std::span<const std::int64_t> samples, std::size_t count) {
  count = std::min(count, samples.size());
  std::vector<std::int64_t> few;
  for (std::size_t i = 0; i < count; ++i) few.push_back(samples[i * samples.size() / count]);
  return few;
}

Status calibrate(Network& network, const std::vector<Layer>& layers, const Dataset& dataset,
                 std::span<const std::int64_t> samples, const CalibrationOptions& options, const ProgressFn& progress) {
  std::vector<Watched> watched = watched_values(network, layers);
  if (options.all_values) watch_all_values(network, watched);
  std::erase_if(watched, [&](const Watched& w) {
    const int input = input_index(network, w.value);
    if (input < 0 || network.inputs[input].kind != InputKind::kImage) return false;
    set_quantization(network, w.value, picture_quantization(network.inputs[input].preprocessing, w.must_cover));
    return true;
  });
  if (watched.empty()) return {};
  PITLANE_TRY(ActivationProbe probe, ActivationProbe::create(network, dataset, ids_of(watched)));
  PITLANE_TRY(const std::vector<std::optional<Histogram>> measured,
              histograms(probe, network, watched, samples, progress));
  for (std::size_t i = 0; i < watched.size(); ++i) {
    const bool whole = options.all_values && is_result(network, watched[i].value);
    ActivationRange range{0, 1};  // of what was never anything but zero, and may yet be: outputs are normalised
    if (measured[i]) range = whole ? measured[i]->percentile_range(1) : best_range(*measured[i], options);
    range.include(watched[i].must_cover.low);
    range.include(watched[i].must_cover.high);
    set_quantization(network, watched[i].value, quantization_of(range));
  }
  return {};
}

}  // namespace pitlane
