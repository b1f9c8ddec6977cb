// Does a training fit into this machine? Asked before anything is allocated: the system would end the program without a
// word.
#pragma once

#include <cstdint>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// An estimate, on the safe side, of what training takes beside the dataset: each weight with gradient, moments and
/// copies, and everything that a batch leaves on its way through the network.
std::uint64_t training_bytes(const Network& network, std::int64_t batch);

/// Bytes of memory that this machine has.
std::uint64_t machine_memory_bytes();

/// `batch` is counted as at most `samples`. The error names --size and --batch.
Status check_training_memory(const Network& network, std::int64_t batch, std::int64_t samples,
                             std::uint64_t memory_bytes);

}  // namespace pitlane
