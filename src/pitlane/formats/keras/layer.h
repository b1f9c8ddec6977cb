// What the reader of one kind of layer works with: settings, weights, and the network that is being written.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/frames.h"
#include "pitlane/formats/keras/hdf5_file.h"
#include "pitlane/formats/keras/settings.h"
#include "pitlane/formats/meaning.h"
#include "pitlane/network/builder.h"

namespace pitlane::keras {

/// One use of a layer. A wrapper (TimeDistributed) makes one for the layer inside, with the same weights.
struct Layer {
  NetworkBuilder& builder;
  std::string class_name;
  Settings settings;
  std::string key;   ///< the layer's name: what weights are remembered under
  std::string name;  ///< of nodes: the layer's name, and the use or frame where there are several
  int version;       ///< of Keras, see ModelConfig
  const ImportOptions& options;
  const std::vector<FloatArray>& arrays;
  std::map<std::string, WeightId>& made;  ///< weights of the network by key and role
  bool first_use = true;
};

/// Keras' weight number `index`; `shape` with -1 for sizes that may be any. Errors name the role and both shapes.
Result<const FloatArray*> array(const Layer& layer, std::size_t index, const char* role, const Shape& shape);
/// Errors where the file holds another number of weights for the layer.
Status expect_arrays(const Layer& layer, std::size_t count);
/// The network's weight for this role; made once, however often the layer is used.
WeightId weight(Layer& layer, const std::string& role, const std::function<Weight()>& make);
/// A vector {n} as it is.
WeightId vector_weight(Layer& layer, const std::string& role, const FloatArray& values);
/// kNoWeight without; otherwise the array number `index`, {size}.
Result<WeightId> bias_weight(Layer& layer, bool used, std::size_t index, std::int64_t size);

/// {rows, columns} -> {columns, rows}: Keras' weights have the outputs last, ours first.
std::vector<float> transposed(std::span<const float> values, std::int64_t rows, std::int64_t columns);

/// y = x * scale + offset, one number per channel (last dimension) or one for all.
Result<Tensor> affine(Layer& layer, const std::string& role, Tensor input, const std::vector<float>& scale,
                      const std::vector<float>& offset);
/// BatchNorm per channel; the four vectors are all of the channels' size.
struct Statistics {
  std::vector<float> gamma, beta, mean, variance;
  float epsilon = 0;
};
Tensor normalise(Layer& layer, const std::string& role, Tensor input, const Statistics& statistics);
/// Applies an op without weights to every element, in whichever form the tensor is.
Tensor each_element(Layer& layer, const std::string& part, Tensor input, const Op& op);
/// Applies `make` to each frame.
Tensor each_frame(Layer& layer, Tensor input,
                  const std::function<ValueId(ValueId frame, const std::string& name)>& make);
/// {n} or {T, n}, ...: the name of a node for frame `t` of so many.
std::string frame_name(const std::string& name, std::size_t t, std::size_t count);

/// "conv needs pictures {H, W, C}, reads 3x4"; ranks without batch.
Status expect_rank(const Layer& layer, const Tensor& input, std::initializer_list<std::size_t> ranks);
/// Errors for 'channels_first' and Keras 1's 'th'.
Status expect_channels_last(const Layer& layer);

/// Reads the inputs, appends nodes, gives the output.
using Reader = Result<Tensor> (*)(Layer& layer, std::vector<Tensor>& inputs);
/// By class, names of Keras 1 included; null where there is none.
Reader find_reader(const std::string& class_name);

}  // namespace pitlane::keras
