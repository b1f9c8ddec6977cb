// The bytes of a checkpoint: little-endian numbers and counted arrays, bounded before anything is allocated.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/train/checkpoint.h"

namespace pitlane {

std::vector<std::byte> encode_checkpoint(const TrainState& state);
/// Errors are texts without the file's name.
Result<TrainState> decode_checkpoint(std::span<const std::byte> bytes);

}  // namespace pitlane
