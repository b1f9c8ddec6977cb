// Kernels of convolutions in Keras' order.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/network/op.h"
#include "pitlane/network/shape.h"

namespace pitlane::keras {

/// {outputs, inputs} -> {inputs, outputs}.
std::vector<float> outputs_last(const std::vector<float>& values, std::int64_t outputs, std::int64_t inputs);

struct KerasKernel {
  bool depthwise = false;  ///< {KH, KW, in, multiplier}; otherwise {KH, KW, in, out}
  Shape shape;
  std::vector<float> values;
};

/// Of a weight {out, KH, KW, in / groups}. Groups that are not depthwise with one stride are written out as zeros:
/// TensorFlow runs no others on every machine.
KerasKernel keras_kernel(const std::vector<float>& values, const Shape& shape, const Conv2d& op, std::int64_t channels);

/// Adds to each output's bias what the kernel makes of a picture that holds op.pad_value everywhere.
void add_response(const std::vector<float>& values, const Shape& shape, const Conv2d& op, std::vector<float>& bias);

/// Is the padding what TensorFlow calls 'same'?
bool is_same_padding(const Conv2d& op, const Shape& kernel, const Shape& picture);

}  // namespace pitlane::keras
