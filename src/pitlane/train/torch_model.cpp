#include "pitlane/train/torch_model.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "pitlane/train/torch_module.h"

namespace pitlane {
namespace {

using torch::Tensor;

// PyTorch's default: the share of the newest batch in a running statistic.
constexpr double kBatchNormMomentum = 0.1;

Tensor activate(const Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return x;
    case Activation::kRelu:
      return at::relu(x);
    case Activation::kElu:
      return at::elu(x);
    case Activation::kLeakyRelu:
      return at::leaky_relu(x, 0.01);
    case Activation::kTanh:
      return at::tanh(x);
    case Activation::kSigmoid:
      return at::sigmoid(x);
  }
  return x;
}

// {N, C, H, W} -> {N, H * W * C}; vectors stay. The Network's order of elements, not LibTorch's.
Tensor flatten_hwc(const Tensor& x) {
  return x.dim() == 4 ? x.permute({0, 2, 3, 1}).reshape({x.size(0), -1}) : x.reshape({x.size(0), -1});
}

class TorchModelImpl : public TorchModel {
 public:
  TorchModelImpl(const Network& network, const TorchModelOptions& options) : network_(network), options_(options) {
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
  }

  Result<double> backward(const TorchBatch& batch, std::span<const double> output_weights) override {
    try {
      for (const WeightId id : trained_) tensor(id).mutable_grad() = Tensor();
      const Tensor labels = view(batch.labels, {batch.samples, count_outputs()});
      const Tensor error = (forward(batch, true) - labels).square().mean(0);
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

 private:
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
    const InputSpec& input = network_.inputs[0];
    const Shape& shape = network_.values[static_cast<std::size_t>(input.value)].shape;  // {H, W, C}
    std::vector<Tensor> values(network_.values.size());
    values[static_cast<std::size_t>(input.value)] = view(batch.pictures, {batch.samples, shape[2], shape[0], shape[1]});
    for (const Node& node : network_.nodes) {
      const Tensor& x = values[static_cast<std::size_t>(node.inputs[0])];
      values[static_cast<std::size_t>(node.output)] =
          std::visit([&](const auto& op) { return apply(op, x, training); }, node.op);
    }
    return collect_outputs(values);
  }

  Tensor collect_outputs(const std::vector<Tensor>& values) const {
    std::vector<Tensor> columns;
    for (const OutputSpec& output : network_.outputs)
      columns.push_back(flatten_hwc(values[static_cast<std::size_t>(output.value)]).select(1, output.element));
    return torch::stack(columns, 1);
  }

  Tensor apply(const Conv2d& op, const Tensor& x, bool /*training*/) {
    // Our {O, KH, KW, I} is their {O, I, KH, KW}; the gradient finds its way back through the permutation.
    const Tensor w = tensor(op.weight).permute({0, 3, 1, 2}).contiguous();
    const Padding& p = op.padding;
    const bool symmetric = p.top == p.bottom && p.left == p.right && op.pad_value.empty();
    if (symmetric)
      return activate(at::conv2d(x, w, optional_tensor(op.bias), {op.stride_h, op.stride_w}, {p.top, p.left}),
                      op.activation);
    return activate(at::conv2d(pad(x, op), w, optional_tensor(op.bias), {op.stride_h, op.stride_w}), op.activation);
  }

  static Tensor pad(const Tensor& x, const Conv2d& op) {
    const Padding& p = op.padding;
    const std::array<std::int64_t, 4> sides = {p.left, p.right, p.top, p.bottom};
    if (op.pad_value.empty()) return at::constant_pad_nd(x, sides);
    const Tensor outside =
        torch::tensor(op.pad_value).reshape({1, static_cast<std::int64_t>(op.pad_value.size()), 1, 1});
    return at::constant_pad_nd(x - outside, sides) + outside;
  }

  Tensor apply(const Dense& op, const Tensor& x, bool /*training*/) {
    return activate(at::linear(flatten_hwc(x), tensor(op.weight), optional_tensor(op.bias)), op.activation);
  }

  Tensor apply(const BatchNorm& op, const Tensor& x, bool training) {
    return at::batch_norm(x, optional_tensor(op.gamma), optional_tensor(op.beta), tensor(op.mean), tensor(op.variance),
                          training && !options_.freeze_batch_norm, kBatchNormMomentum, op.epsilon, false);
  }

  Tensor apply(const Flatten& /*op*/, const Tensor& x, bool /*training*/) { return flatten_hwc(x); }
  Tensor apply(const Activate& op, const Tensor& x, bool /*training*/) { return activate(x, op.activation); }

  Network network_;
  TorchModelOptions options_;
  std::vector<std::vector<float>> weights_;
  std::vector<Tensor> tensors_;  // views of weights_
  std::vector<WeightId> trained_;
};

Result<std::unique_ptr<TorchModel>> make_model(const Network& network, const TorchModelOptions& options) {
  PITLANE_TRY_STATUS(validate(network));
  if (network.inputs.size() != 1 || network.inputs[0].kind != InputKind::kImage || !network.states.empty())
    return unsupported("network '" + network.name + "' has inputs beside the camera's picture or recurrent state, " +
                       "which training does not support");
  for (const Node& node : network.nodes)
    if (node.inputs.size() != 1) return unsupported("layer '" + node.name + "' has several inputs: cannot be trained");
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
