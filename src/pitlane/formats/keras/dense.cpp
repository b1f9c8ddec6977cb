#include "pitlane/formats/keras/activation.h"
#include "pitlane/formats/keras/readers.h"

namespace pitlane::keras {

Result<Tensor> read_dense(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  PITLANE_TRY(const std::int64_t units, layer.settings.positive({"units", "output_dim"}));
  PITLANE_TRY(const bool use_bias, layer.settings.flag({"use_bias", "bias"}, true));
  PITLANE_TRY(const Curve curve, parse_curve(layer, {"activation"}));
  PITLANE_TRY_STATUS(expect_arrays(layer, use_bias ? 2 : 1));
  const std::int64_t features = input.shape.back();
  PITLANE_TRY(const FloatArray* kernel, array(layer, 0, "kernel", {features, units}));
  PITLANE_TRY(const WeightId bias, bias_weight(layer, use_bias, 1, units));
  const Activation activation = curve.fused().value_or(Activation::kNone);
  // Over a picture it is a convolution with a window of one pixel.
  const bool picture = input.frame().size() == 3;
  const WeightId id = weight(layer, "kernel", [&] {
    return make_f32_weight(layer.key + ".kernel", picture ? Shape{units, 1, 1, features} : Shape{units, features},
                           transposed(kernel->values(), features, units));
  });
  Tensor output = each_frame(layer, std::move(input), [&](ValueId frame, const std::string& name) {
    if (!picture) return layer.builder.add(name, Dense{id, bias, activation}, {frame});
    Conv2d op;
    op.weight = id;
    op.bias = bias;
    op.activation = activation;
    return layer.builder.add(name, op, {frame});
  });
  if (curve.fused()) return output;
  return apply(layer, "activation", std::move(output), curve);
}

}  // namespace pitlane::keras
