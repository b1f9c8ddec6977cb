// Layers that scale each element by numbers of its own or of its channel.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "pitlane/formats/keras/activation.h"
#include "pitlane/formats/keras/readers.h"

namespace pitlane::keras {
namespace {

/// Layers of Keras name the axis of the channels, counted with the batch; only the last is supported.
Status expect_last_axis(const Layer& layer, const Tensor& input) {
  const nlohmann::json* axis = layer.settings.find({"axis"});
  if (axis == nullptr) return {};
  if (axis->is_array() && axis->size() == 1) axis = &axis->front();
  const auto number = whole_number(*axis);
  if (number && (*number == -1 || *number == static_cast<std::int64_t>(input.shape.size()))) return {};
  return layer.settings.cannot("works along another axis than the last, which is not supported");
}

std::vector<float> as_vector(const FloatArray& array) { return {array.values().begin(), array.values().end()}; }

/// One number for all, or as many as there are channels.
Result<std::vector<float>> spread(const Layer& layer, std::vector<float> values, std::int64_t channels) {
  if (values.size() == 1) values.assign(static_cast<std::size_t>(channels), values.front());
  if (static_cast<std::int64_t>(values.size()) == channels) return values;
  return layer.settings.bad("has " + std::to_string(values.size()) + " numbers for " + std::to_string(channels) +
                            " channels");
}

}  // namespace

Result<Tensor> read_batch_norm(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_last_axis(layer, input));
  PITLANE_TRY(const std::int64_t mode, layer.settings.integer({"mode"}, 0));
  if (mode != 0) return layer.settings.cannot("Keras 1's mode " + std::to_string(mode) + " is not supported");
  Statistics s;
  PITLANE_TRY(s.epsilon, layer.settings.number({"epsilon"}, 1e-3F));
  PITLANE_TRY(const bool scale, layer.settings.flag({"scale"}, true));
  PITLANE_TRY(const bool center, layer.settings.flag({"center"}, true));
  PITLANE_TRY_STATUS(expect_arrays(layer, 2U + (scale ? 1 : 0) + (center ? 1 : 0)));
  const std::int64_t channels = input.shape.back();
  std::size_t index = 0;
  const auto next = [&](const char* role) { return array(layer, index++, role, {channels}); };
  if (scale) {
    PITLANE_TRY(const FloatArray* gamma, next("gamma"));
    s.gamma = as_vector(*gamma);
  }
  if (center) {
    PITLANE_TRY(const FloatArray* beta, next("beta"));
    s.beta = as_vector(*beta);
  }
  PITLANE_TRY(const FloatArray* mean, next("moving_mean"));
  PITLANE_TRY(const FloatArray* variance, next("moving_variance"));
  s.mean = as_vector(*mean);
  s.variance = as_vector(*variance);
  s.gamma.resize(s.mean.size(), 1);
  s.beta.resize(s.mean.size(), 0);
  return normalise(layer, "", std::move(input), s);
}

Result<Tensor> read_rescaling(Layer& layer, Inputs& inputs) {
  PITLANE_TRY(const std::vector<float> scale, layer.settings.numbers({"scale"}));
  std::vector<float> offset = {0};
  if (layer.settings.has({"offset"})) {
    PITLANE_TRY(offset, layer.settings.numbers({"offset"}));
  }
  return affine(layer, "", std::move(inputs.front()), scale, offset);
}

Result<Tensor> read_normalization(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_last_axis(layer, input));
  PITLANE_TRY(const bool invert, layer.settings.flag({"invert"}, false));
  std::vector<float> mean, variance;
  if (layer.settings.has({"mean"}) || layer.settings.has({"variance"})) {
    PITLANE_TRY(mean, layer.settings.numbers({"mean"}));
    PITLANE_TRY(variance, layer.settings.numbers({"variance"}));
  } else {
    // Behind mean and variance stands how much they were made of.
    if (layer.arrays.size() < 2)
      return layer.settings.bad("its mean and variance are not in the file; call adapt() before saving the model");
    mean = as_vector(layer.arrays[0]);
    variance = as_vector(layer.arrays[1]);
  }
  if (mean.empty() || variance.empty() || input.shape.back() > (1 << 20))
    return layer.settings.bad("its mean and variance hold no numbers");
  PITLANE_TRY(mean, spread(layer, std::move(mean), input.shape.back()));
  PITLANE_TRY(variance, spread(layer, std::move(variance), input.shape.back()));
  constexpr float kSmallest = 1e-7F;  // of the deviation, as Keras
  if (!invert) {
    for (float& v : variance) v = std::max(v, kSmallest * kSmallest);
    std::vector<float> ones(mean.size(), 1), zeros(mean.size(), 0);
    return normalise(layer, "", std::move(input),
                     {std::move(ones), std::move(zeros), std::move(mean), std::move(variance), 0});
  }
  for (float& v : variance) v = std::max(std::sqrt(std::max(v, 0.0F)), kSmallest);
  return affine(layer, "", std::move(input), variance, mean);
}

Result<Tensor> read_lambda(Layer& layer, Inputs& inputs) {
  const auto meaning = layer.options.lambdas.find(layer.key);
  if (meaning != layer.options.lambdas.end())
    return affine(layer, "", std::move(inputs.front()), {meaning->second.scale}, {meaning->second.offset});
  return layer.settings.cannot("is Python code, which is never run; if it scales its input, say so with --lambda " +
                               layer.key + "=scale:0.0078431,offset:-1");
}

Result<Tensor> read_function(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  const nlohmann::json* axis = layer.settings.find({"axis"});
  const bool names_last = axis != nullptr && whole_number(*axis) == static_cast<std::int64_t>(input.shape.size());
  nlohmann::json without_axis;
  Settings settings = layer.settings;
  if (layer.class_name == "Softmax" && names_last) settings = Settings(without_axis, layer.settings.who());
  PITLANE_TRY(const std::optional<Curve> curve, curve_of_class(layer, layer.class_name, settings));
  PITLANE_CHECK(curve.has_value());
  return apply(layer, "", std::move(input), *curve);
}

Result<Tensor> read_prelu(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY_STATUS(expect_rank(layer, input, {1, 3}));
  PITLANE_TRY_STATUS(expect_arrays(layer, 1));
  Shape any(input.shape.size(), -1);
  PITLANE_TRY(const FloatArray* alpha, array(layer, 0, "alpha", any));
  const std::span<const float> values = alpha->values();
  const float first = values.front();
  if (std::ranges::all_of(values, [first](float v) { return v == first; }))
    return each_element(layer, "", std::move(input), Activate{Activation::kLeakyRelu, first});
  // relu(x) - alpha relu(-x), with alpha per channel, or per element of a picture laid out flat.
  const bool per_channel =
      element_count(alpha->shape) == input.shape.back() && alpha->shape.back() == input.shape.back();
  if (!per_channel && alpha->shape != input.shape)
    return layer.settings.cannot("slopes of " + to_string(alpha->shape) + " for inputs of " + to_string(input.shape) +
                                 " are not supported; shared_axes=[1, 2] or none are");
  const Shape shape = input.shape;
  Tensor x = per_channel ? whole(layer.name, shape, stacked(layer.builder, input))
                         : whole(layer.name, {element_count(shape)}, flat(layer.builder, input, layer.name + ".flat"));
  std::vector<float> negative(values.begin(), values.end());
  for (float& v : negative) v = -v;
  const Tensor above = each_element(layer, "above", x, Activate{Activation::kRelu});
  PITLANE_TRY(Tensor mirrored, affine(layer, "mirrored", x, {-1}, {0}));
  Tensor below = each_element(layer, "below", std::move(mirrored), Activate{Activation::kRelu});
  PITLANE_TRY(const Tensor sloped, affine(layer, "sloped", std::move(below), negative, {0}));
  const ValueId sum =
      layer.builder.add(per_channel ? layer.name : layer.name + ".sum", Add{}, {above.stacked, sloped.stacked});
  if (per_channel) return whole(layer.name, shape, sum);
  return from_flat(layer.builder, layer.name, shape, sum);
}

}  // namespace pitlane::keras
