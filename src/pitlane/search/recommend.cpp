#include "pitlane/search/recommend.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include "pitlane/search/conditions.h"
#include "pitlane/study/paired_laps.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

std::string times(double factor) { return significant_text(factor, factor < 10 ? 2 : 3) + " times"; }

bool timed(const StrategyRow& row) { return row.latency_ms.runs > 0 && std::isfinite(row.latency_ms.p50); }

double p50_or_last(const StrategyRow& row) {
  return timed(row) ? row.latency_ms.p50 : std::numeric_limits<double>::infinity();
}

/// Every row with what it lacks; failed rows included.
struct JudgedRow {
  const StrategyRow* row;
  std::vector<Shortfall> lacks;
};

/// What the search came to with a row that it found; else null.
const SearchedStudent* searched(const StrategyRow& row, const TuneResult& result) {
  if (!row.student || !result.search) return nullptr;
  const auto found = std::ranges::find(result.search->trials, row.strategy, &SearchedStudent::row);
  return found == result.search->trials.end() ? nullptr : &*found;
}

std::vector<JudgedRow> judge(const TuneResult& result, const Constraints& constraints) {
  std::vector<JudgedRow> out;
  for (const StrategyRow& row : result.rows)
    out.push_back({&row, shortfalls(row, result.rows.front(), constraints, searched(row, result))});
  return out;
}

double mse_or_last(const StrategyRow& row) {
  return row.accuracy ? row.accuracy->mse : std::numeric_limits<double>::infinity();
}

// Of `rows` those whose value is within `tie` of the smallest.
template <typename Value>
std::vector<const StrategyRow*> smallest(const std::vector<const StrategyRow*>& rows, double tie, Value value) {
  double best = std::numeric_limits<double>::infinity();
  for (const StrategyRow* row : rows) best = std::min(best, value(*row));
  std::vector<const StrategyRow*> out;
  for (const StrategyRow* row : rows)
    if (value(*row) <= best * (1 + tie)) out.push_back(row);
  return out;
}

/// Rows that satisfy everything, as they are told apart step by step; both empty where none does.
struct Eligible {
  std::vector<const StrategyRow*> fastest;  ///< equally fast
  std::vector<const StrategyRow*> best;     ///< of these the equally small, the best first
};

Eligible eligible(const std::vector<JudgedRow>& candidates) {
  std::vector<const StrategyRow*> rows;
  for (const JudgedRow& c : candidates)
    if (c.lacks.empty()) rows.push_back(c.row);
  Eligible out;
  out.fastest = smallest(rows, kLatencyTie, p50_or_last);
  out.best =
      smallest(out.fastest, kSizeTie, [](const StrategyRow& row) { return static_cast<double>(row.size_bytes); });
  std::stable_sort(out.best.begin(), out.best.end(), [](const StrategyRow* a, const StrategyRow* b) {
    return std::pair(mse_or_last(*a), p50_or_last(*a)) < std::pair(mse_or_last(*b), p50_or_last(*b));
  });
  return out;
}

const JudgedRow* nearest(const std::vector<JudgedRow>& candidates) {
  const auto distance = [](const JudgedRow& c) {
    double worst = 0;
    for (const Shortfall& lack : c.lacks) worst = std::max(worst, lack.excess);
    return std::tuple(c.row->failure.has_value(), worst, c.lacks.size(), p50_or_last(*c.row));
  };
  const auto found =
      std::min_element(candidates.begin(), candidates.end(),
                       [&](const JudgedRow& a, const JudgedRow& b) { return distance(a) < distance(b); });
  return found == candidates.end() || found->row->failure ? nullptr : &*found;
}

// --- sentences of a choice -----------------------------------------------------------------------------------------

std::string left_out(const std::vector<JudgedRow>& candidates, const StrategyRow& winner) {
  const JudgedRow* fastest = nullptr;
  for (const JudgedRow& c : candidates)
    if (!c.lacks.empty() && !c.row->failure && p50_or_last(*c.row) < p50_or_last(winner) &&
        (!fastest || p50_or_last(*c.row) < p50_or_last(*fastest->row)))
      fastest = &c;
  if (!fastest) return "";
  return "; " + fastest->row->strategy + " is faster at " + milliseconds_text(fastest->row->latency_ms.p50) +
         ", but was left out (" + fastest->lacks.front().brief + ")";
}

// Who would have been as good a choice but for the last digits.
std::string tied(const std::vector<const StrategyRow*>& best) {
  if (best.size() < 2 || !best[1]->accuracy || !best[0]->accuracy) return "";
  return "; " + best[1]->strategy + " is as fast and as small, and loses by its MSE of " +
         significant_text(best[1]->accuracy->mse, 4) + " against " + significant_text(best[0]->accuracy->mse, 4);
}

// The limit on the MSE with which `row` would be the choice, as the user can say it; empty where none makes it so.
std::string limit_for(const StrategyRow& row, const TuneResult& result) {
  const StrategyRow& baseline = result.rows.front();
  if (!row.accuracy || !baseline.accuracy) return "";
  const double limit = std::ceil(100 * std::max(0.0, relative_mse(row, baseline))) / 100;
  Constraints constraints = result.constraints;
  constraints.max_mse_increase = limit;
  const Eligible rows = eligible(judge(result, constraints));
  if (rows.best.empty() || rows.best.front() != &row) return "";
  char hundredths[32];
  std::snprintf(hundredths, sizeof hundredths, "%.2f", limit);  // as it was tried, to the digit
  return std::string(" (--max-mse-increase ") + (limit == 0 ? "0" : hundredths) + " takes it)";
}

// Who is as fast and clearly more exact, and lost by its file alone: a user may want it all the same.
std::string left_for_size(const Eligible& rows, const TuneResult& result) {
  const StrategyRow& winner = *rows.best.front();
  const StrategyRow* exact = &winner;
  for (const StrategyRow* row : rows.fastest)
    if (mse_or_last(*row) < mse_or_last(*exact)) exact = row;
  if (!winner.accuracy || !(mse_or_last(*exact) < (1 - kMseTie) * mse_or_last(winner))) return "";
  return "; " + exact->strategy + " is as fast at " + milliseconds_text(exact->latency_ms.p50) +
         " and more exact with an MSE of " + significant_text(exact->accuracy->mse, 3) +
         ", but its file is larger at " + bytes_text(static_cast<double>(exact->size_bytes)) +
         limit_for(*exact, result);
}

std::string latency_limit(const Constraints& limits) {
  return limits.max_latency_ms ? " (limit " + milliseconds_text(*limits.max_latency_ms) + ")" : "";
}

std::string size_clause(const StrategyRow& row, const StrategyRow& baseline, const Constraints& limits) {
  const auto size = static_cast<double>(row.size_bytes);
  std::string out = bytes_text(size);
  if (limits.max_size_bytes) out += " (limit " + bytes_text(*limits.max_size_bytes) + ")";
  if (baseline.failure || baseline.size_bytes <= 0) return out;
  return out + ", " + percent_text(size / static_cast<double>(baseline.size_bytes)) + " of the baseline's";
}

std::string speed_sentence(const Eligible& rows, const TuneResult& result, const std::vector<JudgedRow>& all) {
  const StrategyRow& row = *rows.best.front();
  const StrategyRow& baseline = result.rows.front();
  if (!timed(row))
    return row.strategy + " is the choice by size alone, because nothing was timed: its file is " +
           size_clause(row, baseline, result.constraints) + ".";
  const std::string others = tied(rows.best) + left_for_size(rows, result) + left_out(all, row);
  const std::string p50 = "a median of " + milliseconds_text(row.latency_ms.p50) + latency_limit(result.constraints);
  if (&row == &baseline)
    return "Stay with " + row.strategy + ": it answers in " + p50 + " from a file of " +
           bytes_text(static_cast<double>(row.size_bytes)) + ", and no other network that is good enough beats that" +
           others + ".";
  std::string speed_up;
  if (!baseline.failure && timed(baseline) && row.latency_ms.p50 > 0)
    speed_up = ", " + times(baseline.latency_ms.p50 / row.latency_ms.p50) + " as fast as the baseline";
  return "Take " + row.strategy + ": it answers in " + p50 + speed_up + ", and its file is " +
         size_clause(row, baseline, result.constraints) + others + ".";
}

std::string accuracy_sentence(const StrategyRow& row, const TuneResult& result) {
  const StrategyRow& baseline = result.rows.front();
  if (!row.accuracy) return "Its offline accuracy is unknown, because there was no dataset to judge it on.";
  const std::string own = "On " + count_text(row.accuracy->samples) + " validation samples its MSE is " +
                          significant_text(row.accuracy->mse, 3);
  if (&row == &baseline || !baseline.accuracy) return own + " (normalised units).";
  const double change = relative_mse(row, baseline);
  const std::string limit = percent_text(result.constraints.max_mse_increase.value_or(kDefaultMseIncrease));
  const std::string reference = "the baseline's " + significant_text(baseline.accuracy->mse, 3);
  const std::string how =
      std::abs(change) < 5e-5 ? "the same as " : percent_text(std::abs(change)) + (change > 0 ? " above " : " below ");
  const std::string stands = own + ", " + how + reference;
  if (judged_by_driving(row, baseline, result.constraints))
    return stands +
           "; it is a student, so how it drives was weighed in place of that (--max-mse-increase weighs its MSE as "
           "that of others).";
  return stands + "; up to " + limit + " more was allowed.";
}

std::string driving_sentence(const StrategyRow& row, const TuneResult& result) {
  const StrategyRow& baseline = result.rows.front();
  if (row.laps.empty())
    return "It was not driven" + (row.why_not_driven.empty() ? std::string() : ": " + row.why_not_driven) +
           "; so 0 laps stand behind this choice and only offline numbers count.";
  const int done = laps_completed(row);
  const auto all = static_cast<int>(row.laps.size());
  std::string limit;
  if (result.constraints.max_deviation_m) limit = " (limit " + metres_text(*result.constraints.max_deviation_m) + ")";
  std::string out = "On the track it completed " + std::to_string(done) + " of " + std::to_string(all) +
                    (all == 1 ? " lap" : " laps");
  if (&row != &baseline && !baseline.laps.empty())
    out += " (baseline " + std::to_string(laps_completed(baseline)) + ")";
  out += ", on average at most " + metres_text(worst_mean_deviation_m(row)) + " from the line" + limit;
  const std::vector<PairedDeviation> pairs =
      &row == &baseline ? std::vector<PairedDeviation>() : paired_deviations(row.laps, baseline.laps);
  const bool short_of_words = pairs.size() == 1 && completes_all(row) && completes_all(baseline);
  if (short_of_words) out += ", where the baseline has " + metres_text(pairs[0].baseline_m);
  out += ", and never more than " + metres_text(worst_deviation_m(row)) + ".";
  if (pairs.empty() || short_of_words) return out;
  std::string by_latency;
  for (const PairedDeviation& at : pairs)
    by_latency += (by_latency.empty() ? " " : "; ") + at_latency(at.latency) + " " + metres_text(at.own_m) +
                  ", the baseline " + metres_text(at.baseline_m);
  return out + " On laps that both complete, on average at most:" + by_latency + ".";
}

// --- sentences of an empty hand ------------------------------------------------------------------------------------

std::string joined(const std::vector<Shortfall>& lacks) {
  std::string out;
  for (std::size_t i = 0; i < lacks.size(); ++i)
    out += (i == 0 ? "" : i + 1 == lacks.size() ? ", and " : ", ") + lacks[i].text;
  return out;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string state_of(const StrategyRow& row) {
  std::string out = "As it stands, " + row.strategy + " ";
  out += timed(row) ? "answers in " + milliseconds_text(row.latency_ms.p50) : std::string("was not timed");
  out += " from a file of " + bytes_text(static_cast<double>(row.size_bytes));
  if (row.accuracy) out += " with an MSE of " + significant_text(row.accuracy->mse, 3);
  if (!row.laps.empty())
    out += " and completes " + std::to_string(laps_completed(row)) + " of " + std::to_string(row.laps.size()) +
           " laps, on average at most " + metres_text(worst_mean_deviation_m(row)) + " from the line";
  return out + "; loosen what it fails, or train further and tune again.";
}

Recommendation nothing_ran(const TuneResult& result) {
  const std::string count = std::to_string(result.rows.size());
  std::string why = "There are no rows to compare.";
  if (!result.rows.empty() && result.rows.front().failure)
    why = "The first failure, of " + result.rows.front().strategy + ", was: " + *result.rows.front().failure + ".";
  return {std::nullopt,
          {"No network can be recommended: 0 of " + count + " strategies gave a result.", why,
           "Nothing was measured or driven (0 laps); fix the cause and run the same command again."},
          ""};
}

Recommendation empty_handed(const TuneResult& result, const std::vector<JudgedRow>& all) {
  const JudgedRow* closest = nearest(all);
  if (!closest) return nothing_ran(result);
  return {std::nullopt,
          {"None of the " + std::to_string(result.rows.size()) + " networks meets every condition; the closest is " +
               closest->row->strategy + ".",
           capitalised(joined(closest->lacks)) + ".", state_of(*closest->row)},
          closest->row->strategy};
}

}  // namespace

Recommendation recommend(const TuneResult& result) {
  const std::vector<JudgedRow> candidates = judge(result, result.constraints);
  const Eligible rows = eligible(candidates);
  if (rows.best.empty()) return empty_handed(result, candidates);
  const StrategyRow& winner = *rows.best.front();
  return {
      winner.strategy,
      {speed_sentence(rows, result, candidates), accuracy_sentence(winner, result), driving_sentence(winner, result)},
      ""};
}

}  // namespace pitlane
