// Recordings named on the command line, opened for a network.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/recording.h"
#include "pitlane/data/split.h"
#include "pitlane/network/network.h"

namespace pitlane::cli {

struct DataFlags {
  std::vector<std::string> directories;
  std::string split = "auto";
  RecordingOptions recording;
};

void add_data_flags(CLI::App& verb, DataFlags& flags, bool required);

struct OpenedData {
  Dataset dataset;
  Split split;
  std::string description;  ///< one sentence for reports
};

/// At least one; says on stderr which rows are bad.
Result<std::vector<Recording>> open_recordings(const DataFlags& flags);
/// Decodes for this preprocessing and these outputs and joins; says on stderr what was skipped.
Result<OpenedData> open_data(const DataFlags& flags, const std::vector<Recording>& recordings,
                             const Preprocessing& preprocessing, const std::vector<OutputSpec>& outputs,
                             const ProgressFn& progress);
/// The same for a network that exists.
Result<OpenedData> open_data_for(const DataFlags& flags, const Network& network, const ProgressFn& progress);

/// What a network trained on this recording should do with a frame: what was stored, else the habit of the tool
/// that records frames of this size, else the whole picture (said on stderr).
Preprocessing usual_preprocessing(const Recording& recording);

}  // namespace pitlane::cli
