#include "pitlane/search/student_timer.h"

#include <functional>
#include <vector>

#include "pitlane/study/code_version.h"
#include "pitlane/study/tune_timing.h"

namespace pitlane {
namespace {

const LatencyOptions kTiming{
    .warm_up_s = 0.02, .budget_s = 0.3, .precision = 0.01, .min_runs = 100, .runs_for_percentiles = 500};

}  // namespace

Hasher StudentTimer::key(const Network& network) const {
  Hasher hasher;
  hasher.text(code_version()).text(content_hash(network)).text(isa_).text(machine_);
  return hasher;
}

Result<double> StudentTimer::of(const Network& fresh, const std::string& storage, const Dataset& dataset,
                                const std::function<Result<Network>()>& make) {
  Hasher hasher = key(fresh);
  hasher.text(storage);
  return store_.measured_once(hasher, [&]() -> Result<double> {
    PITLANE_TRY(const Network stored, make());
    const Network* const one[] = {&stored};
    PITLANE_TRY(const std::vector<double> p50_ms, time_networks(one, dataset, sample_, kTiming));
    return p50_ms.front();
  });
}

Result<double> StudentTimer::beside(const Network& network, const Network& usual, const Dataset& dataset) {
  Hasher hasher = key(network);
  hasher.text(content_hash(usual));
  return store_.measured_once(hasher, [&]() -> Result<double> {
    const Network* const both[] = {&network, &usual};
    PITLANE_TRY(const std::vector<double> p50_ms, time_networks(both, dataset, sample_, kTiming));
    return p50_ms[0] / p50_ms[1];
  });
}

}  // namespace pitlane
