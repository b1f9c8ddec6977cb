#include "pitlane/cli/convert_recording.h"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "pitlane/cli/command_line.h"
#include "pitlane/cli/data_source.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/joined.h"
#include "pitlane/core/log.h"
#include "pitlane/data/convert_recording.h"
#include "pitlane/data/staged_directory.h"

namespace pitlane::cli {
namespace {

void tell(const ConvertedRecording& made) {
  tell_problems(made.skipped, "pictures could not be used and are left out");
  if (!made.dropped.empty()) log_warning("left out: " + joined(made.dropped));
  if (!made.apart.empty()) log_warning("only Pitlane reads " + joined(made.apart));
  if (!made.made_up.empty()) log_warning("not in the recording, written as 0: " + joined(made.made_up));
}

}  // namespace

bool is_recording_argument(const std::string& in) {
  std::error_code error;
  return std::filesystem::is_directory(recording_folder(in), error) ||
         std::filesystem::path(in).extension() == ".bag" || begins_like_bag(in);
}

void add_convert_recording_flags(CLI::App& verb, ConvertRecordingFlags& flags) {
  verb.add_option("--to", flags.to, "recordings: format to write: pitlane, deeplearningstudio, udacity or tub")
      ->check(CLI::IsMember(recording_targets()))
      ->capture_default_str();
  verb.add_flag("--drop", flags.drop, "recordings: leave out what the format cannot hold, instead of refusing");
  add_recording_flags(verb, flags.recording);
}

Result<int> convert_recording_verb(const ConvertRecordingFlags& flags) {
  // Before a recording of hours is read, and once more when all is written.
  PITLANE_TRY_STATUS(StagedDirectory::check_target(flags.out));
  PITLANE_TRY_STATUS(check_output_directory(flags.out));
  PITLANE_TRY(const Recording recording, open_recording(flags.in, flags.recording));
  PITLANE_TRY_STATUS(check_recording_options(flags.recording, {recording.format}));
  tell_problems(recording.problems, "rows are bad and are left out");
  ProgressBar bar;
  const auto made = convert_recording(recording, flags.out, {flags.to, flags.drop, command_line()}, bar.callback());
  bar.clear();
  if (!made && made.error().kind() == ErrorKind::kInterrupted)
    return Error(ErrorKind::kInterrupted, "interrupted; nothing of " + flags.out + " is kept");
  if (!made) return made.error();
  tell(*made);
  std::printf("%s: %lld frames, %s to %s; %lld pictures copied byte by byte", printable(flags.out).c_str(),
              static_cast<long long>(made->rows), recording.format.c_str(), flags.to.c_str(),
              static_cast<long long>(made->copied));
  if (made->encoded > 0) std::printf(", %lld stored as PNG without loss", static_cast<long long>(made->encoded));
  std::printf("\n");
  return kSuccess;
}

}  // namespace pitlane::cli
