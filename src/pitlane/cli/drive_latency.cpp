#include "pitlane/cli/drive_latency.h"

#include <algorithm>
#include <cstdio>
#include <system_error>
#include <utility>

#include "pitlane/cli/output_file.h"
#include "pitlane/measure/percentile.h"
#include "pitlane/sim/number_text.h"
#include "pitlane/study/latency_profile.h"

namespace pitlane::cli {
namespace {

constexpr const char* kMeasured = "measured";

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string list;
  for (std::size_t i = 0; i < parts.size(); ++i) list += (i > 0 ? "," : "") + parts[i];
  return list;
}

// The entries but `measured`, empty ones too; `is_measured` says where it stood.
std::vector<std::string> take_measured(const std::string& list, std::vector<bool>& is_measured) {
  std::vector<std::string> rest;
  for (const std::string& part : split(list)) {
    is_measured.push_back(part == kMeasured);
    if (!is_measured.back()) rest.push_back(part);
  }
  return rest;
}

std::string described(const std::vector<double>& seconds) {
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  const auto ms = [&](double share) { return number_text(percentile(sorted, share) * 1e3, 3); };
  return std::to_string(sorted.size()) + " decisions: p50 " + ms(0.5) + " ms, p99 " + ms(0.99) + " ms";
}

Result<LatencyModel> model_of(std::vector<double> profile_s, double factor) {
  Result<LatencyModel> model = LatencyModel::measured(std::move(profile_s), factor);
  if (!model) return model.error().in("--latency measured");
  return model;
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
  const std::vector<std::string> rest = take_measured(flags.list, latencies.is_measured_);
  const auto measured = std::count(latencies.is_measured_.begin(), latencies.is_measured_.end(), true);
  if (measured > 1) return invalid_argument("--latency: 'measured' stands twice; keep one");
  if (measured == 0 && (!flags.profile.empty() || flags.factor != 1))
    return invalid_argument(std::string(flags.profile.empty() ? "--latency-factor" : "--latency-profile") +
                            ": is about '--latency measured', and none is measured");
  std::vector<LatencyModel> fixed;
  if (!rest.empty()) {
    // All at once: a bare number takes its unit from a later entry.
    Result<std::vector<LatencyModel>> models = LatencyModel::parse_list(joined(rest));
    if (!models) return Error(models.error().kind(), models.error().message() + ", or measured");
    fixed = *std::move(models);
  }
  auto next = fixed.begin();
  for (const bool is_measured : latencies.is_measured_) {
    const std::string factor = flags.factor == 1 ? "" : " x" + number_text(flags.factor);
    latencies.all_.push_back(is_measured ? DriveLatency{kMeasured + factor, {}} : DriveLatency{next->name(), *next});
    if (!is_measured) ++next;
  }
  if (flags.profile.empty()) return latencies;
  std::error_code code;
  if (!std::filesystem::exists(flags.profile, code)) {
    PITLANE_TRY_STATUS(check_profile(flags, drivers));
  } else {
    PITLANE_TRY(latencies.profile_s_, read_latency_profile(flags.profile));
    PITLANE_TRY_STATUS(model_of(latencies.profile_s_, flags.factor));  // before anything is printed
  }
  return latencies;
}

std::vector<std::string> DriveLatencies::names() const {
  std::vector<std::string> names;
  for (const DriveLatency& latency : all_) names.push_back(latency.name);
  return names;
}

Result<std::vector<DriveLatency>> DriveLatencies::of(const Car& car, const Course& course, const ProgressFn& progress) {
  std::vector<DriveLatency> all = all_;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (is_measured_[i]) {
      PITLANE_TRY(all[i], measured(car, course, progress));
    }
  return all;
}

Result<DriveLatency> DriveLatencies::measured(const Car& car, const Course& course, const ProgressFn& progress) {
  std::vector<double> seconds = profile_s_;
  if (seconds.empty()) {
    const ProgressFn tell = [&](const Progress& p) {
      return report(progress, {"latency of " + short_model_name(car.subject.who()), p.done, p.total, p.detail});
    };
    PITLANE_TRY(seconds, measure_decisions(course, car.make_controller, tell));
    const std::string what = short_model_name(car.subject.who()) + ", " + described(seconds);
    if (!flags_.profile.empty()) {
      PITLANE_TRY_STATUS(model_of(seconds, flags_.factor));  // no file that the next drive would refuse
      PITLANE_TRY_STATUS(write_latency_profile(flags_.profile, seconds, what));
      PITLANE_TRY(seconds, read_latency_profile(flags_.profile));  // to the bit what the next drive reads
    }
    std::fprintf(stderr, "latency of %s\n", what.c_str());
  }
  DriveLatency latency;
  const std::string factor = flags_.factor == 1 ? "" : " x" + number_text(flags_.factor);
  latency.name = kMeasured + factor;
  PITLANE_TRY(latency.model, model_of(std::move(seconds), flags_.factor));
  return latency;
}

}  // namespace pitlane::cli
