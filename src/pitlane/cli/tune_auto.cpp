#include "pitlane/cli/tune_auto.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "pitlane/cli/track_source.h"
#include "pitlane/cli/tuning_data.h"
#include "pitlane/core/file.h"
#include "pitlane/search/auto_search.h"
#include "pitlane/search/shown_trials.h"
#include "pitlane/search/trial_record.h"
#include "pitlane/study/pareto_front.h"
#include "pitlane/study/quantity.h"

namespace pitlane::cli {
namespace {

TrialFn trial_printer(ProgressBar& bar) {
  return [&bar](const RungTrial& done, bool resumed) {
    bar.clear();
    const Trial& t = done.trial;
    const std::string head =
        "rung " + std::to_string(done.rung + 1) + "  #" + std::to_string(done.number) + " " + to_string(done.candidate);
    const char* const earlier = resumed ? " (by an earlier run)" : "";
    if (t.failure) {
      std::fprintf(stderr, "%s: out, %s%s\n", head.c_str(), t.failure->c_str(), earlier);
      return;
    }
    std::string laps;
    if (t.laps > 0) laps = ", laps " + std::to_string(t.completed) + " of " + std::to_string(t.laps);
    std::fprintf(stderr, "%s: %s, %s, MSE %.5f%s%s\n", head.c_str(), milliseconds_text(t.latency_ms).c_str(),
                 bytes_text(static_cast<double>(t.size_bytes)).c_str(), t.mse, laps.c_str(), earlier);
  };
}

// Circuits that chose a student are held out from it no longer, whatever the network that taught it knew.
Status note_tuning(const std::vector<Course>& tuning, Network& student) {
  if (std::ranges::none_of(tuning, &Course::held_out)) return {};
  std::vector<std::string> names = trained_circuits(student);
  if (names.empty()) {  // then what the circuits' files say holds; it would no longer once there are names
    PITLANE_TRY(const auto tracks, open_tracks({}));
    for (const auto& track : tracks)
      if (!track->circuit.definition().held_out) names.push_back(track->circuit.name());
  }
  for (const Course& course : tuning)
    if (std::ranges::find(names, course.circuit) == names.end()) names.push_back(course.circuit);
  set_trained_circuits(student, names);
  return {};
}

/// For the report.
Search told_search(const AutoResult& found) {
  static_assert(kSearchRungs == kRungs && kLastTaught == kRungs - 2, "the report names the rungs");
  Search search;
  search.why_none = found.why_none;
  std::map<const RungTrial*, std::string> rows;
  if (!found.why_none)
    for (const RungTrial* shown : shown_trials(found.trials)) rows[shown] = found.finalists[rows.size()].name;
  for (const RungTrial& judged : found.trials) {
    const Trial& t = judged.trial;
    search.trials.push_back({judged.rung + 1, to_string(judged.candidate), t.latency_ms, t.mse, t.size_bytes, t.laps,
                             t.completed, t.deviation_m, t.lost, t.excess_m, t.failure,
                             rows.contains(&judged) ? rows[&judged] : ""});
  }
  return search;
}

}  // namespace

Result<std::vector<Course>> tuning_courses(const Network& baseline, const std::vector<std::string>& named,
                                           const std::vector<Course>& reported, const SimOptions& options) {
  PITLANE_TRY(const auto tracks, open_tracks(named));
  std::vector<Course> courses;
  for (Course& course : make_courses(tracks, true, true, trained_circuits(baseline), options)) {
    const bool shown = std::any_of(reported.begin(), reported.end(),
                                   [&](const Course& other) { return other.circuit == course.circuit; });
    if (!named.empty() && shown)
      return invalid_argument(
          "--tuning-circuit " + course.circuit +
          ": the table's laps are on it too, and would flatter what was chosen there; give --circuit "
          "others");
    if (!shown && (!named.empty() || !course.held_out)) courses.push_back(std::move(course));
  }
  return courses;
}

Result<Search> add_students(TuneInputs& inputs, const TuneOptions& options, const SearchBudget& budget,
                            const Constraints& constraints, const std::vector<Course>& tuning, ProgressBar& bar) {
  AutoInputs search;
  search.baseline = &inputs.baseline;
  search.dataset = inputs.dataset;
  search.split = inputs.split;
  search.student_data = inputs.load;
  search.courses = tuning;
  AutoOptions wanted;
  wanted.out = options.out;
  wanted.budget = budget;
  wanted.max_latency_ms = constraints.max_latency_ms;
  wanted.max_size_bytes = constraints.max_size_bytes;
  wanted.laps = options.laps;
  // A student of a few minutes is chosen at fixed ones; as a row it drives with its own.
  if (options.own_latency && wanted.laps.latencies.size() > 1)
    wanted.laps.latencies.erase(wanted.laps.latencies.begin() + static_cast<std::ptrdiff_t>(options.own_latency->at));
  wanted.seed = options.seed;
  wanted.overwrite = options.overwrite;
  wanted.machine = options.machine;
  PITLANE_TRY(AutoResult found, auto_search(search, wanted, bar.callback(), trial_printer(bar)));
  bar.clear();
  for (MadeNetwork& made : found.finalists) PITLANE_TRY_STATUS(note_tuning(tuning, made.network));
  PITLANE_TRY_STATUS(write_text(options.out / "auto.csv", trials_csv(found.trials)));
  if (found.why_none) std::fprintf(stderr, "The search found no student: %s.\n", found.why_none->c_str());
  Search told = told_search(found);
  inputs.made = std::move(found.finalists);
  return told;
}

std::string front_text(const TuneResult& result) {
  std::string out = "Pareto front of latency, size and MSE:\n";
  for (const std::size_t i : pareto_front(result)) {
    const StrategyRow& row = result.rows[i];
    out += "  " + row.strategy + ": " + milliseconds_text(row.latency_ms.p50) + ", " +
           bytes_text(static_cast<double>(row.size_bytes)) + ", MSE " + significant_text(row.accuracy->mse, 3);
    if (!row.laps.empty())
      out += ", laps " + std::to_string(laps_completed(row)) + " of " + std::to_string(row.laps.size()) +
             ", deviation " + metres_text(worst_mean_deviation_m(row));
    out += "\n";
  }
  return out;
}

}  // namespace pitlane::cli
