// A strategy is a recipe: a short list of passes. The strategies are rows of one table (strategies.cpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/int8_rounding.h"
#include "pitlane/network/network.h"
#include "pitlane/network/picture_scale.h"

namespace pitlane {

/// Folds BatchNorm into the following Conv2d or Dense; exact up to rounding.
struct FoldBatchNorm {};
/// Sets the smallest |w| of all convolution and dense weights together to zero.
struct PruneGlobal {
  double sparsity = 0.8;  ///< share of zeros, 0..1
  /// Names of layers that keep all of their weights. The others lose what they would lose beside them: of all weights
  /// fewer go then.
  std::vector<std::string> spared = {};
};
/// Sets the smallest |w| of each layer to zero.
struct PruneLocal {
  double convolution = 0.3, dense = 0.5;  ///< share of zeros, 0..1
  std::vector<std::string> spared = {};   ///< as in PruneGlobal
};
/// Trains on while the smallest |w| of each layer go to zero, few at first and most by the middle of the training
/// (polynomial_share in network/smallest_weights.h).
struct PruneGradually {
  double from = 0.5, sparsity = 0.8;  ///< share of zeros at the first step, and at the end
  int epochs = 6;
  double learning_rate = 1e-3;
  double distillation = 0.5;             ///< as in FineTune
  std::vector<std::string> spared = {};  ///< as in PruneGlobal
};
/// Gives the weights of each layer that may become int8 few values (k-means). Which one a weight takes is chosen so
/// that the layer answers as before (optimize/greedy_rounding.h). Zeros stay zeros: they are one of the values.
struct Cluster {
  int values = 16;                       ///< at most, of each layer; 2..256
  int samples = 2048;                    ///< training pictures to choose on, at least 16; fewer where there are fewer
  std::vector<std::string> spared = {};  ///< names of layers whose weights stay apart
};
/// Removes whole channels of convolutions and units of dense layers, those that the loss would miss least: what is left
/// is a smaller dense network. Layers whose channels others want as they are stay (optimize/remove_channels.h).
struct Shrink {
  double keep = 0.5;                     ///< share of each layer's channels that stay, rounded up
  std::vector<std::string> spared = {};  ///< names of layers whose channels all stay
};
/// What is left of a picture's colours.
enum class Colours : std::uint8_t {
  kAll,
  kGrey,   ///< brightness
  kPlane,  ///< one of them, the one that the network can best do with alone (optimize/choose_plane.h)
};
/// Shows the network less of the camera's frame. Layers keep what fits (optimize/reduce_input.h); the rest is for
/// training, with pictures as the changed network sees them (StrategyContext::seen_by).
struct ReduceInput {
  PictureScale scale = {};
  Colours colours = Colours::kAll;
};
/// Trains on with zeros kept and normalisation frozen.
struct FineTune {
  int epochs = 2;
  double learning_rate = 3e-4;
  bool keep_shared = false;  ///< weights of a layer that are equal stay equal: what Cluster made is kept
  double distillation = 0;   ///< share of the loss that is distance from the baseline's answers; labels have the rest
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
/// How the range of an activation is chosen from what it was on training pictures (optimize/histogram.h).
enum class Calibrator : std::uint8_t {
  kCubedError,  ///< smallest mean |error|^3
  kMinMax,      ///< smallest and largest
  kPercentile,  ///< those that a share of the numbers stays inside
  kMse,         ///< smallest mean squared error
  kEntropy,     ///< smallest divergence of the rounded distribution from the measured one
};
const char* to_string(Calibrator calibrator);
/// Weights to int8 per channel; activation ranges from training data; biases as in QuantizeDynamic.
struct QuantizeStatic {
  int samples = 512;  ///< training pictures for the ranges, at least 16; the biases take up to 128 of them
  /// Share of the activation histogram kept at each end before the best range inside is sought; 1 = minimum and
  /// maximum. Less cuts off what only sharp turns activate: 0.9999 more than doubled the error of a trained PilotNet's
  /// outputs.
  double percentile = 1;
  Calibrator calibrator = Calibrator::kCubedError;
  /// Every layer and every value, outputs too: what leaves the network is whole steps of an 8-bit grid, read as the
  /// real numbers that they stand for.
  bool integers_only = false;
  /// Bits for each weight of layers of 65,536 and more, 2 to 8. Below 8, which way they are rounded is chosen on up to
  /// 2048 training pictures (optimize/adaptive_rounding.h); grouped convolutions keep 8.
  int bits_of_large = 8;
  bool equalize = false;  ///< layers in a row share their channels' sizes first (optimize/equalize.h)
  /// Where no layer can have the fewer bits: does not apply, in place of keeping 8 with a warning.
  bool large_or_none = false;
};
/// Trains on with int8 simulated as QuantizeStatic would lay it out: weights rounded per channel, activations rounded
/// to ranges that start from calibration and follow the batches for the first half; gradients look through the
/// rounding. BatchNorm is folded first. Then quantises for good: to what was simulated.
struct QuantizeAware {
  int epochs = 2;
  double learning_rate = 1e-4;
  int samples = 512;  ///< as in QuantizeStatic
  /// As in FineTune; layers whose weights share values, at most 256 and half as many as there are weights, have one
  /// scale each then, so that weights that are equal are one in int8 too.
  bool keep_shared = false;
  double distillation = 0;  ///< as in FineTune
};

using Pass = std::variant<FoldBatchNorm, PruneGlobal, PruneLocal, PruneGradually, Shrink, ReduceInput, Cluster,
                          FineTune, HalfWeights, QuantizeDynamic, QuantizeStatic, QuantizeAware>;

struct Strategy {
  const char* name;     ///< as the field knows it, e.g. "dynamic_quan"
  const char* summary;  ///< one sentence
  const char* origin;   ///< where the recipe comes from
  std::vector<Pass> passes;
  bool needs_training = false;  ///< wants FineTuneFn
  /// What else it is called, e.g. "fp16"; may be empty.
  const char* also = "";
};

const std::vector<Strategy>& strategies();
/// By name or by what else it is called; controls too (optimize/controls.h).
Result<const Strategy*> find_strategy(const std::string& name);
/// Canonical text of the recipe: same text, same result. Part of cache keys and provenance.
std::string recipe(const Strategy& strategy);

/// What a pass asks of the trainer. Zeros are kept and normalisation is frozen in any case.
struct FineTuning {
  int epochs = 2;
  double learning_rate = 3e-4;
  bool keep_shared = false;
  struct Pruning {
    double from = 0.5, to = 0.8;
    std::vector<WeightId> weights = {};
  };
  std::optional<Pruning> pruning = {};  ///< see PruneGradually
  /// By WeightId, or empty: see QuantizeAware. The network's values say where activations are rounded; the trainer
  /// gives back the ranges that they had in the end.
  std::vector<std::optional<I8Scales>> int8 = {};
  std::shared_ptr<const Network> teacher = {};  ///< whose answers count beside the labels; may be none
  double teacher_share = 0;                     ///< of the loss
};
/// Canonical text of all that is asked for.
std::string to_string(const FineTuning& fine_tuning);

/// Given from outside, so that this module knows no training framework.
using FineTuneFn = std::function<Result<Network>(const Network&, const FineTuning&, const ProgressFn&)>;

/// By node, of each output channel of a layer how much the loss would miss it (train/channel_importance.h).
using ImportanceFn = std::function<Result<std::vector<std::vector<double>>>(const Network&, const ProgressFn&)>;

/// The samples of StrategyContext::dataset as a network with another picture sees them. They stay as long as the
/// function does.
using SeenByFn = std::function<Result<const Dataset*>(const Network&, const ProgressFn&)>;

struct StrategyContext {
  const Dataset* dataset = nullptr;  ///< for calibration, as the baseline sees it
  const Split* split = nullptr;      ///< calibration uses `train` only
  FineTuneFn fine_tune;
  ImportanceFn importance;
  SeenByFn seen_by;  ///< for what reduces the input
  std::uint64_t seed = 1;
};

/// Does it change what the network sees?
bool reduces_input(const Strategy& strategy);
/// After a pass that does: `dataset` becomes what `network` sees, or none where nothing says it.
Status look_again(const Network& network, StrategyContext& context, const ProgressFn& progress);

/// Applies the passes in order to a copy of `baseline`. Metadata records strategy and recipe.
Result<Network> apply_strategy(const Network& baseline, const Strategy& strategy, const StrategyContext& context,
                               const ProgressFn& progress = {});

}  // namespace pitlane
