// FULLY_CONNECTED.
#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

/// Our picture is {H, W, C}, the file's weight was made for {C, H, W} flattened.
Result<Arrangement> from_channels_first(Translation& t, const Operator& op, const Constant& weight) {
  PITLANE_TRY(const Parts parts, t.parts_of_any_layout(op, 0));
  const Shape picture = t.builder.shape(parts.front());
  if (parts.size() != 1 || picture.size() != 3 || element_count(picture) != weight.shape[1])
    return unsupported(op.name + ": its input is laid out channels first; convert the model with channels last");
  return Arrangement{{weight.shape[0], picture[2], picture[0], picture[1]}, {0, 2, 3, 1}};
}

}  // namespace

Status translate_fully_connected(Translation& t, const Operator& op) {
  const auto* options = op.raw->builtin_options_as_FullyConnected();
  const auto activation = options == nullptr ? tfl::FusedActivation::NONE : options->fused_activation();
  PITLANE_TRY_STATUS(check_fused(op, activation));
  if (options != nullptr && options->weights_format() != 0)
    return unsupported(op.name + ": its weights are shuffled for one machine; convert without that");
  PITLANE_TRY(const Constant* weight, t.needs_constant(op, 1, "weight"));
  if (weight->shape.size() != 2)
    return corrupt(op.name + ": weight '" + weight->name + "' has the shape " + to_string(weight->shape) +
                   ", needs 2 dimensions");
  const std::int64_t in = weight->shape[1], out = weight->shape[0];
  Dense dense;
  dense.activation = fused(activation);
  PITLANE_TRY(dense.bias, layer_bias(t, op, 2, *weight, out));
  Parts lines;
  Arrangement arrangement;
  if (t.channels_first(op, 0)) {
    PITLANE_TRY(arrangement, from_channels_first(t, op, *weight));
    PITLANE_TRY(const Parts picture, t.parts_of_any_layout(op, 0));
    lines = {t.flat(picture)};
  } else {
    PITLANE_TRY(lines, t.parts(op, 0, {in}));
  }
  PITLANE_TRY(dense.weight, layer_weight(t, op, *weight, {out, in}, multiplies_integers(*weight), arrangement));
  Parts made;
  for (const ValueId line : lines) {
    made.push_back(t.add(t.name(op), dense, {line}));
    if (activation == tfl::FusedActivation::RELU_N1_TO_1)
      made.back() = t.activated(t.name(op) + ".clamp", made.back(), activation);
  }
  return t.set_output(op, 0, made);
}

}  // namespace pitlane::tflite
