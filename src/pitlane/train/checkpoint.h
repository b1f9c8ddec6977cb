// The state of a training after an epoch, on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/train/adam.h"
#include "pitlane/train/epoch_record.h"

namespace pitlane {

/// What a training is of, as named texts: two trainings with the same key give the same result.
using TrainKey = std::vector<std::pair<std::string, std::string>>;

struct TrainState {
  TrainKey key;
  int epochs_done = 0;
  std::int64_t step = 0;                     ///< optimiser steps done
  std::vector<std::vector<float>> weights;   ///< by WeightId
  std::vector<AdamMoments> moments;          ///< by WeightId; empty where a weight is not trained
  std::vector<std::vector<float>> averages;  ///< by WeightId; empty where weights are not averaged
  int best_epoch = 0;
  std::vector<std::vector<float>> best_weights;
  std::vector<EpochRecord> history;
};

/// Atomic: an interrupted save leaves the previous checkpoint.
Status save_checkpoint(const std::filesystem::path& path, const TrainState& state);

/// Nothing where no file lies at `path`. Errors: not a checkpoint, damaged (a checksum covers every byte), of a newer
/// version.
Result<std::optional<TrainState>> load_checkpoint(const std::filesystem::path& path);

/// An error naming the first entry that differs, and the remedy.
Status check_key(const TrainKey& found, const TrainKey& wanted, const std::filesystem::path& path);
/// An error unless the state has exactly the tensors of a training that starts from `start`.
Status check_sizes(const TrainState& found, const TrainState& start, const std::filesystem::path& path);

}  // namespace pitlane
