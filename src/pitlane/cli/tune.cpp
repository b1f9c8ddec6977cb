// pitlane tune: a network goes in; faster ones come out, driven and proven, with a recommendation.
#include "pitlane/study/tune.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/cli/budget_flag.h"
#include "pitlane/cli/command_line.h"
#include "pitlane/cli/data_source.h"
#include "pitlane/cli/last_model.h"
#include "pitlane/cli/latency_list.h"
#include "pitlane/cli/machine.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/not_empty.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/recipe_flags.h"
#include "pitlane/cli/reload.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/cli/tune_auto.h"
#include "pitlane/cli/tune_film.h"
#include "pitlane/cli/tune_folder.h"
#include "pitlane/cli/tune_notes.h"
#include "pitlane/cli/tuning_data.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/directory_lock.h"
#include "pitlane/core/file.h"
#include "pitlane/core/version.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/report/report.h"
#include "pitlane/search/candidate.h"
#include "pitlane/search/recommend.h"
#include "pitlane/search/search_budget.h"
#include "pitlane/sim/number_text.h"
#include "pitlane/study/code_version.h"

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

struct TuneFlags {
  std::string model, out, auto_budget, budget;
  LatencyFlags latency{.list = "none,60ms", .profile = {}, .factor = 1};
  DataFlags data;
  ModelFlags foreign;
  RecipeFlags recipe;
  std::vector<std::string> circuits, tuning_circuits, strategies;
  bool no_track = false, quick = false, json = false, no_video = false;
  std::optional<std::int64_t> frames;
  std::optional<double> max_size_mb;
  Constraints constraints;
  TuneOptions tune;
};

// Courses, or the sentence that says why the track is left out. A search chooses on `tuning`; what is reported then are
// the circuits that were named, or else those that are held out.
Status add_courses(const TuneFlags& flags, TuneInputs& inputs, std::vector<Course>& tuning) {
  if (flags.no_track) {
    if (!flags.circuits.empty())
      return invalid_argument("--no-track: no circuit is driven then, but --circuit names some; leave one of both out");
    if (!flags.tuning_circuits.empty())
      return invalid_argument(
          "--no-track: no circuit is driven then, but --tuning-circuit names some; leave one of both out");
    inputs.why_not_driven = "--no-track left the track out";
    return {};
  }
  const bool named = flags.tune.laps.vehicle.adapter != "auto";
  if (!drives_directly(inputs.baseline) && !named) {
    for (const auto& [flag, circuits] :
         {std::pair("--circuit", &flags.circuits), std::pair("--tuning-circuit", &flags.tuning_circuits)})
      if (!circuits->empty())
        return invalid_argument(std::string(flag) +
                                ": this network has no outputs v and w, so it drives on none; name an adapter, e.g. "
                                "--vehicle steering:8:0.5, or leave the circuits out");
    inputs.why_not_driven =
        "this network has no outputs v and w, so it is judged offline only; name an adapter to drive it, e.g. "
        "--vehicle steering:8:0.5";
    return {};
  }
  PITLANE_TRY_STATUS(VehicleAdapter::create(flags.tune.laps.vehicle, inputs.baseline.outputs));
  PITLANE_TRY(const SimOptions options, sim_options_for(inputs.baseline));
  PITLANE_TRY(const auto tracks, open_tracks(flags.circuits));
  inputs.courses = make_courses(tracks, true, true, trained_circuits(inputs.baseline), options);
  if (flags.auto_budget.empty()) return {};
  const bool named_for_tuning_alone = flags.circuits.empty() && !flags.tuning_circuits.empty();
  if (flags.circuits.empty()) std::erase_if(inputs.courses, [](const Course& course) { return !course.held_out; });
  PITLANE_TRY(tuning, tuning_courses(inputs.baseline, flags.tuning_circuits,
                                     named_for_tuning_alone ? std::vector<Course>() : inputs.courses, options));
  std::erase_if(inputs.courses,
                [&](const Course& course) { return std::ranges::count(tuning, course.circuit, &Course::circuit) > 0; });
  if (inputs.courses.empty()) inputs.why_not_driven = "no circuit is held out; name some with --circuit";
  return {};
}

/// A budget is held on circuits that are not held out. Where there is no such circuit, all are used, and are held out
/// no longer.
bool uses_held_out(const AccuracyBudget& budget, std::vector<Course>& courses) {
  if (!track_limit(budget) || !std::ranges::all_of(courses, &Course::held_out)) return false;
  for (Course& course : courses) course.held_out = false;
  return !courses.empty();
}

void add_provenance(TuneResult& result, const TuneFlags& flags, const OpenedData& data, const Network& network) {
  auto& p = result.provenance;
  p = machine_provenance();
  p["version"] = kVersion;
  p["code"] = std::string(code_version()).substr(0, kShownHash);
  p["network"] = content_hash(network);
  p["data"] = data.description;
  p["data hash"] = data.dataset.hash;
  p["seed"] = std::to_string(flags.tune.seed);
  p["laps seed"] = std::to_string(flags.tune.laps.seed);
  p["frame-to-command latency in laps"] = flags.latency.list;
  if (flags.latency.factor != 1) p["factor of measured latency"] = number_text(flags.latency.factor);
  if (!flags.latency.profile.empty()) p["profile of measured latency"] = flags.latency.profile;
  std::string trained;
  for (const std::string& name : trained_circuits(network)) trained += (trained.empty() ? "" : ", ") + name;
  if (!trained.empty()) p["trained and tuned on circuits"] = trained;
  result.command = command_line();
}

// After all else is on the disk: the page is written again, with its video.
Status add_video(const TuneResult& result, const TuneInputs& inputs, const TuneOptions& options, ProgressBar& bar) {
  bool interrupted_by_user = false;
  const PageVideos videos = tune_page_videos(result, inputs, options, bar.callback(), interrupted_by_user);
  bar.clear();
  if (interrupted_by_user) return interrupted();
  if (videos.videos.empty() && videos.why_none.empty()) return {};
  PITLANE_TRY(const std::string page, html_report(result, videos));
  return write_text(options.out / "report.html", page);
}

void print_outcome(const TuneResult& result, const TuneFlags& flags) {
  const std::filesystem::path& out = flags.tune.out;
  std::printf("%s\n", text_table(result).c_str());
  if (!flags.auto_budget.empty()) std::printf("%s\n", front_text(result).c_str());
  for (const std::string& note : result.notes) std::printf("Note: %s\n", note.c_str());
  if (result.recommendation.strategy)
    std::printf("\nRecommended: %s\n", result.recommendation.strategy->c_str());
  else
    std::printf("\nNothing to recommend.\n");
  for (const std::string& reason : result.recommendation.reasons) std::printf("  %s\n", reason.c_str());
  std::printf("\nReport: %s\n", (out / "report.html").c_str());
}

RowFn row_printer(ProgressBar& bar) {
  return [&bar](const StrategyRow& row, bool resumed) {
    bar.clear();
    if (row.failure)
      std::fprintf(stderr, "%-16s %s: %s\n", row.strategy.c_str(), row.inapplicable ? "does not apply" : "failed",
                   row.failure->c_str());
    else
      std::fprintf(stderr, "%-16s done%s: %.3f MB, MSE %.5f, laps %zu of %zu\n", row.strategy.c_str(),
                   resumed ? " by an earlier run" : "", static_cast<double>(row.size_bytes) / kBytesPerMegabyte,
                   row.accuracy ? row.accuracy->mse : 0.0,
                   static_cast<std::size_t>(std::count_if(row.laps.begin(), row.laps.end(),
                                                          [](const LapRow& lap) { return lap.result.completed; })),
                   row.laps.size());
    if (!row.failure && !row.standing.empty())
      std::fprintf(stderr, "%-16s under the budget %s\n", "", row.standing.c_str());
  };
}

// Every row that ended is on the disk.
Error how_to_go_on(const Error& error) {
  if (error.kind() != ErrorKind::kInterrupted) return error;
  return {error.kind(), "interrupted; run the same command again to go on"};
}

Error without_video(const TuneFlags& flags) {
  return {ErrorKind::kInterrupted, "interrupted; " + (flags.tune.out / "report.html").string() +
                                       " is complete but for its video; run the same command again to add it"};
}

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

Status lock_folder(const std::filesystem::path& out, std::optional<DirectoryLock>& lock) {
  if (lock) return {};
  PITLANE_TRY(lock, DirectoryLock::take(out, "pitlane tune"));
  return {};
}

/// Before the work, so that who comes second hears of it at once; a directory is made only when there is something to
/// put into it.
Status lock_if_there(const std::filesystem::path& out, std::optional<DirectoryLock>& lock) {
  std::error_code ignored;
  return std::filesystem::is_directory(out, ignored) ? lock_folder(out, lock) : Status();
}

Result<int> run(TuneFlags flags, const CLI::App& verb) {
  for (const std::string& name : flags.strategies)
    if (name != "all") flags.tune.strategies.push_back(name);
  SearchBudget budget;
  const bool searches = !flags.auto_budget.empty();
  if (!searches) PITLANE_TRY_STATUS(refuse_flags(verb, {"--tuning-circuit"}, "names circuits for --auto"));
  if (searches) {
    PITLANE_TRY(budget, parse_budget(flags.auto_budget));
    if (flags.strategies.empty()) {  // they are asked for by name
      PITLANE_TRY_STATUS(refuse_flags(verb, recipe_flag_names(),
                                      "changes strategies, and --auto runs those alone that --strategy names"));
      PITLANE_TRY_STATUS(refuse_flags(
          verb, {"--budget"}, "limits what strategies cost, and --auto runs those alone that --strategy names"));
      flags.tune.strategies = {"baseline"};
    }
  }
  if (flags.no_track)
    PITLANE_TRY_STATUS(refuse_flags(verb,
                                    {"--vehicle", "--latency", "--latency-profile", "--latency-factor", "--laps-seed"},
                                    "is about laps, and --no-track drives none"));
  if (!flags.data.directories.empty())
    PITLANE_TRY_STATUS(refuse_flags(verb, {"--frames"}, "says how many the expert records where there is no --data"));
  PITLANE_TRY(flags.tune.changes, changes_of(verb, flags));
  PITLANE_TRY_STATUS(check_output_directory(flags.out));
  if (flags.data.directories.empty()) PITLANE_TRY_STATUS(check_no_data_flags(flags.data));
  if (const std::string index = recording_in(flags.out); !index.empty())
    return invalid_argument("--out " + flags.out + ": holds a recording (" + index + "); name a directory of its own");
  PITLANE_TRY_STATUS(check_tune_folder(flags.out, flags.model, flags.tune.overwrite));
  flags.tune.out = flags.out;
  std::optional<DirectoryLock> lock;
  PITLANE_TRY_STATUS(lock_if_there(flags.tune.out, lock));
  if (flags.quick) flags.tune.most_training_samples = kQuickTrainingFrames;
  if (flags.max_size_mb) flags.constraints.max_size_bytes = *flags.max_size_mb * kBytesPerMegabyte;
  PITLANE_TRY_STATUS(read_latency_flags(flags.latency, flags.tune));

  TuneInputs inputs;
  PITLANE_TRY(ModelFile file, open_one_camera_model(flags.model, flags.foreign));
  inputs.baseline = std::move(file.network);
  PITLANE_TRY_STATUS(check_budget_outputs(flags.tune.budget, inputs.baseline));
  inputs.baseline_file = flags.model;
  std::vector<Recording> recordings;
  if (!flags.data.directories.empty()) {
    PITLANE_TRY(recordings, open_recordings(flags.data));
  }
  if (searches) {
    PITLANE_TRY_STATUS(check_teachable(inputs.baseline));
    PITLANE_TRY_STATUS(check_whole_frames(recordings, "--auto"));
  }
  // What the rows are fine-tuned on is not held out from them.
  note_circuits(inputs.baseline, recordings);
  std::vector<Course> tuning;
  PITLANE_TRY_STATUS(add_courses(flags, inputs, tuning));
  if (inputs.courses.empty())
    PITLANE_TRY_STATUS(check_track_limit(flags.tune.budget, inputs.why_not_driven + "; leave the limit out"));
  if (flags.tune.own_latency)
    PITLANE_TRY_STATUS(
        check_track_limit(flags.tune.budget,
                          "with --latency measured each network is driven by its own time; give latencies in ms, or a "
                          "--latency-profile"));
  const bool held_out_no_longer = uses_held_out(flags.tune.budget, inputs.courses);
  const bool chosen_undriven = searches && tuning.empty() && !inputs.courses.empty();
  if (chosen_undriven) std::fprintf(stderr, "%s\n", kChosenUndriven);
  ProgressBar bar;
  const std::int64_t frames = flags.frames.value_or(flags.quick ? kQuickFrames : kFullFrames);
  PITLANE_TRY(const OpenedData data,
              open_tuning_data(flags.data, recordings, inputs.baseline, frames, flags.tune.seed, bar.callback()));
  bar.clear();
  PITLANE_TRY_STATUS(check_learnable(flags.data, data.dataset));  // rows are fine-tuned on them
  std::fprintf(stderr, "%s\n", data.description.c_str());
  inputs.dataset = &data.dataset;
  inputs.split = &data.split;

  inputs.load = reload_from(flags.data, recordings, inputs.baseline, frames, flags.tune.seed);
  const bool all = flags.tune.strategies.empty() && !flags.recipe.numbers.input_scale;
  const std::string left_out = all ? leave_out_smaller(flags.tune.strategies, recordings) : "";
  PITLANE_TRY_STATUS(lock_folder(flags.tune.out, lock));
  std::optional<Search> search;
  if (searches) {
    Result<Search> found = add_students(inputs, flags.tune, budget, flags.constraints, tuning, bar);
    if (!found.ok()) return how_to_go_on(found.error());
    search = *std::move(found);
  }
  Result<TuneResult> tuned = tune(inputs, flags.tune, bar.callback(), row_printer(bar));
  if (!tuned.ok()) return how_to_go_on(tuned.error());
  TuneResult& result = *tuned;
  bar.clear();
  result.constraints = flags.constraints;
  result.search = std::move(search);
  add_provenance(result, flags, data, inputs.baseline);
  add_notes(result, inputs, data, flags.tune);
  if (held_out_no_longer)
    result.notes.push_back(
        "Every circuit here is one that the network was not trained on. The budget's limit on the track is held on "
        "them, "
        "so none counts as held out.");
  if (!left_out.empty()) result.notes.push_back(left_out);
  if (chosen_undriven) result.notes.emplace_back(kChosenUndriven);
  result.recommendation = recommend(result);
  PITLANE_TRY_STATUS(write_tune_results(result, flags.tune.out));
  if (!flags.no_video) {
    const Status video = add_video(result, inputs, flags.tune, bar);
    if (!video.ok()) return video.error().kind() == ErrorKind::kInterrupted ? without_video(flags) : video.error();
  }
  if (flags.json)
    std::fputs(json_report(result).c_str(), stdout);
  else
    print_outcome(result, flags);
  // What was not asked for by name may have nothing to do.
  const bool failed = std::ranges::any_of(
      result.rows, [&](const StrategyRow& row) { return row.failure && !(all && row.inapplicable); });
  const bool searched_in_vain = result.search && result.search->why_none;
  return failed || searched_in_vain || !result.recommendation.strategy ? kPartialFailure : kSuccess;
}

void add_latency_flags(CLI::App& verb, LatencyFlags& flags) {
  verb.add_option(
          "--latency", flags.list,
          "from frame to command in the laps: none, 60ms, measured (each network as long as it takes here), or a "
          "list: 0,20,60ms,measured")
      ->capture_default_str();
  verb.add_option("--latency-profile", flags.profile,
                  "of 'measured': a file with a time in ms on each line, e.g. of the robot, for all networks")
      ->check(not_empty());
  verb.add_option("--latency-factor", flags.factor,
                  "of 'measured': the robot is so many times slower than this machine")
      ->check(within(1e-3, 1000));
}

void add_constraint_flags(CLI::App& verb, TuneFlags& flags) {
  verb.add_option("--max-latency-ms", flags.constraints.max_latency_ms, "recommend nothing slower (median)")
      ->check(positive());
  verb.add_option("--max-size", flags.max_size_mb, "recommend no larger file (MB)")->check(positive());
  verb.add_option("--max-deviation-m", flags.constraints.max_deviation_m,
                  "recommend nothing that strays farther on average on any circuit (metres)")
      ->check(positive());
  verb.add_option(
          "--max-mse-increase", flags.constraints.max_mse_increase,
          "recommend nothing whose MSE rises more, as a share: 0.03 = 3 % (otherwise 0.10; students of --auto that "
          "were driven are weighed by their laps)")
      ->check(not_negative());
}

}  // namespace

void declare_tune(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("tune",
                                      "Apply every strategy to a network, measure each offline and on the track, "
                                      "recommend one; interrupted, it goes on where it stopped");
  const auto flags = std::make_shared<TuneFlags>();
  verb->add_option("MODEL", flags->model, "the network to tune");
  add_model_flags(*verb, flags->foreign);
  verb->add_option("--out", flags->out,
                   "directory for report.html, results.csv, laps.csv, results.json, results.md, recommended.pit")
      ->required();
  verb->add_flag("--overwrite", flags->tune.overwrite,
                 "replace what that directory holds: results of another network, files of the same names");
  add_data_flags(*verb, flags->data, false);
  verb->add_option("--circuit", flags->circuits, "circuits to judge on: names or files (default: all of our own)");
  verb->add_option(
      "--tuning-circuit", flags->tuning_circuits,
      "of --auto: circuits to choose students on: names or files, none of --circuit (default: all of our own "
      "that the network was trained on)");
  verb->add_option("--strategy", flags->strategies,
                   "names, separated by spaces (see pitlane strategies), or all, the default");
  verb->add_option("--auto", flags->auto_budget,
                   "search for a small student network too, for so long (30min, 2h) or over so many trials (20); "
                   "strategies then run only where named")
      ->check(CLI::Validator(
          [](std::string& text) { return text.empty() ? std::string("is empty; say e.g. 30min") : ""; }, ""));
  add_recipe_flags(*verb, flags->recipe);
  add_budget_flag(*verb, flags->budget);
  verb->add_flag("--no-track", flags->no_track, "judge offline only");
  verb->add_flag("--quick", flags->quick, "a shorter set for fine-tuning; the report says so");
  verb->add_option("--frames", flags->frames, "without --data: frames that the expert records")
      ->check(whole(500, 10000000));
  add_latency_flags(*verb, flags->latency);
  verb->add_option("--vehicle", flags->tune.laps.vehicle.adapter,
                   "how outputs move the car: auto, direct, steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]")
      ->capture_default_str();
  add_constraint_flags(*verb, *flags);
  verb->add_option("--seed", flags->tune.seed, "of data, fine-tuning and order")->check(seed())->capture_default_str();
  verb->add_option("--laps-seed", flags->tune.laps.seed, "of start offset and appearance")
      ->check(seed())
      ->capture_default_str();
  verb->add_option("--threads", flags->tune.laps.threads, "laps driven, and students taught, at once; 0 = all cores")
      ->check(whole(0, 1024))
      ->capture_default_str();
  verb->add_flag("--no-video", flags->no_video, "leave the video out of report.html");
  verb->add_flag("--json", flags->json, "print the results as one JSON document");
  verb->callback([&chosen, flags, verb] {
    chosen.action = [flags, verb]() -> Result<int> {
      PITLANE_TRY(flags->tune.budget, read_budget(*verb, flags->budget));
      if (flags->model.empty()) {
        PITLANE_TRY(flags->model, take_last_model({&flags->data.directories, &flags->circuits, &flags->strategies}));
      }
      return run(*flags, *verb);
    };
  });
}

}  // namespace pitlane::cli
