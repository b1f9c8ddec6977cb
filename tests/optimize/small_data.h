// A dataset of made-up pictures, and what strategies are given besides the network.
#pragma once

#include <cstdint>
#include <list>
#include <vector>

#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane::testing {

/// A bright bar that moves, on a gradient with noise, as large as the network's pictures; speeds and commands where the
/// network reads them.
Dataset bar_pictures(const Network& network, int samples, std::uint64_t seed = 7);

/// The last quarter validates. Stands still: the context points into it.
struct SmallData {
  explicit SmallData(const Network& network, int samples = 64);
  SmallData(const SmallData&) = delete;
  SmallData& operator=(const SmallData&) = delete;

  /// The same samples for a network that sees less: a FrameResizer makes its pictures of these, as of a camera's
  /// frames.
  const Dataset& seen_by(const Network& network) const;

  Dataset dataset;
  Split split;
  StrategyContext context;  ///< fine_tune prunes at once and calls nudge_weights with the context's seed

 private:
  mutable std::list<Dataset> seen_;
};

/// What the engine answers to these samples; compiles once.
std::vector<std::vector<float>> engine_answers(const Network& network, const Dataset& dataset,
                                               const std::vector<std::int64_t>& samples);

/// Stands for training: moves what is not zero by about a thousandth, the same for the same seed. `keep_shared`: what
/// was equal stays equal.
Network nudge_weights(const Network& network, std::uint64_t seed, bool keep_shared = false);

}  // namespace pitlane::testing
