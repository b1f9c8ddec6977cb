// --latency, --latency-profile and --latency-factor of the verbs that drive.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/latency_model.h"

namespace pitlane::cli {

struct LatencyFlags {
  std::string list = "none";  ///< as LatencyModel::parse_list, `measured` among them once
  std::string profile;        ///< of `measured`: a file of milliseconds
  double factor = 1;          ///< of `measured`: how many times slower the device is
};

struct LatencyEntry {
  std::string name = "none";                         ///< "60ms", "measured x4"
  std::optional<LatencyModel> fixed = std::nullopt;  ///< empty: measured
};

struct LatencyList {
  std::vector<LatencyEntry> entries;
  std::vector<double> profile_s;    ///< of the file that is there; empty: none
  bool profile_is_missing = false;  ///< one is named that is not there
};

/// Errors: the list; a profile that cannot be read or gives no latency; a profile or factor where nothing is measured.
Result<LatencyList> parse_latencies(const LatencyFlags& flags);

/// Errors: as LatencyModel::measured, of the flag.
Result<LatencyModel> measured_model(std::vector<double> profile_s, double factor);

}  // namespace pitlane::cli
