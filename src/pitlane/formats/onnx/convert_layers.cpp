// Layers with weights in real numbers, or in int8 behind DequantizeLinear.
#include <cmath>
#include <utility>

#include "pitlane/formats/onnx/converters.h"
#include "pitlane/formats/onnx/layers.h"
#include "pitlane/formats/onnx/views.h"

namespace pitlane::onnx {
namespace {

Layout picture_layout(const Shape& picture) {
  return stored_layout({1, picture[2], picture[0], picture[1]}, {2, 3, 1});
}

/// Along dimension 1 of a tensor, as BatchNormalization counts.
Result<ChannelView> channels_of(Step& step, const Operand& x) {
  if (x.layout.rank() < 2) return unsupported("works on " + braced(x.layout.dims()) + ", which has no channels");
  std::vector<std::int64_t> strides(x.layout.axes.size(), 0);
  strides[1] = 1;
  return as_channels(step, x, {1}, strides);
}

}  // namespace

Status convert_conv(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY(const FileWeight kernel, conv_weight(step, 1));
  PITLANE_TRY(ValueId picture, as_picture(step, *x));
  PITLANE_TRY(Conv2d op, conv_attributes(step, {kernel.shape[1], kernel.shape[2]}, x->layout.dims()));
  if (x->grid && stays_int8(kernel)) {
    PITLANE_TRY(picture, read_on_grid(step, picture, *x->grid));
  }
  PITLANE_TRY(op.weight, add_weight(step, kernel, x->grid.has_value()));
  PITLANE_TRY(op.bias, add_bias(step, 2, kernel.shape[0]));
  PITLANE_TRY(const ValueId value, step.add("", op, {picture}));
  step.set(0, real_operand(value, picture_layout(step.builder().shape(value))));
  return {};
}

Status convert_gemm(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY(const float alpha, step.number("alpha", 1));
  PITLANE_TRY(const float beta, step.number("beta", 1));
  PITLANE_TRY(const std::int64_t turn_a, step.integer("transA", 0));
  PITLANE_TRY(const std::int64_t turn_b, step.integer("transB", 0));
  if (x->layout.rank() != 2) return corrupt("works on " + braced(x->layout.dims()) + "; Gemm takes matrices");
  const Layout layout = turn_a != 0 ? transposed(x->layout, {1, 0}) : x->layout;
  PITLANE_TRY(const FileWeight matrix, dense_weight(step, 1, layout, turn_b != 0));
  PITLANE_TRY(const WeightId bias, add_bias(step, 2, matrix.shape[0], beta));
  PITLANE_TRY(Operand y, apply_matrix(step, *x, layout, matrix, bias, alpha));
  step.set(0, std::move(y));
  return {};
}

Status convert_matmul(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  if (x->layout.rank() == 0) return corrupt("multiplies a number as if it were a matrix");
  PITLANE_TRY(const FileWeight matrix, dense_weight(step, 1, x->layout, false));
  PITLANE_TRY(Operand y, apply_matrix(step, *x, x->layout, matrix, kNoWeight));
  step.set(0, std::move(y));
  return {};
}

Status convert_batch_normalization(Step& step) {
  PITLANE_TRY(const Operand* x, step.real(0));
  PITLANE_TRY(const std::int64_t training, step.integer("training_mode", 0));
  if (training != 0) return unsupported("is in training mode; export the model for inference");
  PITLANE_TRY(const ChannelView view, channels_of(step, *x));
  BatchNorm op;
  PITLANE_TRY(op.epsilon, step.number("epsilon", 1e-5F));
  constexpr const char* kRoles[] = {"gamma", "beta", "mean", "variance"};
  WeightId* const places[] = {&op.gamma, &op.beta, &op.mean, &op.variance};
  for (std::size_t role = 0; role < 4; ++role) {
    PITLANE_TRY(const ConstantPtr constant, step.constant(role + 1));
    const std::int64_t channels = x->layout.size_of(x->layout.axes[1]);
    if (!constant->is_real() || static_cast<std::int64_t>(constant->size()) != channels)
      return corrupt(std::string(kRoles[role]) + " has the shape " + braced(constant->dims) + ", " +
                     std::to_string(channels) + " channels are read");
    std::vector<float> values;
    for (const std::int64_t source : view.sources) values.push_back(constant->reals[static_cast<std::size_t>(source)]);
    const auto size = static_cast<std::int64_t>(values.size());
    const std::string name = step.name() + "." + kRoles[role];
    PITLANE_TRY(*places[role], step.weight(make_f32_weight(name, {size}, std::move(values))));
  }
  PITLANE_TRY(const ValueId value, step.add("", op, {view.value}));
  step.set(0, real_operand(value, x->layout));
  return {};
}

}  // namespace pitlane::onnx
