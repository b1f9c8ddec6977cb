// What a user says to `pitlane tune`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/cli/data_source.h"
#include "pitlane/cli/latency_list.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/recipe_flags.h"
#include "pitlane/study/tune.h"

namespace pitlane::cli {

struct TuneFlags {
  std::string model, out, auto_budget, budget;
  LatencyFlags latency{.list = "none,60ms", .profile = {}, .factor = 1};
  DataFlags data;
  ModelFlags foreign;
  RecipeFlags recipe;
  std::vector<std::string> circuits, tuning_circuits, strategies;
  bool no_track = false, quick = false, json = false, no_video = false;
  std::optional<std::int64_t> frames;
  std::optional<double> max_size_mb;
  Constraints constraints;
  TuneOptions tune;
};

}  // namespace pitlane::cli
