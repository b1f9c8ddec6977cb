// The readers of all layers that are understood; the table that names them is in readers.cpp.
#pragma once

#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/layer.h"

namespace pitlane::keras {

using Inputs = std::vector<Tensor>;

// convolutions.cpp
Result<Tensor> read_conv2d(Layer& layer, Inputs& inputs);
Result<Tensor> read_depthwise_conv2d(Layer& layer, Inputs& inputs);
Result<Tensor> read_separable_conv2d(Layer& layer, Inputs& inputs);
// conv3d.cpp
Result<Tensor> read_conv3d(Layer& layer, Inputs& inputs);
// pooling.cpp
Result<Tensor> read_pooling(Layer& layer, Inputs& inputs);
Result<Tensor> read_global_pooling(Layer& layer, Inputs& inputs);
// dense.cpp
Result<Tensor> read_dense(Layer& layer, Inputs& inputs);
// scaling.cpp
Result<Tensor> read_batch_norm(Layer& layer, Inputs& inputs);
Result<Tensor> read_rescaling(Layer& layer, Inputs& inputs);
Result<Tensor> read_normalization(Layer& layer, Inputs& inputs);
Result<Tensor> read_lambda(Layer& layer, Inputs& inputs);
Result<Tensor> read_function(Layer& layer, Inputs& inputs);
Result<Tensor> read_prelu(Layer& layer, Inputs& inputs);
// shaping.cpp
Result<Tensor> read_nothing(Layer& layer, Inputs& inputs);
Result<Tensor> read_flatten(Layer& layer, Inputs& inputs);
Result<Tensor> read_reshape(Layer& layer, Inputs& inputs);
Result<Tensor> read_permute(Layer& layer, Inputs& inputs);
Result<Tensor> read_repeat_vector(Layer& layer, Inputs& inputs);
Result<Tensor> read_up_sampling(Layer& layer, Inputs& inputs);
Result<Tensor> read_zero_padding(Layer& layer, Inputs& inputs);
Result<Tensor> read_cropping(Layer& layer, Inputs& inputs);
// merging.cpp
Result<Tensor> read_merge(Layer& layer, Inputs& inputs);
// recurrent_layers.cpp
Result<Tensor> read_lstm(Layer& layer, Inputs& inputs);
Result<Tensor> read_conv_lstm(Layer& layer, Inputs& inputs);
// time_distributed.cpp
Result<Tensor> read_time_distributed(Layer& layer, Inputs& inputs);

}  // namespace pitlane::keras
