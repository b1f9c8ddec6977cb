// How long a driver's decisions took, kept so that drives under `measured` latency can be made again.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
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

using MakeController = std::function<Result<std::unique_ptr<Controller>>(const World&)>;
/// From the camera's frame to the command, in seconds, of about 1,000 decisions on the course; call it while nothing
/// else runs.
Result<std::vector<double>> measure_decisions(const Course& course, const MakeController& make_controller,
                                              const ProgressFn& progress = {});
/// As read_latency_profile reads it, `about` in comments. Errors: as write_text.
Status write_latency_profile(const std::filesystem::path& path, const std::vector<double>& seconds,
                             const std::string& about);

/// measure_decisions on the driver's first course, kept in the store; where another process was faster, its profile is
/// the one.
Result<std::vector<double>> measure_latency_profile(Store& store, const StudyDriver& driver,
                                                    const ProgressFn& progress = {});

/// `name`: as the study calls it. Errors: as LatencyModel::measured.
Result<StudyLatency> measured_latency(const std::string& name, const std::vector<double>& profile_s, double factor);

/// One that nobody has measured yet: no cell of it is in any store.
StudyLatency unmeasured_latency(const std::string& name);

}  // namespace pitlane
