// Functions of one element, and SOFTMAX.
#include <cmath>

#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

Result<Activate> curve_of(const Operator& op) {
  switch (op.code) {
    case Code::RELU:
      return Activate{Activation::kRelu};
    case Code::RELU6:
      return Activate{Activation::kRelu6};
    case Code::ELU:
      return Activate{Activation::kElu};
    case Code::TANH:
      return Activate{Activation::kTanh};
    case Code::LOGISTIC:
      return Activate{Activation::kSigmoid};
    case Code::LEAKY_RELU: {
      const auto* options = op.raw->builtin_options_as_LeakyRelu();
      if (options == nullptr) return corrupt(op.name + " has no options");
      if (!std::isfinite(options->alpha())) return corrupt(op.name + " has a slope that is no number");
      return Activate{Activation::kLeakyRelu, options->alpha()};
    }
    default:
      PITLANE_CHECK(false);
      return Activate{};
  }
}

Result<ValueId> curved(Translation& t, const Operator& op, ValueId x) {
  const std::string name = t.name(op);
  switch (op.code) {
    case Code::NEG:
      return t.affine(name, x, {-1}, {0});
    case Code::RELU_N1_TO_1:
      return t.clamped(name, x, -1, 1);
    case Code::RELU_0_TO_1:
      return t.clamped(name, x, 0, 1);
    case Code::HARD_SWISH: {
      // x * relu6(x + 3) / 6
      const ValueId gate = t.add(name + ".gate", Activate{Activation::kHardSigmoid, 1 / 6.F}, {x});
      return t.add(name, Multiply{}, {x, gate});
    }
    default: {
      PITLANE_TRY(const Activate curve, curve_of(op));
      return t.add(name, curve, {x});
    }
  }
}

}  // namespace

Status translate_curve(Translation& t, const Operator& op) {
  PITLANE_TRY(const Parts parts, t.parts_of_any_layout(op, 0));
  Parts made;
  for (const ValueId part : parts) {
    PITLANE_TRY(const ValueId y, curved(t, op, part));
    made.push_back(y);
  }
  if (t.channels_first(op, 0)) t.set_channels_first(op.outputs[0]);
  return t.set_output(op, 0, made);
}

Status translate_softmax(Translation& t, const Operator& op) {
  const auto* options = op.raw->builtin_options_as_Softmax();
  const float beta = options == nullptr ? 1 : options->beta();
  if (!std::isfinite(beta)) return corrupt(op.name + " has a beta that is no number");
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  if (input->shape.empty()) return corrupt(op.name + " reads a scalar");
  PITLANE_TRY(Parts parts, t.parts(op, 0));
  if (!t.fits(parts, input->shape)) {
    PITLANE_TRY(parts, t.parts(op, 0, {input->shape.back()}));
  }
  for (ValueId& part : parts) {
    if (beta != 1) part = t.affine(t.name(op) + ".beta", part, {beta}, {0});
    part = t.add(t.name(op), Softmax{}, {part});
  }
  return t.set_output(op, 0, parts);
}

}  // namespace pitlane::tflite
