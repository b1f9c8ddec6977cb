#include "pitlane/search/trial_store.h"

#include <utility>

#include "pitlane/core/log.h"
#include "pitlane/search/trial_record.h"

namespace pitlane {

Result<TrialStore::Found> TrialStore::find(const std::vector<std::string>& names) const {
  Found found;
  for (const std::string& name : names) {
    PITLANE_TRY(const std::optional<std::string> text, store_.find(name));
    if (!text) continue;
    Result<Trial> trial = trial_from_record(*text);
    if (trial.ok()) {
      found.trial = *std::move(trial);
      return found;
    }
    found.damaged = true;
  }
  return found;
}

Status TrialStore::keep(const std::string& name, const Trial& trial, bool in_place_of_a_damaged_one) {
  return in_place_of_a_damaged_one ? store_.put(name, to_record(trial)) : store_.put_new(name, to_record(trial));
}

Result<double> TrialStore::measured_once(const Hasher& what, const std::function<Result<double>()>& measure) {
  const std::string name = "auto-latency-" + what.hex();
  PITLANE_TRY(Found found, find({name}));
  if (found.damaged) log_warning("a stored latency cannot be read and is measured again");
  if (!found.trial) {
    Trial trial;
    PITLANE_TRY(trial.latency_ms, measure());
    PITLANE_TRY_STATUS(keep(name, trial, found.damaged));
    PITLANE_TRY(found, find({name}));
    PITLANE_CHECK(found.trial.has_value());
  }
  return found.trial->latency_ms;
}

}  // namespace pitlane
