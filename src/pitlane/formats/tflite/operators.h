// Which operators are translated, and by what.
#pragma once

#include <string>

#include "pitlane/core/result.h"
#include "pitlane/formats/tflite/translation.h"

namespace pitlane::tflite {

/// An error that names what cannot be translated and says what to do.
Status check_known(tfl::BuiltinOperator code, const std::string& name);
/// Appends what the operator means. Operators on whole numbers (shapes) are computed now.
Status translate(Translation& t, const Operator& op);

// One function a family; each in the file of its name, e.g. convolution.cpp.
Status translate_convolution(Translation& t, const Operator& op);
Status translate_convolution_3d(Translation& t, const Operator& op);
Status translate_fully_connected(Translation& t, const Operator& op);
Status translate_pool(Translation& t, const Operator& op);
Status translate_mean(Translation& t, const Operator& op);
Status translate_arithmetic(Translation& t, const Operator& op);
Status translate_curve(Translation& t, const Operator& op);
Status translate_softmax(Translation& t, const Operator& op);
Status translate_alias(Translation& t, const Operator& op);
Status translate_transpose(Translation& t, const Operator& op);
Status translate_concat(Translation& t, const Operator& op);
Status translate_pad(Translation& t, const Operator& op);
Status translate_space_to_batch(Translation& t, const Operator& op);
Status translate_batch_to_space(Translation& t, const Operator& op);
Status translate_slice(Translation& t, const Operator& op);
Status translate_split(Translation& t, const Operator& op);
Status translate_repeat(Translation& t, const Operator& op);
Status translate_fill(Translation& t, const Operator& op);
Status translate_sequence_lstm(Translation& t, const Operator& op);

/// Operators on whole numbers that are known now; false if it is not of them.
Result<bool> fold_integers(Translation& t, const Operator& op);

/// The constant seen as `view` (same elements), its dimensions then put in `order`; both empty: as it is.
struct Arrangement {
  Shape view;
  std::vector<std::size_t> order;
};

/// A layer's weight as make_weight, made once however many layers share it. `int8`: the layer multiplies integers.
/// `shape` is what the arranged constant is declared as.
Result<WeightId> layer_weight(Translation& t, const Operator& op, const Constant& constant, const Shape& shape,
                              bool int8, const Arrangement& arrangement = {});
/// The bias in real numbers (whole ones are scaled by the input's and the weight's scales); empty if there is none.
Result<std::vector<float>> bias_values(Translation& t, const Operator& op, std::size_t index, const Constant& weight,
                                       std::int64_t outputs);
/// The same as a weight, or kNoWeight.
Result<WeightId> layer_bias(Translation& t, const Operator& op, std::size_t index, const Constant& weight,
                            std::int64_t outputs);
/// Whether the layer multiplies integers: its weights are bytes, as the file stores them.
bool multiplies_integers(const Constant& weight);

/// Ours of what an operator applies to its result; RELU_N1_TO_1 is none of them: see Translation::activated.
Activation fused(tfl::FusedActivation activation);
Status check_fused(const Operator& op, tfl::FusedActivation activation);

/// The constant that the input is, if it holds nothing but zeros (the memory of a recurrent layer before its first
/// step); else null.
Result<const Constant*> zeros(Translation& t, const Operator& op, std::size_t i);

/// The axis of the tensor, counted from its end if negative. Errors: beyond its dimensions.
Result<std::size_t> axis_of(const Operator& op, std::int64_t axis, const Shape& shape);

}  // namespace pitlane::tflite
