#include "pitlane/study/fine_tuning.h"

#include <utility>

#include "pitlane/study/training_history.h"
#include "pitlane/train/trainer.h"

namespace pitlane {

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
  options.checkpoint = checkpoint;
  PITLANE_TRY(TrainResult trained, train(network, dataset, split, options, progress));
  set_training_history(trained.network, trained.epochs);
  return std::move(trained.network);
}

}  // namespace pitlane
