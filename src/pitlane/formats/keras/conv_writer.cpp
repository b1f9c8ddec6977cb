#include "pitlane/formats/keras/conv_writer.h"

#include <algorithm>

namespace pitlane::keras {

std::vector<float> outputs_last(const std::vector<float>& values, std::int64_t outputs, std::int64_t inputs) {
  constexpr std::int64_t kBlock = 32;
  std::vector<float> result(values.size());
  for (std::int64_t o0 = 0; o0 < outputs; o0 += kBlock)
    for (std::int64_t i0 = 0; i0 < inputs; i0 += kBlock)
      for (std::int64_t i = i0; i < std::min(i0 + kBlock, inputs); ++i)
        for (std::int64_t o = o0; o < std::min(o0 + kBlock, outputs); ++o)
          result[static_cast<std::size_t>(i * outputs + o)] = values[static_cast<std::size_t>(o * inputs + i)];
  return result;
}

KerasKernel keras_kernel(const std::vector<float>& values, const Shape& shape, const Conv2d& op,
                         std::int64_t channels) {
  const std::int64_t outputs = shape[0], places = shape[1] * shape[2];
  if (op.groups == 1)
    return {false, {shape[1], shape[2], shape[3], outputs}, outputs_last(values, outputs, places * shape[3])};
  if (op.groups == channels && op.stride_h == op.stride_w)
    return {true, {shape[1], shape[2], channels, outputs / channels}, outputs_last(values, outputs, places)};
  KerasKernel kernel{false, {shape[1], shape[2], channels, outputs}, {}};
  kernel.values.assign(static_cast<std::size_t>(places * channels * outputs), 0);
  const std::int64_t per_group = outputs / op.groups;
  for (std::int64_t o = 0; o < outputs; ++o)
    for (std::int64_t place = 0; place < places; ++place)
      for (std::int64_t c = 0; c < shape[3]; ++c) {
        const std::int64_t channel = o / per_group * shape[3] + c;
        kernel.values[static_cast<std::size_t>((place * channels + channel) * outputs + o)] =
            values[static_cast<std::size_t>((o * places + place) * shape[3] + c)];
      }
  return kernel;
}

void add_response(const std::vector<float>& values, const Shape& shape, const Conv2d& op, std::vector<float>& bias) {
  const std::int64_t outputs = shape[0], places = shape[1] * shape[2], per_group = outputs / op.groups;
  for (std::int64_t o = 0; o < outputs; ++o) {
    double sum = bias[static_cast<std::size_t>(o)];
    for (std::int64_t i = 0; i < places * shape[3]; ++i)
      sum += static_cast<double>(values[static_cast<std::size_t>(o * places * shape[3] + i)]) *
             static_cast<double>(op.pad_value[static_cast<std::size_t>(o / per_group * shape[3] + i % shape[3])]);
    bias[static_cast<std::size_t>(o)] = static_cast<float>(sum);
  }
}

bool is_same_padding(const Conv2d& op, const Shape& kernel, const Shape& picture) {
  const auto added = [](std::int64_t length, std::int64_t stride, std::int64_t window) {
    return std::max<std::int64_t>(0, ((length + stride - 1) / stride - 1) * stride + window - length);
  };
  const std::int64_t rows = added(picture[0], op.stride_h, kernel[1]);
  const std::int64_t columns = added(picture[1], op.stride_w, kernel[2]);
  const Padding& p = op.padding;
  return p.top == rows / 2 && p.bottom == rows - rows / 2 && p.left == columns / 2 && p.right == columns - columns / 2;
}

}  // namespace pitlane::keras
