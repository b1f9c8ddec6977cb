// The last step of a strategy that stores layers in fewer bits, held back so that it can be taken for any of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {

/// All of a storing pass that does not depend on which layers are stored so: normalisations folded, ranges measured,
/// training done.
struct StorageDraft {
  Network floats;             ///< weights in f32; activation ranges of static int8 are set
  std::vector<Layer> layers;  ///< that the pass stores
  Storage storage = Storage::kI8;
  std::vector<I8Scales> scales = {};  ///< by WeightId; empty: all per channel
  int bits = 8;                       ///< of the weights in `rounded`
  /// By WeightId, or empty: kI8 weights of fewer bits. Layers that have one can keep 8 bits in its stead, see `stays`.
  std::vector<std::optional<Weight>> rounded = {};
  std::vector<std::int64_t> bias_samples;  ///< pictures that correct biases; none: biases stay
  bool integers_only = false;              ///< no layer may stay in floats
};

/// Errors: as of the passes (optimize/passes.h).
Result<StorageDraft> draft(const HalfWeights& pass, Network network);
Result<StorageDraft> draft(const QuantizeDynamic& pass, Network network, const StrategyContext& context,
                           const ProgressFn& progress);
Result<StorageDraft> draft(const QuantizeStatic& pass, Network network, const StrategyContext& context,
                           const ProgressFn& progress);
/// `teacher` is the baseline, for distillation.
Result<StorageDraft> draft(const QuantizeAware& pass, Network network, const StrategyContext& context,
                           const ProgressFn& progress, const Network* teacher = nullptr);

/// Layers with these weights keep their floats for good: they are stored in no mixture, and what only they read is not
/// rounded.
void leave_in_floats(const std::vector<WeightId>& weights, StorageDraft& draft);

/// `stays` by WeightId, or empty where none does: layers that keep their floats, or 8 bits where the draft has
/// `rounded` weights for fewer. Ranges that no stored layer reads go; biases are corrected for this very mixture.
/// `dataset` may be null where biases stay.
Result<Network> store_layers(const StorageDraft& draft, const std::vector<bool>& stays, const Dataset* dataset,
                             const ProgressFn& progress);

}  // namespace pitlane
