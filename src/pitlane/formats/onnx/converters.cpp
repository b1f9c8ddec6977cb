#include "pitlane/formats/onnx/converters.h"

#include <algorithm>
#include <array>

namespace pitlane::onnx {
namespace {

struct Row {
  const char* type;
  Converter convert;
};

// In alphabetical order, for messages.
constexpr std::array kConverters = {
    Row{"Add", convert_add},
    Row{"AveragePool", convert_pool},
    Row{"BatchNormalization", convert_batch_normalization},
    Row{"Cast", convert_cast},
    Row{"Clip", convert_clip},
    Row{"Concat", convert_concat},
    Row{"Conv", convert_conv},
    Row{"ConvInteger", convert_conv_integer},
    Row{"DequantizeLinear", convert_dequantize},
    Row{"Div", convert_div},
    Row{"Dropout", convert_identity},
    Row{"DynamicQuantizeLinear", convert_dynamic_quantize},
    Row{"Elu", convert_activation},
    Row{"Expand", convert_expand},
    Row{"Flatten", convert_flatten},
    Row{"Gather", convert_gather},
    Row{"Gemm", convert_gemm},
    Row{"GlobalAveragePool", convert_global_pool},
    Row{"GlobalMaxPool", convert_global_pool},
    Row{"HardSigmoid", convert_activation},
    Row{"HardSwish", convert_activation},
    Row{"Identity", convert_identity},
    Row{"LSTM", convert_lstm},
    Row{"LeakyRelu", convert_activation},
    Row{"MatMul", convert_matmul},
    Row{"MatMulInteger", convert_matmul_integer},
    Row{"MaxPool", convert_pool},
    Row{"Mul", convert_mul},
    Row{"Neg", convert_activation},
    Row{"PRelu", convert_activation},
    Row{"Pad", convert_pad},
    Row{"QuantizeLinear", convert_quantize},
    Row{"ReduceMax", convert_reduce},
    Row{"ReduceMean", convert_reduce},
    Row{"Relu", convert_activation},
    Row{"Reshape", convert_reshape},
    Row{"Selu", convert_activation},
    Row{"Shape", convert_shape_of},
    Row{"Sigmoid", convert_activation},
    Row{"Size", convert_shape_of},
    Row{"Slice", convert_slice},
    Row{"Softmax", convert_softmax},
    Row{"Split", convert_split},
    Row{"Squeeze", convert_squeeze},
    Row{"Sub", convert_sub},
    Row{"Tanh", convert_activation},
    Row{"Tile", convert_expand},
    Row{"Transpose", convert_transpose},
    Row{"Unsqueeze", convert_unsqueeze},
};

}  // namespace

Converter find_converter(const std::string& type) {
  const auto row = std::ranges::find_if(kConverters, [&](const Row& r) { return r.type == type; });
  return row == kConverters.end() ? nullptr : row->convert;
}

std::string known_operators() {
  std::string names;
  for (const Row& row : kConverters) names += (names.empty() ? "" : ", ") + std::string(row.type);
  return names;
}

}  // namespace pitlane::onnx
