#include "pitlane/cli/drive_latency.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "pitlane/cli/output_file.h"
#include "pitlane/measure/percentile.h"
#include "pitlane/sim/number_text.h"
#include "pitlane/study/latency_profile.h"

namespace pitlane::cli {
namespace {

std::string described(const std::vector<double>& seconds) {
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  const auto ms = [&](double share) { return number_text(percentile(sorted, share) * 1e3, 3); };
  return std::to_string(sorted.size()) + " decisions: p50 " + ms(0.5) + " ms, p99 " + ms(0.99) + " ms";
}

Status check_profile(const LatencyFlags& flags, std::size_t drivers) {
  if (drivers > 1)
    return invalid_argument("--latency-profile " + flags.profile + ": is not there, and of " + std::to_string(drivers) +
                            " drivers not all can be measured into it; drive one of them alone");
  PITLANE_TRY_STATUS(check_output_file(flags.profile));
  return check_output_folder_is_there(flags.profile);
}

}  // namespace

Result<DriveLatencies> DriveLatencies::parse(const LatencyFlags& flags, std::size_t drivers) {
  DriveLatencies latencies;
  latencies.flags_ = flags;
  PITLANE_TRY(latencies.list_, parse_latencies(flags));
  if (latencies.list_.profile_is_missing) PITLANE_TRY_STATUS(check_profile(flags, drivers));
  return latencies;
}

std::vector<std::string> DriveLatencies::names() const {
  std::vector<std::string> names;
  for (const LatencyEntry& entry : list_.entries) names.push_back(entry.name);
  return names;
}

Result<std::vector<DriveLatency>> DriveLatencies::of(const Car& car, const Course& course, const ProgressFn& progress) {
  std::vector<DriveLatency> all;
  for (const LatencyEntry& entry : list_.entries) {
    DriveLatency& latency = all.emplace_back();
    latency.name = entry.name;
    if (entry.fixed) {
      latency.model = *entry.fixed;
    } else {
      PITLANE_TRY(latency.model, measured(car, course, progress));
    }
  }
  return all;
}

Result<LatencyModel> DriveLatencies::measured(const Car& car, const Course& course, const ProgressFn& progress) {
  std::vector<double> seconds = list_.profile_s;
  if (seconds.empty()) {
    const ProgressFn tell = [&](const Progress& p) {
      return report(progress, {"latency of " + short_model_name(car.subject.who()), p.done, p.total, p.detail});
    };
    PITLANE_TRY(seconds, measure_decisions(course, car.make_controller, tell));
    const std::string what = short_model_name(car.subject.who()) + ", " + described(seconds);
    if (!flags_.profile.empty()) {
      PITLANE_TRY_STATUS(measured_model(seconds, flags_.factor));  // no file that the next drive would refuse
      PITLANE_TRY_STATUS(write_latency_profile(flags_.profile, seconds, what));
      PITLANE_TRY(seconds, read_latency_profile(flags_.profile));  // to the bit what the next drive reads
    }
    std::fprintf(stderr, "latency of %s\n", what.c_str());
  }
  return measured_model(std::move(seconds), flags_.factor);
}

}  // namespace pitlane::cli
