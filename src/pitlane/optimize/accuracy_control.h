// Mixed precision: the layers that cost too much accuracy in few bits go back to more, until a budget holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/accuracy_budget.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {

/// Errors of a network's outputs on validation data, always of the same outputs in the same order. Given from outside,
/// so that this module knows no way of measuring.
using JudgeFn = std::function<Result<std::vector<OutputError>>(const Network&, const ProgressFn&)>;

/// How a network drives, under the budget's limit on the track.
struct TrackVerdict {
  bool holds = true;
  double share = 0;     ///< deviation / limit of the worst lap that was driven; infinite where one was not completed
  std::string overrun;  ///< where it does not hold: "hairpins' mean deviation is 0.156 m (+21 %), allowed is ..."
};
/// Given from outside, as JudgeFn.
using TrackFn = std::function<Result<TrackVerdict>(const Network&, const ProgressFn&)>;

struct HeldBudget {
  Network network;
  /// One sentence for each layer that is neither pruned nor clustered nor shrunk where the strategy would do so,
  /// costliest first.
  std::vector<std::string> spared = {};
  std::string not_reduced;  ///< "not pruned", "neither pruned nor clustered", where a layer is spared
  /// One sentence for each layer that is back in floats or 8 bits and why, as they run; none where the strategy holds
  /// the budget by itself: then the network is what apply_strategy makes, to the byte.
  std::vector<std::string> put_back;
  std::string put_back_to = "floats";  ///< "8 bits", or "floats or 8 bits"
  /// Names of the layers that were to have fewer bits and have 8, where none has fewer. Else empty.
  std::string all_in_eight_bits;
  /// "v's MSE is 0.0123 (+1.2 %), allowed is 0.0125 (+3 %); ...", each limit on answers; empty without one.
  std::string standing;
  std::vector<std::string> loose = {};  ///< as of loose_limits()
  std::int64_t size_bytes = 0;          ///< of its .pit file
  /// Of the .pit file of what the strategy makes by itself; 0 where that ends in an error.
  std::int64_t strategy_size_bytes = 0;
  int judged = 0;  ///< networks that were measured, but for the baseline
  /// Calls of StrategyContext::fine_tune up to the last one that this network comes from; those behind made others.
  int trainings = 0;
};

/// The strategy's network if it holds the budget. Else each layer is judged alone in few bits with the rest in floats;
/// in the order of what they cost, and again of what they cost a byte saved, the fewest that make the budget hold go
/// back to floats (found by halving), and each of those that the budget can bear returns, largest first. The better of
/// both has fewer layers in floats, then fewer bytes. Layers of fewer bits than 8 go back to 8 in the same way, and
/// only where that is not enough layers of 8 bits to floats. What trains or calibrates is done once for each set of
/// spared layers; biases are corrected for each mixture. Where 8 bits are too few for some layers, these are in floats
/// and the rest has as few bits as the budget bears then. Where a strategy prunes, clusters or shrinks and that breaks
/// the budget before anything is rounded, each layer is judged so alone before any training, and the fewest, costliest
/// first, are spared that make the budget hold (found by halving; each try trains anew, and puts layers back as above).
/// Deterministic. Layers that share their weights are one. `track` is what a budget with a limit there needs: it drives
/// what holds all other limits, and only while that is of use. Errors, with what was closest: the budget cannot hold
/// with any layer in few bits, or pruned; it does not hold even in floats; the strategy has no layers to put back. As
/// of apply_strategy and `judge`.
Result<HeldBudget> hold_budget(const Network& baseline, const Strategy& strategy, const StrategyContext& context,
                               const AccuracyBudget& budget, const JudgeFn& judge, const ProgressFn& progress = {},
                               const TrackFn& track = {});

/// The strategy's network with the `count` layers in floats whose rounding alone costs most, the errors of all outputs
/// counted alike; of equals the first ones. What trains or calibrates is done once. Deterministic. Metadata says which
/// layers. Errors: the strategy is integers alone, or has no more than `count` layers in few bits; as of apply_strategy
/// and `judge`.
Result<Network> keep_costliest_in_floats(const Network& baseline, const Strategy& strategy,
                                         const StrategyContext& context, std::size_t count, const JudgeFn& judge,
                                         const ProgressFn& progress = {});

}  // namespace pitlane
