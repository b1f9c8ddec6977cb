// LSTM and ConvLSTM2D: the steps of the sequence are written out one after another.
#include <algorithm>
#include <array>
#include <cstring>

#include "pitlane/formats/keras/activation.h"
#include "pitlane/formats/keras/kernel.h"
#include "pitlane/formats/keras/readers.h"
#include "pitlane/formats/keras/window.h"
#include "pitlane/network/recurrent.h"

namespace pitlane::keras {
namespace {

struct Recurrence {
  bool sequences = false, stateful = false, backwards = false, use_bias = true;
  Activate gate, activation;
};

Result<Activate> simple_curve(const Layer& layer, Names names, const char* fallback) {
  PITLANE_TRY(const Curve curve, parse_curve(layer, names, fallback));
  if (curve.form == Curve::Form::kPlain) return curve.function;
  return layer.settings.cannot("the function of '" + std::string(*names.begin()) +
                               "' is not supported in a recurrent layer");
}

Result<Recurrence> parse_recurrence(const Layer& layer) {
  const Settings& s = layer.settings;
  Recurrence r;
  PITLANE_TRY(r.sequences, s.flag({"return_sequences"}, false));
  PITLANE_TRY(r.stateful, s.flag({"stateful"}, false));
  PITLANE_TRY(r.backwards, s.flag({"go_backwards"}, false));
  PITLANE_TRY(r.use_bias, s.flag({"use_bias"}, true));
  for (const char* unsupported : {"return_state", "time_major"}) {
    PITLANE_TRY(const bool set, s.flag({unsupported}, false));
    if (set) return s.cannot("'" + std::string(unsupported) + "' is not supported; build the model without it");
  }
  if (r.stateful && !layer.first_use) return s.cannot("is stateful and used more than once, which is not supported");
  PITLANE_TRY(r.activation, simple_curve(layer, {"activation"}, "tanh"));
  // What Keras 1 and 2 do where nothing is said; newer files always say it.
  PITLANE_TRY(r.gate, simple_curve(layer, {"recurrent_activation", "inner_activation"}, "hard_sigmoid"));
  return r;
}

Result<Tensor> unroll(Layer& layer, Tensor& input, const LstmCell& cell, const Recurrence& r, const Shape& state) {
  std::vector<ValueId> steps = frames(layer.builder, input);
  if (r.backwards) std::ranges::reverse(steps);
  LstmState memory;
  LstmState first;
  if (r.stateful) {
    memory.hidden = layer.builder.state(layer.name + ".hidden", state);
    memory.cell = layer.builder.state(layer.name + ".cell", state);
    first = memory;
  }
  std::vector<ValueId> outputs;
  for (const ValueId step : steps) {
    memory = add_lstm_step(layer.builder, frame_name(layer.name, outputs.size(), steps.size()), cell, step, memory);
    outputs.push_back(memory.hidden);
  }
  if (r.stateful) {
    layer.builder.remember(first.hidden, memory.hidden);
    layer.builder.remember(first.cell, memory.cell);
  }
  if (r.sequences) return of_frames(layer.name, state, std::move(outputs));
  return whole(layer.name, state, memory.hidden);
}

/// Keras 1 kept a kernel, a recurrent kernel and a bias for each gate: input, cell, forget, output. Joined as Keras 2
/// has them: input, forget, cell, output, along the last dimension.
std::vector<FloatArray> joined_gates(const std::vector<FloatArray>& arrays) {
  std::vector<FloatArray> joined;
  for (std::size_t role = 0; role < 3; ++role) {
    const std::array<const FloatArray*, 4> gates = {&arrays[role], &arrays[role + 6], &arrays[role + 3],
                                                    &arrays[role + 9]};
    const bool alike = std::ranges::all_of(gates, [&](const FloatArray* g) { return g->shape == gates[0]->shape; });
    if (!alike || gates[0]->shape.empty()) return arrays;  // the check of shapes says what is wrong
    const auto width = static_cast<std::size_t>(gates[0]->shape.back());
    const std::size_t rows = gates[0]->values().size() / width;
    std::vector<float> values;
    for (std::size_t row = 0; row < rows; ++row)
      for (const FloatArray* gate : gates) {
        const auto part = gate->values().subspan(row * width, width);
        values.insert(values.end(), part.begin(), part.end());
      }
    std::vector<std::byte> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    FloatArray& all = joined.emplace_back(FloatArray{gates[0]->shape, SharedBytes(std::move(bytes))});
    all.shape.back() *= 4;
  }
  return joined;
}

/// The layer with weights in Keras 2's form.
Layer with_joined_gates(const Layer& layer, std::vector<FloatArray>& joined) {
  if (layer.arrays.size() == 12) joined = joined_gates(layer.arrays);
  return {layer.builder, layer.class_name, layer.settings, layer.key,
          layer.name,    layer.version,    layer.options,  joined.empty() ? layer.arrays : joined,
          layer.made,    layer.first_use};
}

Result<Tensor> lstm(Layer& layer, Tensor& input, const Recurrence& r) {
  PITLANE_TRY(const std::int64_t units, layer.settings.positive({"units", "output_dim"}));
  PITLANE_TRY_STATUS(expect_arrays(layer, r.use_bias ? 3 : 2));
  const std::int64_t features = input.shape[1];
  PITLANE_TRY(const FloatArray* kernel, array(layer, 0, "kernel", {features, 4 * units}));
  PITLANE_TRY(const FloatArray* recurrent, array(layer, 1, "recurrent_kernel", {units, 4 * units}));
  LstmCell cell;
  cell.gate = r.gate;
  cell.activation = r.activation;
  const auto dense = [&](const char* role, const FloatArray& values, std::int64_t rows) {
    return weight(layer, role, [&] {
      return make_f32_weight(layer.key + "." + role, {4 * units, rows}, transposed(values.values(), rows, 4 * units));
    });
  };
  PITLANE_TRY(const WeightId bias, bias_weight(layer, r.use_bias, 2, 4 * units));
  cell.input = Dense{dense("kernel", *kernel, features), bias, Activation::kNone};
  if (r.stateful || input.steps() > 1)
    cell.recurrent = Dense{dense("recurrent_kernel", *recurrent, units), kNoWeight, Activation::kNone};
  return unroll(layer, input, cell, r, {units});
}

Conv2d conv_over(const Window& window, WeightId weight, WeightId bias, std::int64_t height, std::int64_t width) {
  Conv2d op;
  op.stride_h = static_cast<int>(window.stride[0]);
  op.stride_w = static_cast<int>(window.stride[1]);
  op.padding = window.padding(0, height, width);
  op.weight = weight;
  op.bias = bias;
  return op;
}

Result<Tensor> conv_lstm(Layer& layer, Tensor& input, const Recurrence& r) {
  PITLANE_TRY(const std::int64_t filters, layer.settings.positive({"filters", "nb_filter"}));
  PITLANE_TRY(const Window window, Window::of_convolution(layer, 2));
  PITLANE_TRY_STATUS(expect_arrays(layer, r.use_bias ? 3 : 2));
  const Shape picture = input.frame();
  const std::int64_t height = window.steps(0, picture[0]), width = window.steps(1, picture[1]);
  if (height < 1 || width < 1)
    return layer.settings.bad("its kernel is larger than its input " + to_string(input.shape));
  PITLANE_TRY(const WeightId kernel, kernel_weight(layer, 0, "kernel", window, {picture[2], 4 * filters}));
  PITLANE_TRY(const WeightId bias, bias_weight(layer, r.use_bias, 2, 4 * filters));
  LstmCell cell;
  cell.gate = r.gate;
  cell.activation = r.activation;
  cell.input = conv_over(window, kernel, bias, picture[0], picture[1]);
  const Window over_state{window.size, {1, 1}, {1, 1}, true};
  // Checked also where it is never used.
  PITLANE_TRY_STATUS(array(layer, 1, "recurrent_kernel", {window.size[0], window.size[1], filters, 4 * filters}));
  if (r.stateful || input.steps() > 1) {
    PITLANE_TRY(const WeightId recurrent,
                kernel_weight(layer, 1, "recurrent_kernel", over_state, {filters, 4 * filters}));
    cell.recurrent = conv_over(over_state, recurrent, kNoWeight, height, width);
  }
  return unroll(layer, input, cell, r, {height, width, filters});
}

}  // namespace

Result<Tensor> read_lstm(Layer& layer, Inputs& inputs) {
  PITLANE_TRY_STATUS(expect_rank(layer, inputs.front(), {2}));
  PITLANE_TRY(const Recurrence r, parse_recurrence(layer));
  std::vector<FloatArray> joined;
  Layer modern = with_joined_gates(layer, joined);
  return lstm(modern, inputs.front(), r);
}

Result<Tensor> read_conv_lstm(Layer& layer, Inputs& inputs) {
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(expect_rank(layer, inputs.front(), {4}));
  PITLANE_TRY(const Recurrence r, parse_recurrence(layer));
  std::vector<FloatArray> joined;
  Layer modern = with_joined_gates(layer, joined);
  return conv_lstm(modern, inputs.front(), r);
}

}  // namespace pitlane::keras
