// Which part of a network must be computed step by step: what its memory comes from.
#pragma once

#include <vector>

#include "pitlane/network/network.h"

namespace pitlane {

/// All the rest can be computed for all steps at once, before the loop or behind it.
struct StepwisePart {
  std::vector<bool> remembers;     ///< by ValueId: it depends on the memory
  std::vector<bool> in_loop;       ///< by node: it depends on the memory, and the next memory on it
  std::vector<bool> read_in_loop;  ///< by ValueId: by nodes of the loop, or it is a next memory
  std::vector<bool> read_outside;  ///< by ValueId: by other nodes, or it holds an output
};

/// `network` is valid.
StepwisePart stepwise_part(const Network& network);

}  // namespace pitlane
