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
  std::optional<Calibrator> calibrator = {};  ///< QuantizeStatic::calibrator; kPercentile keeps 99.99 %
  std::optional<int> weight_bits = {};        ///< QuantizeStatic::bits_of_large
};

Strategy with_changes(Strategy strategy, const RecipeChanges& changes);

/// Has it a pass that `sparsity`, `keep`, or `calibrator` and `weight_bits` concern?
bool prunes(const Strategy& strategy);
bool shrinks(const Strategy& strategy);
bool quantizes_statically(const Strategy& strategy);

/// By its name in a recipe: "min_max".
Result<Calibrator> find_calibrator(const std::string& name);

}  // namespace pitlane
