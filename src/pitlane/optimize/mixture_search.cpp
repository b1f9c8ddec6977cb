#include "pitlane/optimize/mixture_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "pitlane/optimize/layers.h"

namespace pitlane {
MixtureSearch::MixtureSearch(StorageDraft draft, const MixtureJudge& judge, const StrategyContext& context,
                             const ProgressFn& progress)
    : draft_(std::move(draft)), judge_(judge), context_(context), progress_(progress) {
  for (const Layer& layer : draft_.layers) {
    if (std::ranges::find(groups_, layer.weight, &Group::weight) != groups_.end()) continue;
    if (!draft_.rounded.empty() && !draft_.rounded[layer.weight]) continue;
    const Weight& weight = draft_.floats.weights[layer.weight];
    const auto saved = draft_.rounded.empty()
                           ? static_cast<double>(bytes_per_element(Storage::kF32) - bytes_per_element(draft_.storage))
                           : 1 - draft_.bits / 8.0;
    groups_.push_back(
        {layer_name(draft_.floats.nodes[layer.node]), layer.weight, saved * static_cast<double>(weight.size())});
  }
}

std::string MixtureSearch::storage() const {
  if (!draft_.rounded.empty()) return std::to_string(draft_.bits) + " bits";
  return draft_.storage == Storage::kI8 ? "int8" : draft_.storage == Storage::kF16 ? "float16" : "bfloat16";
}

Result<Network> MixtureSearch::make(const Mixture& mixture) {
  std::vector<bool> stays(draft_.floats.weights.size(), false);
  for (std::size_t g = 0; g < size(); ++g) stays[groups_[g].weight] = mixture[g];
  return store_layers(draft_, stays, context_.dataset, still_working());
}

Result<std::vector<OutputError>> MixtureSearch::errors(const Mixture& mixture) {
  if (const auto found = known_.find(mixture); found != known_.end()) return found->second;
  if (!report(progress_, now_)) return interrupted();
  PITLANE_TRY(const Network network, make(mixture));
  PITLANE_TRY(Errors errors, judge_.errors(network, still_working()));
  return known_.emplace(mixture, std::move(errors)).first->second;
}

Result<bool> MixtureSearch::holds(const Mixture& mixture) {
  PITLANE_TRY(const bool answers, answers_hold(mixture));
  if (!answers) return false;
  PITLANE_TRY(const TrackVerdict verdict, driven(mixture));
  return verdict.holds;
}

Result<TrackVerdict> MixtureSearch::driven(const Mixture& mixture) {
  if (!judge_.track) return TrackVerdict();
  if (const auto found = driven_.find(mixture); found != driven_.end()) return found->second;
  PITLANE_TRY(const Network network, make(mixture));
  PITLANE_TRY(const TrackVerdict verdict, judge_.track(network, still_working()));
  return driven_.emplace(mixture, verdict).first->second;
}

Result<std::string> MixtureSearch::overrun(const Mixture& mixture) {
  PITLANE_TRY(const Errors found, errors(mixture));
  const Strain most = strain(judge_.limits, found);
  PITLANE_TRY(const TrackVerdict verdict, most.share > 1 ? Result<TrackVerdict>(TrackVerdict()) : driven(mixture));
  return verdict.holds ? overrun_text(judge_.limits[most.limit], found) : verdict.overrun;
}

Result<std::string> MixtureSearch::standing(const Mixture& mixture) {
  PITLANE_TRY(const Errors found, errors(mixture));
  std::string all;
  for (const ErrorLimit& limit : judge_.limits) all += (all.empty() ? "" : "; ") + overrun_text(limit, found);
  return all;
}

Result<bool> MixtureSearch::answers_hold(const Mixture& mixture) {
  PITLANE_TRY(const Errors found, errors(mixture));
  return strain(judge_.limits, found).share <= 1;
}

double MixtureSearch::share(const Mixture& mixture) const {
  const double errors = strain(judge_.limits, known_.at(mixture)).share;
  const auto driven = driven_.find(mixture);
  return driven == driven_.end() ? errors : std::max(errors, driven->second.share);
}

/// What each layer costs alone.
Status MixtureSearch::weigh() {
  PITLANE_TRY(const Errors floats, errors(all(true)));
  weigh_by_ = limits_to_weigh_by(judge_.limits, floats);
  for (std::size_t g = 0; g < size(); ++g) {
    now_ = {"budget: each layer alone", static_cast<std::int64_t>(g), static_cast<std::int64_t>(size()), name(g)};
    PITLANE_TRY(const Errors alone, errors(only(g)));
    costs_.push_back(layer_cost(weigh_by_, floats, alone));
  }
  return {};
}

/// The best mixture that holds and leaves some layer in few bits.
Result<std::optional<Mixture>> MixtureSearch::search() {
  std::vector<double> per_layer, per_byte;
  for (std::size_t g = 0; g < size(); ++g) {
    per_layer.push_back(costs_[g].share);
    per_byte.push_back(costs_[g].share / std::max(groups_[g].bytes, 1.0));
  }
  for (const auto& worth : {per_layer, per_byte}) PITLANE_TRY_STATUS(put_back(order(worth)));
  std::vector<Mixture> judged;
  for (const auto& [mixture, found] : known_)
    if (mixture != all(true)) judged.push_back(mixture);
  std::ranges::stable_sort(judged, {}, [this](const Mixture& mixture) { return rank(mixture); });
  for (const Mixture& mixture : judged) {
    PITLANE_TRY(const bool enough, holds(mixture));
    if (enough) return std::optional(mixture);
  }
  return std::optional<Mixture>();
}

Mixture MixtureSearch::closest() const {
  Mixture best = all(false);
  double least = std::numeric_limits<double>::infinity();
  for (const auto& [mixture, found] : known_) {
    if (mixture == all(true) || share(mixture) >= least) continue;
    least = share(mixture);
    best = mixture;
  }
  if (std::isinf(least))
    best = only(static_cast<std::size_t>(std::ranges::min_element(costs_, {}, &LayerCost::share) - costs_.begin()));
  return best;
}

std::size_t MixtureSearch::costliest() const {
  return static_cast<std::size_t>(std::ranges::max_element(costs_, {}, &LayerCost::share) - costs_.begin());
}

Mixture MixtureSearch::costliest(std::size_t count) const {
  std::vector<double> shares;
  for (const LayerCost& cost : costs_) shares.push_back(cost.share);
  return first_of(order(shares), count);
}

std::string MixtureSearch::cost_text(std::size_t group) const {
  return pitlane::cost_text(costs_[group], weigh_by_, known_.begin()->second);
}

std::vector<std::string> MixtureSearch::sentences(const Mixture& mixture) const {
  std::vector<std::string> all;
  for (std::size_t g = 0; g < size(); ++g) {
    if (!mixture[g]) continue;
    Mixture without = mixture;
    without[g] = false;
    const auto lost = driven_.find(without);
    const bool laps = lost != driven_.end() && !lost->second.holds;
    all.push_back(name(g) + " stays in " + wider() + ": " +
                  (laps
                       ? "in " + storage() + " too, " + lost->second.overrun
                       : "alone in " + storage() +
                             (costs(g) ? " it adds " + cost_text(g) : " it costs nothing, beside the others it does")));
  }
  return all;
}

std::vector<WeightId> MixtureSearch::weights(const Mixture& mixture) const {
  std::vector<WeightId> out;
  for (std::size_t g = 0; g < size(); ++g)
    if (mixture[g]) out.push_back(groups_[g].weight);
  return out;
}

std::vector<std::string> MixtureSearch::names(const Mixture& mixture, bool stay) const {
  std::vector<std::string> all;
  for (std::size_t g = 0; g < size(); ++g)
    if (mixture[g] == stay) all.push_back(name(g));
  return all;
}

Mixture MixtureSearch::only(std::size_t group) const {
  Mixture mixture = all(true);
  mixture[group] = false;
  return mixture;
}

ProgressFn MixtureSearch::still_working() const {
  return [this](const Progress& /*inner*/) { return report(progress_, now_); };
}

/// Costliest first; of equals the first one.
std::vector<std::size_t> MixtureSearch::order(const std::vector<double>& worth) const {
  std::vector<std::size_t> groups(size());
  std::iota(groups.begin(), groups.end(), std::size_t{0});
  std::ranges::stable_sort(groups, [&](std::size_t a, std::size_t b) { return worth[a] > worth[b]; });
  return groups;
}

Mixture MixtureSearch::first_of(const std::vector<std::size_t>& order, std::size_t count) const {
  Mixture mixture = all(false);
  for (std::size_t i = 0; i < count; ++i) mixture[order[i]] = true;
  return mixture;
}

Status MixtureSearch::put_back(const std::vector<std::size_t>& order) {
  const auto first = [&](std::size_t count) { return first_of(order, count); };
  std::size_t fails = 0, holding = size();
  while (holding - fails > 1) {
    const std::size_t middle = (fails + holding) / 2;
    now_ = {"budget: which layers", judged(), 0,
            std::to_string(middle) + " of " + std::to_string(size()) + " in " + wider()};
    PITLANE_TRY(const bool enough, holds(first(middle)));
    (enough ? holding : fails) = middle;
  }
  return take_out(first(holding));
}

/// Back to few bits whatever the budget can bear, the largest first.
Status MixtureSearch::take_out(Mixture mixture) {
  std::vector<double> bytes;
  for (const Group& group : groups_) bytes.push_back(group.bytes);
  for (const std::size_t group : order(bytes)) {
    if (!mixture[group]) continue;
    now_ = {"budget: which layers", judged(), 0, "without " + name(group)};
    Mixture fewer = mixture;
    fewer[group] = false;
    PITLANE_TRY(const bool enough, holds(fewer));
    if (enough) mixture = fewer;
  }
  return {};
}

/// Fewer layers in floats, then fewer bytes.
std::pair<std::ptrdiff_t, double> MixtureSearch::rank(const Mixture& mixture) const {
  double bytes = 0;
  for (std::size_t g = 0; g < size(); ++g) bytes += mixture[g] ? groups_[g].bytes : 0;
  return {std::ranges::count(mixture, true), bytes};
}

}  // namespace pitlane
