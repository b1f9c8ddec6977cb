// pitlane tune: a network goes in; faster ones come out, driven and proven, with a recommendation.
#include <memory>
#include <string>

#include "pitlane/cli/budget_flag.h"
#include "pitlane/cli/last_model.h"
#include "pitlane/cli/not_empty.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/recipe_flags.h"
#include "pitlane/cli/tune_flags.h"
#include "pitlane/cli/tune_run.h"
#include "pitlane/cli/verb.h"

namespace pitlane::cli {
namespace {

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
      return run_tune(*flags, *verb);
    };
  });
}

}  // namespace pitlane::cli
