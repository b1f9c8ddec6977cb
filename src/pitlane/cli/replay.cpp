// pitlane replay: two networks frame by frame over a recording.
#include "pitlane/measure/replay.h"

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "pitlane/cli/data_source.h"
#include "pitlane/cli/difference_limit.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/not_empty.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/file.h"
#include "pitlane/core/printable.h"
#include "pitlane/data/whole_frame.h"
#include "pitlane/engine/plan.h"
#include "pitlane/report/replay_picture.h"
#include "pitlane/report/replay_report.h"

namespace pitlane::cli {
namespace {

namespace fs = std::filesystem;

struct ReplayFlags {
  DataFlags data;  // one recording
  std::string recording, a, b, out;
  ModelFlags model;
  std::vector<std::string> largest, mean;
  std::size_t worst = 6, apart = 10;
  bool json = false;
};

Result<std::vector<DifferenceLimit>> limits_of(const ReplayFlags& flags) {
  std::vector<DifferenceLimit> limits;
  for (const std::string& text : flags.largest) {
    PITLANE_TRY(DifferenceLimit limit, parse_difference_limit("--max-difference", DifferenceKind::kLargest, text));
    limits.push_back(std::move(limit));
  }
  for (const std::string& text : flags.mean) {
    PITLANE_TRY(DifferenceLimit limit, parse_difference_limit("--mean-difference", DifferenceKind::kMean, text));
    limits.push_back(std::move(limit));
  }
  return limits;
}

// One network's answers to all frames of the centre camera.
struct Answered {
  ReplaySide side;
  JsonSubject subject;
};

Result<Answered> answer_all(const std::string& path, const ReplayFlags& flags, const Recording& recording,
                            const ProgressFn& progress) {
  PITLANE_TRY(const ModelFile file, open_one_camera_model(path, flags.model));
  PITLANE_TRY(const Dataset frames, load_frames(recording, file.network, progress));
  tell_problems(frames.skipped, "images could not be read and are left out");
  std::vector<std::int64_t> centre;
  for (std::int64_t i = 0; i < frames.size(); ++i)
    if (frames.side_camera[static_cast<std::size_t>(i)] == 0) centre.push_back(i);
  PITLANE_TRY(const auto plan, compile(file.network));
  const std::unique_ptr<Session> session = plan->new_session();
  Answered out;
  PITLANE_TRY(out.side.answers, answers(file.network, *session, frames, centre, progress));
  out.side.outputs = file.network.outputs;
  for (const std::int64_t i : centre) out.side.rows.push_back(frames.row[static_cast<std::size_t>(i)]);
  out.subject = {path, content_hash(file.network), file.size_bytes, session->description(), {}};
  return out;
}

// "data.csv:17 Images/16.png", by row.
std::map<std::int64_t, const RecordingRow*> rows_of(const Recording& recording) {
  std::map<std::int64_t, const RecordingRow*> rows;
  for (const RecordingRow& row : recording.rows) rows.emplace(row.index, &row);
  return rows;
}

std::string name_of(const Recording& recording, const RecordingRow& row) {
  const bool file = recording.frames == nullptr;
  const fs::path image = file ? row.image.lexically_relative(recording.directory) : row.image;
  return printable(recording.index_file + ":" + std::to_string(row.line) + " " + image.string());
}

// Pictures of an earlier replay that had more of them would be taken for this one's.
void remove_pictures(const fs::path& out) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(out, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("worst-") && name.ends_with(".png")) fs::remove(entry.path(), ignored);
  }
}

Status write_all(const fs::path& out, const Recording& recording, const ReplayReport& report) {
  PITLANE_TRY_STATUS(make_writable_directory(out));
  remove_pictures(out);
  const auto rows = rows_of(recording);
  for (std::size_t n = 0; n < report.worst.size(); ++n) {
    const FrameDifference& answers = report.replay.frames[report.worst[n]];
    PITLANE_TRY(const WholeFrame frame, load_whole_frame(recording, *rows.at(answers.row)));
    PITLANE_TRY(const auto picture, replay_picture(frame.view(), report.row_name(answers.row), report.replay, answers));
    char name[32];
    std::snprintf(name, sizeof name, "worst-%02zu.png", n + 1);
    PITLANE_TRY_STATUS(write_file(out / name, picture));
  }
  PITLANE_TRY_STATUS(write_text(out / "frames.csv", replay_csv(report)));
  return write_text(out / "replay.json", replay_json(report));
}

Result<int> run(ReplayFlags flags) {
  PITLANE_TRY(const std::vector<DifferenceLimit> limits, limits_of(flags));
  if (!flags.out.empty()) PITLANE_TRY_STATUS(check_output_directory(flags.out));
  if (const std::string index = flags.out.empty() ? "" : recording_in(flags.out); !index.empty())
    return invalid_argument("--out " + flags.out + ": holds a recording (" + index + "); name a directory of its own");
  flags.data.directories = {flags.recording};
  PITLANE_TRY(const std::vector<Recording> recordings, open_recordings(flags.data));
  const Recording& recording = recordings.front();
  ProgressBar bar;
  PITLANE_TRY(Answered a, answer_all(flags.a, flags, recording, bar.callback()));
  PITLANE_TRY(Answered b, answer_all(flags.b, flags, recording, bar.callback()));
  bar.clear();

  ReplayReport report;
  PITLANE_TRY(report.replay, compare_replay(a.side, b.side));
  PITLANE_TRY_STATUS(check_known(limits, report.replay));
  report.a = std::move(a.subject);
  report.b = std::move(b.subject);
  report.data = printable(flags.recording);
  const auto rows = rows_of(recording);
  report.row_name = [&](std::int64_t row) { return name_of(recording, *rows.at(row)); };
  report.worst = worst_frames(report.replay, flags.worst, flags.apart);
  report.exceeded = exceeded(limits, report.replay, report.row_name);

  std::fputs((flags.json ? replay_json(report) : replay_text(report)).c_str(), stdout);
  if (!flags.out.empty()) {
    PITLANE_TRY_STATUS(write_all(flags.out, recording, report));
    if (!flags.json)
      std::printf("%s: replay.json, frames.csv and %zu pictures\n", printable(flags.out).c_str(), report.worst.size());
  }
  std::fflush(stdout);
  for (const std::string& sentence : report.exceeded) print_error(numeric_error(sentence));
  return report.exceeded.empty() ? kSuccess : kPartialFailure;
}

}  // namespace

void declare_replay(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand(
      "replay", "Compare two networks frame by frame over a recording; exit code 1 where a limit does not hold");
  const auto flags = std::make_shared<ReplayFlags>();
  verb->add_option("RECORDING", flags->recording, "as --data of evaluate; its labels are not looked at")->required();
  verb->add_option("A", flags->a, "a model file: what is compared with")->required();
  verb->add_option("B", flags->b, "the other model file")->required();
  verb->add_option("--max-difference", flags->largest,
                   "on any frame at most this share of an output's range (0.05), or NAME=VALUE in its unit (v=0.5)")
      ->allow_extra_args(false);
  verb->add_option("--mean-difference", flags->mean, "the same for the mean over all frames")->allow_extra_args(false);
  verb->add_option("--worst", flags->worst, "frames that are named, and drawn with --out")
      ->check(whole(0, 99))
      ->capture_default_str();
  verb->add_option("--apart", flags->apart, "frames between two of them, so that they show several scenes")
      ->check(whole(0, 1000000))
      ->capture_default_str();
  verb->add_option("--out", flags->out, "directory for replay.json, frames.csv and pictures of the worst frames")
      ->check(not_empty());
  verb->add_option("--max-rows", flags->data.max_rows, "use so many rows, evenly spread (default: all)")
      ->check(whole(1, 1000000000));
  add_recording_flags(*verb, flags->data.recording);
  add_model_flags(*verb, flags->model);
  verb->add_flag("--json", flags->json, "print one JSON document");
  verb->callback([&chosen, flags] { chosen.action = [flags] { return run(*flags); }; });
}

}  // namespace pitlane::cli
