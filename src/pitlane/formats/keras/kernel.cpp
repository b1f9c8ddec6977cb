#include "pitlane/formats/keras/kernel.h"

#include <algorithm>

namespace pitlane::keras {
namespace {

/// Holes may blow a kernel up to this many numbers, or a few times its size.
constexpr std::int64_t kLargestInflated = std::int64_t{1} << 22;

/// {KH, KW, n} with zeros between the rows and columns.
std::vector<float> inflated(std::span<const float> values, const Window& window, std::int64_t n) {
  const std::int64_t height = window.reach(0), width = window.reach(1);
  std::vector<float> result(static_cast<std::size_t>(height * width * n), 0);
  for (std::int64_t y = 0; y < window.size[0]; ++y)
    for (std::int64_t x = 0; x < window.size[1]; ++x) {
      const auto from = values.begin() + (y * window.size[1] + x) * n;
      std::copy(from, from + n, result.begin() + (y * window.dilation[0] * width + x * window.dilation[1]) * n);
    }
  return result;
}

Result<WeightId> add_kernel(Layer& layer, const char* role, const FloatArray& kernel, const Window& window,
                            std::int64_t row, const Shape& shape) {
  const std::int64_t places = window.reach(0) * window.reach(1);
  const std::int64_t outputs = shape[0];
  const auto original = static_cast<std::int64_t>(kernel.values().size());
  if (places > std::max(kLargestInflated, 4 * original) / row)
    return layer.settings.cannot("a dilation that makes the kernel " + std::to_string(window.reach(0)) + "x" +
                                 std::to_string(window.reach(1)) + " is too large");
  return weight(layer, role, [&] {
    const bool holes = places != window.size[0] * window.size[1];
    const std::vector<float> filled = holes ? inflated(kernel.values(), window, row) : std::vector<float>();
    return make_f32_weight(
        layer.key + "." + role, shape,
        transposed(holes ? std::span<const float>(filled) : kernel.values(), places * row / outputs, outputs));
  });
}

}  // namespace

Result<WeightId> kernel_weight(Layer& layer, std::size_t index, const char* role, const Window& window,
                               Channels channels) {
  PITLANE_TRY(const FloatArray* kernel,
              array(layer, index, role, {window.size[0], window.size[1], channels.in, channels.out}));
  return add_kernel(layer, role, *kernel, window, channels.in * channels.out,
                    {channels.out, window.reach(0), window.reach(1), channels.in});
}

Result<WeightId> depthwise_weight(Layer& layer, std::size_t index, const Window& window, Channels channels) {
  PITLANE_TRY(const FloatArray* kernel,
              array(layer, index, "depthwise_kernel", {window.size[0], window.size[1], channels.in, channels.out}));
  return add_kernel(layer, "depthwise_kernel", *kernel, window, channels.in * channels.out,
                    {channels.in * channels.out, window.reach(0), window.reach(1), 1});
}

}  // namespace pitlane::keras
