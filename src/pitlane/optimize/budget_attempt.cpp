#include "pitlane/optimize/budget_attempt.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "pitlane/core/joined.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/layer_storage.h"
#include "pitlane/optimize/spared_layers.h"
#include "pitlane/optimize/strategy_draft.h"

namespace pitlane {
namespace {

/// What keeps this mixture from holding, of layers that were weighed.
Result<std::string> stands_in_the_way(MixtureSearch& search, const Mixture& mixture) {
  PITLANE_TRY(const bool laps_alone, search.answers_hold(mixture));
  if (laps_alone) return std::string("the laps stand in the way");
  const std::size_t worst = search.costliest();
  if (!search.costs(worst)) return std::string("no layer stands in the way alone, but all together do");
  return search.name(worst) + " stands in the way most (alone in " + search.storage() + " it adds " +
         search.cost_text(worst) + ")";
}

/// The same where nothing can go back; layers are weighed only where that tells something.
Result<std::string> stands_in_the_way_of_integers(MixtureSearch& search) {
  PITLANE_TRY(const bool laps_alone, search.answers_hold(search.all(false)));
  if (!laps_alone) {
    PITLANE_TRY(const bool floats_hold, search.answers_hold(search.all(true)));
    if (!floats_hold)
      return std::string("no rounding stands in the way, since with every layer in floats it is too far");
    PITLANE_TRY_STATUS(search.weigh());
  }
  return stands_in_the_way(search, search.all(false));
}

/// The budget does not hold as it is: what to put back.
Result<Mixture> mixture_that_holds(MixtureSearch& search, const Strategy& strategy) {
  PITLANE_TRY(const std::string overrun, search.overrun(search.all(false)));
  if (search.size() == 0)
    return cannot_hold(std::string(strategy.name) + " stores no layer in fewer bits that could go back, and " +
                       overrun + "; allow more, or choose another strategy");
  if (search.integers_only() && search.goes_to_floats()) {
    PITLANE_TRY(const std::string what, stands_in_the_way_of_integers(search));
    return cannot_hold(std::string(strategy.name) + " is integers alone, so no layer can go back to floats; " + what +
                       ", and " + overrun + "; allow more, or use int_flt_quan");
  }
  PITLANE_TRY(const bool floats_hold, search.holds(search.all(true)));
  if (!floats_hold) {
    PITLANE_TRY(const std::string floats, search.overrun(search.all(true)));
    return cannot_hold("with every layer in floats " + floats + "; what " + strategy.name +
                       " does before it rounds stands in the way, and no layer's rounding; allow more");
  }
  PITLANE_TRY_STATUS(search.weigh());
  PITLANE_TRY(const std::optional<Mixture> found, search.search());
  if (found) return *found;
  const Mixture closest = search.closest();
  PITLANE_TRY(const std::string nearest, search.overrun(closest));
  PITLANE_TRY(const std::string what, stands_in_the_way(search, closest));
  return cannot_hold(what + ", and no layer can be " + search.storage() + "; closest was " +
                     joined(search.names(closest, false)) + " so and the rest in " + search.wider() + ", where " +
                     nearest + "; allow more, or choose another strategy");
}

/// What the budget was held with.
Status take(MixtureSearch& search, const Mixture& mixture, HeldBudget& held) {
  PITLANE_TRY(held.network, search.make(mixture));
  PITLANE_TRY(held.standing, search.standing(mixture));
  for (std::string& sentence : search.sentences(mixture)) held.put_back.push_back(std::move(sentence));
  return {};
}

/// With 8 bits in all of its layers the budget holds: as few as it bears.
Status take_fewer_bits(MixtureSearch& search, HeldBudget& held) {
  if (search.size() == 0) return {};
  Mixture mixture = search.all(false);
  PITLANE_TRY(const bool all_hold, search.holds(mixture));
  if (!all_hold) {
    PITLANE_TRY_STATUS(search.weigh());
    PITLANE_TRY(const std::optional<Mixture> found, search.search());
    mixture = found.value_or(search.all(true));
  }
  const std::string eight = joined(search.names(mixture, true));
  if (mixture == search.all(true)) {
    held.all_in_eight_bits = eight;
  } else {
    PITLANE_TRY_STATUS(take(search, mixture, held));
    if (!eight.empty()) held.put_back_to = "floats or 8 bits";
  }
  if (!eight.empty()) held.network.metadata["in 8 bits"] = eight;
  return {};
}

/// Whether layers could be spared in place of what was tried.
Status look_before_rounding(MixtureSearch& search, BudgetAttempt& out) {
  const Mixture wide = search.all(true);
  PITLANE_TRY(const bool wide_holds, search.holds(wide));
  out.before_rounding = !wide_holds;
  if (wide_holds) return {};
  PITLANE_TRY(out.overrun, search.overrun(wide));
  out.share = search.share(wide);
  return {};
}

}  // namespace

Error cannot_hold(const std::string& why) { return unsupported("cannot hold the budget: " + why); }

Result<std::int64_t> pit_size(const Network& network) {
  PITLANE_TRY(const auto bytes, serialize_pit(network));
  return static_cast<std::int64_t>(bytes.size());
}

Result<BudgetAttempt> attempt_budget(const Network& baseline, const Strategy& strategy, const StrategyContext& given,
                                     const AccuracyBudget& budget, const MixtureJudge& judges,
                                     const ProgressFn& progress) {
  BudgetAttempt out;
  HeldBudget& held = out.held;
  StrategyContext context = given;
  PITLANE_TRY(StorageDraft drafted, draft_of(baseline, strategy, context, progress));
  std::optional<MixtureSearch> search(std::in_place, drafted, judges, context, progress);
  PITLANE_TRY(const bool holds, search->holds(search->all(false)));
  PITLANE_TRY(held.network, search->make(search->all(false)));
  name_origin(strategy, held.network);
  PITLANE_TRY(held.strategy_size_bytes, pit_size(held.network));
  PITLANE_TRY(held.standing, search->standing(search->all(false)));
  if (!holds) {
    PITLANE_TRY(const bool eight_bits_hold,
                drafted.rounded.empty() ? Result<bool>(true) : search->holds(search->all(true)));
    std::optional<StorageDraft> fewer_bits;
    if (!eight_bits_hold) {  // then 8 bits are too few in some layers already
      held.judged = search->judged();
      fewer_bits = drafted;
      drafted.rounded.clear();
      search.emplace(std::move(drafted), judges, context, progress);
    }
    const Result<Mixture> found = mixture_that_holds(*search, strategy);
    if (!found.ok() && found.error().kind() == ErrorKind::kUnsupported) {
      out.why_not = found.error();
      if (!how_it_reduces(strategy).empty()) PITLANE_TRY_STATUS(look_before_rounding(*search, out));
      held.judged += search->judged();
      return out;
    }
    if (!found.ok()) return found.error();
    PITLANE_TRY_STATUS(take(*search, *found, held));
    held.put_back_to = search->wider();
    const std::string wide = joined(search->names(*found, true));
    if (fewer_bits) {
      leave_in_floats(search->weights(*found), *fewer_bits);
      MixtureSearch again(*std::move(fewer_bits), judges, context, progress);
      PITLANE_TRY_STATUS(take_fewer_bits(again, held));
      held.judged += again.judged();
    }
    name_origin(strategy, held.network);
    held.network.metadata["budget"] = to_string(budget);
    held.network.metadata["in " + std::string(search->wider())] = wide;
  }
  PITLANE_TRY(held.size_bytes, pit_size(held.network));
  held.judged += search->judged();
  PITLANE_TRY_STATUS(validate(held.network));
  return out;
}

}  // namespace pitlane
