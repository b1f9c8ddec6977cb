#include "pitlane/cli/latency_list.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

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

Result<std::vector<LatencyModel>> parse_fixed(const std::vector<std::string>& parts) {
  if (parts.empty()) return std::vector<LatencyModel>();
  // All at once: a bare number takes its unit from a later entry.
  Result<std::vector<LatencyModel>> models = LatencyModel::parse_list(joined(parts));
  if (!models) return Error(models.error().kind(), models.error().message() + ", or measured");
  return models;
}

Status add_profile(const LatencyFlags& flags, LatencyList& latencies) {
  std::error_code code;
  latencies.profile_is_missing = !std::filesystem::exists(flags.profile, code);
  if (latencies.profile_is_missing) return {};
  PITLANE_TRY(latencies.profile_s, read_latency_profile(flags.profile));
  PITLANE_TRY_STATUS(measured_model(latencies.profile_s, flags.factor));  // before anything is printed
  return {};
}

}  // namespace

Result<LatencyList> parse_latencies(const LatencyFlags& flags) {
  std::vector<bool> is_measured;
  const std::vector<std::string> rest = take_measured(flags.list, is_measured);
  const auto measured = std::count(is_measured.begin(), is_measured.end(), true);
  if (measured > 1) return invalid_argument("--latency: 'measured' stands twice; keep one");
  if (measured == 0 && (!flags.profile.empty() || flags.factor != 1))
    return invalid_argument(std::string(flags.profile.empty() ? "--latency-factor" : "--latency-profile") +
                            ": is about '--latency measured', and none is measured");
  PITLANE_TRY(const std::vector<LatencyModel> fixed, parse_fixed(rest));
  LatencyList latencies;
  auto next = fixed.begin();
  for (const bool here : is_measured) {
    latencies.entries.push_back(here ? LatencyEntry{LatencyModel::measured_name(flags.factor)}
                                     : LatencyEntry{next->name(), *next});
    if (!here) ++next;
  }
  if (!flags.profile.empty()) PITLANE_TRY_STATUS(add_profile(flags, latencies));
  return latencies;
}

Result<LatencyModel> measured_model(std::vector<double> profile_s, double factor) {
  Result<LatencyModel> model = LatencyModel::measured(std::move(profile_s), factor);
  if (!model) return model.error().in("--latency measured");
  return model;
}

}  // namespace pitlane::cli
