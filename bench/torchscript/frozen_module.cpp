#include "frozen_module.h"

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace pitlane::bench {
namespace {

using torch::Tensor;

Tensor tensor_of(const Weight& weight) {
  std::vector<float> values = decode_f32(weight);
  return torch::tensor(values).reshape(at::IntArrayRef(weight.shape.data(), weight.shape.size())).clone();
}

class Writer {
 public:
  explicit Writer(const Network& network) : network_(network), module_("PilotNet") {}

  Result<torch::jit::Module> write() {
    for (const Node& node : network_.nodes) {
      const Status status = std::visit([&](const auto& op) { return add(op, node); }, node.op);
      if (!status.ok()) return status.error().in(node.name);
    }
    module_.define("def forward(self, x):\n" + code_ + "  return x\n");
    module_.eval();
    torch::jit::Module frozen = torch::jit::freeze(module_);
    return torch::jit::optimize_for_inference(frozen);
  }

 private:
  std::string keep(const Tensor& tensor) {
    const std::string name = "t" + std::to_string(count_++);
    module_.register_buffer(name, tensor);
    return "self." + name;
  }

  std::string weight(WeightId id) { return id == kNoWeight ? "None" : keep(tensor_of(network_.weights[id])); }

  static std::string list(const std::vector<std::int64_t>& numbers) {
    std::string text;
    for (const std::int64_t n : numbers) text += (text.empty() ? "[" : ", ") + std::to_string(n);
    return text + "]";
  }

  Status line(const std::string& expression, Activation activation) {
    if (activation != Activation::kNone && activation != Activation::kRelu) return unsupported("its activation");
    code_ += "  x = " + (activation == Activation::kRelu ? "torch.relu(" + expression + ")" : expression) + "\n";
    return {};
  }

  Status add(const BatchNorm& op, const Node& /*node*/) {
    return line("torch.batch_norm(x, " + weight(op.gamma) + ", " + weight(op.beta) + ", " + weight(op.mean) + ", " +
                    weight(op.variance) + ", False, 0.1, " + std::to_string(op.epsilon) + ", False)",
                Activation::kNone);
  }

  Status add(const Conv2d& op, const Node& /*node*/) {
    if (!op.pad_value.empty()) return unsupported("padding with other values than zero");
    const Padding& p = op.padding;
    const bool even = p.top == p.bottom && p.left == p.right;
    if (!even) code_ += "  x = torch.constant_pad_nd(x, " + list({p.left, p.right, p.top, p.bottom}) + ", 0)\n";
    const Tensor kernel = tensor_of(network_.weights[op.weight]).permute({0, 3, 1, 2}).contiguous();
    return line("torch.conv2d(x, " + keep(kernel) + ", " + weight(op.bias) + ", " + list({op.stride_h, op.stride_w}) +
                    (even ? ", " + list({p.top, p.left}) : "") + ")",
                op.activation);
  }

  Status add(const Flatten& /*op*/, const Node& node) {
    picture_ = network_.values[node.inputs[0]].shape;
    return line("torch.flatten(x, 1)", Activation::kNone);
  }

  Status add(const Dense& op, const Node& /*node*/) {
    Tensor matrix = tensor_of(network_.weights[op.weight]);
    if (!picture_.empty())
      matrix = matrix.reshape({-1, picture_[0], picture_[1], picture_[2]})
                   .permute({0, 3, 1, 2})
                   .reshape({matrix.size(0), -1});
    picture_.clear();
    return line("torch.addmm(" + weight(op.bias) + ", x, " + keep(matrix.t().contiguous()) + ")", op.activation);
  }

  Status add(const Activate& op, const Node& /*node*/) { return line("x", op.activation); }

  template <typename Op>
  Status add(const Op& /*op*/, const Node& node) {
    return unsupported("a TorchScript module of layers of kind " + std::string(op_name(node.op)));
  }

  const Network& network_;
  torch::jit::Module module_;
  std::string code_;
  Shape picture_;  // of what was flattened last, until a dense layer has read it
  int count_ = 0;
};

}  // namespace

Result<torch::jit::Module> frozen_module(const Network& network) {
  try {
    return Writer(network).write();
  } catch (const std::exception& e) {
    return invalid_argument(std::string("TorchScript: ") + e.what());
  }
}

}  // namespace pitlane::bench
