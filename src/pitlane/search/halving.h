// Successive halving: many candidates are judged cheaply, and only the best of each rung at more expense (Jamieson and
// Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/search/candidate_space.h"
#include "pitlane/search/search_budget.h"

namespace pitlane {

/// What judging one candidate on one rung came to.
struct Trial {
  /// Median of the untrained network; on the last rung that of the student finished as usual, times how much longer the
  /// network itself takes in turns with it.
  double latency_ms = 0;
  double mse = 0;      ///< of validation data, normalised units
  double seconds = 0;  ///< of the wall clock when it was first done; of what went on for a group at once its share
  std::int64_t size_bytes = 0;  ///< 0 where it was not made
  int laps = 0, completed = 0;  ///< on tuning circuits, of the last two rungs
  int lost = 0;                 ///< of the laps that the baseline completes
  double deviation_m = 0;       ///< worst mean of these laps
  /// The largest, over latencies, of what its worst mean there is above the baseline's, on laps that both complete;
  /// deviation_m where there are none.
  double excess_m = 0;
  std::optional<std::string> failure;  ///< why it is out; then `seconds` counts, and what was measured before
};

struct RungTrial {
  int rung = 0;    ///< 0 is the cheapest
  int number = 0;  ///< of the candidate, from 1, in the order in which they were drawn
  Candidate candidate;
  Trial trial;
};

/// Three of candidates, and one in which the best of those that are left are finished in other ways
/// (finished_otherwise()).
inline constexpr int kRungs = 4;
inline constexpr int kTaughtRungs = 3, kLastTaught = kTaughtRungs - 1;
/// So many of the last taught rung, those that drive best, are finished in other ways.
inline constexpr std::size_t kMostFinished = 4;

struct HalvingOptions {
  CandidateSpace space;
  int outputs = 2;  ///< of the networks
  SearchBudget budget;
  std::uint64_t seed = 1;
  /// What a trial of each rung is likely to take, beside one of another.
  std::array<double, kRungs> cost{1, 1, 1, 1};
};

/// Where the search stands while a group is judged.
struct HalvingState {
  int rung = 0;
  int done = 0, total = 0;  ///< of this rung; total 0: as many as time allows
  double seconds_left = 0;  ///< of the budget when this group began; 0 without a budget of time
};

struct Halved {
  std::vector<RungTrial> trials;  ///< in the order in which they were judged
  /// Where none survives a rung: which rung, the most frequent reason, and what came nearest.
  std::optional<std::string> why_none = {};
};

/// Most candidates that are judged together. The same on all machines, so that a search does not depend on their cores.
inline constexpr std::size_t kMostTogether = 8;

/// Judges 1 to kMostTogether candidates of one rung; none depends on another. A trial for each, in their order.
using ScoreFn =
    std::function<Result<std::vector<Trial>>(const std::vector<RungTrial>& group, const HalvingState& state)>;

/// All trials in the order in which they were drawn. Rung 0 draws candidates, in groups that begin with the ninth or
/// later every second one as a mutation of one on the front of latency and MSE of the groups before; the best third
/// goes on to rung 1, the best third of these to rung 2 (with a budget of time as many as it lasts for, 16 at most,
/// with one of trials 4); rung 3 has all other ways of finishing the four best drivers (each once), those of the best
/// first. A budget of time gives the rungs 25, 20, 40 and 15 %; a rung that has begun judges one at least, and no
/// larger group than its time is likely to last for. What counts as time is Trial::seconds, so a search whose trials
/// are remembered repeats itself exactly. Errors: those of `score`; no candidate fits the space.
Result<Halved> halve(const HalvingOptions& options, const ScoreFn& score);

/// Indices of those that no other beats in one of both and equals or beats in the other, by rising latency. Failed
/// trials are on no front.
std::vector<std::size_t> latency_mse_front(const std::vector<RungTrial>& trials);
/// Indices of the best `count`: front by front, within one those of smaller MSE first.
std::vector<std::size_t> best_trials(const std::vector<RungTrial>& trials, std::size_t count);
/// Of those that drove: most laps first, then the smallest Trial::excess_m; among equals, and where nobody drove, as
/// best_trials().
std::vector<std::size_t> best_drivers(const std::vector<RungTrial>& trials, std::size_t count);

}  // namespace pitlane
