#include "pitlane/formats/keras/activation.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "pitlane/formats/clip_limits.h"

namespace pitlane::keras {
namespace {

using nlohmann::json;

// Klambauer et al., "Self-normalizing neural networks", 2017.
constexpr float kSeluAlpha = 1.6732632423543772F, kSeluScale = 1.0507009873554805F;

Curve plain(Activation activation, float alpha) { return {Curve::Form::kPlain, {activation, alpha}, 1}; }
Curve plain(Activation activation) { return plain(activation, usual_alpha(activation)); }

/// Keras 3 made the slope 1/6 (as in other frameworks); before it was 0.2.
Activate hard_sigmoid(int version) { return {Activation::kHardSigmoid, version >= 3 ? 1 / 6.0F : 0.2F}; }

Result<Curve> by_name(const Layer& layer, const std::string& name) {
  if (name == "linear") return Curve{};
  if (name == "relu") return plain(Activation::kRelu);
  if (name == "relu6") return plain(Activation::kRelu6);
  if (name == "elu") return plain(Activation::kElu);
  if (name == "leaky_relu") return plain(Activation::kLeakyRelu, 0.2F);
  if (name == "tanh") return plain(Activation::kTanh);
  if (name == "sigmoid") return plain(Activation::kSigmoid);
  if (name == "hard_sigmoid") return Curve{Curve::Form::kPlain, hard_sigmoid(layer.version), 1};
  if (name == "swish" || name == "silu") return Curve{Curve::Form::kTimesInput, {Activation::kSigmoid}, 1};
  if (name == "hard_swish" || name == "hard_silu")
    return Curve{Curve::Form::kTimesInput, {Activation::kHardSigmoid, 1 / 6.0F}, 1};
  if (name == "selu") return Curve{Curve::Form::kScaled, {Activation::kElu, kSeluAlpha}, kSeluScale};
  if (name == "softmax") return Curve{Curve::Form::kSoftmax, {}, 1};
  return layer.settings.cannot("the activation '" + name +
                               "' is not supported; supported are linear, relu, relu6, elu, leaky_relu, selu, tanh, "
                               "sigmoid, hard_sigmoid, swish, hard_swish and softmax");
}

Result<Curve> relu_layer(const Settings& s) {
  PITLANE_TRY(const float slope, s.number({"negative_slope", "alpha"}, 0.0F));
  PITLANE_TRY(const float threshold, s.number({"threshold", "theta"}, 0.0F));
  if (threshold != 0) return s.cannot("a threshold other than 0 is not supported");
  const Curve below = slope == 0 ? plain(Activation::kRelu) : plain(Activation::kLeakyRelu, slope);
  if (!s.has({"max_value"})) return below;
  PITLANE_TRY(const float largest, s.number({"max_value"}));
  if (slope == 0 && largest == 6) return plain(Activation::kRelu6);
  return Curve{Curve::Form::kCapped, below.function, largest};
}

Result<Curve> softmax_layer(const Settings& s) {
  const json* axis = s.find({"axis"});
  if (axis != nullptr && axis->is_array() && axis->size() == 1) axis = &axis->front();
  // Only the last axis; its number is checked against the input where the layer is read.
  if (axis != nullptr && whole_number(*axis) != -1)
    return s.cannot("a softmax over another axis than the last (-1) is not supported");
  return Curve{Curve::Form::kSoftmax, {}, 1};
}

}  // namespace

std::optional<Activation> Curve::fused() const {
  const bool usual = form == Form::kPlain && function.alpha == usual_alpha(function.activation);
  return usual ? std::optional(function.activation) : std::nullopt;
}

Result<std::optional<Curve>> curve_of_class(const Layer& layer, const std::string& kind, const Settings& s) {
  if (kind == "ReLU") {
    PITLANE_TRY(const Curve curve, relu_layer(s));
    return std::optional(curve);
  }
  if (kind == "LeakyReLU") {
    PITLANE_TRY(const float slope, s.number({"negative_slope", "alpha"}, 0.3F));
    return std::optional(plain(Activation::kLeakyRelu, slope));
  }
  if (kind == "ELU") {
    PITLANE_TRY(const float alpha, s.number({"alpha"}, 1.0F));
    return std::optional(plain(Activation::kElu, alpha));
  }
  if (kind == "Softmax") {
    PITLANE_TRY(const Curve curve, softmax_layer(s));
    return std::optional(curve);
  }
  if (kind == "Activation") {
    PITLANE_TRY(const std::string name, s.text({"activation"}));
    PITLANE_TRY(const Curve curve, by_name(layer, name));
    return std::optional(curve);
  }
  return std::optional<Curve>();
}

Result<Curve> parse_curve(const Layer& layer, Names names, const char* fallback) {
  const json* value = layer.settings.find(names);
  if (value == nullptr) return by_name(layer, fallback);
  if (value->is_string()) return by_name(layer, value->get<std::string>());
  if (value->is_object() && value->contains("class_name") && (*value)["class_name"].is_string() &&
      value->contains("config")) {
    const std::string kind = (*value)["class_name"].get<std::string>();
    const json& config = (*value)["config"];
    if (config.is_string()) return by_name(layer, config.get<std::string>());
    PITLANE_TRY(const std::optional<Curve> curve, curve_of_class(layer, kind, Settings(config, layer.settings.who())));
    if (curve) return *curve;
    return by_name(layer, kind);
  }
  return layer.settings.bad("'" + std::string(*names.begin()) + "' names no function");
}

Result<Tensor> apply(Layer& layer, const std::string& part, Tensor input, const Curve& curve) {
  const auto under = [&part](const char* name) { return part.empty() ? std::string(name) : part + "." + name; };
  switch (curve.form) {
    case Curve::Form::kPlain:
      if (curve.function.activation == Activation::kNone) return input;
      return each_element(layer, part, std::move(input), curve.function);
    case Curve::Form::kSoftmax: {
      if (input.timed()) frames(layer.builder, input);
      Tensor output = input.timed() ? Tensor{input.name, input.shape, -1, input.frames} : input;
      return each_element(layer, part, std::move(output), Softmax{});
    }
    case Curve::Form::kScaled:
      return affine(layer, under("scale"), each_element(layer, part, std::move(input), curve.function), {curve.factor},
                    {0});
    case Curve::Form::kCapped: {  // min(y, m) = m - relu(m - y)
      const float m = curve.factor;
      Tensor below = each_element(layer, part, std::move(input), curve.function);
      if (is_guard_above(m)) {
        note_guard(layer.builder, m);
        return below;
      }
      PITLANE_TRY(Tensor room, affine(layer, under("room"), std::move(below), {-1}, {m}));
      Tensor left = each_element(layer, under("left"), std::move(room), Activate{Activation::kRelu});
      return affine(layer, under("capped"), std::move(left), {-1}, {m});
    }
    case Curve::Form::kTimesInput: {
      Tensor gate = each_element(layer, under("gate"), input, curve.function);
      Tensor output{layer.name, input.shape, -1, {}};
      const std::string name = part.empty() ? layer.name : layer.name + "." + part;
      if (input.stacked >= 0) {
        output.stacked = layer.builder.add(name, Multiply{}, {input.stacked, gate.stacked});
        return output;
      }
      for (std::size_t t = 0; t < input.frames.size(); ++t)
        output.frames.push_back(
            layer.builder.add(frame_name(name, t, input.frames.size()), Multiply{}, {input.frames[t], gate.frames[t]}));
      return output;
    }
  }
  return input;
}

}  // namespace pitlane::keras
