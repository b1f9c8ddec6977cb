// A Network whose arithmetic LibTorch does. No LibTorch type is visible here, so that one file compiles with it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/int8_rounding.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// What LibTorch is handed: planar real-valued pictures, as the graph sees them (after scale and offset).
struct TorchBatch {
  std::int64_t samples = 0;
  std::span<const float> pictures;  ///< {sample, channel, height, width}
  std::span<const float> labels;    ///< {sample, output}; may be empty for predict
  std::vector<std::span<const float>> numbers =
      {};  ///< by Network::inputs: {sample, number}, scaled; of the image none
  /// With more than one step the samples are {step, window}: a network with a memory goes through the steps in order.
  std::int64_t steps = 1;
  /// By sample, or empty: 1 where a window begins, before which its memory is zeros, and 1 where a sample counts in the
  /// loss (empty: all do); else 0.
  std::span<const float> begins = {}, counts = {};
};

/// One set of trainable numbers, in the layout of Network::weights.
struct Parameter {
  WeightId weight = kNoWeight;
  std::span<float> values;
  std::span<const float> gradient;  ///< of the last `backward`; empty before it
};

/// Not thread-safe. The weights live in plain vectors in the Network's own layouts; LibTorch works on views of them.
class TorchModel {
 public:
  virtual ~TorchModel() = default;

  /// Forward in training mode and backward: fills the gradients, advances the running statistics of
  /// normalisations (unless frozen, or of what the memory comes from), and returns sum_k weight_k * mean((y_k -
  /// label_k)^2), the mean over samples that count.
  virtual Result<double> backward(const TorchBatch& batch, std::span<const double> output_weights) = 0;
  /// Forward in inference mode: {sample, output}.
  virtual Result<std::vector<float>> predict(const TorchBatch& batch) = 0;
  /// In the order of weights; the spans stay valid until the next call of `backward`.
  [[nodiscard]] virtual std::vector<Parameter> parameters() = 0;
  /// All numbers of the network by WeightId, running statistics included; may be written between steps. Where int8 is
  /// simulated one more set stands behind them: the smallest and largest number of each value, by ValueId.
  [[nodiscard]] virtual std::vector<std::vector<float>>& weights() = 0;
  /// Whether `backward` lets the ranges of simulated int8 follow what it sees (at first it does).
  virtual void follow_ranges(bool follow) = 0;
};

/// How weights are seen in training, by WeightId: as int8 with these scales, or as they are. Empty: all as they are.
using SimulatedInt8 = std::vector<std::optional<I8Scales>>;

struct TorchModelOptions {
  bool freeze_batch_norm = false;
  int threads = 0;  ///< 0: all cores; LibTorch keeps this setting per process, the last model made decides
  /// Where not empty, values that have a quantization are rounded to it where they are made, as the engine does, and
  /// layers with int8 weights round what they read. Ranges start from these quantizations and follow the batches (a
  /// running mean of their smallest and largest numbers), but for those of the network's inputs, which stay.
  SimulatedInt8 int8 = {};
};

/// Storages other than f32 are decoded. Errors: several cameras, LibTorch is not there (torch_module.h).
Result<std::unique_ptr<TorchModel>> make_torch_model(const Network& network, const TorchModelOptions& options);

}  // namespace pitlane
