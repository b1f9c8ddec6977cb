#include "pitlane/cli/tune_run.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/cli/budget_flag.h"
#include "pitlane/cli/command_line.h"
#include "pitlane/cli/data_source.h"
#include "pitlane/cli/first_look.h"
#include "pitlane/cli/machine.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/reload.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/tune_auto.h"
#include "pitlane/cli/tune_courses.h"
#include "pitlane/cli/tune_film.h"
#include "pitlane/cli/tune_folder.h"
#include "pitlane/cli/tune_notes.h"
#include "pitlane/cli/tune_text.h"
#include "pitlane/cli/tuning_data.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/directory_lock.h"
#include "pitlane/core/file.h"
#include "pitlane/core/log.h"
#include "pitlane/core/version.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/report/report.h"
#include "pitlane/search/candidate.h"
#include "pitlane/search/candidate_space.h"
#include "pitlane/search/recommend.h"
#include "pitlane/search/search_budget.h"
#include "pitlane/sim/number_text.h"
#include "pitlane/study/code_version.h"
#include "pitlane/study/provenance.h"

namespace pitlane::cli {
namespace {

constexpr std::int64_t kFullFrames = 12000;
constexpr std::int64_t kQuickFrames = 3000;
constexpr std::int64_t kQuickTrainingFrames = 2500;
constexpr double kBytesPerMegabyte = 1e6;
constexpr std::size_t kShownHash = 12;
constexpr const char* kChosenUndriven =
    "No circuit is left to choose students on: they were chosen by latency and MSE alone. --tuning-circuit names "
    "circuits for it.";
constexpr const char* kHeldOutNoLonger =
    "Every circuit here is one that the network was not trained on. The budget's limit on the track is held on them, "
    "so none counts as held out.";

// Fixed ones, those of a profile, and at most one that each row has its own of.
Status read_latency_flags(const LatencyFlags& flags, TuneOptions& tune) {
  PITLANE_TRY(const LatencyList list, parse_latencies(flags));
  if (list.profile_is_missing)
    return not_found("--latency-profile " + flags.profile +
                     ": is not there; leave it out, and each network's own latency is measured and kept with its row");
  tune.laps.latencies.clear();
  for (const LatencyEntry& entry : list.entries) {
    LatencyModel model = LatencyModel::none();
    if (entry.fixed) model = *entry.fixed;
    if (!entry.fixed && !list.profile_s.empty()) {
      PITLANE_TRY(model, measured_model(list.profile_s, flags.factor));
    }
    if (!entry.fixed && list.profile_s.empty()) tune.own_latency = OwnLatency{tune.laps.latencies.size(), flags.factor};
    tune.laps.latencies.push_back(std::move(model));
  }
  return {};
}

/// Of the strategies that will run.
Result<RecipeChanges> changes_of(const CLI::App& verb, const TuneFlags& flags) {
  std::vector<const Strategy*> all;
  for (const std::string& name : flags.tune.strategies) {
    PITLANE_TRY(const Strategy* strategy, find_strategy(name));
    all.push_back(strategy);
  }
  if (all.empty())
    for (const Strategy& strategy : strategies()) all.push_back(&strategy);
  return read_recipe_flags(verb, flags.recipe, all);
}

class TuneRun {
 public:
  TuneRun(TuneFlags flags, const CLI::App& verb) : flags_(std::move(flags)), verb_(verb) {}

  Result<int> run() {
    PITLANE_TRY_STATUS(check_flags());
    PITLANE_TRY_STATUS(check_place());
    PITLANE_TRY_STATUS(open_inputs());
    PITLANE_TRY_STATUS(choose_courses());
    PITLANE_TRY_STATUS(load_data());
    PITLANE_TRY_STATUS(lock_folder());
    PITLANE_TRY_STATUS(look_at_baseline());
    if (searches()) PITLANE_TRY_STATUS(search());
    Result<TuneResult> result = tune(inputs_, flags_.tune, bar_.callback(), row_printer(bar_));
    if (!result.ok()) return how_to_go_on(result.error());
    bar_.clear();
    complete(*result);
    PITLANE_TRY_STATUS(write_tune_results(*result, flags_.tune.out));
    if (!flags_.no_video) PITLANE_TRY_STATUS(add_video(*result));
    if (flags_.json)
      std::fputs(json_report(*result).c_str(), stdout);
    else
      print_outcome(*result, flags_);
    return exit_code(*result, all_);
  }

 private:
  [[nodiscard]] bool searches() const { return !flags_.auto_budget.empty(); }
  [[nodiscard]] bool from_recordings() const { return !flags_.data.directories.empty(); }
  [[nodiscard]] bool chosen_undriven() const { return searches() && tuning_.empty() && !inputs_.courses.empty(); }
  [[nodiscard]] std::int64_t frames() const {
    return flags_.frames.value_or(flags_.quick ? kQuickFrames : kFullFrames);
  }

  // Flags that do not go together; the others become TuneOptions.
  Status check_flags() {
    for (const std::string& name : flags_.strategies)
      if (name != "all") flags_.tune.strategies.push_back(name);
    PITLANE_TRY_STATUS(check_search_flags());
    if (flags_.no_track)
      PITLANE_TRY_STATUS(
          refuse_flags(verb_, {"--vehicle", "--latency", "--latency-profile", "--latency-factor", "--laps-seed"},
                       "is about laps, and --no-track drives none"));
    if (from_recordings())
      PITLANE_TRY_STATUS(
          refuse_flags(verb_, {"--frames"}, "says how many the expert records where there is no --data"));
    PITLANE_TRY(flags_.tune.changes, changes_of(verb_, flags_));
    const std::map<std::string, std::string> machine = machine_provenance();
    flags_.tune.machine = machine.at(kProvenanceProcessor) + ", " + machine.at(kProvenanceCores) + " cores";
    if (flags_.quick) flags_.tune.most_training_samples = kQuickTrainingFrames;
    if (flags_.max_size_mb) flags_.constraints.max_size_bytes = *flags_.max_size_mb * kBytesPerMegabyte;
    return {};
  }

  // Beside a search, strategies are asked for by name.
  Status check_search_flags() {
    if (!searches()) return refuse_flags(verb_, {"--tuning-circuit"}, "names circuits for --auto");
    PITLANE_TRY(budget_, parse_budget(flags_.auto_budget));
    if (!flags_.strategies.empty()) return {};
    PITLANE_TRY_STATUS(refuse_flags(verb_, recipe_flag_names(),
                                    "changes strategies, and --auto runs those alone that --strategy names"));
    PITLANE_TRY_STATUS(refuse_flags(verb_, {"--budget"},
                                    "limits what strategies cost, and --auto runs those alone that --strategy names"));
    flags_.tune.strategies = {"baseline"};
    return {};
  }

  // Where results go, and that no flag is about recordings that are not there.
  Status check_place() {
    PITLANE_TRY_STATUS(check_output_directory(flags_.out));
    if (!from_recordings()) PITLANE_TRY_STATUS(check_no_data_flags(flags_.data));
    if (const std::string index = recording_in(flags_.out); !index.empty())
      return invalid_argument("--out " + flags_.out + ": holds a recording (" + index +
                              "); name a directory of its own");
    PITLANE_TRY_STATUS(check_tune_folder(flags_.out, flags_.model, flags_.tune.overwrite));
    flags_.tune.out = flags_.out;
    // Before the work, so that who comes second hears of it at once; a directory is made only when there is something
    // to put into it.
    std::error_code ignored;
    return std::filesystem::is_directory(flags_.tune.out, ignored) ? lock_folder() : Status();
  }

  Status lock_folder() {
    if (lock_) return {};
    PITLANE_TRY(lock_, DirectoryLock::take(flags_.tune.out, "pitlane tune"));
    return {};
  }

  Status open_inputs() {
    PITLANE_TRY_STATUS(read_latency_flags(flags_.latency, flags_.tune));
    PITLANE_TRY(ModelFile file, open_one_camera_model(flags_.model, flags_.foreign));
    inputs_.baseline = std::move(file.network);
    inputs_.baseline_file = flags_.model;
    PITLANE_TRY_STATUS(check_budget_outputs(flags_.tune.budget, inputs_.baseline));
    if (from_recordings()) {
      PITLANE_TRY(recordings_, open_recordings(flags_.data));
    }
    if (!searches()) return {};
    PITLANE_TRY_STATUS(check_teachable(inputs_.baseline));
    PITLANE_TRY_STATUS(check_some_fit(inputs_.baseline, flags_.constraints.max_size_bytes));
    return check_whole_frames(recordings_, "--auto");
  }

  Status choose_courses() {
    // What the rows are fine-tuned on is not held out from them.
    note_circuits(inputs_.baseline, recordings_);
    PITLANE_TRY_STATUS(add_courses(flags_, inputs_, tuning_));
    if (inputs_.courses.empty())
      PITLANE_TRY_STATUS(check_track_limit(flags_.tune.budget, inputs_.why_not_driven + "; leave the limit out"));
    if (flags_.tune.own_latency)
      PITLANE_TRY_STATUS(
          check_track_limit(flags_.tune.budget,
                            "with --latency measured each network is driven by its own time; give latencies in ms, or "
                            "a --latency-profile"));
    if (track_limit(flags_.tune.budget)) inputs_.budget_courses = tuning_;  // at hand where there is a search
    for (Course& course : inputs_.budget_courses) course.held_out = false;
    if (inputs_.budget_courses.empty() && uses_held_out(flags_.tune.budget, inputs_.courses))
      notes_.emplace_back(kHeldOutNoLonger);
    if (chosen_undriven()) std::fprintf(stderr, "%s\n", kChosenUndriven);
    return {};
  }

  Status load_data() {
    PITLANE_TRY(data_, open_tuning_data(flags_.data, recordings_, inputs_.baseline, frames(), flags_.tune.seed,
                                        bar_.callback()));
    bar_.clear();
    PITLANE_TRY_STATUS(check_learnable(flags_.data, data_.dataset));  // rows are fine-tuned on them
    std::fprintf(stderr, "%s\n", data_.description.c_str());
    inputs_.dataset = &data_.dataset;
    inputs_.split = &data_.split;
    inputs_.load = reload_from(flags_.data, recordings_, inputs_.baseline, frames(), flags_.tune.seed);
    all_ = flags_.tune.strategies.empty() && flags_.recipe.input_scale.empty();
    if (!all_) return {};
    if (std::string left_out = leave_out_smaller(flags_.tune.strategies, recordings_); !left_out.empty())
      notes_.push_back(std::move(left_out));
    return {};
  }

  // Rows and students take hours; what they start from may be worth nothing.
  Status look_at_baseline() {
    PITLANE_TRY(const std::vector<std::string> sentences,
                first_look(inputs_.baseline, data_.dataset, data_.split, bar_.callback()));
    bar_.clear();
    for (const std::string& sentence : sentences) log_warning(sentence);
    return {};
  }

  Status search() {
    if (chosen_undriven()) notes_.emplace_back(kChosenUndriven);
    Result<Search> found = add_students(inputs_, flags_.tune, budget_, flags_.constraints, tuning_, bar_);
    if (!found.ok()) return how_to_go_on(found.error());
    search_ = *std::move(found);
    return {};
  }

  void complete(TuneResult& result) {
    result.constraints = flags_.constraints;
    result.search = std::move(search_);
    add_provenance(result);
    add_notes(result, inputs_, data_, flags_.tune);
    for (std::string& note : notes_) result.notes.push_back(std::move(note));
    result.recommendation = recommend(result);
  }

  void add_provenance(TuneResult& result) const {
    auto& p = result.provenance;
    p = machine_provenance();
    p["version"] = kVersion;
    p["code"] = std::string(code_version()).substr(0, kShownHash);
    p["network"] = content_hash(inputs_.baseline);
    p["data"] = data_.description;
    p["data hash"] = data_.dataset.hash;
    p["seed"] = std::to_string(flags_.tune.seed);
    p["laps seed"] = std::to_string(flags_.tune.laps.seed);
    p["frame-to-command latency in laps"] = flags_.latency.list;
    if (flags_.latency.factor != 1) p["factor of measured latency"] = number_text(flags_.latency.factor);
    if (!flags_.latency.profile.empty()) p["profile of measured latency"] = flags_.latency.profile;
    std::string trained;
    for (const std::string& name : trained_circuits(inputs_.baseline)) trained += (trained.empty() ? "" : ", ") + name;
    if (!trained.empty()) p["trained and tuned on circuits"] = trained;
    std::string chosen;
    for (const Course& course : tuning_)
      if (!course.reverse) chosen += (chosen.empty() ? "" : ", ") + course.circuit;
    if (!chosen.empty()) p["students chosen on circuits"] = chosen;
    result.command = command_line();
  }

  // After all else is on the disk: the page is written again, with its video.
  Status add_video(const TuneResult& result) {
    bool interrupted_by_user = false;
    const PageVideos videos = tune_page_videos(result, inputs_, flags_.tune, bar_.callback(), interrupted_by_user);
    bar_.clear();
    const std::filesystem::path page_file = flags_.tune.out / "report.html";
    if (interrupted_by_user)
      return Error(ErrorKind::kInterrupted, "interrupted; " + page_file.string() +
                                                " is complete but for its video; run the same command again to add it");
    if (videos.videos.empty() && videos.why_none.empty()) return {};
    PITLANE_TRY(const std::string page, html_report(result, videos));
    return write_text(page_file, page);
  }

  // Every row that ended is on the disk.
  static Error how_to_go_on(const Error& error) {
    if (error.kind() != ErrorKind::kInterrupted) return error;
    return {error.kind(), "interrupted; run the same command again to go on"};
  }

  TuneFlags flags_;
  const CLI::App& verb_;
  SearchBudget budget_;
  std::optional<DirectoryLock> lock_;
  ProgressBar bar_;
  std::vector<Recording> recordings_;
  OpenedData data_;
  TuneInputs inputs_;  // points into data_
  std::vector<Course> tuning_;
  bool all_ = false;  // strategies, none of them by name
  std::optional<Search> search_;
  std::vector<std::string> notes_;  // for the report
};

}  // namespace

int exit_code(const TuneResult& result, bool unnamed) {
  const bool failed = std::ranges::any_of(
      result.rows, [&](const StrategyRow& row) { return row.failure && !(unnamed && row.inapplicable); });
  const bool searched_in_vain = result.search && result.search->why_none;
  return failed || searched_in_vain || !result.recommendation.strategy ? kPartialFailure : kSuccess;
}

Result<int> run_tune(TuneFlags flags, const CLI::App& verb) { return TuneRun(std::move(flags), verb).run(); }

}  // namespace pitlane::cli
