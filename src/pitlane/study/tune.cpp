#include "pitlane/study/tune.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/core/hash.h"
#include "pitlane/core/log.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/study/budget_judge.h"
#include "pitlane/study/code_version.h"
#include "pitlane/study/fine_tuning.h"
#include "pitlane/study/kept_judgements.h"
#include "pitlane/study/kept_trainings.h"
#include "pitlane/study/seen_data.h"
#include "pitlane/study/store.h"
#include "pitlane/study/track_judge.h"
#include "pitlane/study/training_history.h"
#include "pitlane/study/tune_json.h"
#include "pitlane/study/tune_latency.h"
#include "pitlane/study/tune_store.h"
#include "pitlane/study/tune_timing.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBaseline = "baseline";
constexpr std::size_t kMostOfStudents = 1'200'000'000;  // bytes of pictures: students see them at many sizes

// Evenly spread, so that every session stays represented.
std::vector<std::int64_t> thin(const std::vector<std::int64_t>& indices, std::int64_t most) {
  const auto size = static_cast<std::int64_t>(indices.size());
  if (most <= 0 || size <= most) return indices;
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < most; ++i) out.push_back(indices[static_cast<std::size_t>(i * size / most)]);
  return out;
}

Result<std::vector<Strategy>> chosen_strategies(const TuneOptions& options) {
  std::vector<const Strategy*> found;
  PITLANE_TRY(const Strategy* baseline, find_strategy(kBaseline));
  found.push_back(baseline);
  if (options.strategies.empty())
    for (const Strategy& strategy : strategies())
      if (&strategy != baseline) found.push_back(&strategy);
  for (const std::string& name : options.strategies) {
    PITLANE_TRY(const Strategy* strategy, find_strategy(name));
    if (std::find(found.begin(), found.end(), strategy) == found.end()) found.push_back(strategy);
  }
  std::vector<Strategy> out;
  for (const Strategy* strategy : found) out.push_back(with_changes(*strategy, options.changes));
  return out;
}

double network_sparsity(const Network& network) {
  double zeros = 0;
  double all = 0;
  for (const Weight& weight : network.weights) {
    if (weight.shape.size() < 2) continue;  // biases and normalisation are not what pruning is about
    zeros += sparsity(weight) * static_cast<double>(weight.size());
    all += static_cast<double>(weight.size());
  }
  return all > 0 ? zeros / all : 0;
}

std::string megabytes_text(std::int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

class Tuner {
 public:
  Tuner(const TuneInputs& inputs, const TuneOptions& options, const ProgressFn& progress, Store store)
      : inputs_(inputs),
        options_(options),
        progress_(progress),
        store_(std::move(store)),
        split_(*inputs.split),
        data_(inputs.baseline, *inputs.dataset, inputs.load),
        students_data_(inputs.baseline, *inputs.dataset, inputs.load, kMostOfStudents),
        trainings_(options.out / "fine-tuned") {
    split_.train = thin(split_.train, options.most_training_samples);
  }

  Result<TuneResult> run(const std::vector<Strategy>& chosen, const RowFn& on_row) {
    PITLANE_TRY(const Isa isa, default_isa());
    isa_ = to_string(isa);
    TuneResult result;
    result.network_name = inputs_.baseline.name;
    if (const auto said = inputs_.baseline.metadata.find("family"); said != inputs_.baseline.metadata.end())
      result.family = said->second;
    result.baseline_file = inputs_.baseline_file;
    result.training = training_history(inputs_.baseline);
    for (const Course& course : inputs_.courses)
      if (!course.reverse) result.circuits.push_back(course.map);
    for (const Strategy& strategy : chosen) {
      PITLANE_TRY(StrategyRow row, finished_row(strategy, on_row));
      result.rows.push_back(std::move(row));
    }
    for (const MadeNetwork& made : inputs_.made) {
      PITLANE_TRY(StrategyRow row, finished_row(made, on_row));
      result.rows.push_back(std::move(row));
    }
    PITLANE_TRY_STATUS(time_rows(result, options_.out, inputs_, {data_, students_data_}, options_.timing, progress_));
    return result;
  }

 private:
  // Everything that decides a row's content, so that an old row is never mistaken for this one's.
  [[nodiscard]] std::string key(const std::string& name, const std::string& how) const {
    Hasher hasher;
    hasher.text(code_version()).text(content_hash(inputs_.baseline)).text(how);
    hasher.text(inputs_.dataset->hash).text(split_.description).number(options_.seed);
    hasher.number(split_.train.size()).number(split_.validation.size());
    for (const Course& course : inputs_.courses) hasher.text(course.key).number(course.reverse ? 1 : 0);
    add_latencies(hasher, options_.laps.latencies);
    if (options_.own_latency) hasher.text("own").number(options_.own_latency->at).real(options_.own_latency->factor);
    hasher.number(options_.laps.seed).text(options_.laps.vehicle.adapter).text(isa_);
    return name + "-" + hasher.hex();
  }

  /// A limit on the track is held on courses that are not held out, and which those are is no part of other rows' keys.
  [[nodiscard]] std::string budgets_courses() const {
    std::string marks;
    if (!track_limit(options_.budget)) return marks;
    for (const Course& course : inputs_.courses) marks += course.held_out ? " -" : " +";
    for (const Course& course : inputs_.budget_courses) marks += " " + course.key + (course.reverse ? " reversed" : "");
    return marks;
  }

  Result<StrategyRow> finished_row(const Strategy& strategy, const RowFn& on_row) {
    StrategyRow empty;
    empty.strategy = strategy.name;
    empty.summary = strategy.summary;
    empty.recipe = recipe(strategy);
    if (under_budget(strategy)) empty.recipe += " | within_budget(" + to_string(options_.budget) + ")";
    return finished_row(
        empty, key(strategy.name, empty.recipe + (under_budget(strategy) ? budgets_courses() : "")),
        [&] { return make_row(strategy, empty); }, on_row);
  }

  Result<StrategyRow> finished_row(const MadeNetwork& made, const RowFn& on_row) {
    StrategyRow empty;
    empty.strategy = made.name;
    empty.summary = made.summary;
    empty.recipe = made.recipe;
    empty.student = true;
    empty.fine_tuning = made.training;
    // What chose it is no part of its content, and yet of the row: a held-out circuit may be none any more.
    const auto circuits = made.network.metadata.find("circuits");
    const std::string how = content_hash(made.network) + made.recipe +
                            (circuits == made.network.metadata.end() ? std::string() : circuits->second);
    const ProgressFn tell = told(made.name);
    const auto make = [&]() -> Result<StrategyRow> {
      StrategyRow row = empty;
      PITLANE_TRY_STATUS(keep(made.network, row));
      PITLANE_TRY(const Dataset* seen, students_data_.as(made.network, tell));
      PITLANE_TRY_STATUS(judge(made.network, *seen, row, tell));
      return row;
    };
    return finished_row(empty, key(made.name, how), make, on_row);
  }

  using MakeRow = std::function<Result<StrategyRow>()>;

  Result<StrategyRow> finished_row(const StrategyRow& empty, const std::string& name, const MakeRow& make,
                                   const RowFn& on_row) {
    PITLANE_TRY(std::optional<StrategyRow> stored, stored_row(name, empty.strategy));
    if (stored) {
      if (!stored->failure) PITLANE_TRY_STATUS(remember_baseline(*stored));
      if (on_row) on_row(*stored, true);
      return *std::move(stored);
    }
    Result<StrategyRow> made = make();
    if (!made.ok() && made.error().kind() == ErrorKind::kInterrupted) return made.error();
    // All other rows are compared with the baseline: without it there is nothing to say.
    if (!made.ok() && empty.strategy == kBaseline) return made.error().in("the baseline cannot be measured");
    StrategyRow row = empty;
    if (made.ok()) {
      row = *std::move(made);
    } else {
      row.fine_tuning.clear();
      row.failure = made.error().message();
      row.inapplicable = made.error().kind() == ErrorKind::kInapplicable;
    }
    // A failure may have a cause that goes away (a full disk): only success is remembered.
    if (!row.failure) PITLANE_TRY_STATUS(store_.put(name, to_json(row)));
    if (on_row) on_row(row, false);
    return row;
  }

  Result<std::optional<StrategyRow>> stored_row(const std::string& name, const std::string& strategy) {
    PITLANE_TRY(const std::optional<std::string> text, store_.find(name));
    if (!text) return std::optional<StrategyRow>();
    Result<StrategyRow> row = strategy_row_from_json(*text);
    if (!row.ok()) {
      log_warning(strategy + ": the stored row cannot be read and is made again (" + row.error().message() + ")");
      return std::optional<StrategyRow>();
    }
    const Result<Network> network = load_pit(options_.out / row->file);
    if (network.ok() && content_hash(*network) == row->network_hash) {
      mark_held_out(*row);
      return std::optional<StrategyRow>(*std::move(row));
    }
    if (!network.ok()) log_warning(strategy + ": " + row->file + " is gone or damaged; the row is made again");
    return std::optional<StrategyRow>();
  }

  // What is held out depends on what the network was trained on, which is no part of a row's key.
  void mark_held_out(StrategyRow& row) const {
    for (LapRow& lap : row.laps)
      for (const Course& course : inputs_.courses)
        if (course.circuit == lap.circuit) lap.held_out = course.held_out;
  }

  [[nodiscard]] ProgressFn told(const std::string& label) const {
    return [this, label](const Progress& p) {
      return report(progress_, {label + ": " + p.stage, p.done, p.total, p.detail});
    };
  }

  Result<StrategyRow> make_row(const Strategy& strategy, StrategyRow row) {
    const ProgressFn tell = told(strategy.name);
    StrategyContext context;
    context.dataset = inputs_.dataset;
    context.split = &split_;
    context.seed = options_.seed;
    Curves curves;
    context.fine_tune = [&](const Network& network, const FineTuning& wanted, const ProgressFn& inner) {
      return fine_tune(network, wanted, curves.emplace_back(), inner);
    };
    context.importance = importance_on(data_, split_);
    context.seen_by = data_.seen_by();
    PITLANE_TRY(const Network network, within_budget(strategy, context, curves, row, tell));
    PITLANE_TRY_STATUS(keep(network, row));
    PITLANE_TRY(const Dataset* seen, data_.as(network, tell));
    PITLANE_TRY_STATUS(judge(network, *seen, row, tell));
    return row;
  }

  using Curves = std::vector<std::vector<EpochRecord>>;  // of each training, as they were asked for

  Result<Network> within_budget(const Strategy& strategy, const StrategyContext& context, const Curves& curves,
                                StrategyRow& row, const ProgressFn& progress) {
    if (!under_budget(strategy)) {
      PITLANE_TRY(Network network, apply_strategy(inputs_.baseline, strategy, context, progress));
      if (!curves.empty()) row.fine_tuning = curves.back();
      return network;
    }
    TrackFn track;
    if (const std::optional<BudgetLimit> limit = track_limit(options_.budget)) {
      PITLANE_TRY_STATUS(drive_budget_courses(progress));
      PITLANE_TRY(track, inputs_.budget_courses.empty()
                             ? track_judge(inputs_.courses, options_.laps, *limit, baseline_laps_)
                             : track_judge(inputs_.budget_courses, options_.laps, *limit, budget_laps_));
      track = kept_judgements(std::move(track), store_, key("track", to_string({*limit}) + budgets_courses()));
    }
    const JudgeFn errors = kept_judgements(judge_on(data_, split_), store_, key("errors", ""));
    PITLANE_TRY(HeldBudget held,
                hold_budget(inputs_.baseline, strategy, context, options_.budget, errors, progress, track));
    row.put_back = std::move(held.spared);
    row.put_back.insert(row.put_back.end(), held.put_back.begin(), held.put_back.end());
    if (!held.all_in_eight_bits.empty())
      row.put_back.push_back("the budget bears fewer bits than 8 in none of " + held.all_in_eight_bits);
    if (!row.put_back.empty())
      row.put_back.push_back(
          "the budget holds at " + megabytes_text(held.size_bytes) +
          (held.strategy_size_bytes > 0 ? ", without it " + megabytes_text(held.strategy_size_bytes) : ""));
    row.standing = std::move(held.standing);
    if (held.trainings > 0) row.fine_tuning = curves[static_cast<std::size_t>(held.trainings) - 1];
    return std::move(held.network);
  }

  // The baseline's laps there, once in a run: they are the same each time.
  Status drive_budget_courses(const ProgressFn& progress) {
    if (inputs_.budget_courses.empty() || !budget_laps_.empty()) return {};
    PITLANE_TRY(const auto plan, compile(inputs_.baseline));
    PITLANE_TRY(budget_laps_, drive_laps(inputs_.baseline, *plan, inputs_.budget_courses, options_.laps, progress));
    return {};
  }

  // The baseline is what the others are measured by, whatever it is worth.
  [[nodiscard]] bool under_budget(const Strategy& strategy) const {
    return !options_.budget.empty() && strategy.name != std::string(kBaseline);
  }

  Status keep(const Network& network, StrategyRow& row) const {
    row.file = "networks/" + row.strategy + ".pit";
    PITLANE_TRY(const std::vector<std::byte> bytes, serialize_pit(network));
    row.size_bytes = static_cast<std::int64_t>(bytes.size());
    row.network_hash = content_hash(network);
    warn_of_replacement(row);
    PITLANE_TRY_STATUS(write_file(options_.out / row.file, bytes));
    row.sparsity = network_sparsity(network);
    return {};
  }

  // Files carry the names of strategies: two settings cannot both keep theirs.
  void warn_of_replacement(const StrategyRow& row) const {
    if (options_.overwrite) return;
    const Result<Network> before = load_pit(options_.out / row.file);
    if (before.ok() && content_hash(*before) != row.network_hash)
      log_warning(row.strategy + ": " + row.file +
                  ", of other settings or another version of Pitlane, is replaced; another --out would have kept both");
  }

  // Several strategies begin with the same pruning and training: it is done once.
  Result<Network> fine_tune(const Network& network, const FineTuning& wanted, std::vector<EpochRecord>& history,
                            const ProgressFn& progress) {
    const std::string key = fine_tuning_key(network, wanted, inputs_.dataset->hash, split_, options_.seed);
    PITLANE_TRY(Network tuned, trainings_.once(key, [&](const fs::path& checkpoint) {
      return fine_tuned(network, data_, split_, wanted, options_.seed, checkpoint, progress);
    }));
    history = training_history(tuned);
    tuned.metadata = network.metadata;
    return tuned;
  }

  Status judge(const Network& network, const Dataset& dataset, StrategyRow& row, const ProgressFn& progress) {
    PITLANE_TRY(const auto plan, compile(network));
    const std::unique_ptr<Session> session = plan->new_session();
    PITLANE_TRY(const Predictions predictions, predict(network, *session, dataset, split_.validation, progress));
    row.accuracy = accuracy(predictions, dataset, split_.validation);
    if (row.strategy == kBaseline) baseline_predictions_ = predictions;
    row.agreement = agreement(predictions, *baseline_predictions_);
    row.why_not_driven = inputs_.why_not_driven;
    if (inputs_.courses.empty()) return {};
    if (options_.own_latency) {
      PITLANE_TRY(row.decide_s, own_decide_s(store_, network, *plan, inputs_.courses, options_, progress));
    }
    PITLANE_TRY(const LapOptions laps, laps_of(options_, row.decide_s));
    PITLANE_TRY(row.laps, drive_laps(network, *plan, inputs_.courses, laps, progress));
    if (row.strategy == kBaseline) baseline_laps_ = row.laps;
    return {};
  }

  // A baseline row from the store still has to be the measure of agreement for the rows that follow.
  Status remember_baseline(const StrategyRow& row) {
    if (row.strategy != kBaseline) return {};
    PITLANE_TRY(const Network network, load_pit(options_.out / row.file));
    PITLANE_TRY(const auto plan, compile(network));
    const std::unique_ptr<Session> session = plan->new_session();
    PITLANE_TRY(baseline_predictions_, predict(network, *session, *inputs_.dataset, split_.validation));
    baseline_laps_ = row.laps;
    return {};
  }

  const TuneInputs& inputs_;
  const TuneOptions& options_;
  const ProgressFn& progress_;
  Store store_;
  Split split_;
  SeenData data_, students_data_;
  KeptTrainings trainings_;
  std::string isa_;
  std::optional<Predictions> baseline_predictions_;
  std::vector<LapRow> baseline_laps_;
  std::vector<LapRow> budget_laps_;  // the baseline's on TuneInputs::budget_courses
};

}  // namespace

Result<TuneResult> tune(const TuneInputs& inputs, const TuneOptions& options, const ProgressFn& progress,
                        const RowFn& on_row) {
  PITLANE_TRY_STATUS(validate(inputs.baseline));
  PITLANE_TRY(const std::vector<Strategy> chosen, chosen_strategies(options));
  PITLANE_TRY(Store store, open_tune_store(options.out, inputs.baseline, options.overwrite));
  PITLANE_TRY_STATUS(make_writable_directory(options.out / "networks"));
  PITLANE_TRY_STATUS(make_writable_directory(options.out / "fine-tuned"));
  Tuner tuner(inputs, options, progress, std::move(store));
  return tuner.run(chosen, on_row);
}

}  // namespace pitlane
