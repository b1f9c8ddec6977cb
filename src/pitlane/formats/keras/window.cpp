#include "pitlane/formats/keras/window.h"

#include <algorithm>

namespace pitlane::keras {
namespace {

constexpr std::int64_t kLargest = 1024;  // as infer_shape allows

Status check_range(const Layer& layer, const std::vector<std::int64_t>& numbers, const char* what) {
  for (const std::int64_t n : numbers)
    if (n < 1 || n > kLargest) return layer.settings.bad("'" + std::string(what) + "' must be 1 to 1024");
  return {};
}

Result<bool> is_same(const Layer& layer) {
  PITLANE_TRY(const std::string padding, layer.settings.text({"padding", "border_mode"}, "valid"));
  if (padding == "same" || padding == "valid") return padding == "same";
  return layer.settings.cannot("the padding '" + padding + "' is not supported; valid and same are");
}

Result<std::vector<std::int64_t>> kernel_size(const Layer& layer, std::size_t dimensions) {
  const Settings& s = layer.settings;
  std::vector<std::int64_t> size;
  if (dimensions == 2 && s.has({"nb_row"}) && s.has({"nb_col"})) {  // Keras 1
    for (const Names name : {Names{"nb_row"}, Names{"nb_col"}}) {
      PITLANE_TRY(const std::int64_t n, s.integer(name));
      size.push_back(n);
    }
    return size;
  }
  if (dimensions == 3 && s.has({"kernel_dim1"})) {
    for (const Names name : {Names{"kernel_dim1"}, Names{"kernel_dim2"}, Names{"kernel_dim3"}}) {
      PITLANE_TRY(const std::int64_t n, s.integer(name));
      size.push_back(n);
    }
    return size;
  }
  return s.integers({"kernel_size"}, dimensions);
}

}  // namespace

Result<Window> Window::of_convolution(const Layer& layer, std::size_t dimensions) {
  Window window;
  PITLANE_TRY(window.size, kernel_size(layer, dimensions));
  PITLANE_TRY(window.stride, layer.settings.integers({"strides", "subsample"}, dimensions, 1));
  PITLANE_TRY(window.dilation, layer.settings.integers({"dilation_rate"}, dimensions, 1));
  PITLANE_TRY(window.same, is_same(layer));
  PITLANE_TRY_STATUS(check_range(layer, window.size, "kernel_size"));
  PITLANE_TRY_STATUS(check_range(layer, window.stride, "strides"));
  PITLANE_TRY_STATUS(check_range(layer, window.dilation, "dilation_rate"));
  return window;
}

Result<Window> Window::of_pooling(const Layer& layer, std::size_t dimensions) {
  Window window;
  PITLANE_TRY(window.size, layer.settings.integers({"pool_size"}, dimensions, 2));
  window.stride = window.size;
  window.dilation.assign(dimensions, 1);
  if (layer.settings.has({"strides"})) {
    PITLANE_TRY(window.stride, layer.settings.integers({"strides"}, dimensions));
  }
  PITLANE_TRY(window.same, is_same(layer));
  PITLANE_TRY_STATUS(check_range(layer, window.size, "pool_size"));
  PITLANE_TRY_STATUS(check_range(layer, window.stride, "strides"));
  return window;
}

std::int64_t Window::added(std::size_t d, std::int64_t length) const {
  if (!same) return 0;
  return std::max<std::int64_t>(0, (steps(d, length) - 1) * stride[d] + reach(d) - length);
}

Padding Window::padding(std::size_t first, std::int64_t height, std::int64_t width) const {
  return {static_cast<int>(before(first, height)), static_cast<int>(before(first + 1, width)),
          static_cast<int>(behind(first, height)), static_cast<int>(behind(first + 1, width))};
}

}  // namespace pitlane::keras
