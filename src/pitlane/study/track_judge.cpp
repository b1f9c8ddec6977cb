#include "pitlane/study/track_judge.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

namespace pitlane {
namespace {

/// So many courses are driven before somebody looks: a number of its own, so that a verdict does not depend on cores.
constexpr std::size_t kCoursesAtOnce = 4;

/// Of laps at one latency.
struct Limit {
  std::string latency;
  double most_m = 0, baseline_m = 0;
};
using Limits = std::vector<Limit>;

struct Drive {
  const Course* course;
  std::vector<LapRow> baseline;  ///< by latency
};

bool completed(const LapRow& lap) { return lap.result.completed; }

const Limit& limit_of(const LapRow& lap, const Limits& limits) {
  const auto found = std::ranges::find(limits, lap.latency, &Limit::latency);
  PITLANE_CHECK(found != limits.end());
  return *found;
}

double worst_mean_m(const std::vector<LapRow>& laps) {
  double worst = 0;
  for (const LapRow& lap : laps)
    if (completed(lap)) worst = std::max(worst, lap.result.deviation.mean);
  return worst;
}

std::string lap_name(const LapRow& lap) {
  std::string name = lap.circuit;
  if (lap.reverse) name += ", reversed";
  if (lap.latency != LatencyModel::none().name()) name += ", " + lap.latency;
  return name;
}

/// "0.156 m (+21 %)"
std::string metres_beside(double metres, double baseline_m) {
  char text[64];
  if (baseline_m > 0)
    std::snprintf(text, sizeof text, "%.4g m (%+.3g %%)", metres, 100 * (metres / baseline_m - 1));
  else
    std::snprintf(text, sizeof text, "%.4g m", metres);
  return text;
}

TrackVerdict verdict_on(const LapRow& lap, const Limits& limits) {
  const Limit& limit = limit_of(lap, limits);
  TrackVerdict verdict;
  if (!lap.result.completed) {
    char done[16];
    std::snprintf(done, sizeof done, "%.1f %%", lap.result.percentage_completed);
    verdict.share = std::numeric_limits<double>::infinity();
    verdict.overrun = "the lap on " + lap_name(lap) + " ends after " + done + ": " + to_string(lap.result.end);
  } else {
    const double mean_m = lap.result.deviation.mean;
    verdict.share = std::isnan(mean_m) ? std::numeric_limits<double>::infinity()
                    : mean_m == 0      ? 0
                                       : mean_m / limit.most_m;
    verdict.overrun = "the mean deviation on " + lap_name(lap) + " is " + metres_beside(mean_m, limit.baseline_m) +
                      ", allowed is " + metres_beside(limit.most_m, limit.baseline_m);
  }
  verdict.holds = verdict.share <= 1;
  if (verdict.holds) verdict.overrun.clear();
  return verdict;
}

/// Where the baseline is farthest from the line first; courses on which it completes nothing, and those that are held
/// out, are left out.
std::vector<Drive> drives_of(const std::vector<Course>& courses, const std::vector<LapRow>& baseline) {
  std::vector<Drive> drives;
  for (std::size_t c = 0; c < courses.size(); ++c) {
    if (courses[c].held_out) continue;
    const std::size_t latencies = baseline.size() / courses.size();
    const auto first = baseline.begin() + static_cast<std::ptrdiff_t>(c * latencies);
    Drive drive{&courses[c], std::vector<LapRow>(first, first + static_cast<std::ptrdiff_t>(latencies))};
    if (std::ranges::any_of(drive.baseline, completed)) drives.push_back(std::move(drive));
  }
  std::ranges::stable_sort(drives, std::greater(), [](const Drive& drive) { return worst_mean_m(drive.baseline); });
  return drives;
}

/// At each latency beside the baseline's largest there: delay can hide at one what is lost at another.
Limits limits_of(const std::vector<Drive>& drives, const BudgetLimit& limit) {
  Limits limits;
  for (const Drive& drive : drives)
    for (const LapRow& lap : drive.baseline) {
      if (!completed(lap)) continue;
      auto at = std::ranges::find(limits, lap.latency, &Limit::latency);
      if (at == limits.end()) at = limits.insert(limits.end(), {lap.latency});
      at->baseline_m = std::max(at->baseline_m, lap.result.deviation.mean);
    }
  for (Limit& at : limits) at.most_m = limit.relative ? at.baseline_m * (1 + limit.most) : limit.most;
  return limits;
}

Result<TrackVerdict> judge(const std::vector<Drive>& drives, const LapOptions& options, const Limits& limits,
                           const Network& network, const ProgressFn& progress) {
  PITLANE_TRY(const auto plan, compile(network));
  TrackVerdict worst;
  for (std::size_t begin = 0; begin < drives.size() && worst.holds; begin += kCoursesAtOnce) {
    const std::size_t end = std::min(begin + kCoursesAtOnce, drives.size());
    std::vector<Course> courses;
    std::vector<bool> counts;
    for (std::size_t i = begin; i < end; ++i) {
      courses.push_back(*drives[i].course);
      for (const LapRow& lap : drives[i].baseline) counts.push_back(completed(lap));
    }
    PITLANE_TRY(const std::vector<LapRow> laps, drive_laps(network, *plan, courses, options, progress));
    for (std::size_t i = 0; i < laps.size(); ++i) {
      if (!counts[i]) continue;
      TrackVerdict verdict = verdict_on(laps[i], limits);
      if (verdict.share > worst.share) worst = std::move(verdict);
    }
  }
  return worst;
}

Error nothing_to_hold(const std::string& why) { return unsupported("cannot hold the budget on the track: " + why); }

}  // namespace

Result<TrackFn> track_judge(const std::vector<Course>& courses, const LapOptions& options, const BudgetLimit& limit,
                            const std::vector<LapRow>& baseline) {
  PITLANE_CHECK(limit.metric == ErrorMetric::kDeviation &&
                baseline.size() == courses.size() * options.latencies.size());
  if (std::ranges::all_of(courses, &Course::held_out))
    return nothing_to_hold("no lap is driven on a circuit that is not held out; leave the limit out");
  std::vector<Drive> drives = drives_of(courses, baseline);
  if (drives.empty())
    return nothing_to_hold("the baseline completes no lap; leave the limit out, or train the network on");
  const Limits limits = limits_of(drives, limit);
  TrackVerdict own;
  for (const Drive& drive : drives)
    for (const LapRow& lap : drive.baseline)
      if (completed(lap))
        if (TrackVerdict verdict = verdict_on(lap, limits); verdict.share > own.share) own = std::move(verdict);
  if (!own.holds)
    return nothing_to_hold("in the network itself, before anything is done to it, " + own.overrun + "; allow more");
  return TrackFn([drives = std::move(drives), &options, limits](const Network& network, const ProgressFn& progress) {
    return judge(drives, options, limits, network, progress);
  });
}

}  // namespace pitlane
