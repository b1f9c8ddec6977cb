#include "pitlane/optimize/controls.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "pitlane/optimize/recipe_changes.h"

namespace pitlane {
namespace {

constexpr const char* kSuffix = "_control";

struct TrainingOf {
  std::optional<Pass> operator()(const FineTune& pass) const {
    return FineTune{.epochs = pass.epochs, .learning_rate = pass.learning_rate, .distillation = pass.distillation};
  }
  std::optional<Pass> operator()(const PruneGradually& pass) const {
    return FineTune{.epochs = pass.epochs, .learning_rate = pass.learning_rate, .distillation = pass.distillation};
  }
  std::optional<Pass> operator()(const QuantizeAware& pass) const {
    return FineTune{.epochs = pass.epochs, .learning_rate = pass.learning_rate, .distillation = pass.distillation};
  }
  template <typename P>
  std::optional<Pass> operator()(const P& /*pass*/) const {
    return std::nullopt;
  }
};

bool takes_nothing_away(const Strategy& strategy) {
  return std::ranges::all_of(strategy.passes, [](const Pass& pass) { return std::holds_alternative<FineTune>(pass); });
}

std::vector<Strategy> make_controls() {
  static std::deque<std::string> texts;  // a strategy's are somebody else's
  std::vector<Strategy> out;
  for (const Strategy& strategy : strategies()) {
    if (!trains(strategy) || takes_nothing_away(strategy)) continue;
    const std::string name = strategy.name;
    Strategy control;
    control.name = texts.emplace_back(name + kSuffix).c_str();
    control.summary = texts.emplace_back("Trained on as " + name + " is, with nothing taken away.").c_str();
    control.origin = texts.emplace_back("control for " + name).c_str();
    control.needs_training = true;
    for (const Pass& pass : strategy.passes)
      if (std::optional<Pass> training = std::visit(TrainingOf(), pass)) control.passes.push_back(*std::move(training));
    out.push_back(std::move(control));
  }
  return out;
}

}  // namespace

const std::vector<Strategy>& controls() {
  static const std::vector<Strategy> made = make_controls();
  return made;
}

std::optional<std::string> why_no_control(const std::string& name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  const std::string of = name.substr(0, name.size() - std::string(kSuffix).size());
  for (const Strategy& strategy : strategies()) {
    if (of != strategy.name) continue;
    if (!trains(strategy)) return of + " does not train, so it has no control; compare it with the baseline";
    if (takes_nothing_away(strategy)) return of + " takes nothing away: it is a control itself";
  }
  return std::nullopt;
}

}  // namespace pitlane
