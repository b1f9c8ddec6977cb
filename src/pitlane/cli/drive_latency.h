// --latency of `drive`: fixed ones, and `measured`, which each driver has its own of.
#pragma once

#include <string>
#include <vector>

#include "pitlane/cli/drive_car.h"
#include "pitlane/cli/latency_list.h"
#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/latency_model.h"
#include "pitlane/study/course.h"

namespace pitlane::cli {

struct DriveLatency {
  std::string name = "none";
  LatencyModel model = LatencyModel::none();
};

class DriveLatencies {
 public:
  /// Errors: the list; a profile that cannot be read; a profile or factor where nothing is measured; a profile that is
  /// to be made of several `drivers`.
  static Result<DriveLatencies> parse(const LatencyFlags& flags, std::size_t drivers);

  [[nodiscard]] std::vector<std::string> names() const;
  /// In the order of the list. Where `measured` is among them and no profile is there, the car drives `course` alone
  /// until it has made about 1,000 decisions, and a line on stderr says what they took.
  Result<std::vector<DriveLatency>> of(const Car& car, const Course& course, const ProgressFn& progress);

 private:
  Result<LatencyModel> measured(const Car& car, const Course& course, const ProgressFn& progress);

  LatencyFlags flags_;
  LatencyList list_;
};

}  // namespace pitlane::cli
