#include "pitlane/formats/tflite/operators.h"

#include <algorithm>
#include <array>

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

struct Row {
  Code code;
  Status (*translate)(Translation& t, const Operator& op);
};

constexpr std::array kRows = {
    Row{Code::CONV_2D, translate_convolution},
    Row{Code::DEPTHWISE_CONV_2D, translate_convolution},
    Row{Code::CONV_3D, translate_convolution_3d},
    Row{Code::FULLY_CONNECTED, translate_fully_connected},
    Row{Code::MAX_POOL_2D, translate_pool},
    Row{Code::AVERAGE_POOL_2D, translate_pool},
    Row{Code::MEAN, translate_mean},
    Row{Code::SUM, translate_mean},
    Row{Code::ADD, translate_arithmetic},
    Row{Code::SUB, translate_arithmetic},
    Row{Code::MUL, translate_arithmetic},
    Row{Code::DIV, translate_arithmetic},
    Row{Code::MAXIMUM, translate_arithmetic},
    Row{Code::MINIMUM, translate_arithmetic},
    Row{Code::NEG, translate_curve},
    Row{Code::RELU, translate_curve},
    Row{Code::RELU6, translate_curve},
    Row{Code::RELU_N1_TO_1, translate_curve},
    Row{Code::RELU_0_TO_1, translate_curve},
    Row{Code::LEAKY_RELU, translate_curve},
    Row{Code::ELU, translate_curve},
    Row{Code::TANH, translate_curve},
    Row{Code::LOGISTIC, translate_curve},
    Row{Code::HARD_SWISH, translate_curve},
    Row{Code::SOFTMAX, translate_softmax},
    Row{Code::RESHAPE, translate_alias},
    Row{Code::SQUEEZE, translate_alias},
    Row{Code::EXPAND_DIMS, translate_alias},
    Row{Code::QUANTIZE, translate_alias},
    Row{Code::DEQUANTIZE, translate_alias},
    Row{Code::CAST, translate_alias},
    Row{Code::TRANSPOSE, translate_transpose},
    Row{Code::CONCATENATION, translate_concat},
    Row{Code::PACK, translate_concat},
    Row{Code::PAD, translate_pad},
    Row{Code::PADV2, translate_pad},
    Row{Code::SPACE_TO_BATCH_ND, translate_space_to_batch},
    Row{Code::BATCH_TO_SPACE_ND, translate_batch_to_space},
    Row{Code::SLICE, translate_slice},
    Row{Code::STRIDED_SLICE, translate_slice},
    Row{Code::SPLIT, translate_split},
    Row{Code::SPLIT_V, translate_split},
    Row{Code::UNPACK, translate_split},
    Row{Code::TILE, translate_repeat},
    Row{Code::BROADCAST_TO, translate_repeat},
    Row{Code::FILL, translate_fill},
    Row{Code::ZEROS_LIKE, translate_fill},
    Row{Code::UNIDIRECTIONAL_SEQUENCE_LSTM, translate_sequence_lstm},
};

/// Only ever on whole numbers that are known, see fold_integers.
constexpr std::array kFolded = {Code::SHAPE, Code::REDUCE_PROD, Code::GATHER};

const Row* row_of(Code code) {
  const auto found = std::ranges::find(kRows, code, &Row::code);
  return found == kRows.end() ? nullptr : &*found;
}

bool is_control_flow(Code code) {
  constexpr std::array kCodes = {Code::IF,         Code::WHILE,         Code::CALL,           Code::CALL_ONCE,
                                 Code::VAR_HANDLE, Code::READ_VARIABLE, Code::ASSIGN_VARIABLE};
  return std::ranges::find(kCodes, code) != kCodes.end();
}

}  // namespace

Status check_known(Code code, const std::string& name) {
  if (row_of(code) != nullptr || std::ranges::find(kFolded, code) != kFolded.end()) return {};
  if (is_control_flow(code))
    return unsupported(name +
                       ": control flow is not translated; convert the Keras model with recurrent layers that "
                       "have unroll=True, or import the Keras file itself");
  return unsupported(name + ": this operator is not translated; import the file that the .tflite was converted from");
}

Status translate(Translation& t, const Operator& op) {
  PITLANE_TRY(const bool folded, fold_integers(t, op));
  if (folded) return {};
  const Row* row = row_of(op.code);
  if (row == nullptr)
    return unsupported(op.name + ": this operator is translated only where its numbers are known beforehand");
  PITLANE_TRY_STATUS(row->translate(t, op));
  if (!t.status().ok()) return t.status().error().in(op.name);
  return {};
}

Result<std::size_t> axis_of(const Operator& op, std::int64_t axis, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (axis < -rank || axis >= rank)
    return corrupt(op.name + " names axis " + std::to_string(axis) + " of " + to_string(shape));
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

}  // namespace pitlane::tflite
