#include "pitlane/engine/layer_steps.h"

#include <numeric>
#include <utility>

#include "pitlane/core/result.h"
#include "pitlane/engine/layer_cut.h"
#include "pitlane/kernels/pack.h"

namespace pitlane {
namespace {

using kernels::AlignedBuffer;

kernels::ConvGeometry geometry_of(const LayerShape& shape, const Picture& from, const Picture& to) {
  kernels::ConvGeometry g;
  g.out_h = static_cast<int>(to.height);
  g.out_w = static_cast<int>(to.width);
  g.out_c = shape.outputs;
  g.kernel_h = shape.kernel_h;
  g.row_length = shape.kernel_w * static_cast<int>(from.channels);
  g.in_row = from.row();
  g.in_step_y = shape.stride_h * from.row();
  g.in_step_x = shape.stride_w * from.channels;
  g.out_row = to.row();
  g.out_pixel = to.channels;
  return g;
}

kernels::WeightSize size_of(const LayerShape& shape, const Picture& from) {
  if (shape.dense) return {shape.outputs, 1, static_cast<int>(from.elements())};
  return {shape.outputs, shape.kernel_h, shape.kernel_w * static_cast<int>(from.channels)};
}

kernels::GroupGeometry group_geometry_of(const LayerShape& shape, const Picture& from, const Picture& to) {
  kernels::GroupGeometry g;
  g.out_h = static_cast<int>(to.height);
  g.out_w = static_cast<int>(to.width);
  g.groups = shape.groups;
  g.channels = static_cast<int>(from.channels) / shape.groups;
  g.outputs = shape.outputs / shape.groups;
  g.kernel_h = shape.kernel_h;
  g.kernel_w = shape.kernel_w;
  g.in_row = from.row();
  g.in_step_y = shape.stride_h * from.row();
  g.in_step_x = shape.stride_w * from.channels;
  g.out_row = to.row();
  return g;
}

kernels::GroupSize group_size_of(const LayerShape& shape, const Picture& from) {
  return {shape.groups, shape.outputs / shape.groups, shape.kernel_h * shape.kernel_w,
          static_cast<int>(from.channels) / shape.groups};
}

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

/// Its work can be cut.
class CutStep : public Step {
 public:
  [[nodiscard]] RunStatus run(const RunContext& context) const noexcept final {
    begin(context);
    compute(context, {0, cut_.units});
    return RunStatus::kOk;
  }
  [[nodiscard]] int pieces(int threads) const noexcept final { return cut_.pieces(threads); }
  void run_piece(const RunContext& context, int piece, int count) const noexcept final {
    compute(context, cut_.piece(piece, count));
  }

 protected:
  explicit CutStep(const LayerCut& cut) : cut_(cut) {}
  virtual void compute(const RunContext& context, Units units) const noexcept = 0;
  [[nodiscard]] const LayerCut& cut() const { return cut_; }

 private:
  LayerCut cut_;
};

template <typename T>
const T* weights_of(const AlignedBuffer& weights, const LayerCut& cut, Units units) {
  return reinterpret_cast<const T*>(weights.data() + (cut.by_outputs ? units.begin * cut.unit_bytes : 0));
}

/// `conv` of whole rows becomes that of some; where the units are outputs it stays.
template <typename Conv>
void take_rows(Conv& conv, const LayerCut& cut, Units units) {
  if (cut.by_outputs) return;
  conv.input += units.begin * conv.geometry.in_step_y;
  conv.geometry.out_h = units.end - units.begin;
}

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

class Int8LayerStep final : public CutStep {
 public:
  Int8LayerStep(const Int8Layer& layer, const kernels::Table& kernels)
      : CutStep(cut_of(layer, kernels)),
        shape_(layer.shape),
        from_(layer.from),
        to_(layer.to),
        measured_(layer.from_quantization ? -1 : layer.measured),
        start_buffer_(layer.start),
        multiplier_buffer_(layer.multiplier),
        wide_buffer_(layer.wide_input),
        active_buffer_(layer.active),
        values_buffer_(layer.values),
        form_(layer.form),
        layout_(layer.shape.dense ? kernels.dense_i8_layout : kernels.conv_i8_layout),
        weights_(pack(layer)),
        bias_(kernels::pad_f32(layout_, layer.bias)),
        scales_(kernels::pad_f32(layout_, layer.weight_scales)),
        sums_(kernels::pad_i32(layout_, weight_sums(layer))),
        start_(sums_.size()),
        multiplier_(sums_.size()),
        kernels_(kernels) {
    requantize_.bias = bias_.as<float>();
    requantize_.relu = layer.relu;
    bytes_out_ = layer.to_quantization.has_value();
    if (bytes_out_) {
      requantize_.inverse_scale = 1.0F / layer.to_quantization->scale;
      requantize_.zero_point = layer.to_quantization->zero_point;
    }
    if (form_ == DenseForm::kSparse) {
      kernels::SparseRows rows = kernels::pack_i8_sparse(shape_.outputs, inputs(), layer.weights);
      weights_ = std::move(rows.rows);
      beside_weights_ = std::move(rows.offsets);
    }
    if (form_ == DenseForm::kCodes) {
      kernels::CodeRows rows = kernels::pack_i8_codes(shape_.outputs, inputs(), layer.weights);
      weights_ = std::move(rows.codes);
      beside_weights_ = std::move(rows.book);
    }
    if (layer.from_quantization) prepare(*layer.from_quantization, start_.as<std::int32_t>(), multiplier_.as<float>());
    if (layer.rescale) rescale(*layer.rescale);
  }

  void begin(const RunContext& context) const noexcept override {
    if (measured_ >= 0)
      prepare(*context.at<ActivationQuantization>(measured_), context.at<std::int32_t>(start_buffer_),
              context.at<float>(multiplier_buffer_));
  }
  void compute(const RunContext& context, Units units) const noexcept override {
    kernels::Requantize requantize = requantize_;
    const bool measured = measured_ >= 0;
    const int first = cut().first_output(units);
    requantize.start = (measured ? context.at<std::int32_t>(start_buffer_) : start_.as<std::int32_t>()) + first;
    requantize.multiplier = (measured ? context.at<float>(multiplier_buffer_) : multiplier_.as<float>()) + first;
    requantize.bias += first;
    const std::ptrdiff_t at = cut().by_outputs ? first : units.begin * to_.row();
    if (bytes_out_) {
      requantize.output_u8 = context.interior<std::uint8_t>(to_) + at;
    } else {
      requantize.output_f32 = context.interior<float>(to_) + at;
    }
    call(context, units, requantize);
  }
  std::vector<BufferId> buffers() const override {
    std::vector<BufferId> used{from_.buffer, to_.buffer};
    if (measured_ >= 0) used.insert(used.end(), {measured_, start_buffer_, multiplier_buffer_});
    for (const ThreadBuffers& buffers : {wide_buffer_, active_buffer_, values_buffer_}) buffers.list(used);
    return used;
  }
  std::size_t weight_bytes() const override {
    return weights_.size() + beside_weights_.size() + bias_.size() + start_.size() * 2;
  }

 private:
  [[nodiscard]] AlignedBuffer pack(const Int8Layer& layer) const {
    if (shape_.groups > 1) return kernels::pack_groups_i8(group_size_of(shape_, from_), layer.weights);
    switch (layer.form) {
      case DenseForm::kPanels:
        return kernels::pack_i8(layout_, size_of(shape_, from_), layer.weights);
      case DenseForm::kRows:
        return kernels::pack_i8_rows(shape_.outputs, inputs(), layer.weights);
      case DenseForm::kSparse:
      case DenseForm::kCodes:
        break;  // in two parts
    }
    return {};
  }

  [[nodiscard]] int inputs() const { return static_cast<int>(from_.elements()); }

  static std::vector<std::int32_t> weight_sums(const Int8Layer& layer) {
    std::vector<std::int32_t> sums(static_cast<std::size_t>(layer.shape.outputs), 0);
    const std::size_t terms = layer.weights.size() / sums.size();
    const std::int8_t* row = layer.weights.data();
    for (std::int32_t& sum : sums) {
      sum = std::accumulate(row, row + terms, std::int32_t{0});
      row += terms;
    }
    return sums;
  }

  void prepare(const ActivationQuantization& quantization, std::int32_t* start, float* multiplier) const noexcept {
    const std::size_t count = sums_.size() / sizeof(std::int32_t);
    for (std::size_t o = 0; o < count; ++o) {
      start[o] = -quantization.zero_point * sums_.as<std::int32_t>()[o];
      multiplier[o] = quantization.scale * scales_.as<float>()[o];
    }
  }

  void rescale(const IntegerRescale& to) {
    const AlignedBuffer bias = kernels::pad_i32(layout_, to.bias);
    for (std::size_t o = 0; o < start_.size() / sizeof(std::int32_t); ++o)
      start_.as<std::int32_t>()[o] += bias.as<std::int32_t>()[o];
    multiplier_ = kernels::pad_f32(layout_, to.multiplier);
    bias_ = AlignedBuffer(bias_.size());
    requantize_.bias = bias_.as<float>();
    requantize_.inverse_scale = 1;
  }

  static LayerCut cut_of(const Int8Layer& layer, const kernels::Table& kernels) {
    if (layer.shape.groups > 1) return {};
    const kernels::WeightSize size = size_of(layer.shape, layer.from);
    if (!layer.shape.dense)
      return cut_conv(geometry_of(layer.shape, layer.from, layer.to), kernels.conv_i8_layout, size,
                      kernels.conv_i8_layout.wide ? sizeof(std::int16_t) : sizeof(std::int8_t));
    switch (layer.form) {
      case DenseForm::kPanels:
        return cut_dense(kernels.dense_i8_layout, size, sizeof(std::int8_t));
      case DenseForm::kRows:
        return cut_rows(size, kernels::kRowBlock);
      case DenseForm::kCodes:
        return cut_rows(size, kernels::kRowBlock / 2);
      case DenseForm::kSparse:
        return cut_rows(size, 0);  // the offsets say where rows are
    }
    return {};
  }

  void call(const RunContext& context, Units units, const kernels::Requantize& requantize) const noexcept {
    if (shape_.dense) {
      call_dense(context, units, requantize);
    } else if (shape_.groups > 1) {
      kernels_.grouped_i8({group_geometry_of(shape_, from_, to_), context.at<std::uint8_t>(from_.buffer),
                           weights_.as<std::int8_t>(), requantize});
    } else {
      kernels::ConvI8 conv{geometry_of(shape_, from_, to_), context.at<std::uint8_t>(from_.buffer),
                           weights_of<std::int8_t>(weights_, cut(), units), requantize,
                           context.own<std::int16_t>(wide_buffer_)};
      conv.geometry.out_c = cut().outputs_of(units, shape_.outputs);
      take_rows(conv, cut(), units);
      kernels_.conv_i8(conv);
    }
  }

  void call_dense(const RunContext& context, Units units, const kernels::Requantize& requantize) const noexcept {
    const auto* input = context.interior<std::uint8_t>(from_);
    const int outputs = cut().outputs_of(units, shape_.outputs);
    const auto* weights = weights_of<std::int8_t>(weights_, cut(), units);
    if (form_ == DenseForm::kPanels) return kernels_.dense_i8({inputs(), outputs, input, weights, requantize});
    auto* active = context.own<std::int32_t>(active_buffer_);
    auto* values = context.own<std::uint8_t>(values_buffer_);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(weights);
    if (form_ == DenseForm::kRows)
      return kernels_.dense_i8_rows({inputs(), outputs, input, weights, requantize, active, values});
    if (form_ == DenseForm::kSparse)
      return kernels_.dense_i8_sparse({inputs(), outputs, input, bytes,
                                       beside_weights_.as<std::uint32_t>() + std::ptrdiff_t{units.begin} * inputs(),
                                       requantize, active, values});
    kernels_.dense_i8_codes(
        {inputs(), outputs, input, bytes, beside_weights_.as<std::int8_t>(), requantize, active, values});
  }

  LayerShape shape_;
  Picture from_, to_;
  BufferId measured_, start_buffer_, multiplier_buffer_;
  ThreadBuffers wide_buffer_, active_buffer_, values_buffer_;
  DenseForm form_;
  kernels::PanelLayout layout_;
  AlignedBuffer weights_, bias_, scales_, sums_, start_, multiplier_;
  AlignedBuffer beside_weights_;  ///< what DenseForm needs beside them: offsets or a codebook
  kernels::Requantize requantize_;
  bool bytes_out_ = false;
  const kernels::Table& kernels_;
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

std::size_t int8_scratch_bytes(const LayerShape& shape, const kernels::Table& kernels) {
  const kernels::PanelLayout& layout = shape.dense ? kernels.dense_i8_layout : kernels.conv_i8_layout;
  return static_cast<std::size_t>(kernels::padded_outputs(layout, shape.outputs)) * sizeof(float);
}

std::size_t int8_wide_input_bytes(const LayerShape& shape, const Picture& from, const Picture& to,
                                  const kernels::Table& kernels) {
  if (shape.dense || shape.groups > 1 || !kernels.conv_i8_layout.wide) return 0;
  return kernels::wide_input_elements(geometry_of(shape, from, to)) * sizeof(std::int16_t);
}

std::unique_ptr<Step> make_int8_layer(const Int8Layer& layer, const kernels::Table& kernels) {
  return std::make_unique<Int8LayerStep>(layer, kernels);
}

}  // namespace pitlane
