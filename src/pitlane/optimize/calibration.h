// Which activation ranges a network needs on real pictures.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {

/// `count` samples (or all, if there are fewer) spread evenly over the training part. Errors: no data, fewer than 16,
/// pictures that are all alike.
Result<std::vector<std::int64_t>> calibration_samples(const StrategyContext& context, int count);

/// At most `count` of them, evenly spread.
std::vector<std::int64_t> evenly_thinned(std::span<const std::int64_t> samples, std::size_t count);

struct CalibrationOptions {
  double percentile = 1;
  Calibrator calibrator = Calibrator::kCubedError;
  /// Not only what the layers read, but whatever a node makes. What the network puts out keeps its smallest and
  /// largest.
  bool all_values = false;
};

/// Sets Value::quantization on what these layers read, from the network's own f32 activations: the camera's bytes where
/// they are an exact grid, else the range inside `percentile` that the calibrator finds best. Errors: a layer that
/// reads nothing but zeros. What no layer reads and was nothing but zeros covers 0 to 1.
Status calibrate(Network& network, const std::vector<Layer>& layers, const Dataset& dataset,
                 std::span<const std::int64_t> samples, const CalibrationOptions& options, const ProgressFn& progress);

}  // namespace pitlane
