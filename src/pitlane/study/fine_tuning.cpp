#include "pitlane/study/fine_tuning.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pitlane/study/training_history.h"
#include "pitlane/train/channel_importance.h"
#include "pitlane/train/trainer.h"

namespace pitlane {
namespace {

constexpr std::int64_t kWeighingSamples = 1024;

}  // namespace

Result<Network> fine_tuned(const Network& network, const Dataset& dataset, const Split& split, const FineTuning& wanted,
                           std::uint64_t seed, const std::filesystem::path& checkpoint, const ProgressFn& progress) {
  TrainOptions options;
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

ImportanceFn importance_on(const Dataset& dataset, const Split& split) {
  return [&dataset, &split](const Network& network, const ProgressFn& progress) {
    const auto available = static_cast<std::int64_t>(split.train.size());
    const std::int64_t count = std::min(kWeighingSamples, available);
    std::vector<std::int64_t> samples;
    for (std::int64_t i = 0; i < count; ++i)
      samples.push_back(split.train[static_cast<std::size_t>(i * available / count)]);
    return channel_importance(network, dataset, samples, progress);
  };
}

}  // namespace pitlane
