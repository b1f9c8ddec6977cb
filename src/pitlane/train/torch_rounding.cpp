#include "pitlane/train/torch_rounding.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace pitlane {
namespace {

using torch::Tensor;

/// Forward `seen`, backward to `real`.
class StraightThrough : public torch::autograd::Function<StraightThrough> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* /*context*/, const Tensor& /*real*/, const Tensor& seen) {
    return seen.clone();
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* /*context*/,
                                               const torch::autograd::tensor_list& gradients) {
    return {gradients[0], Tensor()};
  }
};

Tensor scales_of(const Tensor& weight, I8Scales scales) {
  const Tensor magnitudes = weight.abs();
  Tensor largest = magnitudes.max();
  if (scales == I8Scales::kPerChannel) {
    std::vector<std::int64_t> inner(static_cast<std::size_t>(weight.dim()) - 1);
    std::iota(inner.begin(), inner.end(), 1);
    largest = inner.empty() ? magnitudes : magnitudes.amax(inner, /*keepdim=*/true);
  }
  const Tensor scale = largest / 127.F;
  return at::where(scale >= std::numeric_limits<float>::min(), scale, at::ones_like(scale));
}

}  // namespace

Tensor rounded_weight(const Tensor& weight, I8Scales scales) {
  Tensor seen;
  {
    const torch::NoGradGuard no_gradients;
    const Tensor scale = scales_of(weight, scales);
    seen = (weight / scale).round_().clamp_(-127, 127).mul_(scale);
  }
  return StraightThrough::apply(weight, seen);
}

Tensor rounded_activation(const Tensor& x, const ActivationQuantization& quantization) {
  return at::fake_quantize_per_tensor_affine(x, static_cast<double>(quantization.scale), quantization.zero_point, 0,
                                             255);
}

ActivationRange extent_of(const Tensor& x) {
  const auto [low, high] = at::aminmax(x.detach());
  return {std::min(low.item<float>(), 0.F), std::max(high.item<float>(), 0.F)};
}

ActivationRange followed(ActivationRange range, const ActivationRange& extent, float share) {
  range.low += share * (extent.low - range.low);
  range.high += share * (extent.high - range.high);
  return range;
}

}  // namespace pitlane
