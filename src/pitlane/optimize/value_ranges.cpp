#include "pitlane/optimize/value_ranges.h"

#include <algorithm>

#include "pitlane/optimize/activation_probe.h"
#include "pitlane/optimize/calibration.h"

namespace pitlane {

Result<std::vector<std::optional<ActivationRange>>> measure_value_ranges(const Network& network, const Dataset& dataset,
                                                                         const Split& split,
                                                                         const ProgressFn& progress) {
  constexpr int kSamples = 512;
  StrategyContext context;
  context.dataset = &dataset;
  context.split = &split;
  PITLANE_TRY(const std::vector<std::int64_t> samples, calibration_samples(context, kSamples));
  std::vector<ValueId> watched;
  for (const Node& node : network.nodes) watched.push_back(node.output);
  PITLANE_TRY(ActivationProbe probe, ActivationProbe::create(network, dataset, watched));
  std::vector<std::optional<ActivationRange>> ranges(network.values.size());
  const auto widen = [&](std::size_t which, std::span<const float> activations) {
    auto& range = ranges[static_cast<std::size_t>(watched[which])];
    if (!range) range.emplace();
    const auto [low, high] = std::ranges::minmax(activations);
    range->include(low);
    range->include(high);
  };
  PITLANE_TRY_STATUS(probe.run(samples, widen, progress));
  return ranges;
}

}  // namespace pitlane
