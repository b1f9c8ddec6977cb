#include <algorithm>
#include <cmath>
#include <initializer_list>
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

constexpr int kLargestStep = 1024;  // of padding, stride, window

Status check_padding(const Padding& p) {
  for (const int v : {p.top, p.left, p.bottom, p.right})
    if (v < 0 || v > kLargestStep) return invalid_argument("padding must be 0 to 1024 pixels");
  return {};
}

Status check_steps(std::initializer_list<int> steps, const char* what) {
  for (const int v : steps)
    if (v < 1 || v > kLargestStep) return invalid_argument(std::string(what) + " must be 1 to 1024");
  return {};
}

Status check_picture(const Shape& input) {
  if (input.size() == 3) return {};
  return invalid_argument("needs an input of 3 dimensions, has " + to_string(input));
}

// {H, W} after a window has walked over the padded picture.
Result<Shape> walk(const Shape& input, const Padding& p, std::int64_t window_h, std::int64_t window_w, int stride_h,
                   int stride_w) {
  PITLANE_TRY_STATUS(check_padding(p));
  PITLANE_TRY_STATUS(check_steps({stride_h, stride_w}, "stride"));
  const std::int64_t height = input[0] + p.top + p.bottom - window_h;
  const std::int64_t width = input[1] + p.left + p.right - window_w;
  if (height < 0 || width < 0)
    return invalid_argument("window " + std::to_string(window_h) + "x" + std::to_string(window_w) +
                            " is larger than the padded input " + to_string(input));
  return Shape{height / stride_h + 1, width / stride_w + 1};
}

// Ops with one input.
struct Inference {
  const std::vector<Weight>& weights;
  const Shape& input;

  Result<Shape> operator()(const Conv2d& op) const {
    PITLANE_TRY(const Weight* weight, get(weights, op.weight, "weight", 4));
    PITLANE_TRY_STATUS(check_bias(weights, op.bias, weight->shape[0]));
    PITLANE_TRY_STATUS(check_picture(input));
    if (op.groups < 1 || input[2] % op.groups != 0 || weight->shape[0] % op.groups != 0)
      return invalid_argument(std::to_string(op.groups) + " groups do not divide " + std::to_string(input[2]) +
                              " channels and " + std::to_string(weight->shape[0]) + " outputs");
    if (input[2] / op.groups != weight->shape[3])
      return invalid_argument("weight is made for " + std::to_string(weight->shape[3] * op.groups) +
                              " input channels, the input has " + std::to_string(input[2]));
    if (!op.pad_value.empty() && static_cast<std::int64_t>(op.pad_value.size()) != input[2])
      return invalid_argument("pad_value needs one value per input channel");
    PITLANE_TRY(Shape shape, walk(input, op.padding, weight->shape[1], weight->shape[2], op.stride_h, op.stride_w));
    shape.push_back(weight->shape[0]);
    return shape;
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
    if (op.activation > kLastActivation) return invalid_argument("unknown activation");
    if (!std::isfinite(op.alpha)) return invalid_argument("alpha must be a finite number");
    return input;
  }

  Result<Shape> operator()(const Pool2d& op) const {
    PITLANE_TRY_STATUS(check_picture(input));
    if (op.kind > PoolKind::kAverage) return invalid_argument("unknown kind of pooling");
    PITLANE_TRY_STATUS(check_steps({op.window_h, op.window_w}, "window"));
    const Padding& p = op.padding;
    // Else a window could lie in the padding altogether, where there is neither a largest value nor a mean.
    if (std::max(p.top, p.bottom) >= op.window_h || std::max(p.left, p.right) >= op.window_w)
      return invalid_argument("padding must be smaller than the window");
    PITLANE_TRY(Shape shape, walk(input, p, op.window_h, op.window_w, op.stride_h, op.stride_w));
    shape.push_back(input[2]);
    return shape;
  }

  Result<Shape> operator()(const Slice& op) const {
    if (op.begin.size() != input.size() || op.end.size() != input.size())
      return invalid_argument("needs a begin and an end for each dimension of " + to_string(input));
    Shape shape;
    for (std::size_t d = 0; d < input.size(); ++d) {
      if (op.begin[d] < 0 || op.end[d] > input[d] || op.begin[d] >= op.end[d])
        return invalid_argument("takes " + std::to_string(op.begin[d]) + " to " + std::to_string(op.end[d]) +
                                " of dimension " + std::to_string(d) + " of " + to_string(input));
      shape.push_back(op.end[d] - op.begin[d]);
    }
    return shape;
  }

  Result<Shape> operator()(const Pad& op) const {
    PITLANE_TRY_STATUS(check_picture(input));
    PITLANE_TRY_STATUS(check_padding(op.padding));
    if (!std::isfinite(op.value)) return invalid_argument("pads with a value that is not finite");
    return Shape{input[0] + op.padding.top + op.padding.bottom, input[1] + op.padding.left + op.padding.right,
                 input[2]};
  }

  Result<Shape> operator()(const Reshape& op) const {
    if (!within_limits(op.shape) || element_count(op.shape) != element_count(input))
      return invalid_argument("cannot make " + to_string(op.shape) + " of " + to_string(input));
    return op.shape;
  }

  Result<Shape> operator()(const Softmax&) const {
    if (input.empty()) return invalid_argument("needs an input with channels");
    return input;
  }

  Result<Shape> operator()(const Expand& op) const {
    if (input.empty() || element_count(input) != input.back())
      return invalid_argument("needs a vector, has " + to_string(input));
    // Sizes of pictures, not of steps; the product is checked with the rest.
    if (op.height < 1 || op.width < 1) return invalid_argument("needs a positive height and width");
    return Shape{op.height, op.width, input.back()};
  }

  template <typename Other>
  Result<Shape> operator()(const Other&) const {
    PITLANE_CHECK(false);  // takes two or more inputs
    return input;
  }
};

Result<Shape> infer_pairwise(const Shape& first, const Shape& second) {
  const std::int64_t count = element_count(second);
  const bool per_channel = !first.empty() && !second.empty() && count == second.back() && count == first.back();
  if (first == second || count == 1 || per_channel) return first;
  return invalid_argument("cannot combine " + to_string(first) + " with " + to_string(second));
}

Result<Shape> infer_concat(const std::vector<Shape>& inputs) {
  Shape shape = inputs.front();
  if (shape.empty()) return invalid_argument("joins scalars");
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    Shape alike = inputs[i];
    if (alike.size() != shape.size())
      return invalid_argument("cannot join " + to_string(shape) + " and " + to_string(inputs[i]));
    const std::int64_t more = alike.back();
    alike.back() = shape.back();
    if (alike != shape) return invalid_argument("cannot join " + to_string(shape) + " and " + to_string(inputs[i]));
    shape.back() += more;
  }
  return shape;
}

Result<Shape> infer(const Op& op, const std::vector<Weight>& weights, const std::vector<Shape>& inputs) {
  if (std::holds_alternative<Concat>(op)) {
    if (inputs.empty()) return invalid_argument("Concat takes at least one input, has none");
    return infer_concat(inputs);
  }
  const bool pairwise = std::holds_alternative<Add>(op) || std::holds_alternative<Multiply>(op);
  const std::size_t takes = pairwise ? 2 : 1;
  if (inputs.size() != takes)
    return invalid_argument(std::string(op_name(op)) + " takes " + (pairwise ? "two inputs" : "one input") + ", has " +
                            std::to_string(inputs.size()));
  if (pairwise) return infer_pairwise(inputs[0], inputs[1]);
  return std::visit(Inference{weights, inputs[0]}, op);
}

}  // namespace

Result<Shape> infer_shape(const Op& op, const std::vector<Weight>& weights, const std::vector<Shape>& inputs) {
  for (const Shape& input : inputs)
    if (!within_limits(input))
      return invalid_argument(std::string(op_name(op)) + " reads a tensor of " + to_string(input));
  PITLANE_TRY(Shape shape, infer(op, weights, inputs));
  if (!within_limits(shape))
    return invalid_argument(std::string(op_name(op)) + " would make a tensor of " + to_string(shape));
  return shape;
}

}  // namespace pitlane
