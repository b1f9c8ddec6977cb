#include "pitlane/study/fine_tuning.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pitlane/core/hash.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/study/code_version.h"
#include "pitlane/study/training_history.h"
#include "pitlane/train/channel_importance.h"
#include "pitlane/train/trainer.h"

namespace pitlane {
namespace {

constexpr std::int64_t kWeighingSamples = 1024;

}  // namespace

Result<Network> fine_tuned(const Network& network, const Dataset& dataset, const Split& split, const FineTuning& wanted,
                           std::uint64_t seed, const std::filesystem::path& checkpoint, const ProgressFn& progress,
                           int threads) {
  TrainOptions options;
  options.threads = threads;
  options.epochs = wanted.epochs;
  options.learning_rate = wanted.learning_rate;
  options.seed = seed;
  options.keep_last = true;
  options.keep_zeros = true;
  options.freeze_batch_norm = true;
  options.keep_shared = wanted.keep_shared;
  if (wanted.pruning)
    options.sparsity =
        RisingSparsity{.from = wanted.pruning->from, .to = wanted.pruning->to, .weights = wanted.pruning->weights};
  options.int8 = wanted.int8;
  if (wanted.teacher) options.teacher = Teacher{wanted.teacher.get(), wanted.teacher_share};
  options.checkpoint = checkpoint;
  PITLANE_TRY(TrainResult trained, train(network, dataset, split, options, progress));
  set_training_history(trained.network, trained.epochs);
  return std::move(trained.network);
}

Result<Network> fine_tuned(const Network& network, SeenData& data, const Split& split, const FineTuning& wanted,
                           std::uint64_t seed, const std::filesystem::path& checkpoint, const ProgressFn& progress) {
  PITLANE_TRY(const Dataset* dataset, data.as(network, progress));
  if (!wanted.teacher) return fine_tuned(network, *dataset, split, wanted, seed, checkpoint, progress);
  PITLANE_TRY(const Dataset* teachers, data.as(*wanted.teacher, progress));
  // A teacher that remembers is asked as it drives, with all of a drive in its memory.
  const bool asked_beforehand = !wanted.teacher->states.empty();
  if (dataset == teachers && !asked_beforehand)
    return fine_tuned(network, *dataset, split, wanted, seed, checkpoint, progress);
  PITLANE_TRY(const auto plan, compile(*wanted.teacher));
  PITLANE_TRY(const Predictions answers,
              predict(*wanted.teacher, *plan->new_session(), *teachers, split.train, progress));
  Dataset taught = *dataset;
  blend_labels(taught, split.train, answers.values, static_cast<float>(wanted.teacher_share));
  FineTuning rest = wanted;
  rest.teacher = {};
  return fine_tuned(network, taught, split, rest, seed, checkpoint, progress);
}

std::string fine_tuning_key(const Network& network, const FineTuning& wanted, const std::string& data_hash,
                            const Split& split, std::uint64_t seed) {
  Hasher hasher;
  hasher.text(code_version()).text(content_hash(network)).text(data_hash);
  hasher.text(split.description).number(split.train.size()).number(seed);
  hasher.text(to_string(wanted));
  return hasher.hex();
}

ImportanceFn importance_on(SeenData& data, const Split& split) {
  return
      [&data, &split](const Network& network, const ProgressFn& progress) -> Result<std::vector<std::vector<double>>> {
        PITLANE_TRY(const Dataset* dataset, data.as(network, progress));
        const auto available = static_cast<std::int64_t>(split.train.size());
        const std::int64_t count = std::min(kWeighingSamples, available);
        std::vector<std::int64_t> samples;
        for (std::int64_t i = 0; i < count; ++i)
          samples.push_back(split.train[static_cast<std::size_t>(i * available / count)]);
        return channel_importance(network, *dataset, samples, progress);
      };
}

}  // namespace pitlane
