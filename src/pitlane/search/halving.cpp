#include "pitlane/search/halving.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "pitlane/core/result.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr double kRungEnds[kRungs] = {0.25, 0.45, 0.85, 1.0};  // shares of a budget of time
constexpr std::size_t kMostDrawn = 100'000;
constexpr std::size_t kPlainDraws = 8;
constexpr int kMostRepeats = 200;  // draws of candidates that were there before: the space is exhausted
// Which of those that learn as well drive best shows only on the track: where there is time, many are tried.
constexpr std::size_t kMostFinalists = 4, kMostFinalistsOfTime = 64;
constexpr std::uint64_t kDrawing = 0xD2A3;

bool dominates(const Trial& a, const Trial& b) {
  return a.latency_ms <= b.latency_ms && a.mse <= b.mse && (a.latency_ms < b.latency_ms || a.mse < b.mse);
}

// Of `among` those that no other of them dominates.
std::vector<std::size_t> front_of(const std::vector<RungTrial>& trials, const std::vector<std::size_t>& among) {
  std::vector<std::size_t> out;
  for (const std::size_t i : among)
    if (std::none_of(among.begin(), among.end(),
                     [&](std::size_t j) { return dominates(trials[j].trial, trials[i].trial); }))
      out.push_back(i);
  return out;
}

std::vector<std::size_t> sound(const std::vector<RungTrial>& trials) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < trials.size(); ++i)
    if (!trials[i].trial.failure) out.push_back(i);
  return out;
}

std::size_t third_of(std::size_t count) { return (count + 2) / 3; }

class Halving {
 public:
  Halving(const HalvingOptions& options, const ScoreFn& score)
      : options_(options), score_(score), random_(Random::fork(options.seed, kDrawing)) {}

  Result<Halved> run() {
    PITLANE_TRY(std::vector<RungTrial> judged, first_rung());
    if (sound(judged).empty()) return Halved{judged, nothing_left(judged, 0)};
    std::vector<RungTrial> all = judged;
    for (int rung = 1; rung < kTaughtRungs; ++rung) {
      std::size_t wanted = third_of(sound(judged).size());
      if (rung == kTaughtRungs - 1)
        wanted = std::min(wanted, options_.budget.seconds > 0 ? kMostFinalistsOfTime : kMostFinalists);
      std::vector<RungTrial> chosen;
      for (const std::size_t i : best_trials(judged, wanted)) chosen.push_back(judged[i]);
      PITLANE_TRY(judged, next_rung(rung, std::move(chosen)));
      all.insert(all.end(), judged.begin(), judged.end());
      if (sound(judged).empty()) return Halved{all, nothing_left(judged, rung)};
    }
    PITLANE_TRY(judged, next_rung(kRungs - 1, other_ways(judged)));
    all.insert(all.end(), judged.begin(), judged.end());
    return Halved{all};
  }

 private:
  [[nodiscard]] bool time_is_up(int rung) const {
    return options_.budget.seconds > 0 && spent_s_ >= kRungEnds[rung] * options_.budget.seconds;
  }

  // How many of a rung are judged next: as many as its time is likely to last for. What one takes is told by those of
  // the rung, for its first group by the rungs before and HalvingOptions::cost, for the very first by one alone.
  [[nodiscard]] std::size_t together(int rung, const std::vector<RungTrial>& judged) const {
    if (options_.budget.seconds <= 0) return kMostTogether;
    const double left = kRungEnds[rung] * options_.budget.seconds - spent_s_;
    if (left <= 0 || units_ <= 0) return 1;
    if (spent_s_ <= 0) return kMostTogether;
    const double each =
        judged.empty() ? spent_s_ / units_ * options_.cost[static_cast<std::size_t>(rung)] : mean_seconds(judged);
    return static_cast<std::size_t>(std::clamp(std::ceil(left / each), 1.0, static_cast<double>(kMostTogether)));
  }

  // Of those that were made, or of all where none was: who is out at once takes next to nothing.
  static double mean_seconds(const std::vector<RungTrial>& trials) {
    const bool some_made = std::ranges::any_of(trials, [](const RungTrial& t) { return t.trial.size_bytes > 0; });
    double sum = 0, count = 0;
    for (const RungTrial& t : trials) {
      if (some_made && t.trial.size_bytes == 0) continue;
      sum += t.trial.seconds;
      ++count;
    }
    return sum / count;
  }

  Status judge(int rung, std::vector<RungTrial> group, std::size_t total, std::vector<RungTrial>& judged) {
    const double left = std::max(0.0, options_.budget.seconds - spent_s_);
    const HalvingState state{rung, static_cast<int>(judged.size()), static_cast<int>(total), left};
    PITLANE_TRY(const std::vector<Trial> trials, score_(group, state));
    PITLANE_CHECK(trials.size() == group.size());
    for (std::size_t i = 0; i < group.size(); ++i) {
      group[i].trial = trials[i];
      spent_s_ += trials[i].seconds;
      if (trials[i].size_bytes > 0) units_ += options_.cost[static_cast<std::size_t>(rung)];  // else it was not made
      judged.push_back(std::move(group[i]));
    }
    return {};
  }

  Result<std::vector<RungTrial>> first_rung() {
    std::vector<RungTrial> judged;
    const auto total = static_cast<std::size_t>(options_.budget.trials);
    const std::size_t most = total > 0 ? total : kMostDrawn;
    while (judged.size() < most && (judged.empty() || !time_is_up(0))) {
      std::vector<RungTrial> group = drawn(std::min(together(0, judged), most - judged.size()), judged);
      if (group.empty()) break;
      PITLANE_TRY_STATUS(judge(0, std::move(group), total, judged));
    }
    if (judged.empty()) return none_fits();
    return judged;
  }

  // Fewer where the space has no more.
  std::vector<RungTrial> drawn(std::size_t count, const std::vector<RungTrial>& judged) {
    const std::vector<std::size_t> front =
        judged.size() < kPlainDraws ? std::vector<std::size_t>() : latency_mse_front(judged);
    std::vector<RungTrial> out;
    while (out.size() < count) {
      const auto number = static_cast<int>(judged.size() + out.size()) + 1;
      std::optional<Candidate> candidate = unseen(judged, front, number % 2 == 0);
      if (!candidate) break;
      out.push_back({.rung = 0, .number = number, .candidate = *std::move(candidate), .trial = {}});
    }
    return out;
  }

  std::optional<Candidate> unseen(const std::vector<RungTrial>& judged, const std::vector<std::size_t>& front,
                                  bool mutated) {
    std::optional<Candidate> found = try_unseen(judged, front, mutated);
    if (!found && mutated) found = try_unseen(judged, front, false);  // all neighbours of the front were there before
    return found;
  }

  std::optional<Candidate> try_unseen(const std::vector<RungTrial>& judged, const std::vector<std::size_t>& front,
                                      bool mutated) {
    for (int i = 0; i < kMostRepeats; ++i) {
      std::optional<Candidate> c;
      if (mutated && !front.empty())
        c = mutate(options_.space, judged[front[random_.index(front.size())]].candidate, options_.outputs, random_);
      else
        c = draw(options_.space, options_.outputs, random_);
      if (!c) return std::nullopt;
      if (seen_.insert(to_string(*c)).second) return c;
    }
    return std::nullopt;
  }

  // Students that differ in their storage alone have ways in common; those are the better one's.
  static std::vector<RungTrial> other_ways(const std::vector<RungTrial>& finished) {
    std::set<std::string> seen;
    for (const RungTrial& t : finished) seen.insert(to_string(t.candidate));
    std::vector<RungTrial> out;
    for (const std::size_t i : best_drivers(finished, kMostFinished)) {
      for (Candidate& candidate : finished_otherwise(finished[i].candidate)) {
        if (!seen.insert(to_string(candidate)).second) continue;
        out.push_back(finished[i]);
        out.back().candidate = std::move(candidate);
      }
    }
    return out;
  }

  Result<std::vector<RungTrial>> next_rung(int rung, std::vector<RungTrial> chosen) {
    for (RungTrial& which : chosen) {
      which.rung = rung;
      which.trial = {};
    }
    std::vector<RungTrial> judged;
    // Of those that teach, one at least is to be left: the next may do where the first ones fail.
    const auto enough = [&] { return rung == kRungs - 1 ? !judged.empty() : !sound(judged).empty(); };
    while (judged.size() < chosen.size() && (!enough() || !time_is_up(rung))) {
      const auto begin = chosen.begin() + static_cast<std::ptrdiff_t>(judged.size());
      const std::size_t count = std::min(together(rung, judged), chosen.size() - judged.size());
      PITLANE_TRY_STATUS(judge(rung, {begin, begin + static_cast<std::ptrdiff_t>(count)}, chosen.size(), judged));
    }
    return judged;
  }

  static std::string nothing_left(const std::vector<RungTrial>& judged, int rung) {
    constexpr const char* kNames[kTaughtRungs] = {"first", "second", "third"};
    std::map<std::string, int> reasons;
    for (const RungTrial& t : judged) ++reasons[*t.trial.failure];
    const auto most = std::max_element(reasons.begin(), reasons.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    const std::string who =
        judged.size() == 1 ? "the only student is not" : "none of " + std::to_string(judged.size()) + " students is";
    return who + " left after the " + kNames[rung] + " rung (" + most->first + nearest(judged) +
           "); loosen the limits or give more trials";
  }

  /// How far limits would have to be loosened: the least of each, of those for which it is known.
  static std::string nearest(const std::vector<RungTrial>& judged) {
    const RungTrial* fastest = nullptr;
    const RungTrial* smallest = nullptr;
    for (const RungTrial& t : judged) {
      if (t.trial.latency_ms > 0 && (!fastest || t.trial.latency_ms < fastest->trial.latency_ms)) fastest = &t;
      if (t.trial.size_bytes > 0 && (!smallest || t.trial.size_bytes < smallest->trial.size_bytes)) smallest = &t;
    }
    std::string out;
    if (fastest) out += "; the fastest takes " + milliseconds_text(fastest->trial.latency_ms);
    if (smallest) out += "; the smallest has " + bytes_text(static_cast<double>(smallest->trial.size_bytes));
    return out;
  }

  const HalvingOptions& options_;
  const ScoreFn& score_;
  Random random_;
  double spent_s_ = 0;
  double units_ = 0;  // of HalvingOptions::cost, of all that was made
  std::set<std::string> seen_;
};

}  // namespace

std::vector<std::size_t> latency_mse_front(const std::vector<RungTrial>& trials) {
  std::vector<std::size_t> out = front_of(trials, sound(trials));
  std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
    return trials[a].trial.latency_ms < trials[b].trial.latency_ms;
  });
  return out;
}

std::vector<std::size_t> best_trials(const std::vector<RungTrial>& trials, std::size_t count) {
  std::vector<std::size_t> out;
  std::vector<std::size_t> rest = sound(trials);
  while (out.size() < count && !rest.empty()) {
    std::vector<std::size_t> front = front_of(trials, rest);
    std::stable_sort(front.begin(), front.end(),
                     [&](std::size_t a, std::size_t b) { return trials[a].trial.mse < trials[b].trial.mse; });
    for (const std::size_t i : front) {
      if (out.size() < count) out.push_back(i);
      rest.erase(std::find(rest.begin(), rest.end(), i));
    }
  }
  return out;
}

std::vector<std::size_t> best_drivers(const std::vector<RungTrial>& trials, std::size_t count) {
  std::vector<std::size_t> out = best_trials(trials, trials.size());
  std::ranges::stable_sort(
      out, {}, [&](std::size_t i) { return std::pair(-trials[i].trial.completed, trials[i].trial.excess_m); });
  out.resize(std::min(out.size(), count));
  return out;
}

Result<Halved> halve(const HalvingOptions& options, const ScoreFn& score) { return Halving(options, score).run(); }

}  // namespace pitlane
