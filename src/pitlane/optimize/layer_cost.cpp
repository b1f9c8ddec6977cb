#include "pitlane/optimize/layer_cost.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "pitlane/core/printable.h"

namespace pitlane {

std::vector<ErrorLimit> limits_to_weigh_by(const std::vector<ErrorLimit>& limits,
                                           const std::vector<OutputError>& before) {
  if (!limits.empty()) return limits;
  std::vector<ErrorLimit> even;
  for (std::size_t k = 0; k < before.size(); ++k)
    even.push_back({k, ErrorMetric::kMse, 2 * before[k].mse, before[k].mse, true});
  return even;
}

LayerCost layer_cost(const std::vector<ErrorLimit>& limits, const std::vector<OutputError>& before,
                     const std::vector<OutputError>& after) {
  LayerCost most{-std::numeric_limits<double>::infinity(), 0, 0};
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const ErrorLimit& limit = limits[i];
    const double was = value_of(before[limit.output], limit.metric);
    double more = value_of(after[limit.output], limit.metric) - was;
    if (std::isnan(more)) more = std::numeric_limits<double>::infinity();
    const double share = more / std::max(limit.most - was, std::numeric_limits<double>::min());
    if (share > most.share) most = {share, i, was > 0 ? more / was : more};
  }
  return most;
}

std::string cost_text(const LayerCost& cost, const std::vector<ErrorLimit>& limits,
                      const std::vector<OutputError>& errors) {
  char number[32];
  const double more = 100 * cost.relative;
  std::snprintf(number, sizeof number, more < 1000 ? "%.3g %%" : "%.0f %%", more);
  const ErrorLimit& limit = limits[cost.limit];
  return std::string(number) + " to " + printable(errors[limit.output].output) + "'s " + to_string(limit.metric);
}

}  // namespace pitlane
