// Layers that pruning, clustering and shrinking leave as they are, and what each would cost.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/accuracy_budget.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/optimize/layer_cost.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {

/// "pruned", "clustered", "pruned or clustered", "shrunk"; empty for a strategy that does none of it: no layer can be
/// spared then.
std::string how_it_reduces(const Strategy& strategy);
/// Of a layer that is spared: "not pruned", "not clustered", "neither pruned nor clustered", "not shrunk".
std::string how_it_spares(const Strategy& strategy);

/// Prunes, clusters and shrinks no layer of these names, nor one that shares the weights of such a layer.
Strategy sparing(Strategy strategy, const std::vector<std::string>& nodes);

/// A layer that the strategy prunes, clusters or shrinks; several, where they have the same name.
struct ReducedLayer {
  std::string node;  ///< its name
  std::string name;  ///< "Dense 'dense1'"
  LayerCost cost;
  std::string cost_text;  ///< "it adds 2.1 % to w's MSE", "it costs nothing"
};

/// Costliest first, of equals in the order in which they run: what each adds to the errors of the baseline in floats
/// where it alone is as the strategy makes it before anything is trained. Layers that share their weights are one,
/// named as the first. `judged` counts the networks. Errors: as of apply_strategy and `judge`.
Result<std::vector<ReducedLayer>> weigh_reduced_layers(const Network& baseline, const Strategy& strategy,
                                                       const StrategyContext& context,
                                                       const std::vector<ErrorLimit>& limits, const JudgeFn& judge,
                                                       const ProgressFn& progress, int& judged);

}  // namespace pitlane
