#include "pitlane/search/shown_trials.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include "pitlane/search/recommend.h"

namespace pitlane {
namespace {

using Trials = std::vector<const RungTrial*>;

void add_once(Trials& to, const Trials& more) {
  for (const RungTrial* trial : more)
    if (std::ranges::find(to, trial) == to.end()) to.push_back(trial);
}

// Those that may be recommended before all others, then by laps.
std::tuple<bool, int> standing(const Trial& t) {
  const bool drives_as_well = t.lost == 0 && t.excess_m <= kStudentDeviation_m;
  return {!drives_as_well, -t.completed};
}

std::vector<const RungTrial*> best_of_each(const std::vector<const RungTrial*>& trials) {
  using Rank = std::tuple<double, double>;
  const std::function<Rank(const Trial&)> ranks[] = {
      [](const Trial& t) { return Rank(t.excess_m, t.mse); },
      [](const Trial& t) { return Rank(static_cast<double>(t.size_bytes), t.mse); },
      [](const Trial& t) { return Rank(t.latency_ms, t.mse); },
      [](const Trial& t) { return Rank(t.mse, t.latency_ms); },
  };
  std::vector<const RungTrial*> best;
  for (const auto& rank : ranks) {
    const auto found = std::ranges::min_element(
        trials, {}, [&](const RungTrial* t) { return std::pair(standing(t->trial), rank(t->trial)); });
    if (found != trials.end() && std::ranges::find(best, *found) == best.end()) best.push_back(*found);
  }
  return best;
}

}  // namespace

std::vector<const RungTrial*> shown_trials(const std::vector<RungTrial>& trials) {
  std::vector<RungTrial> taught;
  Trials of_taught, sound, otherwise;
  for (const RungTrial& t : trials) {
    if (t.rung == kLastTaught) {
      taught.push_back(t);
      of_taught.push_back(&t);
    }
    if (t.trial.failure || t.rung < kLastTaught) continue;
    (t.rung == kLastTaught ? sound : otherwise).push_back(&t);
  }
  Trials shown;
  for (const std::size_t i : best_drivers(taught, kMostFinished)) shown.push_back(of_taught[i]);
  add_once(shown, best_of_each(sound));
  add_once(shown, best_of_each(otherwise));
  std::ranges::stable_sort(shown, {},
                           [](const RungTrial* t) { return std::tuple(-t->trial.completed, t->trial.latency_ms); });
  return shown;
}

}  // namespace pitlane
