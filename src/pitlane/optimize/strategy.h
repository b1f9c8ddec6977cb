// A strategy is a recipe: a short list of passes. The strategies are rows of one table (strategies.cpp).
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Folds BatchNorm into the following Conv2d or Dense; exact up to rounding.
struct FoldBatchNorm {};
/// Sets the smallest |w| of all convolution and dense weights together to zero.
struct PruneGlobal {
  double sparsity = 0.8;  ///< share of zeros, 0..1
};
/// Trains on with zeros kept and normalisation frozen.
struct FineTune {
  int epochs = 2;
  double learning_rate = 3e-4;
};
/// Weights to binary16; arithmetic stays in f32.
struct HalfWeights {
  Storage storage = Storage::kF16;  ///< or kBf16
};
/// Weights to int8 per channel; activation ranges measured in each run. Rounding moves the mean of each channel;
/// training pictures show by how much, and the biases take it back.
struct QuantizeDynamic {
  int bias_samples = 128;  ///< training pictures for that, at least 16; 0 = leave the biases, no data needed
};
/// Weights to int8 per channel; activation ranges from training data; biases as in QuantizeDynamic.
struct QuantizeStatic {
  int samples = 512;  ///< training pictures for the ranges, at least 16; the biases take up to 128 of them
  /// Share of the activation histogram kept at each end before the best range inside is sought; 1 = minimum and
  /// maximum. Less cuts off what only sharp turns activate: 0.9999 more than doubled the error of a trained PilotNet's
  /// outputs.
  double percentile = 1;
};

using Pass = std::variant<FoldBatchNorm, PruneGlobal, FineTune, HalfWeights, QuantizeDynamic, QuantizeStatic>;

struct Strategy {
  const char* name;     ///< as the field knows it, e.g. "dynamic_quan"
  const char* summary;  ///< one sentence
  const char* origin;   ///< where the recipe comes from
  std::vector<Pass> passes;
  bool needs_training = false;  ///< wants FineTuneFn
};

const std::vector<Strategy>& strategies();
Result<const Strategy*> find_strategy(const std::string& name);
/// Canonical text of the recipe: same text, same result. Part of cache keys and provenance.
std::string recipe(const Strategy& strategy);

/// Given from outside, so that this module knows no training framework.
using FineTuneFn = std::function<Result<Network>(const Network&, const FineTune&, const ProgressFn&)>;

struct StrategyContext {
  const Dataset* dataset = nullptr;  ///< for calibration
  const Split* split = nullptr;      ///< calibration uses `train` only
  FineTuneFn fine_tune;
  std::uint64_t seed = 1;
};

/// Applies the passes in order to a copy of `baseline`. Metadata records strategy and recipe.
Result<Network> apply_strategy(const Network& baseline, const Strategy& strategy, const StrategyContext& context,
                               const ProgressFn& progress = {});

}  // namespace pitlane
