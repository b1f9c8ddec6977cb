#include "pitlane/optimize/strategy_draft.h"

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace pitlane {
namespace {

struct Draft {
  const Network& network;
  const StrategyContext& context;
  const ProgressFn& progress;
  const Network& baseline;

  Result<StorageDraft> operator()(const HalfWeights& pass) const { return draft(pass, network); }
  template <typename P>
  Result<StorageDraft> operator()(const P& pass) const {
    if constexpr (std::is_same_v<P, QuantizeAware>)
      return draft(pass, network, context, progress, &baseline);
    else if constexpr (std::is_same_v<P, QuantizeDynamic> || std::is_same_v<P, QuantizeStatic>)
      return draft(pass, network, context, progress);
    else  // nothing is stored in fewer bits
      return StorageDraft{.floats = network, .layers = {}, .bias_samples = {}};
  }
};

bool stores(const Pass& pass) {
  return std::holds_alternative<HalfWeights>(pass) || std::holds_alternative<QuantizeDynamic>(pass) ||
         std::holds_alternative<QuantizeStatic>(pass) || std::holds_alternative<QuantizeAware>(pass);
}

}  // namespace

Result<StorageDraft> draft_of(const Network& baseline, const Strategy& strategy, StrategyContext& context,
                              const ProgressFn& progress) {
  Strategy head = strategy;
  std::optional<Pass> last;
  if (!head.passes.empty() && stores(head.passes.back())) {
    last = head.passes.back();
    head.passes.pop_back();
  }
  PITLANE_TRY(const Network network, apply_strategy(baseline, head, context, progress));
  if (reduces_input(head)) PITLANE_TRY_STATUS(look_again(network, context, progress));
  if (!last) return StorageDraft{.floats = network, .layers = {}, .bias_samples = {}};
  Result<StorageDraft> drafted = std::visit(Draft{network, context, progress, baseline}, *last);
  if (!drafted.ok()) return drafted.error().in(std::string("strategy ") + strategy.name);
  return drafted;
}

void name_origin(const Strategy& strategy, Network& network) {
  network.metadata["strategy"] = strategy.name;
  network.metadata["recipe"] = recipe(strategy);
}

}  // namespace pitlane
