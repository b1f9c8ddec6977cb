#include "pitlane/search/auto_search.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/core/hash.h"
#include "pitlane/core/log.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/search/student_data.h"
#include "pitlane/search/trial_record.h"
#include "pitlane/study/budget_judge.h"
#include "pitlane/study/code_version.h"
#include "pitlane/study/fine_tuning.h"
#include "pitlane/study/store.h"
#include "pitlane/study/training_history.h"
#include "pitlane/study/tune_store.h"
#include "pitlane/study/tune_timing.h"
#include "pitlane/train/trainer.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// How long the candidates of a rung are taught.
struct Teaching {
  std::int64_t one_sample_in = 1;
  int epochs = 1;
};
constexpr Teaching kTeaching[kTaughtRungs] = {{4, 8}, {2, 16}, {1, 40}};
constexpr int kLastTaught = kTaughtRungs - 1;
constexpr double kLearningRate = 2e-3;
constexpr int kThreads = 1;  // layers are so small that threads would mostly wait for each other
constexpr const char* kTooSlow = "slower than --max-latency-ms";
constexpr const char* kNoBetter = "no faster, smaller or more exact than the same student finished as usual";
constexpr double kBetter = 0.97;  // of its latency, size or error: less is within what measuring varies by
constexpr std::size_t kMostFinishedOtherwise = 4;
constexpr std::uint64_t kTuningLaps = 0xA070;
const LatencyOptions kTiming{
    .warm_up_s = 0.02, .budget_s = 0.3, .precision = 0.01, .min_runs = 100, .runs_for_percentiles = 500};

class AutoSearch {
 public:
  AutoSearch(const AutoInputs& inputs, const AutoOptions& options, const ProgressFn& progress, const TrialFn& on_trial,
             Store store, std::string isa)
      : inputs_(inputs),
        options_(options),
        progress_(progress),
        on_trial_(on_trial),
        store_(std::move(store)),
        isa_(std::move(isa)),
        data_(inputs) {}

  Result<AutoResult> run() {
    HalvingOptions halving;
    halving.space = space_for(*inputs_.baseline, options_.max_size_bytes);
    halving.outputs = static_cast<int>(inputs_.baseline->outputs.size());
    halving.budget = options_.budget;
    halving.seed = options_.seed;
    AutoResult result;
    PITLANE_TRY(result.trials,
                halve(halving, [&](const RungTrial& which, const HalvingState& state) { return score(which, state); }));
    PITLANE_TRY(result.finalists, finalists(result.trials));
    return result;
  }

 private:
  // Everything that decides the student, but for the machine.
  [[nodiscard]] std::string key(const RungTrial& which) const {
    Hasher hasher;
    hasher.text(code_version()).text(content_hash(*inputs_.baseline)).text(to_string(which.candidate));
    hasher.text(inputs_.dataset->hash).text(inputs_.split->description).number(inputs_.split->train.size());
    hasher.number(options_.seed).number(static_cast<std::uint64_t>(which.rung)).text(isa_);
    if (is_kept(which)) {
      for (const Course& course : inputs_.courses) hasher.text(course.key).number(course.reverse ? 1 : 0);
      add_latencies(hasher, options_.laps.latencies);
      hasher.number(options_.laps.seed).text(options_.laps.vehicle.adapter);
    }
    return hasher.hex();
  }
  // Its network is kept and driven.
  static bool is_kept(const RungTrial& which) { return which.rung >= kLastTaught; }
  // The student that another way of finishing starts from.
  static RungTrial as_taught(RungTrial which) {
    which.rung = kLastTaught;
    which.candidate.recipe.clear();
    which.candidate.float_layers = 0;
    return which;
  }
  [[nodiscard]] fs::path file_of(const RungTrial& which) const { return options_.out / "auto" / (key(which) + ".pit"); }
  [[nodiscard]] fs::path floats_of(const RungTrial& which) const {
    return fs::path(file_of(as_taught(which))).replace_extension(".floats.pit");
  }

  Result<Trial> score(const RungTrial& which, const HalvingState& state) {
    const std::string name = "auto-" + key(which);
    PITLANE_TRY(std::optional<Trial> trial, stored(name, which));
    const bool resumed = trial.has_value();
    if (!trial) {
      const auto begin = Clock::now();
      Trial made;
      const Status status = judge(which, told(which, state, begin), made);
      if (!status.ok() && status.error().kind() == ErrorKind::kInterrupted) return status.error();
      // A candidate that cannot be taught is out; what ails the data or the disk ends the search.
      if (!status.ok() && status.error().kind() != ErrorKind::kNumeric) return status.error();
      if (!status.ok()) made.failure = status.error().message();
      made.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      PITLANE_TRY_STATUS(store_.put_new(too_slow(made) ? name_with_limit(name) : name, to_record(made)));
      trial = std::move(made);
    }
    if (which.rung == kLastTaught) as_usual_[which.number] = *trial;
    apply_limits(*trial);
    if (on_trial_) {
      RungTrial done = which;
      done.trial = *trial;
      on_trial_(done, resumed);
    }
    return *std::move(trial);
  }

  Result<std::optional<Trial>> stored(const std::string& name, const RungTrial& which) {
    PITLANE_TRY(std::optional<std::string> text, store_.find(name));
    if (!text && options_.max_latency_ms) {
      PITLANE_TRY(text, store_.find(name_with_limit(name)));
    }
    if (!text) return std::optional<Trial>();
    Result<Trial> trial = trial_from_record(*text);
    const bool has_file = trial.ok() && (!is_kept(which) || trial->failure || load_pit(file_of(which)).ok());
    if (has_file) return std::optional<Trial>(*std::move(trial));
    // The time that it took is part of what is repeated: only its network is made again.
    if (trial.ok()) {
      log_warning("auto trial " + std::to_string(which.number) + ": its network is gone and is made again");
      PITLANE_TRY(const Network network, finished(which, progress_));
      PITLANE_TRY_STATUS(save_pit(network, file_of(which)));
      return std::optional<Trial>(*std::move(trial));
    }
    log_warning("auto trial " + std::to_string(which.number) + ": cannot be read and is made again");
    return std::optional<Trial>();
  }

  [[nodiscard]] bool too_slow(const Trial& trial) const {
    return options_.max_latency_ms && trial.latency_ms > *options_.max_latency_ms;
  }

  // What was not taught because of a limit is out with this limit alone; all other trials serve any limit.
  [[nodiscard]] std::string name_with_limit(const std::string& name) const {
    return name + "-above-" + Hasher().real(*options_.max_latency_ms).hex();
  }

  void apply_limits(Trial& trial) const {
    if (trial.failure) return;
    if (too_slow(trial))
      trial.failure = kTooSlow;
    else if (options_.max_size_bytes && static_cast<double>(trial.size_bytes) > *options_.max_size_bytes)
      trial.failure = "larger than --max-size";
  }

  [[nodiscard]] ProgressFn told(const RungTrial& which, const HalvingState& state, Clock::time_point begin) const {
    std::string stage = "auto rung " + std::to_string(state.rung + 1) + " trial " + std::to_string(state.done + 1);
    if (state.total > 0) stage += " of " + std::to_string(state.total);
    const bool timed = options_.budget.seconds > 0;
    return [this, stage, timed, left = state.seconds_left, begin,
            name = to_string(which.candidate)](const Progress& p) {
      std::string detail = name;
      if (timed) {
        const double now = left - std::chrono::duration<double>(Clock::now() - begin).count();
        detail += ", " + std::to_string(static_cast<int>(std::ceil(std::max(0.0, now) / 60))) + " min of budget left";
      }
      return report(progress_, {stage + ": " + p.stage, p.done, p.total, detail});
    };
  }

  Status judge(const RungTrial& which, const ProgressFn& progress, Trial& out) {
    PITLANE_TRY(const Network fresh, build_candidate(which.candidate, *inputs_.baseline, options_.seed));
    PITLANE_TRY(const auto dataset, data_.of(fresh, progress));
    if (which.rung < kTaughtRungs) {
      PITLANE_TRY(out.latency_ms, latency_of(which.candidate, fresh, *dataset, progress));
      if (too_slow(out)) {
        out.failure = kTooSlow;  // not worth teaching, whatever it would learn
        return {};
      }
    }
    PITLANE_TRY(const Network network, finished(which, progress));
    PITLANE_TRY(const auto plan, compile(network));
    const std::unique_ptr<Session> session = plan->new_session();
    PITLANE_TRY(const Predictions answers, predict(network, *session, *dataset, inputs_.split->validation, progress));
    out.mse = accuracy(answers, *dataset, inputs_.split->validation).mse;
    PITLANE_TRY(const std::vector<std::byte> bytes, serialize_pit(network));
    out.size_bytes = static_cast<std::int64_t>(bytes.size());
    // What is pruned or of few values, or partly in floats, is read in other ways.
    if (which.rung >= kTaughtRungs) {
      PITLANE_TRY(out.latency_ms, time_network(network, *dataset, inputs_.split->validation.front(), kTiming));
      if (too_slow(out)) out.failure = kTooSlow;
      if (is_no_better(out, as_usual_.at(which.number))) out.failure = kNoBetter;
    }
    if (is_kept(which) && !out.failure) PITLANE_TRY_STATUS(write_file(file_of(which), bytes));
    remove_checkpoints(which);
    if (!is_kept(which) || out.failure) return {};
    return drive(network, *plan, progress, out);
  }

  static bool is_no_better(const Trial& trial, const Trial& usual) {
    return trial.latency_ms >= kBetter * usual.latency_ms && trial.mse >= kBetter * usual.mse &&
           static_cast<double>(trial.size_bytes) >= kBetter * static_cast<double>(usual.size_bytes);
  }

  Status drive(const Network& network, const Plan& plan, const ProgressFn& progress, Trial& out) {
    if (inputs_.courses.empty()) return {};
    LapOptions laps = options_.laps;
    laps.seed = mix64(laps.seed ^ kTuningLaps);
    StrategyRow row;
    PITLANE_TRY(row.laps, drive_laps(network, plan, inputs_.courses, laps, progress));
    out.laps = static_cast<int>(row.laps.size());
    out.completed = laps_completed(row);
    out.deviation_m = worst_mean_deviation_m(row);
    return {};
  }

  // Of the untrained network in its storage: time depends on shapes. Measured once on a machine, then stored.
  Result<double> latency_of(const Candidate& candidate, const Network& fresh, const Dataset& dataset,
                            const ProgressFn& progress) {
    Hasher hasher;
    hasher.text(code_version()).text(content_hash(fresh)).text(strategy_of(candidate.storage)).text(isa_);
    const std::string name = "auto-latency-" + hasher.hex();
    PITLANE_TRY(std::optional<std::string> text, store_.find(name));
    if (!text) {
      PITLANE_TRY(const Network stored, in_storage(fresh, candidate, dataset, progress));
      PITLANE_TRY(const double p50_ms, time_network(stored, dataset, inputs_.split->validation.front(), kTiming));
      Trial trial;
      trial.latency_ms = p50_ms;
      PITLANE_TRY_STATUS(store_.put_new(name, to_record(trial)));
      PITLANE_TRY(text, store_.find(name));
      PITLANE_CHECK(text.has_value());
    }
    PITLANE_TRY(const Trial trial, trial_from_record(*text));
    return trial.latency_ms;
  }

  Result<Network> in_storage(const Network& network, const Candidate& candidate, const Dataset& dataset,
                             const ProgressFn& progress) const {
    PITLANE_TRY(const Strategy* strategy, find_strategy(strategy_of(candidate.storage)));
    return apply_strategy(network, *strategy, storing(dataset), progress);
  }

  // Students that are for keeps are trained on with their rounding in sight.
  Result<Network> in_last_storage(const RungTrial& which, const Network& network, const Dataset& dataset,
                                  const ProgressFn& progress) const {
    if (which.candidate.storage != StudentStorage::kInt8)
      return in_storage(network, which.candidate, dataset, progress);
    StrategyContext context = storing(dataset);
    context.fine_tune = [&](const Network& rounded, const FineTuning& wanted, const ProgressFn& inner) {
      const fs::path checkpoint = checkpoint_of(which, Hasher().text(to_string(wanted)).hex());
      return fine_tuned(rounded, dataset, *inputs_.split, wanted, options_.seed, checkpoint, inner, kThreads);
    };
    const std::string& recipe = which.candidate.recipe;
    PITLANE_TRY(const Strategy* strategy, find_strategy(recipe.empty() ? "quan_aware" : recipe));
    if (which.candidate.float_layers == 0) return apply_strategy(network, *strategy, context, progress);
    const JudgeFn judge = [&](const Network& mixture, const ProgressFn& inner) {
      return errors(mixture, dataset, inner);
    };
    return keep_costliest_in_floats(network, *strategy, context, which.candidate.float_layers, judge, progress);
  }

  Result<std::vector<OutputError>> errors(const Network& network, const Dataset& dataset,
                                          const ProgressFn& progress) const {
    PITLANE_TRY(const auto plan, compile(network));
    PITLANE_TRY(const Predictions answers,
                predict(network, *plan->new_session(), dataset, inputs_.split->validation, progress));
    return output_errors(accuracy(answers, dataset, inputs_.split->validation));
  }

  [[nodiscard]] StrategyContext storing(const Dataset& dataset) const {
    StrategyContext context;
    context.dataset = &dataset;
    context.split = inputs_.split;
    context.seed = options_.seed;
    return context;
  }

  // `training`: which of its trainings, "" its teaching.
  [[nodiscard]] fs::path checkpoint_of(const RungTrial& which, const std::string& training = "") const {
    return options_.out / "auto" / (key(which) + (training.empty() ? "" : "-") + training + ".checkpoint");
  }
  void remove_checkpoints(const RungTrial& which) const {
    const std::string begin = key(which);
    std::error_code ignored;
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(options_.out / "auto", ignored))
      if (entry.path().extension() == ".checkpoint" && entry.path().filename().string().starts_with(begin))
        found.push_back(entry.path());
    for (const fs::path& path : found) fs::remove(path, ignored);
  }

  // In floats.
  Result<Network> taught(const RungTrial& which, const Dataset& dataset, const ProgressFn& progress) {
    PITLANE_TRY(const Network fresh, build_candidate(which.candidate, *inputs_.baseline, options_.seed));
    const Teaching& teaching = kTeaching[which.rung];
    Split split = *inputs_.split;
    split.train.clear();
    const auto step = static_cast<std::size_t>(teaching.one_sample_in);
    for (std::size_t i = 0; i < inputs_.split->train.size(); i += step) split.train.push_back(inputs_.split->train[i]);
    TrainOptions options;
    options.epochs = teaching.epochs;
    options.learning_rate = kLearningRate;
    options.seed = options_.seed;
    options.keep_last = true;  // it is judged on the same validation samples
    options.threads = kThreads;
    if (is_kept(which)) options.checkpoint = checkpoint_of(which);
    PITLANE_TRY(TrainResult trained, train(fresh, dataset, split, options, progress));
    set_training_history(trained.network, trained.epochs);
    const auto circuits = inputs_.baseline->metadata.find("circuits");
    if (circuits != inputs_.baseline->metadata.end()) trained.network.metadata["circuits"] = circuits->second;
    trained.network.metadata["teacher"] = content_hash(*inputs_.baseline);
    return std::move(trained.network);
  }

  // What several ways of finishing start from: it stays on disk.
  Result<Network> taught_for_keeps(const RungTrial& which, const Dataset& dataset, const ProgressFn& progress) {
    const fs::path file = floats_of(which);
    if (Result<Network> kept = load_pit(file); kept.ok()) return kept;
    PITLANE_TRY(Network network, taught(as_taught(which), dataset, progress));
    PITLANE_TRY_STATUS(save_pit(network, file));
    remove_checkpoints(as_taught(which));
    return network;
  }

  Result<Network> finished(const RungTrial& which, const ProgressFn& progress) {
    PITLANE_TRY(const Network fresh, build_candidate(which.candidate, *inputs_.baseline, options_.seed));
    PITLANE_TRY(const auto dataset, data_.of(fresh, progress));
    PITLANE_TRY(const Network floats,
                is_kept(which) ? taught_for_keeps(which, *dataset, progress) : taught(which, *dataset, progress));
    PITLANE_TRY(Network stored, is_kept(which) ? in_last_storage(which, floats, *dataset, progress)
                                               : in_storage(floats, which.candidate, *dataset, progress));
    set_training_history(stored, training_history(floats));  // not that of the finishing alone
    stored.metadata["candidate"] = to_string(which.candidate);
    return stored;
  }

  Result<std::vector<MadeNetwork>> finalists(const std::vector<RungTrial>& trials) {
    std::vector<const RungTrial*> last, otherwise;
    for (const RungTrial& t : trials)
      if (is_kept(t) && !t.trial.failure) (t.rung == kLastTaught ? last : otherwise).push_back(&t);
    // Of many that hardly differ in time, those that drive and answer best.
    std::stable_sort(otherwise.begin(), otherwise.end(), [](const RungTrial* a, const RungTrial* b) {
      return std::tuple(-a->trial.completed, a->trial.deviation_m, a->trial.mse) <
             std::tuple(-b->trial.completed, b->trial.deviation_m, b->trial.mse);
    });
    otherwise.resize(std::min(otherwise.size(), kMostFinishedOtherwise));
    last.insert(last.end(), otherwise.begin(), otherwise.end());
    std::stable_sort(last.begin(), last.end(), [](const RungTrial* a, const RungTrial* b) {
      return std::tuple(-a->trial.completed, a->trial.latency_ms) <
             std::tuple(-b->trial.completed, b->trial.latency_ms);
    });
    std::vector<MadeNetwork> out;
    for (const RungTrial* t : last) {
      MadeNetwork made;
      made.name = "auto-" + std::to_string(out.size() + 1);
      made.summary = "A student that the search found: " + to_string(t->candidate) + ".";
      PITLANE_TRY(made.network, load_pit(file_of(*t)));
      made.recipe = recipe_of(*t, made.network);
      made.training = training_history(made.network);
      PITLANE_TRY(made.dataset, data_.of(made.network, progress_));
      out.push_back(std::move(made));
    }
    return out;
  }

  [[nodiscard]] std::string recipe_of(const RungTrial& which, const Network& network) const {
    const auto stored = network.metadata.find("recipe");
    return "student(" + to_string(which.candidate) + ", epochs=" + std::to_string(kTeaching[kLastTaught].epochs) +
           ", teacher=0.5); " + (stored == network.metadata.end() ? "" : stored->second);
  }

  const AutoInputs& inputs_;
  const AutoOptions& options_;
  const ProgressFn& progress_;
  const TrialFn& on_trial_;
  Store store_;
  std::string isa_;
  StudentData data_;
  std::map<int, Trial> as_usual_;  // of the last taught rung, by number
};

}  // namespace

Result<AutoResult> auto_search(const AutoInputs& inputs, const AutoOptions& options, const ProgressFn& progress,
                               const TrialFn& on_trial) {
  PITLANE_TRY_STATUS(check_teachable(*inputs.baseline));
  PITLANE_TRY_STATUS(validate(*inputs.baseline));
  PITLANE_TRY(Store store, open_tune_store(options.out, *inputs.baseline, options.overwrite));
  PITLANE_TRY_STATUS(make_writable_directory(options.out / "auto"));
  PITLANE_TRY(const Isa isa, default_isa());
  AutoSearch search(inputs, options, progress, on_trial, std::move(store), to_string(isa));
  return search.run();
}

}  // namespace pitlane
