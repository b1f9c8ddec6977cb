// The half of verb `convert` that is about recordings.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/data/recording.h"

namespace pitlane::cli {

struct ConvertRecordingFlags {
  std::string in, out;
  std::string to = "pitlane";
  bool drop = false;
  RecordingOptions recording;
};

/// A directory, or a bag by its first bytes or its name's ending: no model is either.
bool is_recording_argument(const std::string& in);

/// --to, --drop and those that say how a recording is read; not IN and OUT, which the verb's other half shares.
void add_convert_recording_flags(CLI::App& verb, ConvertRecordingFlags& flags);

/// Says on stdout what was written, on stderr what was left out. Returns an ExitCode.
Result<int> convert_recording_verb(const ConvertRecordingFlags& flags);

}  // namespace pitlane::cli
