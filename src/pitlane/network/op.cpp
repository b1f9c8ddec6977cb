#include "pitlane/network/op.h"

#include <array>

namespace pitlane {

const char* to_string(Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return "none";
    case Activation::kRelu:
      return "relu";
    case Activation::kElu:
      return "elu";
    case Activation::kLeakyRelu:
      return "leaky_relu";
    case Activation::kTanh:
      return "tanh";
    case Activation::kSigmoid:
      return "sigmoid";
    case Activation::kRelu6:
      return "relu6";
    case Activation::kHardSigmoid:
      return "hard_sigmoid";
  }
  return "?";
}

float usual_alpha(Activation activation) {
  switch (activation) {
    case Activation::kElu:
      return 1;
    case Activation::kLeakyRelu:
      return 0.01F;
    case Activation::kHardSigmoid:
      return 0.2F;
    default:
      return 0;
  }
}

const char* op_name(const Op& op) {
  static constexpr std::array<const char*, std::variant_size_v<Op>> kNames = {
      "Conv2d",   "Dense",  "BatchNorm", "Flatten", "Activate", "Pool2d",  "Add",
      "Multiply", "Concat", "Slice",     "Pad",     "Reshape",  "Softmax", "Expand"};
  return kNames[op.index()];
}

}  // namespace pitlane
