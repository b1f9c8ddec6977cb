// How long a driver's decisions took, kept so that drives under `measured` latency can be made again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/study/store.h"
#include "pitlane/study/study_grid.h"

namespace pitlane {

/// Of a text with a time in milliseconds on each line; empty lines and those that begin with '#' say nothing. In
/// seconds. Errors name the line.
Result<std::vector<double>> read_latency_profile(const std::filesystem::path& path);

/// What `measure_latency_profile` put into the store, by whichever process.
Result<std::optional<std::vector<double>>> stored_latency_profile(const Store& store, const StudyDriver& driver);

/// From the camera's frame to the command, in seconds, of about 1,000 decisions on the driver's first course; call it
/// while nothing else runs. Kept in the store; where another process was faster, its profile is the one.
Result<std::vector<double>> measure_latency_profile(Store& store, const StudyDriver& driver,
                                                    const ProgressFn& progress = {});

/// `name`: as the study calls it. Errors: as LatencyModel::measured.
Result<StudyLatency> measured_latency(const std::string& name, const std::vector<double>& profile_s, double factor);

}  // namespace pitlane
