#include "pitlane/engine/planner.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "pitlane/engine/affine_chain.h"
#include "pitlane/engine/data_steps.h"
#include "pitlane/engine/layer_steps.h"
#include "pitlane/engine/lstm_cells.h"
#include "pitlane/engine/lstm_step.h"
#include "pitlane/engine/op_steps.h"
#include "pitlane/engine/quantization.h"
#include "pitlane/engine/step_cost.h"
#include "pitlane/engine/tensor_forms.h"
#include "pitlane/kernels/pack.h"

namespace pitlane {
namespace {

/// Conv2d and Dense seen as one thing.
struct Layer {
  LayerShape shape;
  const Weight* weight = nullptr;
  WeightId bias = kNoWeight;
  Activation activation = Activation::kNone;
  Padding padding;
  std::vector<float> pad_value;  ///< one per input channel where there is padding
  std::int64_t macs = 0;

  [[nodiscard]] bool int8() const { return weight->storage == Storage::kI8; }
  [[nodiscard]] bool bf16() const { return weight->storage == Storage::kBf16; }
  /// What kernels fuse; other functions become a step of their own.
  [[nodiscard]] bool relu() const { return activation == Activation::kRelu; }
  [[nodiscard]] bool curved() const { return activation != Activation::kNone && !relu(); }
};

std::optional<Layer> layer_of(const Network& network, const Node& node) {
  Layer layer;
  if (const auto* dense = std::get_if<Dense>(&node.op)) {
    layer.weight = &network.weights[dense->weight];
    layer.bias = dense->bias;
    layer.activation = dense->activation;
    layer.shape.dense = true;
  } else if (const auto* conv = std::get_if<Conv2d>(&node.op)) {
    layer.weight = &network.weights[conv->weight];
    layer.bias = conv->bias;
    layer.activation = conv->activation;
    layer.padding = conv->padding;
    layer.pad_value = conv->pad_value;
    layer.shape.kernel_h = static_cast<int>(layer.weight->shape[1]);
    layer.shape.kernel_w = static_cast<int>(layer.weight->shape[2]);
    layer.shape.stride_h = conv->stride_h;
    layer.shape.stride_w = conv->stride_w;
    layer.shape.groups = conv->groups;
    if (layer.padding == Padding{})
      layer.pad_value.clear();
    else
      layer.pad_value.resize(static_cast<std::size_t>(layer.weight->shape[3] * conv->groups), 0.0F);
  } else {
    return {};
  }
  layer.shape.outputs = static_cast<int>(layer.weight->shape[0]);
  layer.macs = mac_count(network, node);
  return layer;
}

/// Smaller matrices stay in the cache, where reading them costs less than interleaving their rows.
constexpr std::int64_t kWorthSkipping = 1 << 18;

/// About half of what a relu lets through is zero.
bool ends_in_relu(const Node& node) {
  const auto relu = [](const auto& op) {
    if constexpr (requires { op.activation; }) return op.activation == Activation::kRelu;
    return false;
  };
  return std::visit(relu, node.op);
}

StepInfo float_info(const Layer& layer, Arithmetic arithmetic, const Picture& from, const Picture& to) {
  return layer_info(layer.shape, arithmetic, layer.macs, from.elements() * kRealBytes, to.inside() * kRealBytes);
}

std::vector<float> bias_of(const Network& network, const Layer& layer) {
  if (layer.bias == kNoWeight) return std::vector<float>(static_cast<std::size_t>(layer.shape.outputs), 0.0F);
  return decode_f32(network.weights[layer.bias]);
}

/// One of the values that a node reads, and how.
struct Reading {
  ValueId source = -1;
  Shape shape;  ///< as the node sees it
  Form form;
  Affine affine;  ///< to be folded into a float layer; empty for others
};

/// Where and how an int8 layer writes.
struct Int8Result {
  Picture picture;
  Form form;
  std::optional<IntegerRescale> rescale;
};

class Planner {
 public:
  Planner(const Network& network, const kernels::Table& kernels, int threads)
      : network_(network),
        kernels_(kernels),
        threads_(threads),
        forms_(network, kernels),
        cells_(find_lstm_cells(network)),
        uses_(network.values.size()) {}

  Result<PlannedSteps> plan() {
    find_uses();
    start();
    for (std::size_t i = 0; i < network_.nodes.size(); ++i)
      if (needed_[i]) PITLANE_TRY_STATUS(add_node(i));
    finish();
    result_.steps = forms_.take_steps();
    result_.infos = forms_.take_infos();
    result_.arena = std::move(forms_.arena());
    result_.arena.place();
    return std::move(result_);
  }

 private:
  [[nodiscard]] Reading plain_reading(ValueId value) const;
  [[nodiscard]] std::vector<Reading> readings_of(std::size_t index) const;
  [[nodiscard]] Reading layer_reading(const Node& node, const Layer& layer) const;
  Tensor read(const Reading& reading);
  void find_uses();
  void start();
  void finish();
  [[nodiscard]] bool asked_for(std::size_t index) const;
  Status add_node(std::size_t index);
  void add_cell(const Node& memory, const LstmNodes& cell, const std::vector<Reading>& readings);
  Picture create_if_read(const Node& node, const Form& form);
  Status add_layer(const Node& node, const Layer& layer, const Reading& reading);
  void add_float_layer(const Layer& layer, const Reading& reading, const Picture& from, const Picture& to);
  void add_bf16_layer(const Layer& layer, const Picture& from, const Picture& to);
  void add_int8_layer(const Layer& layer, const Reading& reading, const Tensor& from, Int8Result to);
  /// How an int8 layer's weights are read soonest.
  ThreadBuffers for_each_thread(std::size_t bytes);
  [[nodiscard]] DenseForm dense_form(const Layer& layer, const Reading& reading) const;
  /// Whether reading the weights of none but the non-zero inputs pays.
  [[nodiscard]] bool skips_zeros(const Layer& layer, const Reading& reading) const;
  /// `stays_integer`: the node is a layer that goes from grid to grid.
  [[nodiscard]] Form output_form(const Node& node, bool stays_integer) const;
  [[nodiscard]] std::optional<IntegerRescale> rescale_of(const Node& node, const Layer& layer,
                                                         const Reading& reading) const;
  void round(const Node& node, const Form& form, const Picture& picture);

  const Network& network_;
  const kernels::Table& kernels_;
  int threads_;
  TensorForms forms_;
  LstmCells cells_;
  std::vector<std::vector<Form>> uses_;         // by value: the forms that its readers ask for
  std::vector<std::vector<Reading>> readings_;  // by node
  std::vector<bool> needed_;                    // by node
  PlannedSteps result_;
};

Reading Planner::layer_reading(const Node& node, const Layer& layer) const {
  const ValueId input = node.inputs.front();
  Reading reading{storage_of(network_, input), network_.values[input].shape, {}, {}};
  Form& form = reading.form;
  form.padding = layer.padding;
  form.border = layer.pad_value;
  if (layer.int8()) {
    form.quantization = input_quantization(network_, input);
    form.kind = form.quantization ? Form::Kind::kStatic : Form::Kind::kMeasured;
  } else if (layer.bf16()) {  // normalised numbers are rounded, so that normalisation cannot move into the weights
    form.border = layer.pad_value;
  } else {
    AffineChain chain = affine_chain(network_, input, layer.pad_value.empty() ? nullptr : &layer.pad_value);
    form.kind = chain.from_bytes ? Form::Kind::kRaw : Form::Kind::kReal;
    form.border = fold_padding(chain.affine, layer.pad_value);
    reading.source = storage_of(network_, chain.source);
    reading.affine = std::move(chain.affine);
  }
  const bool bordered = !(form.padding == Padding{});
  if (bordered && !same_picture(network_.values[reading.source].shape, reading.shape)) form.shape = reading.shape;
  return reading;
}

Reading Planner::plain_reading(ValueId value) const {
  return {storage_of(network_, value), network_.values[value].shape, {}, {}};
}

/// Of a cell: the sums of its gates, the second sums where there are two, what it remembers where it does.
std::vector<Reading> Planner::readings_of(std::size_t index) const {
  const Node& node = network_.nodes[index];
  if (const std::optional<Layer> layer = layer_of(network_, node)) return {layer_reading(node, *layer)};
  std::vector<ValueId> values = node.inputs;
  if (const LstmNodes* cell = cells_.at(index)) values = {cell->sums, cell->more_sums, cell->before};
  std::vector<Reading> readings;
  for (const ValueId value : values)
    if (value >= 0) readings.push_back(plain_reading(value));
  return readings;
}

Tensor Planner::read(const Reading& reading) {
  Tensor tensor = forms_.get(reading.source, reading.form);
  tensor.picture = seen_as(tensor.picture, reading.shape);
  return tensor;
}

void Planner::find_uses() {
  for (std::size_t i = 0; i < network_.nodes.size(); ++i) readings_.push_back(readings_of(i));
  for (const OutputSpec& output : network_.outputs) uses_[storage_of(network_, output.value)].emplace_back();
  for (const StateSpec& state : network_.states) uses_[storage_of(network_, state.after)].emplace_back();
  needed_.assign(network_.nodes.size(), false);
  for (std::size_t i = network_.nodes.size(); i-- > 0;) {
    if (!asked_for(i)) continue;
    needed_[i] = true;
    // What needs a border around another shape is made from the plain value.
    for (const Reading& reading : readings_[i])
      uses_[reading.source].push_back(reading.form.shape.empty() ? reading.form : Form{});
  }
}

bool Planner::asked_for(std::size_t index) const {
  const Node& node = network_.nodes[index];
  // Readers look through what only renames.
  if (renames(node.op) || cells_.inside(index)) return false;
  const LstmNodes* cell = cells_.at(index);
  if (cell != nullptr && !uses_[network_.nodes[cell->hidden].output].empty()) return true;
  return !uses_[node.output].empty();
}

/// Inputs and memory that others read as plain floats; images are converted where they are read.
void Planner::start() {
  for (std::size_t i = 0; i < network_.inputs.size(); ++i) {
    const InputSpec& input = network_.inputs[i];
    if (input.kind == InputKind::kImage) continue;
    const float scale = input.kind == InputKind::kSpeed ? input.scale : 1.0F;
    forms_.work_for(StepInfo::Owner::kInput, input.name);
    const Picture to = forms_.create(input.value, Form{});
    forms_.add(make_float_input(static_cast<int>(i), to, scale, kernels_), move_info("scale", to, to));
  }
  for (const StateSpec& state : network_.states) result_.states.push_back(forms_.create_persistent(state.before));
}

void Planner::finish() {
  for (const OutputSpec& output : network_.outputs) {
    if (std::ranges::find(result_.outputs, output.value) != result_.outputs.end()) continue;
    forms_.work_for(StepInfo::Owner::kOutput, network_.values[output.value].name);
    const Picture from = forms_.get(storage_of(network_, output.value), Form{}).picture;
    const auto& grid = network_.values[output.value].quantization;
    forms_.add(make_output(from, static_cast<int>(result_.outputs.size()), grid, kernels_),
               move_info("output", from, from));
    result_.outputs.push_back(output.value);
  }
  // All new memory is set aside before any is overwritten: one state may be another's past, and a run that
  // fails must leave the memory as it was.
  std::vector<Picture> aside;
  for (const StateSpec& state : network_.states) {
    forms_.work_for(StepInfo::Owner::kState, state.name);
    const Picture after =
        seen_as(forms_.get(storage_of(network_, state.after), Form{}).picture, network_.values[state.before].shape);
    Picture& copy = aside.emplace_back(after);
    copy.buffer = forms_.arena().add(copy.elements() * sizeof(float));
    forms_.add(make_finite_check(after, kernels_), {.work = "check", .read_bytes = after.inside() * kRealBytes});
    forms_.add(make_copy(after, copy), move_info("copy", after, copy));
  }
  for (std::size_t i = 0; i < aside.size(); ++i) {
    forms_.work_for(StepInfo::Owner::kState, network_.states[i].name);
    forms_.add(make_copy(aside[i], result_.states[i]), move_info("copy", aside[i], result_.states[i]));
  }
}

/// If all readers want the same, the producer writes that; else plain floats, converted for each.
Form Planner::output_form(const Node& node, bool stays_integer) const {
  const std::vector<Form>& uses = uses_[node.output];
  if (uses.empty()) return {};  // one of two that a cell makes
  const auto grid = made_on_grid(network_, node);
  const bool agreed = std::ranges::all_of(uses, [&](const Form& form) { return form == uses.front(); });
  const Form& form = uses.front();
  const bool on_grid = form.kind == Form::Kind::kStatic && (!grid || form.quantization == grid);
  if (stays_integer)
    return agreed && on_grid ? form : Form{.kind = Form::Kind::kStatic, .padding = {}, .quantization = grid};
  if (!agreed) return {};
  if (form.kind == Form::Kind::kReal) return form;
  const std::optional<Layer> layer = layer_of(network_, node);
  return layer && layer->int8() && on_grid ? form : Form{};
}

/// Readers on the value's own grid round by themselves.
void Planner::round(const Node& node, const Form& form, const Picture& picture) {
  const auto grid = made_on_grid(network_, node);
  if (!grid || form.kind != Form::Kind::kReal) return;
  const auto rounds = [&](const Form& use) { return use.kind == Form::Kind::kStatic && use.quantization == grid; };
  if (!std::ranges::all_of(uses_[node.output], rounds))
    forms_.add(make_round(picture, *grid), move_info("round", picture, picture));
}

std::optional<IntegerRescale> Planner::rescale_of(const Node& node, const Layer& layer, const Reading& reading) const {
  const auto grid = made_on_grid(network_, node);
  if (!grid || !layer.int8() || layer.curved() || !reading.form.quantization) return {};
  return integer_rescale(*reading.form.quantization, *grid, layer.weight->scales, bias_of(network_, layer),
                         layer.weight->size() / layer.weight->shape[0]);
}

Status Planner::add_node(std::size_t index) {
  const Node& node = network_.nodes[index];
  const std::vector<Reading>& readings = readings_[index];
  if (const LstmNodes* cell = cells_.at(index)) {
    add_cell(node, *cell, readings);
    return {};
  }
  forms_.work_for(StepInfo::Owner::kLayer, node.name);
  if (const std::optional<Layer> layer = layer_of(network_, node)) return add_layer(node, *layer, readings.front());
  std::vector<Picture> from;
  for (const Reading& reading : readings) from.push_back(read(reading).picture);
  const Form form = output_form(node, false);
  const Picture to = forms_.create(node.output, form);
  forms_.add(make_op_step(network_, node, from, to, kernels_), op_info(node.op, from, to));
  round(node, form, to);
  return {};
}

/// Without a buffer where nobody reads it.
Picture Planner::create_if_read(const Node& node, const Form& form) {
  return uses_[node.output].empty() ? Picture{} : forms_.create(node.output, form);
}

void Planner::add_cell(const Node& memory, const LstmNodes& cell, const std::vector<Reading>& readings) {
  const Node& hidden = network_.nodes[cell.hidden];
  std::string_view name = hidden.name;  // of ours "lstm1.hidden"; an imported graph has others, each its own
  if (constexpr std::string_view kEnd = ".hidden"; name.ends_with(kEnd)) name.remove_suffix(kEnd.size());
  forms_.work_for(StepInfo::Owner::kLayer, std::string(name));
  LstmPictures pictures;
  auto reading = readings.begin();
  pictures.sums = read(*reading++).picture;
  if (cell.more_sums >= 0) pictures.more_sums = read(*reading++).picture;
  if (cell.before >= 0) pictures.before = read(*reading).picture;
  const Form form = output_form(hidden, false);
  pictures.hidden = create_if_read(hidden, form);
  pictures.cell = create_if_read(memory, output_form(memory, false));
  forms_.add(make_lstm_step(cell, pictures, kernels_), lstm_info(cell, pictures));
  round(hidden, form, pictures.hidden);
}

Status Planner::add_layer(const Node& node, const Layer& layer, const Reading& reading) {
  const std::int64_t terms = layer.weight->size() / layer.weight->shape[0];
  if (layer.int8() && terms > kernels::kMaxI8Terms)
    return unsupported("layer '" + node.name + "': " + std::to_string(terms) +
                       " int8 weights per output may overflow 32-bit sums (at most " +
                       std::to_string(kernels::kMaxI8Terms) + "); keep this layer in f16 or f32");
  const Tensor from = read(reading);
  std::optional<IntegerRescale> rescale = rescale_of(node, layer, reading);
  const Form to_form = output_form(node, rescale.has_value());
  const Picture to = forms_.create(node.output, to_form);
  if (layer.int8() && layer.curved() && to_form.kind == Form::Kind::kStatic) {
    Picture reals = to;
    reals.padding = {};
    reals.buffer = forms_.arena().add(reals.elements() * sizeof(float));
    add_int8_layer(layer, reading, from, {reals, Form{}, {}});
    const std::string work = std::string(to_string(layer.activation)) + " and quantize";
    forms_.add(make_curve_quantize(reals, to, Activate{layer.activation}, *to_form.quantization, kernels_),
               move_info(work, reals, kRealBytes, to, kByteBytes));
    return {};
  }
  if (layer.int8()) {
    add_int8_layer(layer, reading, from, {to, to_form, std::move(rescale)});
  } else if (layer.bf16()) {
    add_bf16_layer(layer, from.picture, to);
  } else {
    add_float_layer(layer, reading, from.picture, to);
  }
  if (layer.curved())
    forms_.add(make_curve(to, to, Activate{layer.activation}, kernels_),
               move_info(to_string(layer.activation), to, to));
  round(node, to_form, to);
  return {};
}

void Planner::add_float_layer(const Layer& layer, const Reading& reading, const Picture& from, const Picture& to) {
  const bool untouched = std::ranges::all_of(reading.affine.scale, [](double s) { return s == 1; }) &&
                         std::ranges::all_of(reading.affine.offset, [](double o) { return o == 0; });
  const std::vector<float> bias = bias_of(network_, layer);
  const DenseEnds ends{from, to, layer.shape.dense ? for_each_thread(active_bytes(from)) : ThreadBuffers{}};
  if (untouched && layer.shape.dense && layer.weight->storage == Storage::kF16 && kernels_.dense_f16 != nullptr) {
    forms_.add(make_half_dense(ends, layer.weight->f16(), bias, layer.relu(), kernels_),
               float_info(layer, Arithmetic::kF16, from, to));
    return;
  }
  const FoldedLayer folded =
      fold(reading.affine, decode_f32(*layer.weight), bias, {layer.shape.groups, layer.weight->shape.back()});
  forms_.add(layer.shape.dense
                 ? make_float_dense(ends, folded.weights, folded.bias, layer.relu(), kernels_)
                 : make_float_layer(layer.shape, from, to, folded.weights, folded.bias, layer.relu(), kernels_),
             float_info(layer, Arithmetic::kF32, from, to));
}

/// Where a level lacks instructions for bfloat16, the same numbers go through those for binary32.
void Planner::add_bf16_layer(const Layer& layer, const Picture& from, const Picture& to) {
  const std::vector<float> bias = bias_of(network_, layer);
  if (!layer.shape.dense && layer.shape.groups == 1 && kernels_.conv_bf16 != nullptr) {
    const ThreadBuffers narrow = for_each_thread(bf16_scratch_bytes(layer.shape, from, to));
    forms_.add(make_bf16_conv({layer.shape, from, to, narrow, layer.weight->bf16(), bias, layer.relu()}, kernels_),
               float_info(layer, Arithmetic::kBf16, from, to));
    return;
  }
  Picture rounded = from;
  rounded.buffer = forms_.arena().add(from.elements() * sizeof(float));
  forms_.add(make_bf16_round(from, rounded, kernels_), {.work = "round to bfloat16",
                                                        .read_bytes = from.elements() * kRealBytes,
                                                        .written_bytes = from.elements() * kRealBytes});
  if (!layer.shape.dense) {
    forms_.add(make_float_layer(layer.shape, rounded, to, decode_f32(*layer.weight), bias, layer.relu(), kernels_),
               float_info(layer, Arithmetic::kF32, rounded, to));
    return;
  }
  const DenseEnds ends{rounded, to, for_each_thread(active_bytes(from))};
  forms_.add(kernels_.dense_bf16 != nullptr
                 ? make_bf16_dense(ends, layer.weight->bf16(), bias, layer.relu(), kernels_)
                 : make_float_dense(ends, decode_f32(*layer.weight), bias, layer.relu(), kernels_),
             float_info(layer, Arithmetic::kF32, rounded, to));
}

ThreadBuffers Planner::for_each_thread(std::size_t bytes) {
  ThreadBuffers buffers{forms_.arena().add(bytes), threads_};
  for (int i = 1; i < threads_; ++i) forms_.arena().add(bytes);
  return buffers;
}

DenseForm Planner::dense_form(const Layer& layer, const Reading& reading) const {
  // In the second-level cache whole rows are quicker (measured at 1.3 million weights with 2 MiB of it), from behind it
  // those of fewer bytes (at 16.8 million).
  constexpr std::int64_t kWorthShortening = 1 << 22;
  constexpr double kSparseEnough = 0.6;
  if (!layer.shape.dense) return DenseForm::kPanels;
  const bool large = layer.weight->size() >= kWorthShortening;
  if (large && kernels_.dense_i8_sparse != nullptr && sparsity(*layer.weight) >= kSparseEnough)
    return DenseForm::kSparse;
  if (large && kernels_.dense_i8_codes != nullptr && kernels::fits_codes(layer.weight->i8())) return DenseForm::kCodes;
  return skips_zeros(layer, reading) ? DenseForm::kRows : DenseForm::kPanels;
}

bool Planner::skips_zeros(const Layer& layer, const Reading& reading) const {
  if (kernels_.dense_i8_rows == nullptr || layer.weight->size() < kWorthSkipping) return false;
  const auto made = std::ranges::find(network_.nodes, reading.source, &Node::output);
  return made != network_.nodes.end() && ends_in_relu(*made);
}

void Planner::add_int8_layer(const Layer& layer, const Reading& reading, const Tensor& from, Int8Result to) {
  const std::vector<float> bias = bias_of(network_, layer);
  Int8Layer step{.shape = layer.shape,
                 .from = from.picture,
                 .to = to.picture,
                 .weights = layer.weight->i8(),
                 .weight_scales = layer.weight->scales,
                 .bias = bias,
                 .relu = layer.relu(),
                 .from_quantization = reading.form.quantization,
                 .measured = from.measured,
                 .to_quantization = to.form.quantization,
                 .rescale = std::move(to.rescale)};
  if (!step.from_quantization) {
    step.start = forms_.arena().add(int8_scratch_bytes(layer.shape, kernels_));
    step.multiplier = forms_.arena().add(int8_scratch_bytes(layer.shape, kernels_));
  }
  const std::size_t wide_bytes = int8_wide_input_bytes(layer.shape, from.picture, to.picture, kernels_);
  if (wide_bytes > 0) step.wide_input = for_each_thread(wide_bytes);
  step.form = dense_form(layer, reading);
  if (step.form != DenseForm::kPanels) {
    step.active = for_each_thread(active_bytes(from.picture));
    step.values = for_each_thread(active_bytes(from.picture));
  }
  const std::size_t written_bytes = to.picture.inside() * (to.form.quantization ? kByteBytes : kRealBytes);
  forms_.add(make_int8_layer(step, kernels_),
             layer_info(layer.shape, Arithmetic::kI8, layer.macs, from.picture.elements(), written_bytes));
}

}  // namespace

Result<PlannedSteps> plan_steps(const Network& network, const kernels::Table& kernels, int threads) {
  return Planner(network, kernels, threads).plan();
}

}  // namespace pitlane
