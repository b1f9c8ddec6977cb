// Keras' activation functions in operators of ours.
#pragma once

#include <optional>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/layer.h"

namespace pitlane::keras {

/// One operator, or a composition around one.
struct Curve {
  enum class Form {
    kPlain,       ///< f(x)
    kTimesInput,  ///< x * f(x): swish
    kScaled,      ///< factor * f(x): selu
    kCapped,      ///< min(f(x), factor): relu with max_value
    kSoftmax,
  };
  Form form = Form::kPlain;
  Activate function;
  float factor = 1;

  /// The activation that a convolution or dense layer can apply itself; nullopt where it takes nodes of its own.
  [[nodiscard]] std::optional<Activation> fused() const;
};

/// The setting `names` ("activation" of most layers): a name, or a layer in place of one. Absent: none.
Result<Curve> parse_curve(const Layer& layer, Names names, const char* fallback = "linear");
/// ReLU, LeakyReLU, ELU, Softmax, Activation: layers that are nothing but a function; nullopt for others.
Result<std::optional<Curve>> curve_of_class(const Layer& layer, const std::string& kind, const Settings& settings);
/// Appends what is not fused. The first node's name is the layer's with `part`.
Result<Tensor> apply(Layer& layer, const std::string& part, Tensor input, const Curve& curve);

}  // namespace pitlane::keras
