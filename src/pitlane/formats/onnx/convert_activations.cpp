#include <cmath>
#include <limits>
#include <utility>

#include "pitlane/formats/clip_limits.h"
#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/views.h"

namespace pitlane::onnx {
namespace {

Result<ValueId> activate(Step& step, const std::string& suffix, ValueId x, Activation activation) {
  return step.add(suffix, Activate{activation, usual_alpha(activation)}, {x});
}

/// Klambauer et al., "Self-normalizing neural networks", 2017: gamma times an Elu.
Result<ValueId> selu(Step& step, ValueId x) {
  PITLANE_TRY(const float alpha, step.number("alpha", 1.67326319217681884765625F));
  PITLANE_TRY(const float gamma, step.number("gamma", 1.05070102214813232421875F));
  PITLANE_TRY(const ValueId curve, step.add("elu", Activate{Activation::kElu, alpha}, {x}));
  return affine(step, "", curve, gamma, 0);
}

/// clamp(slope * x + offset, 0, 1); ours has the offset 0.5.
Result<ValueId> hard_sigmoid(Step& step, const std::string& suffix, ValueId x, float slope, float offset) {
  if (slope == 0) return unsupported("has the slope 0");
  if (offset != 0.5F) {
    PITLANE_TRY(x, affine(step, "shift", x, 1, (offset - 0.5F) / slope));
  }
  return step.add(suffix, Activate{Activation::kHardSigmoid, slope}, {x});
}

Result<ValueId> prelu(Step& step, ValueId x) {
  PITLANE_TRY(const ConstantPtr slope, step.constant(1));
  for (std::size_t i = 1; i < slope->size(); ++i)
    if (slope->at(i) != slope->at(0)) return unsupported("has a slope for each channel; one for all is understood");
  if (slope->size() == 0) return corrupt("has no slope");
  return step.add("", Activate{Activation::kLeakyRelu, static_cast<float>(slope->at(0))}, {x});
}

Result<ValueId> curve(Step& step, ValueId x) {
  const std::string& type = step.node().type;
  if (type == "Relu") return activate(step, "", x, Activation::kRelu);
  if (type == "Sigmoid") return activate(step, "", x, Activation::kSigmoid);
  if (type == "Tanh") return activate(step, "", x, Activation::kTanh);
  if (type == "Selu") return selu(step, x);
  if (type == "PRelu") return prelu(step, x);
  if (type == "Neg") return affine(step, "", x, -1, 0);
  if (type == "Elu" || type == "LeakyRelu") {
    const Activation activation = type == "Elu" ? Activation::kElu : Activation::kLeakyRelu;
    PITLANE_TRY(const float alpha, step.number("alpha", usual_alpha(activation)));
    return step.add("", Activate{activation, alpha}, {x});
  }
  if (type == "HardSigmoid") {
    PITLANE_TRY(const float slope, step.number("alpha", 0.2F));
    PITLANE_TRY(const float offset, step.number("beta", 0.5F));
    return hard_sigmoid(step, "", x, slope, offset);
  }
  PITLANE_CHECK(type == "HardSwish");
  PITLANE_TRY(const ValueId gate, hard_sigmoid(step, "gate", x, 1 / 6.F, 0.5F));
  return step.add("", Multiply{}, {x, gate});
}

/// A limit of Clip; infinite where it is left out.
Result<float> limit(Step& step, std::size_t input, float none) {
  if (!step.given(input)) return none;
  PITLANE_TRY(const ConstantPtr constant, step.constant(input));
  if (constant->size() != 1)
    return corrupt("has limits of the shape " + braced(constant->dims) + "; they are single numbers");
  const auto value = static_cast<float>(constant->at(0));
  if (std::isnan(value)) return corrupt("has a limit that is no number");
  if (none > 0 ? is_guard_above(value) : is_guard_below(value)) {
    note_guard(step.builder(), value);
    return none;
  }
  if (std::isinf(value)) return unsupported("keeps nothing but infinity: it has the limit " + std::to_string(value));
  return value;
}

/// min(max(x, low), high) of functions that there are: relu for one limit, relu6 stretched for two.
Result<ValueId> clip(Step& step, ValueId x, float low, float high) {
  const bool has_low = std::isfinite(low), has_high = std::isfinite(high);
  if (!has_low && !has_high) return x;
  if (has_low && !has_high) {
    PITLANE_TRY(const ValueId above, affine(step, "above", x, 1, -low));
    PITLANE_TRY(const ValueId positive, activate(step, "", above, Activation::kRelu));
    return affine(step, "back", positive, 1, low);
  }
  if (!has_low) {
    PITLANE_TRY(const ValueId below, affine(step, "below", x, -1, high));
    PITLANE_TRY(const ValueId positive, activate(step, "", below, Activation::kRelu));
    return affine(step, "back", positive, -1, high);
  }
  if (!(high > low))
    return unsupported("keeps nothing but one number: its limits are " + std::to_string(low) + " and " +
                       std::to_string(high));
  const float stretch = 6 / (high - low);
  PITLANE_TRY(const ValueId above, affine(step, "above", x, stretch, -low * stretch));
  PITLANE_TRY(const ValueId kept, activate(step, "", above, Activation::kRelu6));
  return affine(step, "back", kept, 1 / stretch, low);
}

}  // namespace

Status convert_activation(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY(const ValueId value, curve(step, x->value));
  step.set(0, real_operand(value, x->layout));
  return {};
}

Status convert_clip(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  constexpr float kNone = std::numeric_limits<float>::infinity();
  PITLANE_TRY(const float low, limit(step, 1, -kNone));
  PITLANE_TRY(const float high, limit(step, 2, kNone));
  PITLANE_TRY(const ValueId value, clip(step, x->value, low, high));
  step.set(0, real_operand(value, x->layout));
  return {};
}

Status convert_softmax(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  const int rank = x->layout.rank();
  const bool coerced = step.opset() < 13;  // older versions flatten everything from the axis on
  PITLANE_TRY(const int axis, step.axis("axis", coerced ? 1 : -1, rank));
  std::vector<int> axes = {axis};
  for (int d = axis + 1; coerced && d < rank; ++d) axes.push_back(d);
  PITLANE_TRY(ChannelView view, as_channels(step, *x, axes, std::vector<std::int64_t>(x->layout.axes.size(), 0)));
  std::int64_t together = 1;
  for (const int a : axes) together *= x->layout.size_of(x->layout.axes[static_cast<std::size_t>(a)]);
  if (together == 1) return unsupported("is over a single element, which is always 1");
  PITLANE_TRY(const ValueId value, step.add("", Softmax{}, {view.value}));
  step.set(0, real_operand(value, x->layout));
  return {};
}

}  // namespace pitlane::onnx
