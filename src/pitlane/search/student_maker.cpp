#include "pitlane/search/student_maker.h"

#include <cstddef>
#include <system_error>
#include <utility>
#include <vector>

#include "pitlane/core/hash.h"
#include "pitlane/core/log.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/study/budget_judge.h"
#include "pitlane/study/code_version.h"
#include "pitlane/study/fine_tuning.h"
#include "pitlane/study/training_history.h"
#include "pitlane/train/trainer.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;

constexpr double kLearningRate = 2e-3;
// Layers are so small that threads would mostly wait for each other. And where several students are taught at once all
// must ask for the same: LibTorch keeps the number for the whole process.
constexpr int kThreads = 1;

}  // namespace

// The labels of `dataset` hold the baseline's answers, so its hash says on what they were computed too.
std::string StudentMaker::key(const Network& begin, const std::string& training, const Dataset& dataset) const {
  Hasher hasher;
  hasher.text(code_version()).text(content_hash(begin)).text(training).text(dataset.hash);
  hasher.text(inputs_.split->description).number(inputs_.split->train.size()).number(seed_);
  return hasher.hex();
}

Result<Network> StudentMaker::taught(const Network& fresh, const Teaching& teaching, const Dataset& dataset,
                                     const fs::path& checkpoint, const ProgressFn& progress) const {
  Split split = *inputs_.split;
  split.train.clear();
  const auto step = static_cast<std::size_t>(teaching.one_sample_in);
  for (std::size_t i = 0; i < inputs_.split->train.size(); i += step) split.train.push_back(inputs_.split->train[i]);
  TrainOptions options;
  options.epochs = teaching.epochs;
  options.learning_rate = kLearningRate;
  options.seed = seed_;
  options.keep_last = true;  // it is judged on the same validation samples
  options.threads = kThreads;
  options.checkpoint = checkpoint;
  PITLANE_TRY(TrainResult trained, train(fresh, dataset, split, options, progress));
  set_training_history(trained.network, trained.epochs);
  return std::move(trained.network);
}

Result<Network> StudentMaker::tried(const Candidate& candidate, int rung, const Dataset& dataset,
                                    const ProgressFn& progress) const {
  PITLANE_TRY(const Network fresh, build_candidate(candidate, *inputs_.baseline, seed_));
  PITLANE_TRY(const Network floats, taught(fresh, kTeaching[rung], dataset, {}, progress));
  PITLANE_TRY(Network network, stored(floats, candidate, dataset, progress));
  name(candidate, floats, network);
  // Its file is to be as long as it will be, and an epoch is a line of it.
  std::vector<EpochRecord> history = training_history(floats);
  history.resize(static_cast<std::size_t>(kTeaching[kTaughtRungs - 1].epochs), history.back());
  set_training_history(network, history);
  return network;
}

Result<Network> StudentMaker::finished(const Candidate& candidate, const Dataset& dataset,
                                       const ProgressFn& progress) const {
  PITLANE_TRY(const Network fresh, build_candidate(before_finishing(candidate), *inputs_.baseline, seed_));
  PITLANE_TRY(const Network floats, kept_.once(key(fresh, "teaching", dataset), [&](const fs::path& checkpoint) {
    return taught(fresh, kTeaching[kTaughtRungs - 1], dataset, checkpoint, progress);
  }));
  const bool rounds = candidate.storage == StudentStorage::kInt8;
  PITLANE_TRY(Network network,
              rounds ? rounded(floats, candidate, dataset, progress) : stored(floats, candidate, dataset, progress));
  name(candidate, floats, network);
  return network;
}

Result<Network> StudentMaker::stored(const Network& floats, const Candidate& candidate, const Dataset& dataset,
                                     const ProgressFn& progress) const {
  PITLANE_TRY(const Strategy* strategy, find_strategy(strategy_of(candidate.storage)));
  return apply_strategy(floats, *strategy, context_of(dataset), progress);
}

Result<Network> StudentMaker::rounded(const Network& floats, const Candidate& candidate, const Dataset& dataset,
                                      const ProgressFn& progress) const {
  StrategyContext context = context_of(dataset);
  context.fine_tune = [&](const Network& begin, const FineTuning& wanted, const ProgressFn& inner) -> Result<Network> {
    PITLANE_TRY(Network tuned, kept_.once(key(begin, to_string(wanted), dataset), [&](const fs::path& checkpoint) {
      return fine_tuned(begin, dataset, *inputs_.split, wanted, seed_, checkpoint, inner, kThreads);
    }));
    tuned.metadata = begin.metadata;
    return tuned;
  };
  PITLANE_TRY(const Strategy* strategy, find_strategy(candidate.recipe.empty() ? "quan_aware" : candidate.recipe));
  if (candidate.float_layers == 0) return apply_strategy(floats, *strategy, context, progress);
  return keep_costliest_in_floats(floats, *strategy, context, candidate.float_layers, judge_on(dataset, *inputs_.split),
                                  progress);
}

StrategyContext StudentMaker::context_of(const Dataset& dataset) const {
  StrategyContext context;
  context.dataset = &dataset;
  context.split = inputs_.split;
  context.seed = seed_;
  return context;
}

void StudentMaker::name(const Candidate& candidate, const Network& floats, Network& network) const {
  const auto circuits = inputs_.baseline->metadata.find("circuits");
  if (circuits != inputs_.baseline->metadata.end()) network.metadata["circuits"] = circuits->second;
  network.metadata["teacher"] = content_hash(*inputs_.baseline);
  network.metadata["candidate"] = to_string(candidate);
  set_training_history(network, training_history(floats));  // not that of the finishing alone
}

}  // namespace pitlane
