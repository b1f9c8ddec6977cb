#include "pitlane/train/torch_model.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "pitlane/train/late_scales.h"
#include "pitlane/train/learnt_ranges.h"
#include "pitlane/train/stepwise_part.h"
#include "pitlane/train/torch_module.h"
#include "pitlane/train/torch_ops.h"
#include "pitlane/train/torch_rounding.h"

namespace pitlane {
namespace {

using torch::Tensor;

// PyTorch's default: the share of the newest batch in a running statistic.
constexpr double kBatchNormMomentum = 0.1;

class TorchModelImpl : public TorchModel {
 public:
  TorchModelImpl(const Network& network, const TorchModelOptions& options)
      : network_(network), options_(options), stepwise_(stepwise_part(network)) {
    for (const Weight& weight : network.weights) weights_.push_back(decode_f32(weight));
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      const Shape& shape = network.weights[i].shape;
      tensors_.push_back(torch::from_blob(weights_[i].data(), at::IntArrayRef(shape.data(), shape.size())));
    }
    for (const WeightId id : trainable()) {
      if (tensor(id).requires_grad()) continue;
      tensor(id).set_requires_grad(true);
      trained_.push_back(id);
    }
    std::sort(trained_.begin(), trained_.end());
    if (!options_.int8.empty()) {
      weights_.push_back(LearntRanges::of(network_));
      ranges_.emplace(network_, weights_.back());
    }
    if (!options_.freeze_batch_norm && !ranges_) late_scales_ = late_scales(network_);
  }

  Result<double> backward(const TorchBatch& batch, std::span<const double> output_weights) override {
    try {
      for (const WeightId id : trained_) tensor(id).mutable_grad() = Tensor();
      const Tensor labels = view(batch.labels, {batch.samples, count_outputs()});
      const Tensor error = mean_over_counted((forward(batch, true) - labels).square(), batch);
      const Tensor scale = torch::tensor(std::vector<float>(output_weights.begin(), output_weights.end()));
      const Tensor loss = (error * scale).sum();
      loss.backward();
      keep_gradients();
      return static_cast<double>(loss.item<float>());
    } catch (const std::exception& e) {
      return failure(e);
    }
  }

  Result<std::vector<float>> predict(const TorchBatch& batch) override {
    try {
      const torch::NoGradGuard no_gradients;
      const Tensor y = forward(batch, false).contiguous();
      return std::vector<float>(y.data_ptr<float>(), y.data_ptr<float>() + y.numel());
    } catch (const std::exception& e) {
      return failure(e);
    }
  }

  std::vector<Parameter> parameters() override {
    std::vector<Parameter> out;
    for (const WeightId id : trained_) {
      const Tensor& gradient = tensor(id).grad();
      Parameter parameter{id, weights_[static_cast<std::size_t>(id)], {}};
      if (gradient.defined())
        parameter.gradient = {gradient.data_ptr<float>(), static_cast<std::size_t>(gradient.numel())};
      out.push_back(parameter);
    }
    return out;
  }

  std::vector<std::vector<float>>& weights() override { return weights_; }

  void follow_ranges(bool follow) override { follow_ranges_ = follow; }

 private:
  [[nodiscard]] bool is_memory(std::size_t value) const {
    return std::ranges::count(network_.states, static_cast<ValueId>(value), &StateSpec::before) > 0;
  }

  [[nodiscard]] const BatchNorm* late_scale(ValueId value, bool training) const {
    return training && !late_scales_.empty() ? late_scales_[static_cast<std::size_t>(value)] : nullptr;
  }

  /// What a node has made, as others will read it.
  Tensor made(const Node& node, const Tensor& x, bool training) {
    const auto id = static_cast<std::size_t>(node.output);
    if (!ranges_ || ranges_->storage_of(node.output) != id || !ranges_->grid_of(id)) return x;
    if (training && follow_ranges_) see(id, x);
    return rounded_activation(x, *ranges_->grid_of(id));
  }

  /// A batch of single frames, whose memory is empty, says nothing of what depends on it; of the steps of a batch those
  /// windows count that have begun.
  void see(std::size_t id, const Tensor& x) {
    if (stepwise_.remembers[id] && steps_ == 1) return;
    ranges_->see(id, tensor_extent(looping_ && begun_.defined() ? x.index_select(0, begun_) : x));
  }

  /// What a layer multiplies with.
  Tensor seen_weight(WeightId id) {
    if (!ranges_ || !options_.int8[static_cast<std::size_t>(id)]) return tensor(id);
    return rounded_weight(tensor(id), *options_.int8[static_cast<std::size_t>(id)]);
  }

  /// The grid of what a layer with such weights reads.
  [[nodiscard]] std::optional<ActivationQuantization> grid_read(const Node& node, WeightId weight) const {
    if (!ranges_ || !options_.int8[static_cast<std::size_t>(weight)]) return {};
    return ranges_->grid_of(ranges_->storage_of(node.inputs[0]));
  }

  /// What a layer reads: the network's inputs and what it remembers lie on no grid of their own until they are read.
  Tensor seen_input(const Node& node, WeightId weight, const Tensor& x) const {
    if (!ranges_) return x;
    const std::size_t read = ranges_->storage_of(node.inputs[0]);
    const auto grid = ranges_->is_input(read) || is_memory(read) ? grid_read(node, weight) : std::nullopt;
    return grid ? rounded_activation(x, *grid) : x;
  }

  static Error failure(const std::exception& e) {
    // LibTorch appends a stack trace; the first line says it.
    const std::string text = e.what();
    return {ErrorKind::kNumeric, "LibTorch failed: " + text.substr(0, text.find('\n'))};
  }

  static Tensor view(std::span<const float> values, at::IntArrayRef shape) {
    return torch::from_blob(const_cast<float*>(values.data()), shape);
  }

  [[nodiscard]] std::int64_t count_outputs() const { return static_cast<std::int64_t>(network_.outputs.size()); }
  Tensor& tensor(WeightId id) { return tensors_[static_cast<std::size_t>(id)]; }
  // LibTorch's own mark for "none" is the undefined tensor.
  Tensor optional_tensor(WeightId id) { return id == kNoWeight ? Tensor() : tensor(id); }

  [[nodiscard]] std::vector<WeightId> trainable() const {
    std::vector<WeightId> ids;
    for (const Node& node : network_.nodes) {
      if (const auto* conv = std::get_if<Conv2d>(&node.op)) ids.insert(ids.end(), {conv->weight, conv->bias});
      if (const auto* dense = std::get_if<Dense>(&node.op)) ids.insert(ids.end(), {dense->weight, dense->bias});
      const auto* norm = std::get_if<BatchNorm>(&node.op);
      if (norm != nullptr && !options_.freeze_batch_norm) ids.insert(ids.end(), {norm->gamma, norm->beta});
    }
    std::erase(ids, kNoWeight);
    return ids;
  }

  // The optimiser reads gradients as flat memory in the weight's layout.
  void keep_gradients() {
    for (const WeightId id : trained_) {
      Tensor& gradient = tensor(id).mutable_grad();
      gradient = gradient.defined() ? gradient.contiguous() : torch::zeros_like(tensor(id));
    }
  }

  Tensor forward(const TorchBatch& batch, bool training) {
    std::vector<Tensor> values(network_.values.size());
    for (std::size_t i = 0; i < network_.inputs.size(); ++i) {
      const auto id = static_cast<std::size_t>(network_.inputs[i].value);
      const Shape& shape = network_.values[id].shape;
      values[id] = network_.inputs[i].kind == InputKind::kImage
                       ? view(batch.pictures, {batch.samples, shape[2], shape[0], shape[1]})  // from {H, W, C}
                       : view(batch.numbers[i], {batch.samples, shape[0]});
    }
    steps_ = batch.steps;
    looping_ = false;  // whatever became of the batch before
    if (ranges_) ranges_->begin_batch();
    for (const Node& node : network_.nodes)
      if (!stepwise_.remembers[static_cast<std::size_t>(node.output)]) run(node, values, training);
    if (!network_.states.empty()) {
      run_steps(batch, values, training);
      for (std::size_t i = 0; i < network_.nodes.size(); ++i)
        if (const Node& node = network_.nodes[i];
            stepwise_.remembers[static_cast<std::size_t>(node.output)] && !stepwise_.in_loop[i])
          run(node, values, training);
    }
    return collect_outputs(values);
  }

  void run(const Node& node, std::vector<Tensor>& values, bool training) {
    std::vector<Tensor> inputs;
    for (const ValueId id : node.inputs) inputs.push_back(values[static_cast<std::size_t>(id)]);
    const Tensor y = std::visit([&](const auto& op) { return apply(node, op, inputs, training); }, node.op);
    values[static_cast<std::size_t>(node.output)] = made(node, y, training);
  }

  /// Goes through the steps in their order, and adds of what they make what is read later, {step, window} in front as
  /// all others have it.
  void run_steps(const TorchBatch& batch, std::vector<Tensor>& values, bool training) {
    const std::int64_t windows = batch.samples / batch.steps;
    std::vector<std::vector<Tensor>> split(values.size()), by_step(values.size());
    for (std::size_t id = 0; id < values.size(); ++id)
      if (values[id].defined() && stepwise_.read_in_loop[id]) split[id] = values[id].split(windows);
    std::vector<Tensor> memory;
    for (const StateSpec& state : network_.states) memory.push_back(empty_memory(state, windows));
    if (ranges_) ranges_->begin_steps();
    looping_ = true;
    for (std::int64_t step = 0; step < batch.steps; ++step) {
      std::vector<Tensor> now(values.size());
      for (std::size_t id = 0; id < values.size(); ++id)
        if (!split[id].empty()) now[id] = split[id][static_cast<std::size_t>(step)];
      note_begun(batch, step, windows);
      for (std::size_t s = 0; s < memory.size(); ++s) {
        const auto before = static_cast<std::size_t>(network_.states[s].before);
        now[before] = going_on(memory[s], batch, step, windows);
        if (training && follow_ranges_ && ranges_ && ranges_->grid_of(before)) see(before, now[before]);
      }
      for (std::size_t i = 0; i < network_.nodes.size(); ++i)
        if (stepwise_.in_loop[i]) run(network_.nodes[i], now, training);
      for (std::size_t s = 0; s < memory.size(); ++s)
        memory[s] = now[static_cast<std::size_t>(network_.states[s].after)];
      for (std::size_t id = 0; id < now.size(); ++id)
        if (stepwise_.remembers[id] && stepwise_.read_outside[id] && now[id].defined()) by_step[id].push_back(now[id]);
    }
    looping_ = false;
    for (std::size_t id = 0; id < by_step.size(); ++id)
      if (!by_step[id].empty()) values[id] = at::cat(by_step[id]);
    if (ranges_) ranges_->end_steps();
  }

  /// Which windows are on their way at a step; none is named where all are.
  void note_begun(const TorchBatch& batch, std::int64_t step, std::int64_t windows) {
    if (step == 0) on_their_way_.clear();
    for (std::int64_t w = 0; w < windows; ++w)
      if (batch.begins.empty() ? step == 0 : batch.begins[static_cast<std::size_t>(step * windows + w)] == 1)
        on_their_way_.push_back(w);
    const bool all = std::ssize(on_their_way_) == windows;
    begun_ = all ? Tensor() : torch::tensor(on_their_way_, torch::kLong);
  }

  [[nodiscard]] Tensor empty_memory(const StateSpec& state, std::int64_t windows) const {
    const Shape& shape = network_.values[static_cast<std::size_t>(state.before)].shape;
    if (shape.size() == 3) return torch::zeros({windows, shape[2], shape[0], shape[1]});
    std::vector<std::int64_t> sizes(shape.begin(), shape.end());
    sizes.insert(sizes.begin(), windows);
    return torch::zeros(sizes);
  }

  /// The memory before a step: that after the one before, but for windows that begin here.
  static Tensor going_on(const Tensor& memory, const TorchBatch& batch, std::int64_t step, std::int64_t windows) {
    if (step == 0 || batch.begins.empty()) return memory;
    std::vector<std::int64_t> each(static_cast<std::size_t>(memory.dim()), 1);
    each[0] = windows;
    const auto here = batch.begins.subspan(static_cast<std::size_t>(step * windows), static_cast<std::size_t>(windows));
    return at::where(view(here, {windows}).reshape(each) == 1, at::zeros_like(memory), memory);
  }

  static Tensor mean_over_counted(const Tensor& squares, const TorchBatch& batch) {
    if (batch.counts.empty()) return squares.mean(0);
    const Tensor counts = view(batch.counts, {batch.samples, 1});
    return (squares * counts).sum(0) / counts.sum();
  }

  Tensor collect_outputs(const std::vector<Tensor>& values) const {
    std::vector<Tensor> columns;
    for (const OutputSpec& output : network_.outputs)
      columns.push_back(flatten_hwc(values[static_cast<std::size_t>(output.value)]).select(1, output.element));
    return torch::stack(columns, 1);
  }

  Tensor apply(const Node& node, const Conv2d& op, const std::vector<Tensor>& inputs, bool training) {
    Tensor x = seen_input(node, op.weight, inputs[0]);
    Tensor w = seen_weight(op.weight);
    if (const BatchNorm* norm = late_scale(node.inputs[0], training)) {
      const Tensor beta = optional_tensor(norm->beta);
      x = at::cat({x, at::ones({x.size(0), 1, x.size(2), x.size(3)})}, 1);
      w = at::cat({w * optional_tensor(norm->gamma), at::matmul(w, beta).unsqueeze(3)}, 3);
    }
    // oneDNN reads and writes channels that lie together as they are, and planes only through copies of its own.
    x = x.contiguous(at::MemoryFormat::ChannelsLast);
    // Our {O, KH, KW, I} is their {O, I, KH, KW} with channels last; the gradient finds its way back.
    w = w.permute({0, 3, 1, 2});
    const Padding& p = op.padding;
    const bool symmetric = p.top == p.bottom && p.left == p.right && op.pad_value.empty();
    const std::array<std::int64_t, 2> stride = {op.stride_h, op.stride_w}, dilation = {1, 1};
    const std::array<std::int64_t, 2> padding = {symmetric ? p.top : 0, symmetric ? p.left : 0};
    const Tensor y = at::conv2d(symmetric ? x : pad(x, op, grid_read(node, op.weight)), w, optional_tensor(op.bias),
                                stride, padding, dilation, op.groups);
    return activate_own(y, op.activation);
  }

  static Tensor pad(const Tensor& x, const Conv2d& op, const std::optional<ActivationQuantization>& grid) {
    const Padding& p = op.padding;
    const std::array<std::int64_t, 4> sides = {p.left, p.right, p.top, p.bottom};
    if (op.pad_value.empty()) return at::constant_pad_nd(x, sides);
    Tensor outside = torch::tensor(op.pad_value).reshape({1, static_cast<std::int64_t>(op.pad_value.size()), 1, 1});
    if (grid) outside = rounded_activation(outside, *grid);
    return at::constant_pad_nd(x - outside, sides) + outside;
  }

  Tensor apply(const Node& node, const Dense& op, const std::vector<Tensor>& inputs, bool /*training*/) {
    const Tensor x = flatten_hwc(seen_input(node, op.weight, inputs[0]));
    return activate_own(at::linear(x, seen_weight(op.weight), optional_tensor(op.bias)), op.activation);
  }

  /// One that the memory depends on keeps its statistics: a step has too few samples for some of its own.
  Tensor apply(const Node& node, const BatchNorm& op, const std::vector<Tensor>& inputs, bool training) {
    const bool own_statistics = training && !options_.freeze_batch_norm && !looping_;
    // Over planes LibTorch sums in double precision, over channels that lie together in float.
    const Tensor x = own_statistics ? channels_second(inputs[0]).contiguous() : channels_second(inputs[0]);
    const bool late = late_scale(node.output, training) != nullptr;
    const Tensor y =
        at::batch_norm(x, late ? Tensor() : optional_tensor(op.gamma), late ? Tensor() : optional_tensor(op.beta),
                       tensor(op.mean), tensor(op.variance), training && !options_.freeze_batch_norm && !looping_,
                       kBatchNormMomentum, op.epsilon, false);
    return channels_back(y, inputs[0]);
  }

  Tensor apply(const Node& /*node*/, const Activate& op, const std::vector<Tensor>& inputs, bool /*training*/) {
    return activate(inputs[0], op.activation, static_cast<double>(op.alpha));
  }

  // Those without weights.
  template <typename Plain>
  Tensor apply(const Node& /*node*/, const Plain& op, const std::vector<Tensor>& inputs, bool /*training*/) {
    return torch_op(op, inputs);
  }

  Network network_;
  TorchModelOptions options_;
  std::vector<std::vector<float>> weights_;
  std::vector<Tensor> tensors_;  // views of weights_
  std::vector<WeightId> trained_;
  std::optional<LearntRanges> ranges_;         // of simulated int8; its numbers are the last of weights_
  std::vector<const BatchNorm*> late_scales_;  // by ValueId, or empty: whose factor and offset are not in it yet
  StepwisePart stepwise_;
  std::vector<std::int64_t> on_their_way_;  // windows of the batch that have begun
  Tensor begun_;
  std::int64_t steps_ = 1;  // of the batch
  bool looping_ = false;
  bool follow_ranges_ = true;
};

Result<std::unique_ptr<TorchModel>> make_model(const Network& network, const TorchModelOptions& options) {
  PITLANE_TRY_STATUS(validate(network));
  PITLANE_TRY_STATUS(image_input(network).ok() ? Status() : Status(image_input(network).error()));
  try {
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    at::set_num_threads(options.threads > 0 ? options.threads : cores);
    return std::unique_ptr<TorchModel>(std::make_unique<TorchModelImpl>(network, options));
  } catch (const std::exception& e) {
    return unsupported(std::string("LibTorch cannot be used: ") + e.what());
  }
}

}  // namespace
}  // namespace pitlane

extern "C" {
// Named in torch_module.h.
extern const char* const pitlane_torch_types;
const char* const pitlane_torch_types = PITLANE_SHARED_TYPES;

void pitlane_torch_make_model(const pitlane::Network& network, const pitlane::TorchModelOptions& options,
                              pitlane::MadeTorchModel& made) {
  made = pitlane::make_model(network, options);
}
}
