#include "pitlane/search/auto_search.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/core/hash.h"
#include "pitlane/core/log.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/search/group_progress.h"
#include "pitlane/search/shown_trials.h"
#include "pitlane/search/student_data.h"
#include "pitlane/search/student_maker.h"
#include "pitlane/search/student_timer.h"
#include "pitlane/search/trial_store.h"
#include "pitlane/search/tuning_laps.h"
#include "pitlane/study/code_version.h"
#include "pitlane/study/training_history.h"
#include "pitlane/study/tune_store.h"
#include "pitlane/study/workers.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kTooSlow = "slower than --max-latency-ms";
constexpr const char* kTooLarge = "larger than --max-size";
constexpr const char* kNoBetter = "no faster, smaller or more exact than the same student finished as usual";
constexpr double kBetter = 0.97;        // of its latency, size or error: less is within what measuring varies by
constexpr double kFinishingEpochs = 8;  // of the longest of the other ways, roughly: what they start from is there
double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

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
        data_(inputs),
        maker_(inputs, options.seed, options.out / "auto/trained"),
        timer_(store_, inputs.split->validation.front(), isa_, options.machine),
        laps_(*inputs.baseline, inputs.courses, options.laps) {}

  Result<AutoResult> run() {
    HalvingOptions halving;
    halving.space = space_for(*inputs_.baseline, options_.max_size_bytes);
    halving.outputs = static_cast<int>(inputs_.baseline->outputs.size());
    halving.budget = options_.budget;
    halving.seed = options_.seed;
    for (std::size_t rung = 0; rung < kTaughtRungs; ++rung)
      halving.cost[rung] =
          static_cast<double>(kTeaching[rung].epochs) / static_cast<double>(kTeaching[rung].one_sample_in);
    halving.cost[kRungs - 1] = kFinishingEpochs;
    PITLANE_TRY(Halved halved, halve(halving, [&](const std::vector<RungTrial>& group, const HalvingState& state) {
                  return score(group, state);
                }));
    AutoResult result{std::move(halved.trials), {}, std::move(halved.why_none)};
    if (!result.why_none) {
      PITLANE_TRY(result.finalists, finalists(result.trials));
    }
    return result;
  }

 private:
  // Everything that decides the trial.
  [[nodiscard]] std::string key(const RungTrial& which) const {
    Hasher hasher;
    hasher.text(code_version()).text(content_hash(*inputs_.baseline)).text(to_string(which.candidate));
    hasher.text(inputs_.dataset->hash).text(inputs_.split->description).number(inputs_.split->train.size());
    hasher.number(options_.seed).number(static_cast<std::uint64_t>(which.rung)).text(isa_).text(options_.machine);
    // What is finished in another way is judged beside the student that was finished as usual.
    if (which.rung >= kTaughtRungs) hasher.text(to_string(as_usual_.at(which.number).candidate));
    if (is_kept(which)) {
      for (const Course& course : inputs_.courses) hasher.text(course.key).number(course.reverse ? 1 : 0);
      add_latencies(hasher, options_.laps.latencies);
      hasher.number(options_.laps.seed).text(options_.laps.vehicle.adapter);
    }
    return hasher.hex();
  }
  // Its network is kept and driven.
  static bool is_kept(const RungTrial& which) { return which.rung >= kLastTaught; }
  [[nodiscard]] fs::path file_of(const RungTrial& which) const { return options_.out / "auto" / (key(which) + ".pit"); }

  // A candidate on its way through the group with which it is judged.
  struct Piece {
    const RungTrial* which = nullptr;
    std::size_t place = 0;  // in the group
    Trial trial = {};
    std::string name = {};  // in the store
    bool resumed = false, damaged = false;
    std::shared_ptr<const Dataset> dataset = nullptr;
    std::optional<Network> network = {};
  };
  using ToldFn = std::function<ProgressFn(const Piece&)>;

  Result<std::vector<Trial>> score(const std::vector<RungTrial>& group, const HalvingState& state) {
    std::vector<Piece> pieces;
    std::vector<Piece*> open;
    for (const RungTrial& which : group) pieces.push_back({.which = &which, .place = pieces.size()});
    for (Piece& piece : pieces) {
      piece.name = "auto-" + key(*piece.which);
      PITLANE_TRY(const std::optional<Trial> trial, stored(piece));
      piece.resumed = trial.has_value();
      piece.trial = trial.value_or(Trial());
      if (!piece.resumed) open.push_back(&piece);
    }
    PITLANE_TRY_STATUS(judge_and_keep(open, state));
    std::vector<Trial> out;
    for (Piece& piece : pieces) {
      const RungTrial& which = *piece.which;
      if (which.rung == kLastTaught) as_usual_[which.number] = {which.rung, which.number, which.candidate, piece.trial};
      if (!piece.trial.failure) piece.trial.failure = beyond_limits(piece.trial);
      if (on_trial_) {
        RungTrial done = which;
        done.trial = piece.trial;
        on_trial_(done, piece.resumed);
      }
      out.push_back(std::move(piece.trial));
    }
    return out;
  }

  // Teaching goes on in all threads; what is timed before and after it, and drives, has the machine to itself.
  Status judge_and_keep(const std::vector<Piece*>& open, const HalvingState& state) {
    if (open.empty()) return {};
    const auto begin = Clock::now();
    const ToldFn tell = [&](const Piece& piece) { return told(piece, state, begin); };
    PITLANE_TRY_STATUS(prepare_and_teach(open, tell));
    const double shared_s = seconds_since(begin) / static_cast<double>(open.size());
    for (Piece* piece : open) {
      const auto alone = Clock::now();
      if (!piece->trial.failure && is_kept(*piece->which))
        PITLANE_TRY_STATUS(or_out(*piece, try_out(*piece, tell(*piece))));
      piece->trial.seconds = shared_s + seconds_since(alone);
      if (piece == open.back()) store_.flush_with_next();
      PITLANE_TRY_STATUS(keep(*piece));
    }
    return {};
  }

  Result<std::optional<Trial>> stored(Piece& piece) {
    const RungTrial& which = *piece.which;
    PITLANE_TRY(const std::optional<Trial> trial, recorded(piece));
    if (!trial || !is_kept(which) || trial->failure || load_pit(file_of(which)).ok()) return trial;
    // The time that it took is part of what is repeated: only its network is made again.
    log_warning("auto trial " + std::to_string(which.number) + ": its network is gone and is made again");
    PITLANE_TRY(const auto dataset, seen_by(which.candidate, progress_));
    PITLANE_TRY(const Network network, maker_.finished(which.candidate, *dataset, progress_));
    PITLANE_TRY_STATUS(save_pit(network, file_of(which)));
    return trial;
  }

  // What the store has of it, under any of its names; says in `piece` where that is damaged.
  Result<std::optional<Trial>> recorded(Piece& piece) {
    std::vector<std::string> names = {piece.name};
    if (options_.max_latency_ms || options_.max_size_bytes) names.push_back(name_with_limits(piece.name));
    PITLANE_TRY(const TrialStore::Found found, store_.find(names));
    piece.damaged = found.damaged;
    if (found.damaged && !found.trial)
      log_warning("auto trial " + std::to_string(piece.which->number) + ": cannot be read and is made again");
    return found.trial;
  }

  Status keep(const Piece& piece) {
    const std::optional<std::string>& failure = piece.trial.failure;
    const bool by_limits = failure && (*failure == kTooSlow || *failure == kTooLarge);
    return store_.keep(by_limits ? name_with_limits(piece.name) : piece.name, piece.trial, piece.damaged);
  }

  // A candidate that cannot be taught is out, and a way of finishing that does not suit it; what ails the data or the
  // disk ends the search.
  static bool is_out(const RungTrial& which, ErrorKind kind) {
    if (kind == ErrorKind::kNumeric) return true;
    return which.rung >= kTaughtRungs &&
           (kind == ErrorKind::kUnsupported || kind == ErrorKind::kInapplicable || kind == ErrorKind::kInvalidArgument);
  }

  [[nodiscard]] bool too_slow(const Trial& trial) const {
    return options_.max_latency_ms && trial.latency_ms > *options_.max_latency_ms;
  }

  [[nodiscard]] std::optional<std::string> beyond_limits(const Trial& trial) const {
    if (too_slow(trial)) return kTooSlow;
    if (options_.max_size_bytes && static_cast<double>(trial.size_bytes) > *options_.max_size_bytes) return kTooLarge;
    return std::nullopt;
  }

  // What was not taught or not driven because of a limit is out with these limits alone; all other trials serve any.
  [[nodiscard]] std::string name_with_limits(const std::string& name) const {
    Hasher hasher;
    for (const std::optional<double>& limit : {options_.max_latency_ms, options_.max_size_bytes})
      hasher.number(limit ? 1 : 0).real(limit.value_or(0));
    return name + "-above-" + hasher.hex();
  }

  [[nodiscard]] ProgressFn told(const Piece& piece, const HalvingState& state, Clock::time_point begin) const {
    std::string stage = "auto rung " + std::to_string(state.rung + 1) + " trial " +
                        std::to_string(static_cast<std::size_t>(state.done) + piece.place + 1);
    if (state.total > 0) stage += " of " + std::to_string(state.total);
    const bool timed = options_.budget.seconds > 0;
    return [this, stage, timed, left = state.seconds_left, begin,
            name = to_string(piece.which->candidate)](const Progress& p) {
      std::string detail = name;
      if (timed) {
        const double now = left - seconds_since(begin);
        detail += ", " + std::to_string(static_cast<int>(std::ceil(std::max(0.0, now) / 60))) + " min of budget left";
      }
      return report(progress_, {stage + ": " + p.stage, p.done, p.total, detail});
    };
  }

  // Those that see different pictures are taught together as far as memory shall last.
  Status prepare_and_teach(const std::vector<Piece*>& pieces, const ToldFn& told) {
    std::vector<Piece*> pupils;
    std::set<const Dataset*> datasets;
    std::size_t bytes = 0;
    for (Piece* piece : pieces) {
      PITLANE_TRY_STATUS(or_out(*piece, prepare(*piece, told(*piece))));
      if (piece->trial.failure) {
        piece->dataset = nullptr;
        continue;
      }
      const std::size_t own = datasets.contains(piece->dataset.get()) ? 0 : piece->dataset->pictures.size();
      if (!pupils.empty() && bytes + own > StudentData::kMostKeptBytes) {
        PITLANE_TRY_STATUS(teach(pupils, told));
        pupils.clear();
        datasets.clear();
        bytes = 0;
      }
      pupils.push_back(piece);
      if (datasets.insert(piece->dataset.get()).second) bytes += piece->dataset->pictures.size();
    }
    return teach(pupils, told);
  }

  // An error that only says that this candidate is out becomes its failure.
  static Status or_out(Piece& piece, const Status& status) {
    if (status.ok() || !is_out(*piece.which, status.error().kind())) return status;
    piece.trial.failure = status.error().message();
    return {};
  }

  Status prepare(Piece& piece, const ProgressFn& progress) {
    PITLANE_TRY(piece.dataset, seen_by(piece.which->candidate, progress));
    if (piece.which->rung >= kTaughtRungs) return {};
    PITLANE_TRY(piece.trial.latency_ms, latency_of(piece.which->candidate, *piece.dataset, progress));
    if (too_slow(piece.trial)) piece.trial.failure = kTooSlow;  // not worth teaching, whatever it would learn
    return {};
  }

  Status teach(const std::vector<Piece*>& pupils, const ToldFn& told) const {
    GroupProgress group(pupils.size(),
                        [&](std::size_t i, const Progress& progress) { return told(*pupils[i])(progress); });
    const auto work = [&](std::size_t i, const ProgressFn& go_on) {
      Status status = or_out(*pupils[i], teach(*pupils[i], group.of(i, go_on)));
      group.end(i);
      return status;
    };
    PITLANE_TRY_STATUS(run_workers(pupils.size(), static_cast<unsigned>(options_.laps.threads), work,
                                   [&](std::size_t, std::size_t) { return group.tell(); }));
    for (Piece* pupil : pupils) pupil->dataset = nullptr;
    return {};
  }

  Status teach(Piece& piece, const ProgressFn& progress) const {
    const RungTrial& which = *piece.which;
    const Dataset& dataset = *piece.dataset;
    PITLANE_TRY(piece.network, is_kept(which) ? maker_.finished(which.candidate, dataset, progress)
                                              : maker_.tried(which.candidate, which.rung, dataset, progress));
    PITLANE_TRY(const auto plan, compile(*piece.network));
    const std::unique_ptr<Session> session = plan->new_session();
    const std::vector<std::int64_t>& samples = inputs_.split->validation;
    PITLANE_TRY(const Predictions answers, predict(*piece.network, *session, dataset, samples, progress));
    piece.trial.mse = accuracy(answers, dataset, samples).mse;
    PITLANE_TRY(const std::vector<std::byte> bytes, serialize_pit(*piece.network));
    piece.trial.size_bytes = static_cast<std::int64_t>(bytes.size());
    return {};
  }

  // Of one whose network is kept: what is within all limits drives.
  Status try_out(Piece& piece, const ProgressFn& progress) {
    const RungTrial& which = *piece.which;
    Trial& out = piece.trial;
    if (which.rung >= kTaughtRungs) {
      PITLANE_TRY(const auto dataset, seen_by(which.candidate, progress));
      PITLANE_TRY(out.latency_ms, latency_beside_usual(which, *piece.network, *dataset, progress));
      if (is_no_better(out, as_usual_.at(which.number).trial)) out.failure = kNoBetter;
    }
    if (!out.failure) out.failure = beyond_limits(out);
    if (out.failure) return {};
    PITLANE_TRY_STATUS(save_pit(*piece.network, file_of(which)));
    PITLANE_TRY(const auto plan, compile(*piece.network));
    return laps_.drive(*piece.network, *plan, progress, out);
  }

  Result<std::shared_ptr<const Dataset>> seen_by(const Candidate& candidate, const ProgressFn& progress) {
    PITLANE_TRY(const Network fresh, build_candidate(candidate, *inputs_.baseline, options_.seed));
    return data_.of(fresh, progress);
  }

  static bool is_no_better(const Trial& trial, const Trial& usual) {
    return trial.latency_ms >= kBetter * usual.latency_ms && trial.mse >= kBetter * usual.mse &&
           static_cast<double>(trial.size_bytes) >= kBetter * static_cast<double>(usual.size_bytes);
  }

  // Of the untrained network in its storage: time depends on shapes.
  Result<double> latency_of(const Candidate& candidate, const Dataset& dataset, const ProgressFn& progress) {
    PITLANE_TRY(const Network fresh, build_candidate(candidate, *inputs_.baseline, options_.seed));
    return timer_.of(fresh, strategy_of(candidate.storage), dataset,
                     [&] { return maker_.stored(fresh, candidate, dataset, progress); });
  }

  // Zeros, few values and layers in floats are read in other ways: such a network is timed itself, in turns with the
  // one that was finished as usual.
  Result<double> latency_beside_usual(const RungTrial& which, const Network& network, const Dataset& dataset,
                                      const ProgressFn& progress) {
    const RungTrial& as_usual = as_usual_.at(which.number);
    PITLANE_TRY(const Network usual, maker_.finished(as_usual.candidate, dataset, progress));
    PITLANE_TRY(const double ratio, timer_.beside(network, usual, dataset));
    return ratio * as_usual.trial.latency_ms;
  }

  Result<std::vector<MadeNetwork>> finalists(const std::vector<RungTrial>& trials) {
    std::vector<MadeNetwork> out;
    for (const RungTrial* t : shown_trials(trials)) {
      MadeNetwork made;
      made.name = "auto-" + std::to_string(out.size() + 1);
      made.summary = "A student that the search found: " + to_string(t->candidate) + ".";
      PITLANE_TRY(made.network, load_pit(file_of(*t)));
      made.recipe = recipe_of(*t, made.network);
      made.training = training_history(made.network);
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
  TrialStore store_;
  std::string isa_;
  StudentData data_;
  StudentMaker maker_;
  StudentTimer timer_;
  TuningLaps laps_;
  std::map<int, RungTrial> as_usual_;  // of the last taught rung, by number
};

}  // namespace

Result<AutoResult> auto_search(const AutoInputs& inputs, const AutoOptions& options, const ProgressFn& progress,
                               const TrialFn& on_trial) {
  PITLANE_TRY_STATUS(check_teachable(*inputs.baseline));
  PITLANE_TRY_STATUS(validate(*inputs.baseline));
  PITLANE_TRY(Store store, open_tune_store(options.out, *inputs.baseline, options.overwrite));
  PITLANE_TRY_STATUS(make_writable_directory(options.out / "auto"));
  PITLANE_TRY_STATUS(make_writable_directory(options.out / "auto/trained"));
  PITLANE_TRY(const Isa isa, default_isa());
  AutoSearch search(inputs, options, progress, on_trial, std::move(store), to_string(isa));
  return search.run();
}

}  // namespace pitlane
