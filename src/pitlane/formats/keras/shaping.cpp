// Layers that move elements without changing them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "pitlane/formats/keras/readers.h"
#include "pitlane/network/limits.h"

namespace pitlane::keras {
namespace {

Tensor renamed(const Layer& layer, Tensor tensor) {
  tensor.name = layer.name;
  return tensor;
}

Tensor reshaped(Layer& layer, Tensor& input, const Shape& shape) {
  if (shape == input.shape) return renamed(layer, std::move(input));
  return from_flat(layer.builder, layer.name, shape, flat(layer.builder, input, layer.name + ".flat"));
}

/// {top, bottom, left, right} of ((top, bottom), (left, right)), (rows, columns) or one number.
Result<std::vector<std::int64_t>> margins(const Layer& layer, Names names) {
  constexpr std::int64_t kLargest = 1024;
  const nlohmann::json* value = layer.settings.find(names);
  const Error wrong = layer.settings.bad("'" + std::string(*names.begin()) +
                                         "' must be ((top, bottom), (left, right)), each 0 to 1024");
  std::vector<std::int64_t> all;
  const auto add = [&all](const nlohmann::json& number, int times) {
    const auto n = whole_number(number);
    for (int i = 0; i < times; ++i) all.push_back(n.value_or(-1));
  };
  if (value == nullptr) {
    all.assign(4, 1);
  } else if (!value->is_array()) {
    add(*value, 4);
  } else {
    for (const nlohmann::json& side : *value) {
      if (!side.is_array())
        add(side, value->size() == 4 ? 1 : 2);
      else
        for (const nlohmann::json& number : side) add(number, 1);
    }
  }
  const bool fits = all.size() == 4 && std::ranges::all_of(all, [](std::int64_t n) { return n >= 0 && n <= kLargest; });
  if (!fits) return wrong;
  return all;
}

}  // namespace

Result<Tensor> read_nothing(Layer& layer, Inputs& inputs) { return renamed(layer, std::move(inputs.front())); }

Result<Tensor> read_flatten(Layer& layer, Inputs& inputs) {
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  Tensor& input = inputs.front();
  if (input.shape.size() == 1) return renamed(layer, std::move(input));
  return whole(layer.name, {element_count(input.shape)}, flat(layer.builder, input, layer.name));
}

Result<Tensor> read_reshape(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  const nlohmann::json* target = layer.settings.find({"target_shape"});
  if (target == nullptr || !target->is_array() || target->empty() || target->size() > kMostDimensions)
    return layer.settings.bad("'target_shape' must be a list of sizes");
  Shape shape;
  std::int64_t known = 1;
  int open = 0;
  const std::int64_t count = element_count(input.shape);
  for (const nlohmann::json& size : *target) {
    const auto n = whole_number(size);
    if (!n || (*n < 1 && *n != -1) || (*n > 0 && *n > count / known))
      return layer.settings.bad("cannot make its 'target_shape' of " + to_string(input.shape));
    shape.push_back(*n);
    if (*n == -1)
      ++open;
    else
      known *= *n;
  }
  for (std::int64_t& d : shape)
    if (d == -1 && open == 1) d = count / known;
  if (open > 1 || element_count(shape) != count)
    return layer.settings.bad("cannot make its 'target_shape' of " + to_string(input.shape));
  if (const Status status = check_shape(shape); !status.ok()) return status.error().in(layer.settings.who());
  return reshaped(layer, input, shape);
}

Result<Tensor> read_permute(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY(const std::vector<std::int64_t> dims, layer.settings.integers({"dims"}, input.shape.size()));
  Shape shape;
  std::vector<std::int64_t> order;  // of the dimensions that hold more than one element
  std::vector<bool> seen(dims.size(), false);
  for (const std::int64_t d : dims) {
    const bool fits = d >= 1 && d <= static_cast<std::int64_t>(dims.size()) && !seen[static_cast<std::size_t>(d - 1)];
    if (!fits) return layer.settings.bad("'dims' must name each dimension once");
    seen[static_cast<std::size_t>(d - 1)] = true;
    shape.push_back(input.shape[static_cast<std::size_t>(d - 1)]);
    if (shape.back() > 1) order.push_back(d);
  }
  if (std::ranges::is_sorted(order)) return reshaped(layer, input, shape);
  return layer.settings.cannot("moves " + to_string(input.shape) + " to " + to_string(shape) +
                               ", which is not supported; build the model without it and with its channels last");
}

Result<Tensor> read_repeat_vector(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_rank(layer, input, {1}));
  PITLANE_TRY(const std::int64_t times, layer.settings.positive({"n"}));
  if (const Status status = check_shape({times, input.shape[0]}); !status.ok())
    return status.error().in(layer.settings.who());
  return of_frames(layer.name, input.shape,
                   std::vector<ValueId>(static_cast<std::size_t>(times), stacked(layer.builder, input)));
}

/// Of a picture of one pixel, as our own files have it: a number for every pixel. However it interpolates, that is the
/// same.
Result<Tensor> read_up_sampling(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(expect_rank(layer, input, {3}));
  PITLANE_TRY(const std::vector<std::int64_t> size, layer.settings.integers({"size"}, 2, 2));
  if (input.shape[0] != 1 || input.shape[1] != 1)
    return layer.settings.cannot("enlarges a picture of " + to_string(input.shape) +
                                 "; only pictures of one pixel are supported");
  const Shape shape{size[0], size[1], input.shape[2]};
  if (const Status status = check_shape(shape); !status.ok()) return status.error().in(layer.settings.who());
  const ValueId numbers = flat(layer.builder, input, layer.name);
  const Expand op{static_cast<int>(size[0]), static_cast<int>(size[1])};
  return whole(layer.name, shape, layer.builder.add(layer.name, op, {numbers}));
}

Result<Tensor> read_zero_padding(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(expect_rank(layer, input, {3, 4}));
  PITLANE_TRY(const std::vector<std::int64_t> m, margins(layer, {"padding"}));
  Pad op;
  op.padding = {static_cast<int>(m[0]), static_cast<int>(m[2]), static_cast<int>(m[1]), static_cast<int>(m[3])};
  Shape shape = input.shape;
  shape[shape.size() - 3] += m[0] + m[1];
  shape[shape.size() - 2] += m[2] + m[3];
  Tensor output = each_element(layer, "", std::move(input), op);
  output.shape = std::move(shape);
  return output;
}

Result<Tensor> read_cropping(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_channels_last(layer));
  PITLANE_TRY_STATUS(expect_rank(layer, input, {3, 4}));
  PITLANE_TRY(const std::vector<std::int64_t> m, margins(layer, {"cropping"}));
  const Shape frame = input.frame();
  if (m[0] + m[1] >= frame[0] || m[2] + m[3] >= frame[1])
    return layer.settings.bad("crops away all of its input " + to_string(frame));
  Shape shape = input.shape;
  shape[shape.size() - 3] -= m[0] + m[1];
  shape[shape.size() - 2] -= m[2] + m[3];
  const std::int64_t channels = input.stacked >= 0 ? layer.builder.shape(input.stacked).back() : frame[2];
  Tensor output =
      each_element(layer, "", std::move(input), Slice{{m[0], m[2], 0}, {frame[0] - m[1], frame[1] - m[3], channels}});
  output.shape = std::move(shape);
  return output;
}

}  // namespace pitlane::keras
