// --sparsity, --keep, --input-scale, --calibrator, --weight-bits, --equalize, --clusters, --epochs,
// --calibration-samples: numbers of a strategy's recipe replaced.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/optimize/recipe_changes.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane::cli {

struct RecipeFlags {
  RecipeChanges numbers;  ///< all but these two
  std::string calibrator, input_scale;
};

void add_recipe_flags(CLI::App& verb, RecipeFlags& flags);
/// Their names.
std::vector<const char*> recipe_flag_names();

/// Errors: an unknown calibrator, no share of a picture; a flag that concerns none of `strategies`: it would be passed
/// over in silence.
Result<RecipeChanges> read_recipe_flags(const CLI::App& verb, const RecipeFlags& flags,
                                        const std::vector<const Strategy*>& strategies);

}  // namespace pitlane::cli
