// FULLY_CONNECTED.
#include <algorithm>
#include <utility>

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

/// A layer that reads zeros makes its bias.
Status translate_bias_alone(Translation& t, const Operator& op, const Constant& input, const Constant& weight,
                            tfl::FusedActivation activation) {
  PITLANE_TRY(const Tensor* made, t.output(op));
  const std::int64_t in = weight.shape[1], out = weight.shape[0];
  if (element_count(input.shape) % in != 0 || element_count(made->shape) != element_count(input.shape) / in * out)
    return corrupt(op.name + " makes " + to_string(made->shape) + " of " + to_string(input.shape));
  PITLANE_TRY(std::vector<float> bias, bias_values(t, op, 2, weight, out));
  bias.resize(static_cast<std::size_t>(out), 0);
  const bool silent = std::ranges::all_of(bias, [](float v) { return v == 0; });
  if (!silent && activation != tfl::FusedActivation::NONE)
    return unsupported(op.name + ": an activation of a constant; convert with constants folded");
  PITLANE_TRY_STATUS(t.spend(static_cast<std::size_t>(element_count(made->shape)) * sizeof(float)));
  std::vector<float> rows;
  while (std::cmp_less(rows.size(), element_count(made->shape))) rows.insert(rows.end(), bias.begin(), bias.end());
  t.set_constant(op.outputs[0], make_reals(made->name, made->shape, rows));
  return {};
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
  PITLANE_TRY(const Constant* silence, zeros(t, op, 0));
  if (silence != nullptr) return translate_bias_alone(t, op, *silence, *weight, activation);
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
