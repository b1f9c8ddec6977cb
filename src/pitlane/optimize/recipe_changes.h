// What a user wants otherwise than the table of strategies has it.
#pragma once

#include <optional>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {

/// What is not set stays as the recipe has it.
struct RecipeChanges {
  std::optional<double> sparsity = {};  ///< share of zeros of all that prune; PruneLocal: of convolutions and dense
                                        ///< layers alike
  std::optional<double> keep = {};      ///< Shrink::keep
  std::optional<PictureScale> input_scale = {};  ///< ReduceInput::scale of those that have one below 1
  std::optional<Calibrator> calibrator = {};     ///< QuantizeStatic::calibrator; kPercentile keeps 99.99 %
  std::optional<int> weight_bits = {};           ///< QuantizeStatic::bits_of_large
  bool equalize = false;                         ///< QuantizeStatic::equalize
  std::optional<int> clusters = {};              ///< Cluster::values
  std::optional<int> epochs = {};                ///< of each training of a strategy
  /// Training pictures on which ranges are measured: `samples` of QuantizeStatic and QuantizeAware.
  std::optional<int> calibration_samples = {};
};

Strategy with_changes(Strategy strategy, const RecipeChanges& changes);

/// Has it a pass that `sparsity`, `keep`, `input_scale`, `calibrator`, `weight_bits` and `equalize`, `clusters`,
/// `epochs`, or `calibration_samples` concern?
bool prunes(const Strategy& strategy);
bool shrinks(const Strategy& strategy);
bool scales_input(const Strategy& strategy);
bool quantizes_statically(const Strategy& strategy);
bool clusters(const Strategy& strategy);
bool trains(const Strategy& strategy);
bool calibrates(const Strategy& strategy);

/// By its name in a recipe: "min_max".
Result<Calibrator> find_calibrator(const std::string& name);

}  // namespace pitlane
