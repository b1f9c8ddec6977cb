// Recordings named on the command line, opened for a network.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
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
  std::optional<std::int64_t> max_rows;
  RecordingOptions recording;
};

void add_data_flags(CLI::App& verb, DataFlags& flags, bool required);
/// Those of them that say how a recording is read.
void add_recording_flags(CLI::App& verb, RecordingOptions& options);

/// A flag about recordings that none of these formats ("bag", "udacity", ...) heeds is an error that names it;
/// `formats` may be empty, where there is no recording at all.
Status check_recording_options(const RecordingOptions& options, const std::vector<std::string>& formats);

/// Where no --data is given: errors for any flag that is about it.
Status check_no_data_flags(const DataFlags& flags);

/// "N WHAT:" and the first few, on stderr; nothing where there are none.
void tell_problems(const std::vector<std::string>& problems, const char* what);

struct OpenedData {
  Dataset dataset;
  Split split;
  std::string description;  ///< one sentence for reports
};

/// At least one, thinned out to --max-rows; says on stderr which rows are bad.
Result<std::vector<Recording>> open_recordings(const DataFlags& flags);
/// Decodes what the network reads and joins; says on stderr what was skipped.
Result<OpenedData> open_data(const DataFlags& flags, const std::vector<Recording>& recordings, const Network& network,
                             const ProgressFn& progress);
/// For who trains on them. Errors: a label that never changes (check_labels_vary); names the recordings.
Status check_learnable(const DataFlags& flags, const Dataset& dataset);
/// Opens them too.
Result<OpenedData> open_data_for(const DataFlags& flags, const Network& network, const ProgressFn& progress);

/// What a network trained on this recording should do with a frame: what was stored, else the habit of the tool
/// that records frames of this size, else the whole picture (said on stderr).
Preprocessing usual_preprocessing(const Recording& recording);

}  // namespace pitlane::cli
