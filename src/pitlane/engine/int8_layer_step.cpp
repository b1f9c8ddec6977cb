// Convolutions and dense layers in int8: from bytes to floats or bytes, ranges fixed or measured in the run.
#include <numeric>
#include <utility>

#include "pitlane/engine/cut_step.h"
#include "pitlane/engine/layer_geometry.h"
#include "pitlane/engine/layer_steps.h"
#include "pitlane/kernels/pack.h"

namespace pitlane {
namespace {

using kernels::AlignedBuffer;

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
