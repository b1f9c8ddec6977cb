#include "pitlane/train/torch_rounding.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "pitlane/train/fake_quantization.h"

namespace pitlane {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Below this many numbers a thread costs more than it saves.
constexpr std::int64_t kGrain = 1 << 15;

/// `x` without gaps, in the order of its channels.
Tensor dense(const Tensor& x) { return x.contiguous(x.suggest_memory_format()); }

std::span<const float> numbers(const Tensor& x, std::int64_t begin, std::int64_t end) {
  return {x.data_ptr<float>() + begin, static_cast<std::size_t>(end - begin)};
}

std::span<float> numbers(Tensor& x, std::int64_t begin, std::int64_t end) {
  return {x.data_ptr<float>() + begin, static_cast<std::size_t>(end - begin)};
}

Tensor as_int8(const Tensor& weight, I8Scales scales) {
  const Tensor real = weight.contiguous();
  Tensor seen = at::empty_like(real);
  const std::int64_t channels = real.size(0), inner = real.numel() / channels;
  std::vector<float> largest(static_cast<std::size_t>(channels));
  const std::int64_t grain = std::max<std::int64_t>(1, kGrain / inner);
  at::parallel_for(0, channels, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o)
      largest[static_cast<std::size_t>(o)] = largest_magnitude(numbers(real, o * inner, (o + 1) * inner));
  });
  if (scales == I8Scales::kOne) std::ranges::fill(largest, std::ranges::max(largest));
  at::parallel_for(0, channels, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o)
      round_as_int8(numbers(real, o * inner, (o + 1) * inner), int8_scale(largest[static_cast<std::size_t>(o)]),
                    numbers(seen, o * inner, (o + 1) * inner));
  });
  return seen;
}

class RoundedWeight : public torch::autograd::Function<RoundedWeight> {
 public:
  static Tensor forward(AutogradContext* /*context*/, const Tensor& weight, I8Scales scales) {
    return as_int8(weight, scales);
  }
  static tensor_list backward(AutogradContext* /*context*/, const tensor_list& gradients) {
    return {gradients[0], Tensor()};
  }
};

class RoundedActivation : public torch::autograd::Function<RoundedActivation> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, double scale, std::int64_t zero_point) {
    const ActivationQuantization grid{static_cast<float>(scale), static_cast<std::int32_t>(zero_point)};
    const Tensor real = dense(x);
    Tensor seen = at::empty_like(real);
    at::parallel_for(0, real.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      round_to_grid(numbers(real, begin, end), grid, numbers(seen, begin, end));
    });
    context->save_for_backward({real});
    context->saved_data["scale"] = scale;
    context->saved_data["zero_point"] = zero_point;
    return seen;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const ActivationQuantization grid{static_cast<float>(context->saved_data["scale"].toDouble()),
                                      static_cast<std::int32_t>(context->saved_data["zero_point"].toInt())};
    const Tensor real = context->get_saved_variables()[0];
    // Number by number, so both lie in one order.
    const bool alike = gradients[0].strides() == real.strides();
    const Tensor gradient = alike ? gradients[0] : at::empty_like(real).copy_(gradients[0]);
    Tensor passed = at::empty_like(real);
    at::parallel_for(0, real.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      pass_unclipped(numbers(real, begin, end), grid, numbers(gradient, begin, end), numbers(passed, begin, end));
    });
    return {passed, Tensor(), Tensor()};
  }
};

}  // namespace

Tensor rounded_weight(const Tensor& weight, I8Scales scales) { return RoundedWeight::apply(weight, scales); }

Tensor rounded_activation(const Tensor& x, const ActivationQuantization& quantization) {
  return RoundedActivation::apply(x, static_cast<double>(quantization.scale),
                                  static_cast<std::int64_t>(quantization.zero_point));
}

ActivationRange tensor_extent(const Tensor& x) {
  const Tensor real = dense(x.detach());
  const auto widest = [](ActivationRange a, const ActivationRange& b) {
    a.include(b.low);
    a.include(b.high);
    return a;
  };
  return at::parallel_reduce(
      0, real.numel(), kGrain, ActivationRange{},
      [&](std::int64_t begin, std::int64_t end, const ActivationRange& so_far) {
        return widest(so_far, extent_of(numbers(real, begin, end)));
      },
      widest);
}

}  // namespace pitlane
