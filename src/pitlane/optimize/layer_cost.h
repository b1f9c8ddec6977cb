// What a change of one layer alone costs a budget.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pitlane/optimize/accuracy_budget.h"

namespace pitlane {

struct LayerCost {
  double share = 0;       ///< of what the budget leaves above the error before; may be negative, infinite
  std::size_t limit = 0;  ///< of those weighed by, where that is largest
  double relative = 0;    ///< of the error before, there
};

/// What layers are weighed by: the limits, or where the track alone is limited, the errors of all outputs, each as much
/// as the others.
std::vector<ErrorLimit> limits_to_weigh_by(const std::vector<ErrorLimit>& limits,
                                           const std::vector<OutputError>& before);

/// `limits` is not empty. An error that is no number costs infinitely much.
LayerCost layer_cost(const std::vector<ErrorLimit>& limits, const std::vector<OutputError>& before,
                     const std::vector<OutputError>& after);

/// "2.1 % to w's MSE". `errors` are any that were judged, for the outputs' names.
std::string cost_text(const LayerCost& cost, const std::vector<ErrorLimit>& limits,
                      const std::vector<OutputError>& errors);

}  // namespace pitlane
