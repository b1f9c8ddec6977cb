#include "pitlane/cli/tune_courses.h"

#include <algorithm>
#include <string>
#include <utility>

#include "pitlane/cli/track_source.h"
#include "pitlane/cli/tune_auto.h"
#include "pitlane/cli/tuning_data.h"

namespace pitlane::cli {

Status add_courses(const TuneFlags& flags, TuneInputs& inputs, std::vector<Course>& tuning) {
  if (flags.no_track) {
    if (!flags.circuits.empty())
      return invalid_argument("--no-track: no circuit is driven then, but --circuit names some; leave one of both out");
    if (!flags.tuning_circuits.empty())
      return invalid_argument(
          "--no-track: no circuit is driven then, but --tuning-circuit names some; leave one of both out");
    inputs.why_not_driven = "--no-track left the track out";
    return {};
  }
  const bool named = flags.tune.laps.vehicle.adapter != "auto";
  if (!drives_directly(inputs.baseline) && !named) {
    for (const auto& [flag, circuits] :
         {std::pair("--circuit", &flags.circuits), std::pair("--tuning-circuit", &flags.tuning_circuits)})
      if (!circuits->empty())
        return invalid_argument(std::string(flag) +
                                ": this network has no outputs v and w, so it drives on none; name an adapter, e.g. "
                                "--vehicle steering:8:0.5, or leave the circuits out");
    inputs.why_not_driven =
        "this network has no outputs v and w, so it is judged offline only; name an adapter to drive it, e.g. "
        "--vehicle steering:8:0.5";
    return {};
  }
  PITLANE_TRY_STATUS(VehicleAdapter::create(flags.tune.laps.vehicle, inputs.baseline.outputs));
  PITLANE_TRY(const SimOptions options, sim_options_for(inputs.baseline));
  PITLANE_TRY(const auto tracks, open_tracks(flags.circuits));
  inputs.courses = make_courses(tracks, true, true, trained_circuits(inputs.baseline), options);
  if (flags.auto_budget.empty()) return {};
  const bool named_for_tuning_alone = flags.circuits.empty() && !flags.tuning_circuits.empty();
  if (flags.circuits.empty()) std::erase_if(inputs.courses, [](const Course& course) { return !course.held_out; });
  PITLANE_TRY(tuning, tuning_courses(inputs.baseline, flags.tuning_circuits,
                                     named_for_tuning_alone ? std::vector<Course>() : inputs.courses, options));
  std::erase_if(inputs.courses,
                [&](const Course& course) { return std::ranges::count(tuning, course.circuit, &Course::circuit) > 0; });
  if (inputs.courses.empty()) inputs.why_not_driven = "no circuit is held out; name some with --circuit";
  return {};
}

bool uses_held_out(const AccuracyBudget& budget, std::vector<Course>& courses) {
  if (!track_limit(budget) || !std::ranges::all_of(courses, &Course::held_out)) return false;
  for (Course& course : courses) course.held_out = false;
  return !courses.empty();
}

}  // namespace pitlane::cli
