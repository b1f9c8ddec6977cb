#include "pitlane/engine/layer_steps.h"

#include <utility>

#include "pitlane/core/result.h"
#include "pitlane/engine/cut_step.h"
#include "pitlane/engine/layer_geometry.h"
#include "pitlane/kernels/pack.h"

namespace pitlane {
namespace {

using kernels::AlignedBuffer;

class FloatGroups final : public Step {
 public:
  FloatGroups(const LayerShape& shape, const Picture& from, const Picture& to, std::span<const float> weights,
              std::span<const float> bias, bool relu, const kernels::Table& kernels)
      : from_(from),
        to_(to),
        weights_(kernels::pack_groups_f32(group_size_of(shape, from), weights)),
        bias_(bias.begin(), bias.end()),
        kernel_(kernels.grouped_f32) {
    args_.geometry = group_geometry_of(shape, from, to);
    args_.weights = weights_.as<float>();
    args_.bias = bias_.data();
    args_.relu = relu;
  }
  RunStatus run(const RunContext& context) const noexcept override {
    kernels::GroupedF32 args = args_;
    args.input = context.at<float>(from_.buffer);  // the border belongs to the input
    args.output = context.interior<float>(to_);
    kernel_(args);
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }
  std::size_t weight_bytes() const override { return weights_.size() + bias_.size() * sizeof(float); }

 private:
  Picture from_, to_;
  AlignedBuffer weights_;
  std::vector<float> bias_;
  kernels::GroupedF32 args_;
  void (*kernel_)(const kernels::GroupedF32&);
};

/// From the first element of a convolution's result to that of `units`.
std::ptrdiff_t result_of(const kernels::ConvGeometry& geometry, const LayerCut& cut, Units units) {
  return cut.by_outputs ? cut.first_output(units) : units.begin * geometry.out_row;
}

/// ConvF32 or ConvBf16 without scratch memory: Weight is what it calls an element of the packed weights.
template <typename Weight, typename Conv>
Conv conv_of(const Conv& whole, const AlignedBuffer& weights, const LayerCut& cut, Units units) {
  Conv conv = whole;
  conv.weights = weights_of<Weight>(weights, cut, units);
  conv.bias += cut.first_output(units);
  conv.output += result_of(whole.geometry, cut, units);
  conv.geometry.out_c = cut.outputs_of(units, whole.geometry.out_c);
  take_rows(conv, cut, units);
  return conv;
}

class FloatConv final : public CutStep {
 public:
  FloatConv(const LayerShape& shape, const Picture& from, const Picture& to, std::span<const float> weights,
            std::span<const float> bias, bool relu, const kernels::Table& kernels)
      : CutStep(cut_conv(geometry_of(shape, from, to), kernels.conv_f32_layout, size_of(shape, from), sizeof(float))),
        from_(from),
        to_(to),
        weights_(kernels::pack_f32(kernels.conv_f32_layout, size_of(shape, from), weights)),
        bias_(kernels::pad_f32(kernels.conv_f32_layout, bias)),
        kernel_(kernels.conv_f32) {
    args_.geometry = geometry_of(shape, from, to);
    args_.bias = bias_.as<float>();
    args_.relu = relu;
  }
  void compute(const RunContext& context, Units units) const noexcept override {
    kernels::ConvF32 args = args_;
    args.input = context.at<float>(from_.buffer);  // the border belongs to the input
    args.output = context.interior<float>(to_);
    kernel_(conv_of<float>(args, weights_, cut(), units));
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }
  std::size_t weight_bytes() const override { return weights_.size() + bias_.size(); }

 private:
  Picture from_, to_;
  AlignedBuffer weights_, bias_;
  kernels::ConvF32 args_;
  void (*kernel_)(const kernels::ConvF32&);
};

class Bf16ConvStep final : public CutStep {
 public:
  Bf16ConvStep(const Bf16Conv& conv, const kernels::Table& kernels)
      : CutStep(cut_conv(geometry_of(conv.shape, conv.from, conv.to), kernels.conv_bf16_layout,
                         size_of(conv.shape, conv.from), sizeof(std::uint16_t))),
        from_(conv.from),
        to_(conv.to),
        narrow_(conv.narrow),
        weights_(kernels::pack_u16(kernels.conv_bf16_layout, size_of(conv.shape, conv.from), conv.weights)),
        bias_(kernels::pad_f32(kernels.conv_bf16_layout, conv.bias)),
        kernel_(kernels.conv_bf16) {
    args_.geometry = geometry_of(conv.shape, conv.from, conv.to);
    args_.bias = bias_.as<float>();
    args_.relu = conv.relu;
  }
  void compute(const RunContext& context, Units units) const noexcept override {
    kernels::ConvBf16 args = args_;
    args.input = context.at<float>(from_.buffer);  // the border belongs to the input
    args.output = context.interior<float>(to_);
    args.narrow_input = context.own<std::uint16_t>(narrow_);
    kernel_(conv_of<std::uint16_t>(args, weights_, cut(), units));
  }
  std::vector<BufferId> buffers() const override {
    std::vector<BufferId> used{from_.buffer, to_.buffer};
    narrow_.list(used);
    return used;
  }
  std::size_t weight_bytes() const override { return weights_.size() + bias_.size(); }

 private:
  Picture from_, to_;
  ThreadBuffers narrow_;
  AlignedBuffer weights_, bias_;
  kernels::ConvBf16 args_;
  void (*kernel_)(const kernels::ConvBf16&);
};

class Bf16Round final : public Step {
 public:
  Bf16Round(const Picture& from, const Picture& to, const kernels::Table& kernels)
      : from_(from), to_(to), kernel_(kernels.round_bf16) {}
  RunStatus run(const RunContext& context) const noexcept override {
    kernel_(context.at<float>(from_.buffer), context.at<float>(to_.buffer), from_.elements());
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
  void (*kernel_)(const float*, float*, std::size_t);
};

/// Args: DenseF32, DenseF16 or DenseBf16.
template <typename Args, typename Weight>
class FloatDense final : public CutStep {
 public:
  FloatDense(const DenseEnds& ends, const LayerCut& cut, int outputs, AlignedBuffer weights, AlignedBuffer bias,
             bool relu, void (*kernel)(const Args&))
      : CutStep(cut),
        from_(ends.from),
        to_(ends.to),
        active_(ends.active),
        weights_(std::move(weights)),
        bias_(std::move(bias)),
        kernel_(kernel) {
    args_.inputs = static_cast<int>(from_.elements());
    args_.outputs = outputs;
    args_.bias = bias_.as<float>();
    args_.relu = relu;
  }
  void compute(const RunContext& context, Units units) const noexcept override {
    Args args = args_;
    const int first = cut().first_output(units);
    args.weights = weights_of<Weight>(weights_, cut(), units);
    args.bias += first;
    args.outputs = cut().outputs_of(units, args.outputs);
    args.input = context.interior<float>(from_);
    args.output = context.interior<float>(to_) + first;
    args.active = context.own<std::int32_t>(active_);
    kernel_(args);
  }
  std::vector<BufferId> buffers() const override {
    std::vector<BufferId> used{from_.buffer, to_.buffer};
    active_.list(used);
    return used;
  }
  std::size_t weight_bytes() const override { return weights_.size() + bias_.size(); }

 private:
  Picture from_, to_;
  ThreadBuffers active_;
  AlignedBuffer weights_, bias_;
  Args args_;
  void (*kernel_)(const Args&);
};

}  // namespace

std::unique_ptr<Step> make_float_layer(const LayerShape& shape, const Picture& from, const Picture& to,
                                       std::span<const float> weights, std::span<const float> bias, bool relu,
                                       const kernels::Table& kernels) {
  if (shape.groups > 1) return std::make_unique<FloatGroups>(shape, from, to, weights, bias, relu, kernels);
  return std::make_unique<FloatConv>(shape, from, to, weights, bias, relu, kernels);
}

std::size_t active_bytes(const Picture& from) {
  return kernels::active_elements(static_cast<int>(from.elements())) * sizeof(std::int32_t);
}

std::unique_ptr<Step> make_float_dense(const DenseEnds& ends, std::span<const float> weights,
                                       std::span<const float> bias, bool relu, const kernels::Table& kernels) {
  const int outputs = static_cast<int>(bias.size());
  const kernels::WeightSize size{outputs, 1, static_cast<int>(ends.from.elements())};
  return std::make_unique<FloatDense<kernels::DenseF32, float>>(
      ends, cut_dense(kernels.dense_f32_layout, size, sizeof(float)), outputs,
      kernels::pack_f32(kernels.dense_f32_layout, size, weights), kernels::pad_f32(kernels.dense_f32_layout, bias),
      relu, kernels.dense_f32);
}

std::unique_ptr<Step> make_half_dense(const DenseEnds& ends, std::span<const std::uint16_t> weights,
                                      std::span<const float> bias, bool relu, const kernels::Table& kernels) {
  PITLANE_CHECK(kernels.dense_f16 != nullptr);
  const int outputs = static_cast<int>(bias.size());
  const kernels::WeightSize size{outputs, 1, static_cast<int>(ends.from.elements())};
  return std::make_unique<FloatDense<kernels::DenseF16, std::uint16_t>>(
      ends, cut_dense(kernels.dense_f32_layout, size, sizeof(std::uint16_t)), outputs,
      kernels::pack_u16(kernels.dense_f32_layout, size, weights), kernels::pad_f32(kernels.dense_f32_layout, bias),
      relu, kernels.dense_f16);
}

std::unique_ptr<Step> make_bf16_dense(const DenseEnds& ends, std::span<const std::uint16_t> weights,
                                      std::span<const float> bias, bool relu, const kernels::Table& kernels) {
  PITLANE_CHECK(kernels.dense_bf16 != nullptr);
  const int outputs = static_cast<int>(bias.size());
  const kernels::WeightSize size{outputs, 1, static_cast<int>(ends.from.elements())};
  return std::make_unique<FloatDense<kernels::DenseBf16, kernels::Bf16>>(
      ends, cut_dense(kernels.dense_f32_layout, size, sizeof(std::uint16_t)), outputs,
      kernels::pack_u16(kernels.dense_f32_layout, size, weights), kernels::pad_f32(kernels.dense_f32_layout, bias),
      relu, kernels.dense_bf16);
}

std::unique_ptr<Step> make_bf16_round(const Picture& from, const Picture& to, const kernels::Table& kernels) {
  return std::make_unique<Bf16Round>(from, to, kernels);
}

std::size_t bf16_scratch_bytes(const LayerShape& shape, const Picture& from, const Picture& to) {
  return kernels::wide_input_elements(geometry_of(shape, from, to)) * sizeof(std::uint16_t);
}

std::unique_ptr<Step> make_bf16_conv(const Bf16Conv& conv, const kernels::Table& kernels) {
  PITLANE_CHECK(kernels.conv_bf16 != nullptr);
  return std::make_unique<Bf16ConvStep>(conv, kernels);
}

}  // namespace pitlane
