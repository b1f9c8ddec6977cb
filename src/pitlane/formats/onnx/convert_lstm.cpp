// LSTM over a sequence inside one run: written out step by step in plain operators, with shared weights.
#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/layers.h"
#include "pitlane/formats/onnx/views.h"
#include "pitlane/network/recurrent.h"

namespace pitlane::onnx {
namespace {

constexpr std::int64_t kLongestSequence = 1024;

/// ONNX stacks the gates as input, output, forget, cell.
constexpr GateOrder kGates{.input = 0, .forget = 2, .cell = 3, .output = 1};

struct Sizes {
  int sequence_axis = 0;
  std::int64_t steps = 1, inputs = 1, units = 1;
};

Status check_attributes(Step& step) {
  PITLANE_TRY(const std::string direction, step.text("direction", "forward"));
  if (direction != "forward")
    return unsupported("runs in the direction '" + direction + "'; only forward is understood");
  PITLANE_TRY(const std::int64_t coupled, step.integer("input_forget", 0));
  if (coupled != 0) return unsupported("couples its input and forget gates, which is not understood");
  if (step.node().find("clip") != nullptr) return unsupported("clips its gates, which is not understood");
  if (step.given(7)) return unsupported("has peepholes, which are not understood");
  if (const Attribute* names = step.node().find("activations"); names != nullptr) {
    const std::vector<std::string> usual = {"Sigmoid", "Tanh", "Tanh"};
    if (names->texts != usual) return unsupported("has other functions than Sigmoid, Tanh, Tanh");
  }
  return {};
}

/// How long each sequence of the batch is: as long as the tensor, or we would go on beyond its end.
Status check_lengths(Step& step, std::int64_t steps) {
  if (!step.given(4)) return {};
  PITLANE_TRY(const Operand* operand, step.operand(4));
  if (!operand->is_constant())
    return unsupported("its sequence_lens '" + step.node().inputs[4] +
                       "' are computed by the network; only sequences of the input's whole length are understood");
  const Constant& lengths = *operand->constant;
  if (lengths.size() == 1 && !lengths.is_real() && lengths.integer(0) == steps) return {};
  if (lengths.size() != 1 || lengths.is_real())
    return corrupt("has sequence_lens of the shape " + braced(lengths.dims) + "; one whole number is needed");
  return unsupported("has sequence_lens of " + std::to_string(lengths.integer(0)) + ", its input has " +
                     std::to_string(steps) + " steps; only the whole length is understood");
}

Result<Sizes> sizes_of(Step& step, const Operand& x) {
  PITLANE_TRY(const std::int64_t batch_first, step.integer("layout", 0));
  const Shape dims = x.layout.dims();
  if (dims.size() != 3) return corrupt("reads " + braced(dims) + "; {steps, batch, inputs} are needed");
  Sizes sizes;
  sizes.sequence_axis = batch_first != 0 ? 1 : 0;
  sizes.steps = dims[static_cast<std::size_t>(sizes.sequence_axis)];
  sizes.inputs = dims[2];
  if (dims[batch_first != 0 ? 0 : 1] != 1)
    return unsupported("works on a batch of several sequences; one is understood");
  if (sizes.steps > kLongestSequence)
    return unsupported("has " + std::to_string(sizes.steps) + " steps; at most " + std::to_string(kLongestSequence));
  PITLANE_TRY(const Operand* recurrent, step.operand(2));
  const Shape shape = recurrent->dims();
  sizes.units = shape.size() == 3 ? shape[2] : 0;
  if (sizes.units < 1 || shape[0] != 1 || shape[1] != 4 * sizes.units)
    return corrupt("has recurrent weights of the shape " + braced(shape) + "; {1, 4 * units, units} are needed");
  return sizes;
}

/// {1, 4 * units, columns} as a Dense weight; `places` says where each number that it reads lies.
Result<WeightId> matrix(Step& step, std::size_t input, std::int64_t rows, const std::vector<std::int32_t>& places,
                        const char* role) {
  const auto columns = static_cast<std::int64_t>(places.size());
  PITLANE_TRY(const ConstantPtr constant, step.constant(input));
  if (constant->dims != Shape{1, rows, columns} || !constant->is_real())
    return corrupt(std::string(role) + " have the shape " + braced(constant->dims) + "; " + braced({1, rows, columns}) +
                   " is needed");
  const std::string name = step.name() + "." + role;
  std::vector<float> values(constant->reals.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t row = i / places.size();
    values[row * places.size() + static_cast<std::size_t>(places[i % places.size()])] = constant->reals[i];
  }
  if (constant->half) return step.weight(make_f16_weight(name, {rows, columns}, values));
  return step.weight(make_f32_weight(name, {rows, columns}, std::move(values)));
}

/// The biases of inputs and of the recurrence are only ever added.
Result<WeightId> bias(Step& step, std::int64_t rows) {
  if (!step.given(3)) return kNoWeight;
  PITLANE_TRY(const ConstantPtr constant, step.constant(3));
  const auto half = static_cast<std::size_t>(rows);
  if (!constant->is_real() || constant->size() != 2 * half)
    return corrupt("has biases of the shape " + braced(constant->dims) + "; " + braced({1, 2 * rows}) + " is needed");
  std::vector<float> sum(half);
  for (std::size_t i = 0; i < half; ++i) sum[i] = constant->reals[i] + constant->reals[half + i];
  return step.weight(make_f32_weight(step.name() + ".bias", {rows}, std::move(sum)));
}

/// What the memory is before the first step; -1 for zeros.
Result<ValueId> initial(Step& step, std::size_t input, std::int64_t units) {
  if (!step.given(input)) return -1;
  PITLANE_TRY(const Operand* operand, step.operand(input));
  if (operand->is_constant()) {
    for (std::size_t i = 0; i < operand->constant->size(); ++i)
      if (operand->constant->at(i) != 0) return unsupported("begins with a constant memory that is not zero");
    return -1;
  }
  PITLANE_TRY(operand, step.real(input));
  if (operand->layout.size() != units) return corrupt("begins with a memory of " + braced(operand->layout.dims()));
  return step.shaped(operand->value, {units});
}

Result<LstmCell> cell_of(Step& step, const Sizes& sizes, const std::vector<std::int32_t>& places) {
  std::vector<std::int32_t> own(static_cast<std::size_t>(sizes.units));
  std::iota(own.begin(), own.end(), 0);
  PITLANE_TRY(const WeightId input, matrix(step, 1, 4 * sizes.units, places, "weights"));
  PITLANE_TRY(const WeightId recurrent, matrix(step, 2, 4 * sizes.units, own, "recurrent_weights"));
  PITLANE_TRY(const WeightId sum, bias(step, 4 * sizes.units));
  LstmCell cell{Dense{input, sum, Activation::kNone}, Dense{recurrent, kNoWeight, Activation::kNone}, kGates};
  return cell;
}

/// Output 0: {steps, directions, batch, units}, or {batch, steps, directions, units} in the other layout.
Status set_sequence(Step& step, const Sizes& sizes, const std::vector<ValueId>& hidden) {
  if (step.node().outputs.empty() || step.node().outputs[0].empty()) return {};
  ValueId all = hidden.front();
  if (hidden.size() > 1) {
    PITLANE_TRY(all, step.add("sequence", Concat{}, hidden));
  }
  const Shape dims =
      sizes.sequence_axis == 0 ? Shape{sizes.steps, 1, 1, sizes.units} : Shape{1, sizes.steps, 1, sizes.units};
  step.set(0, real_operand(all, row_major_layout(dims)));
  return {};
}

}  // namespace

Status convert_lstm(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY_STATUS(check_attributes(step));
  PITLANE_TRY(const Sizes sizes, sizes_of(step, *x));
  PITLANE_TRY_STATUS(check_lengths(step, sizes.steps));
  PITLANE_TRY(const Operand first, slice(step, "step0.input", *x, sizes.sequence_axis, 0, 1));
  // Every step's numbers lie alike, so one set of weights serves all; its size has to fit the file's first.
  PITLANE_TRY(const Operand* stated, step.operand(1));
  if (stated->dims() != Shape{1, 4 * sizes.units, sizes.inputs})
    return corrupt("has weights of the shape " + braced(stated->dims()) + "; " +
                   braced({1, 4 * sizes.units, sizes.inputs}) + " is needed");
  PITLANE_TRY(const LstmCell cell, cell_of(step, sizes, storage_order(first.layout)));
  LstmState state;
  PITLANE_TRY(state.hidden, initial(step, 5, sizes.units));
  PITLANE_TRY(state.cell, initial(step, 6, sizes.units));
  std::vector<ValueId> hidden;
  for (std::int64_t t = 0; t < sizes.steps; ++t) {
    const std::string suffix = "step" + std::to_string(t);
    Operand now = first;
    if (t > 0) {
      PITLANE_TRY(now, slice(step, suffix + ".input", *x, sizes.sequence_axis, t, t + 1));
    }
    PITLANE_TRY(const ValueId vector, step.shaped(now.value, {sizes.inputs}));
    constexpr std::size_t kOperators = 16;  // of a step, at most
    step.conversion().nodes_made += kOperators;
    state = add_lstm_step(step.builder(), step.name() + "." + suffix, cell, vector, state);
    PITLANE_TRY_STATUS(step.builder().status());
    hidden.push_back(state.hidden);
  }
  PITLANE_TRY_STATUS(set_sequence(step, sizes, hidden));
  step.set(1, real_operand(state.hidden, row_major_layout({1, 1, sizes.units})));
  step.set(2, real_operand(state.cell, row_major_layout({1, 1, sizes.units})));
  return {};
}

}  // namespace pitlane::onnx
