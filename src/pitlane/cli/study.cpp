// pitlane study: a grid of networks, circuits and conditions, driven once and kept.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/command_line.h"
#include "pitlane/cli/machine.h"
#include "pitlane/cli/not_empty.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/study_film.h"
#include "pitlane/cli/study_inputs.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/file.h"
#include "pitlane/core/file_set.h"
#include "pitlane/core/log.h"
#include "pitlane/report/study_report.h"
#include "pitlane/search/recommend_study.h"
#include "pitlane/study/provenance.h"
#include "pitlane/study/study_run.h"
#include "pitlane/video/mp4_encoder.h"

namespace pitlane::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char *kJson = "study.json", *kCsv = "study.csv", *kMarkdown = "study.md", *kPage = "study.html";

struct StudyFlags {
  std::string study, store, out, format = "json";
  int jobs = 0;
  bool json = false, no_timing = false, partial = false, video = false;
};

// The study's name beside it, or in the folder that --store names.
fs::path store_path(const StudyFlags& flags) {
  const std::string name = fs::path(flags.study).stem().string() + ".db";
  if (flags.store.empty()) return fs::path(flags.study).parent_path() / name;
  std::error_code code;
  const bool folder = flags.store.ends_with('/') || fs::is_directory(flags.store, code);
  return folder ? fs::path(flags.store) / name : fs::path(flags.store);
}

struct Opened {
  StudySpec spec;
  StudyGrid grid;
};

Result<Opened> open(const StudyFlags& flags) {
  PITLANE_TRY(StudySpec spec, load_study(flags.study));
  for (const std::string& sentence : spec.ignored) log_warning(spec.origin + ": " + sentence);
  PITLANE_TRY(StudyGrid grid, open_study(spec));
  return Opened{std::move(spec), std::move(grid)};
}

Result<Store> open_store_that_is_there(const fs::path& path, const StudyFlags& flags) {
  std::error_code code;
  if (!fs::exists(path, code))
    return not_found(path.string() + ": nothing of this study is stored there; 'pitlane study run " + flags.study +
                     "' drives it, and --store names another place");
  return Store::open_to_read(path);
}

// What drives the study where its file is: the same whether it was run or exported, and wherever that was.
std::string command_of(const StudyFlags& flags) {
  return "pitlane study run " + shell_word(fs::path(flags.study).filename().string()) + " --out results" +
         (flags.video ? " --video" : "");
}

// Results of other things in this folder that have the same names are replaced: they are made of the store.
// All four or none, before the page's video is rendered: that takes minutes, and what ends it loses no document.
Status write_documents(const StudyResult& result, const StudyComparisons& compared, const StudyFlags& flags,
                       Timing timing) {
  const fs::path out = flags.out;
  PITLANE_TRY_STATUS(make_writable_directory(out));
  PITLANE_TRY_STATUS(write_texts({{out / kJson, study_json(result, compared, timing)},
                                  {out / kCsv, study_csv(result, timing)},
                                  {out / kMarkdown, study_markdown(result, compared)},
                                  {out / kPage, study_page(result, compared, command_of(flags), timing)}}));
  if (!flags.video) return {};
  bool interrupted_by_user = false;
  ProgressBar bar;
  const PageVideos videos = study_page_videos(result, bar.callback(), interrupted_by_user);
  bar.clear();
  PITLANE_TRY_STATUS(write_text(out / kPage, study_page(result, compared, command_of(flags), timing, videos)));
  if (!interrupted_by_user) return {};
  return Error(ErrorKind::kInterrupted, "interrupted; all is written but the page's video");
}

// As it stands in the origin of cells: what may make their times differ.
std::string machine_text() {
  std::map<std::string, std::string> facts = machine_provenance();
  return facts[kProvenanceProcessor] + ", " + facts[kProvenanceCores] + " cores, " + facts[kProvenanceSystem];
}

StudyRecommendation recommendation(const StudyResult& result, const StudyComparisons& compared, Timing timing) {
  return recommend(result, compared.totals,
                   timing == Timing::kIncluded ? DecisionTiming::kCounts : DecisionTiming::kLeftOut);
}

// Only the page shows trajectories.
std::size_t drawn(const StudyFlags& flags) { return flags.out.empty() ? 0 : kMostDrawn; }

// "1 cell", "2 cells"
std::string cells_text(std::size_t count) { return std::to_string(count) + (count == 1 ? " cell" : " cells"); }

std::string are(std::size_t count) { return count == 1 ? " is " : " are "; }

// While the latency of a driver was measured.
Error not_timed(const Error& error, const fs::path& path) {
  if (error.kind() != ErrorKind::kInterrupted) return error;
  return {error.kind(),
          "interrupted while latency was measured; nothing is lost: what was driven and measured before is in " +
              path.string() + ": run the same command again to go on"};
}

Error stopped(const Error& error, const Store& store, const std::vector<StudyCell>& cells, const fs::path& path) {
  const Result<std::vector<std::size_t>> missing = missing_cells(store, cells);
  const std::string kept = missing ? std::to_string(cells.size() - missing->size()) + " of " +
                                         cells_text(cells.size()) + are(cells.size()) + "in " + path.string()
                                   : "finished cells are in " + path.string();
  if (error.kind() == ErrorKind::kInterrupted)
    return {error.kind(), "interrupted; " + kept + ": run the same command again to go on"};
  return {error.kind(), error.message() + " (" + kept + ")"};
}

int exit_code(const StudyResult& result) {
  const bool failed = std::any_of(result.outcomes.begin(), result.outcomes.end(), [](const CellOutcome& outcome) {
    return !outcome.failure.empty() || (outcome.episode && outcome.episode->end == EpisodeEnd::kControllerFailed);
  });
  return failed ? kPartialFailure : kSuccess;
}

Status check_video(const StudyFlags& flags) {
  if (!flags.video) return {};
  if (flags.out.empty()) return invalid_argument("--video: the video is part of the page that --out writes; add --out");
  if (const Status encoder = check_video_encoder(); !encoder.ok()) return encoder.error().in("--video");
  return {};
}

// What is written must replace neither the study nor what it has driven.
Status check_outputs(const StudyFlags& flags) {
  PITLANE_TRY_STATUS(check_video(flags));
  if (flags.out.empty()) return {};
  PITLANE_TRY_STATUS(check_output_directory(flags.out));
  for (const char* name : {kJson, kCsv, kMarkdown, kPage}) {
    const std::string file = (fs::path(flags.out) / name).string();
    PITLANE_TRY_STATUS(check_not_the_same(file, flags.study, "the study itself"));
    PITLANE_TRY_STATUS(check_not_the_same(file, store_path(flags).string(), "the store of the study"));
  }
  return {};
}

Result<int> run(const StudyFlags& flags) {
  PITLANE_TRY_STATUS(check_outputs(flags));
  const Timing timing = flags.no_timing ? Timing::kLeftOut : Timing::kIncluded;
  PITLANE_TRY(Opened study, open(flags));
  const fs::path path = store_path(flags);
  if (const fs::path folder = path.parent_path(); !folder.empty()) PITLANE_TRY_STATUS(make_writable_directory(folder));
  PITLANE_TRY(Store store, Store::open(path));
  ProgressBar bar;
  const Status timed = add_latencies(study.spec, store, Measuring::kAllowed, study.grid, bar.callback());
  bar.clear();
  if (!timed.ok()) return not_timed(timed.error(), path);
  const std::vector<StudyCell> cells = study_cells(study.grid);
  PITLANE_TRY(const std::vector<std::size_t> missing, missing_cells(store, cells));
  std::fprintf(stderr, "%s, %zu of them driven before; store: %s\n", cells_text(cells.size()).c_str(),
               cells.size() - missing.size(), path.c_str());
  const auto failures = drive_cells(study.grid, cells, missing, store, flags.jobs, bar.callback(), machine_text());
  bar.clear();
  if (!failures) return stopped(failures.error(), store, cells, path);
  Result<StudyResult> read = read_cells(study.grid, cells, store, *failures, drawn(flags));
  if (!read) return read.error().in(path.string());
  StudyResult& result = *read;
  const StudyComparisons compared = compare_study(result);
  result.recommendation = recommendation(result, compared, timing);
  if (!flags.out.empty()) PITLANE_TRY_STATUS(write_documents(result, compared, flags, timing));
  std::fputs((flags.json ? study_json(result, compared, timing) : study_markdown(result, compared)).c_str(), stdout);
  return exit_code(result);
}

Result<int> export_results(const StudyFlags& flags) {
  PITLANE_TRY_STATUS(check_outputs(flags));
  const Timing timing = flags.no_timing ? Timing::kLeftOut : Timing::kIncluded;
  PITLANE_TRY(Opened study, open(flags));
  PITLANE_TRY(Store store, open_store_that_is_there(store_path(flags), flags));
  PITLANE_TRY_STATUS(add_latencies(study.spec, store, Measuring::kLeftOut, study.grid, {}));
  const std::vector<StudyCell> cells = study_cells(study.grid);
  PITLANE_TRY(const std::vector<std::size_t> missing, missing_cells(store, cells));
  if (!missing.empty() && !flags.partial)
    return not_found(store_path(flags).string() + ": " + std::to_string(missing.size()) + " of " +
                     cells_text(cells.size()) + are(cells.size()) + "not driven yet; 'pitlane study run " +
                     flags.study + "' drives them, --partial exports without them");
  PITLANE_TRY(StudyResult result, read_cells(study.grid, cells, store, {}, drawn(flags)));
  if (flags.out.empty() && flags.format == "csv") {  // cells alone
    std::fputs(study_csv(result, timing).c_str(), stdout);
    return kSuccess;
  }
  const StudyComparisons compared = compare_study(result);
  result.recommendation = recommendation(result, compared, timing);
  if (!flags.out.empty()) {
    PITLANE_TRY_STATUS(write_documents(result, compared, flags, timing));
    return kSuccess;
  }
  std::fputs((flags.format == "json" ? study_json(result, compared, timing) : study_markdown(result, compared)).c_str(),
             stdout);
  return kSuccess;
}

struct Count {
  std::size_t done = 0, all = 0;
  std::size_t waiting = 0;  // for a latency that nobody has measured yet
};

// By driver.
Result<std::vector<Count>> count_cells(const StudyGrid& grid, const std::vector<StudyCell>& cells, const Store& store) {
  std::vector<Count> counts(grid.drivers.size());
  for (const StudyCell& cell : cells) {
    PITLANE_TRY(const bool there, store.has(cell.key));
    Count& count = counts[cell.driver];
    count.done += there ? 1 : 0;
    count.waiting += grid.drivers[cell.driver].latencies[cell.latency].known ? 0 : 1;
    ++count.all;
  }
  return counts;
}

std::string waiting_text(std::size_t waiting) {
  if (waiting == 0) return "";
  return "; " + cells_text(waiting) + (waiting == 1 ? " waits" : " wait") +
         " for a latency that 'pitlane study run' measures first";
}

Result<int> status(const StudyFlags& flags) {
  PITLANE_TRY(Opened study, open(flags));
  PITLANE_TRY(Store store, open_store_that_is_there(store_path(flags), flags));
  PITLANE_TRY_STATUS(add_latencies(study.spec, store, Measuring::kLeftOut, study.grid, {}));
  const std::vector<StudyCell> cells = study_cells(study.grid);
  PITLANE_TRY(const std::vector<Count> counts, count_cells(study.grid, cells, store));
  Count sum;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const Count& count = counts[i];
    sum = {sum.done + count.done, sum.all + count.all, sum.waiting + count.waiting};
    std::printf("%s (%s): %zu of %s%s\n", printable(study.grid.drivers[i].name).c_str(),
                study.grid.drivers[i].runtime.c_str(), count.done, cells_text(count.all).c_str(),
                waiting_text(count.waiting).c_str());
  }
  std::printf("%zu of %s%sdriven%s\n", sum.done, cells_text(sum.all).c_str(), are(sum.all).c_str(),
              waiting_text(sum.waiting).c_str());
  return kSuccess;
}

CLI::App* declare(CLI::App& verb, const std::string& name, const std::string& help,
                  const std::shared_ptr<StudyFlags>& flags) {
  CLI::App* sub = verb.add_subcommand(name, help);
  sub->add_option("STUDY", flags->study, "the study's file, or a configuration of BehaviorMetrics")->required();
  sub->add_option("--store", flags->store, "file or folder of the results (default: beside STUDY, as its name.db)")
      ->check(not_empty());
  return sub;
}

void add_export_flags(CLI::App& sub, StudyFlags& flags) {
  sub.add_option("--out", flags.out, "folder for study.html, study.json, study.csv and study.md, which are replaced")
      ->check(not_empty());
  sub.add_flag("--no-timing", flags.no_timing, "leave out what depends on the clock");
  sub.add_flag("--video", flags.video,
               "with --out: the page shows the first network beside the recommended one, driven again");
}

}  // namespace

void declare_study(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand(
      "study", "Drive a grid of networks, circuits and conditions; interrupted, it goes on where it stopped");
  verb->require_subcommand(1);
  const auto flags = std::make_shared<StudyFlags>();
  CLI::App* runs = declare(*verb, "run", "Drive every cell that is not in the store yet, and print the totals", flags);
  add_export_flags(*runs, *flags);
  runs->add_option("--jobs", flags->jobs, "cells driven at once, 0 = one a core; results do not depend on it")
      ->check(whole(0, 1024))
      ->capture_default_str();
  runs->add_flag("--json", flags->json, "print the results as one JSON document");
  runs->callback([&chosen, flags] { chosen.action = [flags] { return run(*flags); }; });
  CLI::App* exports = declare(*verb, "export", "Print or write what is in the store", flags);
  add_export_flags(*exports, *flags);
  exports->add_option("--format", flags->format, "printed without --out: json, csv or markdown")
      ->check(CLI::IsMember({"json", "csv", "markdown"}))
      ->capture_default_str();
  exports->add_flag("--partial", flags->partial, "also where cells are missing");
  exports->callback([&chosen, flags] { chosen.action = [flags] { return export_results(*flags); }; });
  CLI::App* tells = declare(*verb, "status", "Say how many cells are in the store", flags);
  tells->callback([&chosen, flags] { chosen.action = [flags] { return status(*flags); }; });
}

}  // namespace pitlane::cli
