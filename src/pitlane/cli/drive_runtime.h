// --runtime of `drive`: our engine, and others in the loop beside it.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "pitlane/cli/drive_car.h"
#include "pitlane/cli/real_runtime.h"
#include "pitlane/core/result.h"

namespace pitlane::cli {

struct DriveRuntimeFlags {
  std::string list = "pitlane";
  RuntimeFlags python;
};

void add_drive_runtime_flags(CLI::App& verb, DriveRuntimeFlags& flags);

/// In the order of the list. Errors: an unknown name, one that stands twice, a Python that is not there, an `isa` where
/// our engine does not run.
Result<std::vector<CarRuntime>> drive_runtimes(const DriveRuntimeFlags& flags, const std::string& isa);

/// How many cars open_cars_on makes.
std::size_t count_drivers(const std::vector<std::string>& models, const std::vector<CarRuntime>& runtimes);

/// Each model in each runtime, and drivers of ours once. Where there are several runtimes, tables name each network's.
/// Errors: as open_cars; a runtime that is not there or refuses a network.
Result<std::vector<Car>> open_cars_on(const std::vector<std::string>& models, const CarOptions& options,
                                      const std::vector<CarRuntime>& runtimes);

}  // namespace pitlane::cli
