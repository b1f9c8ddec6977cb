#include "pitlane/search/recommend_study.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "pitlane/measure/percentile.h"
#include "pitlane/search/recommend.h"
#include "pitlane/study/decision_times.h"
#include "pitlane/study/quantity.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {
namespace {

enum Figure : std::size_t { kCompletion, kDeviation };  // places in kStudyFigures
constexpr double kUnknown = std::numeric_limits<double>::infinity();

/// A network with everything that is weighed.
struct JudgedNetwork {
  std::size_t driver = 0;
  std::string name;
  StudyTotal total;  ///< beside the safest network
  double size_bytes = 0;
  double p50_ms = kUnknown;  ///< of its decisions
  int safe_drives = 0;       ///< driven where the safest completed every repetition
  int lost_there = 0;        ///< of these
  std::string lacks;         ///< why it does not drive as well as the safest; empty: it does
};

double deviation_or_last(const StudyTotal& total) {
  const MeanEstimate& deviation = total.figures[kDeviation].estimate;
  return deviation.values > 0 ? deviation.mean : kUnknown;
}

std::string drives_text(const StudyTotal& total) {
  const int driven = total.cells - total.missing;
  return std::to_string(total.completed) + " of " + std::to_string(driven) + (driven == 1 ? " drive" : " drives");
}

std::string p_text(double p) { return p < 0.001 ? "p < 0.001" : "p " + fixed_text(p, 3); }
std::string points_text(double share) { return fixed_text(100 * std::abs(share), 1) + " percentage points"; }

using Conditions = std::set<std::pair<std::size_t, std::size_t>>;  // courses and latencies

// Where the driver completed every repetition.
Conditions survived(const StudyResult& result, std::size_t driver) {
  Conditions all, lost;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const StudyCell& cell = result.cells[i];
    if (cell.driver != driver) continue;
    const auto& episode = result.outcomes[i].episode;
    (episode && episode->completed ? all : lost).emplace(cell.course, cell.latency);
  }
  for (const auto& condition : lost) all.erase(condition);
  return all;
}

void count_safe_drives(const StudyResult& result, const Conditions& safe, JudgedNetwork& network) {
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const StudyCell& cell = result.cells[i];
    const CellOutcome& outcome = result.outcomes[i];
    const bool missing = !outcome.episode && outcome.failure.empty();
    if (cell.driver != network.driver || missing || safe.count({cell.course, cell.latency}) == 0) continue;
    ++network.safe_drives;
    network.lost_there += outcome.episode && outcome.episode->completed ? 0 : 1;
  }
}

std::string shortfall(const JudgedNetwork& network, const std::string& safest) {
  const StudyTotal& total = network.total;
  const StudyFigure &completion = total.figures[kCompletion], &deviation = total.figures[kDeviation];
  if (total.completed == 0) return "completes no drive";
  if (network.lost_there > kLossTolerance * network.safe_drives)
    return "loses " + std::to_string(network.lost_there) + " of " + std::to_string(network.safe_drives) +
           " drives where " + safest + " completes every repetition";
  if (completion.mean_difference < 0 && completion.p_value < kSignificantLoss)
    return "completes " + points_text(completion.mean_difference) + " less, " + p_text(completion.p_value);
  if (deviation.pairs > 0 && deviation.mean_difference > kDeviationTolerance_m)
    return "keeps " + metres_text(deviation.mean_difference) + " farther from the line, " + p_text(deviation.p_value);
  return "";
}

std::vector<std::size_t> driven_networks(const StudyResult& result, const std::vector<StudyTotal>& totals) {
  std::vector<std::size_t> out;
  for (const StudyTotal& total : totals)
    if (!result.grid.drivers[total.driver].file.empty() && total.cells > total.missing) out.push_back(total.driver);
  return out;
}

std::size_t safest_of(const std::vector<std::size_t>& networks, const std::vector<StudyTotal>& totals) {
  const auto rank = [&](std::size_t driver) {
    return std::tuple(-totals[driver].figures[kCompletion].estimate.mean, deviation_or_last(totals[driver]), driver);
  };
  return *std::min_element(networks.begin(), networks.end(),
                           [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
}

// Where one of them has no time, none has.
void add_times(std::vector<JudgedNetwork>& networks, const DecisionTimes& times) {
  for (const JudgedNetwork& network : networks)
    if (times.by_driver_s[network.driver].empty()) return;
  for (JudgedNetwork& network : networks) network.p50_ms = 1e3 * percentile(times.by_driver_s[network.driver], 0.5);
}

template <typename Value>
std::vector<const JudgedNetwork*> smallest(const std::vector<const JudgedNetwork*>& all, double tie, Value value) {
  double best = kUnknown;
  for (const JudgedNetwork* one : all) best = std::min(best, value(*one));
  std::vector<const JudgedNetwork*> out;
  for (const JudgedNetwork* one : all)
    if (value(*one) <= best * (1 + tie)) out.push_back(one);
  return out;
}

// The best first; those behind it are as fast and as small.
std::vector<const JudgedNetwork*> best_of(const std::vector<JudgedNetwork>& networks) {
  std::vector<const JudgedNetwork*> out;
  for (const JudgedNetwork& network : networks)
    if (network.lacks.empty()) out.push_back(&network);
  out = smallest(out, kLatencyTie, [](const JudgedNetwork& c) { return c.p50_ms; });
  out = smallest(out, kSizeTie, [](const JudgedNetwork& c) { return c.size_bytes; });
  std::stable_sort(out.begin(), out.end(), [](const JudgedNetwork* a, const JudgedNetwork* b) {
    return deviation_or_last(a->total) < deviation_or_last(b->total);
  });
  return out;
}

// --- sentences -----------------------------------------------------------------------------------------------------

// "3.2 times as fast as baseline"; empty for the first network itself.
std::string beside_first(const JudgedNetwork& best, const JudgedNetwork& first) {
  if (&best == &first) return "";
  std::string out;
  if (std::isfinite(best.p50_ms) && best.p50_ms > 0)
    out += ", " + significant_text(first.p50_ms / best.p50_ms, 2) + " times as fast as " + first.name;
  return out;
}

std::string choice_sentence(const std::vector<const JudgedNetwork*>& best, const std::vector<JudgedNetwork>& all) {
  const JudgedNetwork &winner = *best.front(), &first = all.front();
  const bool timed = std::isfinite(winner.p50_ms);
  std::string out = &winner == &first ? "Stay with " + winner.name + ": " : "Take " + winner.name + ": ";
  if (timed)
    out += "it decides in a median of " + milliseconds_text(winner.p50_ms) + beside_first(winner, first) + ", and ";
  out += "its file has " + bytes_text(winner.size_bytes);
  if (&winner != &first && winner.size_bytes == first.size_bytes)
    out += ", as " + first.name + "'s has";
  else if (&winner != &first && first.size_bytes > 0)
    out += ", " + percent_text(winner.size_bytes / first.size_bytes) + " of " + first.name + "'s";
  const auto as_good = std::count_if(all.begin(), all.end(), [](const JudgedNetwork& c) { return c.lacks.empty(); });
  if (as_good == 1) return out + ". It is the only network that drives this well.";
  out += timed ? "; no other that drives as well is faster" : "; no other that drives as well is smaller";
  if (best.size() > 1)
    out +=
        ", and " + best[1]->name + (timed ? ", as fast and as small," : ", as small,") + " keeps no closer to the line";
  return out + ".";
}

// "completed 10 percentage points less (p 0.031)", "completed as many"
std::string completion_clause(const StudyFigure& completion) {
  if (completion.mean_difference == 0) return "completed as many";
  return "completed " + points_text(completion.mean_difference) + (completion.mean_difference < 0 ? " less" : " more") +
         " (" + p_text(completion.p_value) + ")";
}

std::string deviation_clause(const StudyFigure& deviation) {
  if (deviation.pairs == 0) return "";
  return "; where both completed, it was " + metres_text(std::abs(deviation.mean_difference)) +
         (deviation.mean_difference < 0 ? " closer to" : " farther from") + " the line (" + p_text(deviation.p_value) +
         ")";
}

std::string driving_sentence(const JudgedNetwork& winner, const JudgedNetwork& safest) {
  const std::string own = "It completed " + drives_text(winner.total) + ", on average " +
                          metres_text(deviation_or_last(winner.total)) + " from the line";
  if (winner.driver == safest.driver) return own + "; no other network drives better.";
  std::string out = own + ". The safest network, " + safest.name + ", completed " + drives_text(safest.total) +
                    ", on average " + metres_text(deviation_or_last(safest.total)) + " from it. On the same drives " +
                    winner.name + " " + completion_clause(winner.total.figures[kCompletion]) +
                    deviation_clause(winner.total.figures[kDeviation]) + ".";
  if (winner.safe_drives > 0)
    out += " Where " + safest.name + " completed every repetition, it completed " +
           std::to_string(winner.safe_drives - winner.lost_there) + " of " + std::to_string(winner.safe_drives) + ".";
  return out;
}

// Who does not drive as well.
std::string left_out_sentence(const std::vector<JudgedNetwork>& all) {
  std::string parts;
  for (const JudgedNetwork& network : all)
    if (!network.lacks.empty()) parts += (parts.empty() ? "" : "; ") + network.name + " (" + network.lacks + ")";
  return parts.empty() ? "" : "Left out: " + parts + ".";
}

std::string times_sentence(const StudyResult& result, const DecisionTimes& times, bool timed) {
  if (!timed) return "Times do not count here: no machine drove all of these networks.";
  if (study_machines(result).size() < 2) return "";
  return "Times are those of the drives on " +
         (times.machine.empty() ? "a machine that the store does not name" : times.machine) + ".";
}

// Means as they are, compared with the safest network instead of the first.
StudyTotal beside(const StudyResult& result, const StudyTotal& total, std::size_t safest) {
  StudyTotal out = total;
  const StudyDifferences differences = study_differences(result, total.driver, safest);
  for (std::size_t f = 0; f < differences.size(); ++f) static_cast<StudyDifference&>(out.figures[f]) = differences[f];
  return out;
}

std::vector<JudgedNetwork> judged(const StudyResult& result, const std::vector<StudyTotal>& totals,
                                  const std::vector<std::size_t>& networks, std::size_t safest) {
  const Conditions safe = survived(result, safest);
  std::vector<JudgedNetwork> out;
  for (const std::size_t driver : networks) {
    JudgedNetwork one;
    one.driver = driver;
    one.name = driver_label(result.grid, driver);
    one.total = beside(result, totals[driver], safest);
    one.size_bytes = static_cast<double>(result.grid.drivers[driver].size_bytes);
    count_safe_drives(result, safe, one);
    one.lacks = shortfall(one, driver_label(result.grid, safest));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

StudyRecommendation recommend(const StudyResult& result, DecisionTiming timing) {
  return recommend(result, study_totals(result), timing);
}

StudyRecommendation recommend(const StudyResult& result, const std::vector<StudyTotal>& totals, DecisionTiming timing) {
  const std::vector<std::size_t> drivers = driven_networks(result, totals);
  if (drivers.size() < 2) return {};
  const std::size_t safest = safest_of(drivers, totals);
  if (totals[safest].completed == 0)
    return {std::nullopt,
            {"No network can be recommended: none of the " + std::to_string(drivers.size()) + " completed a drive."},
            false};
  std::vector<JudgedNetwork> networks = judged(result, totals, drivers, safest);
  DecisionTimes times;
  if (timing == DecisionTiming::kCounts) add_times(networks, times = decision_times(result));
  const std::vector<const JudgedNetwork*> best = best_of(networks);
  const JudgedNetwork& reference =
      *std::find_if(networks.begin(), networks.end(), [&](const JudgedNetwork& n) { return n.driver == safest; });
  const bool timed = std::isfinite(best.front()->p50_ms);
  StudyRecommendation out{best.front()->driver, {}, timed};
  out.reasons = {choice_sentence(best, networks), driving_sentence(*best.front(), reference),
                 left_out_sentence(networks)};
  if (timing == DecisionTiming::kCounts) out.reasons.push_back(times_sentence(result, times, timed));
  out.reasons.erase(std::remove(out.reasons.begin(), out.reasons.end(), std::string()), out.reasons.end());
  return out;
}

}  // namespace pitlane
