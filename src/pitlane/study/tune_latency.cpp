#include "pitlane/study/tune_latency.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "pitlane/core/hash.h"
#include "pitlane/core/log.h"
#include "pitlane/measure/network_controller.h"
#include "pitlane/measure/percentile.h"
#include "pitlane/study/code_version.h"
#include "pitlane/study/latency_profile.h"
#include "pitlane/study/quantity.h"
#include "pitlane/study/stored_json.h"

namespace pitlane {
namespace {

// By what decides how long a decision takes; not by the row, whose key knows the laps.
std::string own_profile_key(const Network& network, const Plan& plan, const Course& course,
                            const TuneOptions& options) {
  Hasher hasher;
  hasher.text(code_version()).text(content_hash(network)).text(to_string(plan.isa())).text(options.machine);
  hasher.text(options.laps.vehicle.adapter);
  return "latency-profile-" + hasher.text(course.key).number(course.reverse ? 1 : 0).hex();
}

struct KeptProfile {
  std::optional<std::vector<double>> decide_s = {};
  bool damaged = false;
};

Result<KeptProfile> kept_profile(const Store& store, const std::string& key) {
  PITLANE_TRY(const std::optional<std::string> text, store.find(key));
  if (!text) return KeptProfile();
  Result<std::vector<double>> decide_s =
      from_stored_text<std::vector<double>>(*text, [](const JsonCursor& at) { return read_reals(at); });
  if (decide_s.ok()) return KeptProfile{.decide_s = *std::move(decide_s)};
  log_warning("a stored latency profile cannot be read and is measured again");
  return KeptProfile{.damaged = true};
}

}  // namespace

Result<std::vector<double>> own_decide_s(Store& store, const Network& network, const Plan& plan,
                                         const std::vector<Course>& courses, const TuneOptions& options,
                                         const ProgressFn& progress) {
  const Course& course = courses.front();
  const std::string key = own_profile_key(network, plan, course, options);
  PITLANE_TRY(KeptProfile kept, kept_profile(store, key));
  if (kept.decide_s) return *std::move(kept.decide_s);
  const auto make_controller = [&](const World& /*world*/) -> Result<std::unique_ptr<Controller>> {
    PITLANE_TRY(auto controller, NetworkController::create(network, plan, options.laps.vehicle));
    return std::unique_ptr<Controller>(std::move(controller));
  };
  const ProgressFn tell = [&](const Progress& p) { return report(progress, {"latency", p.done, p.total, p.detail}); };
  PITLANE_TRY(const std::vector<double> decide_s, measure_decisions(course, make_controller, tell));
  PITLANE_TRY_STATUS(kept.damaged ? store.put(key, stored_text(reals(decide_s)))
                                  : store.put_new(key, stored_text(reals(decide_s))));
  PITLANE_TRY(kept, kept_profile(store, key));  // another process may have been faster
  PITLANE_CHECK(kept.decide_s.has_value());
  return *std::move(kept.decide_s);
}

Result<LapOptions> laps_of(const TuneOptions& options, const std::vector<double>& decide_s) {
  LapOptions laps = options.laps;
  if (options.own_latency && options.own_latency->at < laps.latencies.size()) {
    PITLANE_TRY(laps.latencies[options.own_latency->at], LatencyModel::measured(decide_s, options.own_latency->factor));
  }
  return laps;
}

std::string own_latency_note(const TuneResult& result, double factor) {
  std::string rows;
  for (const StrategyRow& row : result.rows) {
    if (row.decide_s.empty()) continue;
    std::vector<double> sorted = row.decide_s;
    std::sort(sorted.begin(), sorted.end());
    const auto ms = [&](double share) { return milliseconds_text(percentile(sorted, share) * factor * 1e3); };
    rows += (rows.empty() ? "" : "; ") + row.strategy + " p50 " + ms(0.5) + ", p99 " + ms(0.99);
  }
  if (rows.empty()) return "";
  return "Laps under " + LatencyModel::measured_name(factor) + " latency draw what each network took here" +
         (factor == 1 ? "" : ", times the factor") + ": " + rows + ".";
}

}  // namespace pitlane
