// UNIDIRECTIONAL_SEQUENCE_LSTM, step by step. Its memory starts from zeros in each run, as that of the Keras layer that
// it was converted from; the runtime keeps it between runs unless its user resets it.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "pitlane/formats/tflite/operators.h"
#include "pitlane/network/recurrent.h"

namespace pitlane::tflite {
namespace {

// Places of the inputs. Four gates each, in the order input, forget, cell, output.
constexpr std::size_t kInputWeights = 1, kRecurrentWeights = 5, kPeepholes = 9, kBiases = 12, kProjection = 16,
                      kHidden = 18, kNormalisation = 20;

Status check_form(const Operator& op, const tfl::SequenceLSTMOptions* options) {
  if (options == nullptr) return corrupt(op.name + " has no options");
  if (options->fused_activation() != tfl::FusedActivation::TANH)
    return unsupported(op.name + ": an LSTM whose activation is not tanh is not translated");
  if (options->proj_clip() != 0 || options->diagonal_recurrent_tensors())
    return unsupported(op.name + ": projections and diagonal weights of an LSTM are not translated");
  for (std::size_t i = 0; i < 4; ++i) {
    if (!Translation::has_input(op, kInputWeights + i) || !Translation::has_input(op, kRecurrentWeights + i))
      return unsupported(op.name + ": an LSTM with coupled gates is not translated");
    if ((i < 3 && Translation::has_input(op, kPeepholes + i)) || Translation::has_input(op, kNormalisation + i) ||
        (i < 2 && Translation::has_input(op, kProjection + i)))
      return unsupported(op.name + ": peepholes, projection and layer normalisation of an LSTM are not translated");
  }
  return {};
}

/// Four constants {units, n} (or {units}) below one another. Real numbers unless all have int8 and one scale each.
Result<Constant> stacked(Translation& t, const Operator& op, std::size_t first, const char* role, Shape shape) {
  std::array<const Constant*, 4> gates{};
  for (std::size_t i = 0; i < 4; ++i) {
    PITLANE_TRY(gates[i], t.needs_constant(op, first + i, role));
    if (gates[i]->shape != shape || gates[i]->type != gates[0]->type)
      return corrupt(op.name + ": " + role + " '" + gates[i]->name + "' of " + to_string(gates[i]->shape) +
                     " should be " + to_string(shape));
    if (gates[i]->quantization.any() != gates[0]->quantization.any())
      return corrupt(op.name + ": " + role + "s '" + gates[0]->name + "' and '" + gates[i]->name +
                     "' are quantised for one gate and not for the other");
  }
  PITLANE_TRY_STATUS(t.spend(4 * gates[0]->data.bytes().size()));
  Constant all = *gates[0];
  all.shape[0] *= 4;
  all.quantization = {};
  std::vector<std::byte> bytes;
  for (const Constant* gate : gates) {
    bytes.insert(bytes.end(), gate->data.bytes().begin(), gate->data.bytes().end());
    const TensorQuantization& q = gate->quantization;
    if (q.scales.size() > 1) return unsupported(op.name + ": " + role + " '" + gate->name + "' with several scales");
    all.quantization.scales.insert(all.quantization.scales.end(), q.any() ? shape[0] : 0, q.any() ? q.scales[0] : 0);
    all.quantization.zero_points.insert(all.quantization.zero_points.end(), q.any() ? shape[0] : 0,
                                        q.any() ? q.zero_points[0] : 0);
  }
  all.data = SharedBytes(std::move(bytes));
  return all;
}

Result<WeightId> biases(Translation& t, const Operator& op, const Constant& weights, std::int64_t units) {
  if (!Translation::has_input(op, kBiases)) return kNoWeight;
  std::vector<float> all;
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  for (std::size_t i = 0; i < 4; ++i) {
    PITLANE_TRY(const Constant* bias, t.needs_constant(op, kBiases + i, "bias"));
    if (element_count(bias->shape) != units) return corrupt(op.name + ": bias '" + bias->name + "' has another size");
    Constant counted = *bias;
    // Whole numbers count in steps of the input's and the weight's scale.
    const std::size_t gate = i * static_cast<std::size_t>(units);
    if (is_integer_index(bias->type)) {
      if (!input->quantization.any() || weights.quantization.scales.size() <= gate)
        return corrupt(op.name + ": bias '" + bias->name + "' is whole numbers, and its input or weight has no scale");
      counted.quantization = {{input->quantization.scales[0] * weights.quantization.scales[gate]}, {0}, 0};
    }
    PITLANE_TRY(const std::vector<float> values, real_values(counted));
    all.insert(all.end(), values.begin(), values.end());
  }
  return t.builder.weight(make_f32_weight(t.name(op) + ".bias", {4 * units}, std::move(all)));
}

struct Layer {
  LstmCell cell;
  std::int64_t features = 0, units = 0;
};

Result<Layer> read_layer(Translation& t, const Operator& op) {
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  PITLANE_TRY(const Constant* first, t.needs_constant(op, kInputWeights, "weight"));
  if (input->shape.size() != 3 || first->shape.size() != 2 || first->shape[1] != input->shape[2])
    return corrupt(op.name + " reads '" + input->name + "' of " + to_string(input->shape) + " with weight '" +
                   first->name + "' of " + to_string(first->shape));
  Layer layer{{}, first->shape[1], first->shape[0]};
  if (layer.units > (1 << 20)) return unsupported(op.name + ": more units than a driving network has");
  PITLANE_TRY(Constant in, stacked(t, op, kInputWeights, "weight", {layer.units, layer.features}));
  PITLANE_TRY(Constant back, stacked(t, op, kRecurrentWeights, "recurrent weight", {layer.units, layer.units}));
  in.name = t.name(op) + ".weight";
  back.name = t.name(op) + ".recurrent";
  Dense dense;
  PITLANE_TRY(dense.bias, biases(t, op, in, layer.units));
  const Constant& kept = *t.keep(std::move(in));
  PITLANE_TRY(dense.weight, layer_weight(t, op, kept, {4 * layer.units, layer.features}, multiplies_integers(kept)));
  Dense recurrent;
  const Constant& kept_back = *t.keep(std::move(back));
  PITLANE_TRY(recurrent.weight,
              layer_weight(t, op, kept_back, {4 * layer.units, layer.units}, multiplies_integers(kept_back)));
  layer.cell.input = dense;
  layer.cell.recurrent = recurrent;
  return layer;
}

}  // namespace

Status translate_sequence_lstm(Translation& t, const Operator& op) {
  const auto* options = op.raw->builtin_options_as_UnidirectionalSequenceLSTM();
  PITLANE_TRY_STATUS(check_form(op, options));
  PITLANE_TRY(const Layer layer, read_layer(t, op));
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  if (input->shape[options->time_major() ? 1 : 0] != 1)
    return unsupported(op.name + ": a batch of more than one sequence");
  PITLANE_TRY(const Parts steps, t.parts(op, 0, {layer.features}));
  std::optional<ActivationQuantization> hidden_grid;
  if (Translation::has_input(op, kHidden)) {
    PITLANE_TRY(const Tensor* hidden, t.input(op, kHidden));
    PITLANE_TRY(hidden_grid, activation_quantization(*hidden));
  }
  const float clip = options->cell_clip();
  LstmState state;
  Parts made;
  for (std::size_t step = 0; step < steps.size(); ++step) {
    const std::string name = t.name(op) + "." + std::to_string(step);
    constexpr std::size_t kNodesOfStep = 16;
    t.count(kNodesOfStep);
    if (!t.status().ok()) return t.status().error().in(op.name);
    state = add_lstm_step(t.builder, name, layer.cell, steps[step], state);
    if (hidden_grid) t.quantize(state.hidden, *hidden_grid);
    made.push_back(state.hidden);
    // Gates are at most 1, so memory grows by at most 1 a step: before that many steps a clip does nothing.
    if (clip > 0 && static_cast<float>(step + 1) > clip && step + 1 < steps.size())
      state.cell = t.clamped(name + ".clip", state.cell, -clip, clip);
  }
  t.note("the memory of " + op.name + " starts from zeros in each run");
  return t.set_output(op, 0, made);
}

}  // namespace pitlane::tflite
