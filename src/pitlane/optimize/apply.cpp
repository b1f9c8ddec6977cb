#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "pitlane/optimize/passes.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {
namespace {

/// Picks the arguments that each pass wants.
struct Apply {
  Network& network;
  const StrategyContext& context;
  const ProgressFn& progress;
  const Network& baseline;

  Status operator()(const FineTune& pass) const {
    return apply_pass(pass, network, context.fine_tune, progress, &baseline);
  }
  Status operator()(const Shrink& pass) const { return apply_pass(pass, network, context.importance, progress); }
  Status operator()(const PruneGradually& pass) const {
    return apply_pass(pass, network, context.fine_tune, progress, &baseline);
  }
  Status operator()(const QuantizeAware& pass) const { return apply_pass(pass, network, context, progress, &baseline); }
  Status operator()(const Cluster& pass) const { return apply_pass(pass, network, context, progress); }
  Status operator()(const QuantizeDynamic& pass) const { return apply_pass(pass, network, context, progress); }
  Status operator()(const ReduceInput& pass) const { return apply_pass(pass, network, context, progress); }
  Status operator()(const QuantizeStatic& pass) const { return apply_pass(pass, network, context, progress); }
  template <typename P>
  Status operator()(const P& pass) const {
    return apply_pass(pass, network);
  }
};

}  // namespace

bool reduces_input(const Strategy& strategy) {
  return std::ranges::any_of(strategy.passes,
                             [](const Pass& pass) { return std::holds_alternative<ReduceInput>(pass); });
}

Status look_again(const Network& network, StrategyContext& context, const ProgressFn& progress) {
  const Dataset* seen = nullptr;
  if (context.seen_by) {
    PITLANE_TRY(seen, context.seen_by(network, progress));
  }
  context.dataset = seen;
  return {};
}

Result<Network> apply_strategy(const Network& baseline, const Strategy& strategy, const StrategyContext& context,
                               const ProgressFn& progress) {
  const std::string where = std::string("strategy ") + strategy.name;
  if (const Status status = validate(baseline); !status.ok()) return status.error().in(where);
  Network network = baseline;
  StrategyContext now = context;
  for (const Pass& pass : strategy.passes) {
    Status status = std::visit(Apply{network, now, progress, baseline}, pass);
    if (status.ok() && std::holds_alternative<ReduceInput>(pass)) status = look_again(network, now, progress);
    if (!status.ok()) return status.error().in(where);
  }
  network.metadata["strategy"] = strategy.name;
  network.metadata["recipe"] = recipe(strategy);
  if (const Status status = validate(network); !status.ok()) return status.error().in(where);
  return network;
}

}  // namespace pitlane
