// One function for each kind of ONNX operator, gathered by converters.cpp in a table.
#pragma once

#include "pitlane/formats/onnx/step.h"

namespace pitlane::onnx {

/// Nodes whose inputs are all constants are computed while importing; bounded, since a file of a few bytes may ask for
/// a tensor of gigabytes. False: the operator is not one of these.
Result<bool> fold_constants(Step& step);

// convert_layers.cpp
Status convert_conv(Step& step);
Status convert_gemm(Step& step);
Status convert_matmul(Step& step);
Status convert_batch_normalization(Step& step);
// convert_quantized.cpp
Status convert_quantize(Step& step);
Status convert_dequantize(Step& step);
Status convert_dynamic_quantize(Step& step);
Status convert_conv_integer(Step& step);
Status convert_matmul_integer(Step& step);
/// Products with the step of DynamicQuantizeLinear; false where the operands are none of that.
Result<bool> convert_scale_product(Step& step);
// convert_arithmetic.cpp
Status convert_add(Step& step);
Status convert_sub(Step& step);
Status convert_mul(Step& step);
Status convert_div(Step& step);
// convert_activations.cpp
Status convert_activation(Step& step);
Status convert_clip(Step& step);
Status convert_softmax(Step& step);
// convert_moves.cpp: what only renames elements
Status convert_identity(Step& step);
Status convert_cast(Step& step);
Status convert_shape_of(Step& step);
Status convert_reshape(Step& step);
Status convert_flatten(Step& step);
Status convert_squeeze(Step& step);
Status convert_unsqueeze(Step& step);
Status convert_transpose(Step& step);
/// What Reshape makes of `from`: 0 copies, one -1 is computed. `batch`: see Conversion.
Result<Shape> target_shape(const Shape& from, const std::vector<std::int64_t>& wanted, bool allow_zero,
                           std::int64_t batch);
/// Transpose's attribute, or the reverse order without one.
Result<std::vector<int>> permutation_of(const Step& step, int rank);
// convert_parts.cpp
Status convert_concat(Step& step);
Status convert_slice(Step& step);
Status convert_split(Step& step);
Status convert_gather(Step& step);
Status convert_pad(Step& step);
Status convert_expand(Step& step);
// convert_pools.cpp
Status convert_pool(Step& step);
Status convert_global_pool(Step& step);
Status convert_reduce(Step& step);
// convert_lstm.cpp
Status convert_lstm(Step& step);

}  // namespace pitlane::onnx
