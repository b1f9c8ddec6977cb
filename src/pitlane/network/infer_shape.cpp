#include <limits>
#include <string>

#include "pitlane/network/limits.h"
#include "pitlane/network/network.h"

namespace pitlane {
namespace {

Result<const Weight*> get(const std::vector<Weight>& weights, WeightId id, const char* role, std::size_t rank) {
  if (id < 0 || static_cast<std::size_t>(id) >= weights.size())
    return invalid_argument(std::string(role) + " is missing (weight " + std::to_string(id) + " of " +
                            std::to_string(weights.size()) + ")");
  const Weight& weight = weights[static_cast<std::size_t>(id)];
  if (weight.shape.size() != rank)
    return invalid_argument(std::string(role) + " '" + weight.name + "' has shape " + to_string(weight.shape) +
                            ", needs " + std::to_string(rank) + " dimensions");
  return &weight;
}

Status check_vector(const std::vector<Weight>& weights, WeightId id, const char* role, std::int64_t size) {
  PITLANE_TRY(const Weight* vector, get(weights, id, role, 1));
  if (vector->shape[0] != size)
    return invalid_argument(std::string(role) + " '" + vector->name + "' has " + std::to_string(vector->shape[0]) +
                            " values, needs " + std::to_string(size));
  return {};
}

Status check_bias(const std::vector<Weight>& weights, WeightId id, std::int64_t size) {
  return id == kNoWeight ? Status() : check_vector(weights, id, "bias", size);
}

struct Inference {
  const std::vector<Weight>& weights;
  const Shape& input;

  Result<Shape> operator()(const Conv2d& op) const {
    PITLANE_TRY(const Weight* weight, get(weights, op.weight, "weight", 4));
    PITLANE_TRY_STATUS(check_bias(weights, op.bias, weight->shape[0]));
    if (input.size() != 3) return invalid_argument("needs an input of 3 dimensions, has " + to_string(input));
    if (input[2] != weight->shape[3])
      return invalid_argument("weight is made for " + std::to_string(weight->shape[3]) +
                              " input channels, the input has " + std::to_string(input[2]));
    if (!op.pad_value.empty() && static_cast<std::int64_t>(op.pad_value.size()) != input[2])
      return invalid_argument("pad_value needs one value per input channel");
    const Padding& p = op.padding;
    constexpr int kLargest = 1024;
    for (const int v : {p.top, p.left, p.bottom, p.right})
      if (v < 0 || v > kLargest) return invalid_argument("padding must be 0 to 1024 pixels");
    for (const int v : {op.stride_h, op.stride_w})
      if (v < 1 || v > kLargest) return invalid_argument("stride must be 1 to 1024");
    const std::int64_t height = input[0] + p.top + p.bottom - weight->shape[1];
    const std::int64_t width = input[1] + p.left + p.right - weight->shape[2];
    if (height < 0 || width < 0)
      return invalid_argument("kernel " + to_string(weight->shape) + " is larger than the padded input " +
                              to_string(input));
    return Shape{height / op.stride_h + 1, width / op.stride_w + 1, weight->shape[0]};
  }

  Result<Shape> operator()(const Dense& op) const {
    PITLANE_TRY(const Weight* weight, get(weights, op.weight, "weight", 2));
    PITLANE_TRY_STATUS(check_bias(weights, op.bias, weight->shape[0]));
    if (element_count(input) != weight->shape[1])
      return invalid_argument("weight is made for " + std::to_string(weight->shape[1]) + " inputs, the input has " +
                              std::to_string(element_count(input)));
    return Shape{weight->shape[0]};
  }

  Result<Shape> operator()(const BatchNorm& op) const {
    if (input.empty()) return invalid_argument("needs an input with channels");
    PITLANE_TRY_STATUS(check_vector(weights, op.gamma, "gamma", input.back()));
    PITLANE_TRY_STATUS(check_vector(weights, op.beta, "beta", input.back()));
    PITLANE_TRY_STATUS(check_vector(weights, op.mean, "mean", input.back()));
    PITLANE_TRY_STATUS(check_vector(weights, op.variance, "variance", input.back()));
    if (!(op.epsilon >= 0 && op.epsilon < 1e6F)) return invalid_argument("epsilon must be a small positive number");
    return input;
  }

  Result<Shape> operator()(const Flatten&) const { return Shape{element_count(input)}; }

  Result<Shape> operator()(const Activate& op) const {
    if (op.activation > Activation::kSigmoid) return invalid_argument("unknown activation");
    return input;
  }
};

}  // namespace

Result<Shape> infer_shape(const Op& op, const std::vector<Weight>& weights, const std::vector<Shape>& inputs) {
  if (inputs.size() != 1)
    return invalid_argument(std::string(op_name(op)) + " takes one input, has " + std::to_string(inputs.size()));
  if (!within_limits(inputs[0]))
    return invalid_argument(std::string(op_name(op)) + " reads a tensor of " + to_string(inputs[0]));
  PITLANE_TRY(Shape shape, std::visit(Inference{weights, inputs[0]}, op));
  if (!within_limits(shape))
    return invalid_argument(std::string(op_name(op)) + " would make a tensor of " + to_string(shape));
  return shape;
}

}  // namespace pitlane
