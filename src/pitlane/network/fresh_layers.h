// Layers with fresh weights, appended to a builder: what families are made of.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/frame_sequence.h"
#include "pitlane/network/recurrent.h"

namespace pitlane {

enum class PadMode { kValid, kSame };

/// Weights before a ReLU are drawn uniformly with variance 2 / fan_in (He et al., "Delving deep into rectifiers", ICCV
/// 2015), gates with 2 / (fan_in + fan_out) (Glorot and Bengio, "Understanding the difficulty of training deep
/// feedforward neural networks", AISTATS 2010); biases start at zero, those of forget gates at one (Jozefowicz et al.,
/// "An empirical exploration of recurrent network architectures", ICML 2015). PyTorch's default lets the signal shrink
/// from layer to layer: from it, one seed in two stayed on a plateau for its whole training.
class FreshLayers {
 public:
  FreshLayers(NetworkBuilder& builder, PadMode pad, std::uint64_t seed) : builder_(builder), pad_(pad), random_(seed) {}

  /// The first layer that would have too many weights, instead of which nothing was added.
  [[nodiscard]] const Status& fault() const { return fault_; }

  ValueId batch_norm(const std::string& name, ValueId input);
  /// Convolutions and dense layers with ReLU.
  ValueId conv(const std::string& name, ValueId input, std::int64_t channels, std::int64_t kernel, int stride);
  ValueId dense(const std::string& name, ValueId input, std::int64_t features);
  /// The last layer starts almost silent, in the middle of the outputs' range. `activation`: none or sigmoid.
  ValueId head(const std::string& name, ValueId input, std::int64_t outputs, Activation activation = Activation::kNone);

  // Over time. One set of weights for all frames:
  /// Statistics over all frames, as of a layer whose channels are the last dimension.
  FrameSequence batch_norm(const std::string& name, FrameSequence input);
  /// The convolution on each frame.
  FrameSequence conv(const std::string& name, FrameSequence input, std::int64_t channels, std::int64_t kernel,
                     int stride);
  /// A kernel over kernel frames, rows and columns, each walked in steps of `stride`; padded as TensorFlow's 'same' in
  /// time too. Parts of the kernel that would only ever meet padding have no weights.
  FrameSequence conv3d(const std::string& name, FrameSequence input, std::int64_t channels, std::int64_t kernel,
                       int stride);
  /// Long short-term memory over the frames, which start from zeros; {units} a frame.
  FrameSequence lstm(const std::string& name, FrameSequence input, std::int64_t units);
  /// The same with 'same' convolutions, {H, W, filters} a frame.
  FrameSequence conv_lstm(const std::string& name, FrameSequence input, std::int64_t filters, std::int64_t kernel,
                          Activate gate = {Activation::kSigmoid});
  /// Mean of each channel over rows, columns and frames: {C}.
  ValueId global_average(const std::string& name, FrameSequence input);

 private:
  struct Taps;
  Conv2d fresh_conv(const std::string& name, const Shape& in, std::int64_t channels, std::int64_t kernel, int stride,
                    PadMode pad);
  std::vector<Taps> taps_of(const std::string& name, const FrameSequence& input, std::int64_t channels,
                            std::int64_t kernel, int stride);
  FrameSequence unroll(const std::string& name, FrameSequence input, const LstmCell& cell);
  bool too_many(const std::string& name, std::int64_t count, std::int64_t inputs);
  WeightId constant(const std::string& name, std::int64_t size, float value);
  WeightId gate_bias(const std::string& name, std::int64_t units);
  WeightId uniform(const std::string& name, const Shape& shape, double limit);

  NetworkBuilder& builder_;
  PadMode pad_;
  Random random_;
  Status fault_;
};

}  // namespace pitlane
