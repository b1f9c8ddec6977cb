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
  }
  return "?";
}

const char* op_name(const Op& op) {
  static constexpr std::array<const char*, std::variant_size_v<Op>> kNames = {"Conv2d", "Dense", "BatchNorm", "Flatten",
                                                                              "Activate"};
  return kNames[op.index()];
}

}  // namespace pitlane
