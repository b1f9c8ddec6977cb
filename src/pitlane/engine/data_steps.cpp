#include "pitlane/engine/data_steps.h"

#include <algorithm>
#include <cstring>

#include "pitlane/engine/quantization.h"

namespace pitlane {
namespace {

/// Calls body(source row, destination row) for each row inside the borders.
template <typename Source, typename Target, typename Body>
void for_rows(const Source* source, std::ptrdiff_t source_row, Target* target, const Picture& to, const Body& body) {
  for (std::ptrdiff_t y = 0; y < to.height; ++y) body(source + y * source_row, target + y * to.row());
}

template <typename T>
void fill_pixels(T* at, std::ptrdiff_t pixels, const std::vector<T>& values) {
  for (std::ptrdiff_t i = 0; i < pixels; ++i) at = std::copy(values.begin(), values.end(), at);
}

template <typename T>
void fill_border(T* data, const Picture& picture, const std::vector<T>& values) {
  const Padding& pad = picture.padding;
  const std::ptrdiff_t row_pixels = picture.width + pad.left + pad.right;
  fill_pixels(data, pad.top * row_pixels, values);
  for (std::ptrdiff_t y = pad.top; y < pad.top + picture.height; ++y) {
    fill_pixels(data + y * picture.row(), pad.left, values);
    fill_pixels(data + y * picture.row() + (pad.left + picture.width) * picture.channels, pad.right, values);
  }
  fill_pixels(data + (pad.top + picture.height) * picture.row(), pad.bottom * row_pixels, values);
}

class ImageCopy final : public Step {
 public:
  ImageCopy(int input, const Picture& to) : input_(input), to_(to) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const auto* bytes = static_cast<const std::uint8_t*>(context.inputs[input_].data);
    const std::size_t count = to_.row_elements();
    for_rows(bytes, static_cast<std::ptrdiff_t>(count), context.interior<std::uint8_t>(to_), to_,
             [count](const std::uint8_t* in, std::uint8_t* out) { std::memcpy(out, in, count); });
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {to_.buffer}; }

 private:
  int input_;
  Picture to_;
};

class ImageLookup final : public Step {
 public:
  ImageLookup(int input, const Picture& to, std::vector<std::array<std::uint8_t, 256>> tables)
      : input_(input), to_(to), tables_(std::move(tables)) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const auto* bytes = static_cast<const std::uint8_t*>(context.inputs[input_].data);
    for_rows(bytes, to_.width * to_.channels, context.interior<std::uint8_t>(to_), to_,
             [this](const std::uint8_t* in, std::uint8_t* out) {
               const std::uint8_t* const end = in + to_.row_elements();
               while (in != end)  // the channels of a frame, frame after frame
                 for (const auto& table : tables_) *out++ = table[*in++];
             });
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {to_.buffer}; }

 private:
  int input_;
  Picture to_;
  std::vector<std::array<std::uint8_t, 256>> tables_;
};

class ImageWiden final : public Step {
 public:
  ImageWiden(int input, const Picture& to, const kernels::Table& kernels) : input_(input), to_(to), kernels_(kernels) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const auto* bytes = static_cast<const std::uint8_t*>(context.inputs[input_].data);
    for_rows(bytes, to_.width * to_.channels, context.interior<float>(to_), to_,
             [this](const std::uint8_t* in, float* out) { kernels_.widen(in, out, to_.row_elements()); });
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {to_.buffer}; }

 private:
  int input_;
  Picture to_;
  const kernels::Table& kernels_;
};

class FloatInput final : public Step {
 public:
  FloatInput(int input, const Picture& to, float scale, const kernels::Table& kernels)
      : input_(input), to_(to), scale_(scale), kernels_(kernels) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const auto* bytes = static_cast<const std::byte*>(context.inputs[input_].data);
    auto* out = context.interior<float>(to_);
    std::memcpy(out, bytes, to_.elements() * sizeof(float));  // callers need not align
    if (!kernels_.range(out, to_.elements()).finite) return RunStatus::kNotFinite;
    for (std::size_t i = 0; i < to_.elements(); ++i) out[i] *= scale_;
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {to_.buffer}; }

 private:
  int input_;
  Picture to_;
  float scale_;
  const kernels::Table& kernels_;
};

template <typename T>
class Border final : public Step {
 public:
  Border(const Picture& picture, std::vector<T> values) : picture_(picture), values_(std::move(values)) {}
  RunStatus run(const RunContext& context) const noexcept override {
    fill_border(context.at<T>(picture_.buffer), picture_, values_);
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {picture_.buffer}; }

 private:
  Picture picture_;
  std::vector<T> values_;
};

class Copy final : public Step {
 public:
  Copy(const Picture& from, const Picture& to) : from_(from), to_(to) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const std::size_t bytes = to_.row_elements() * sizeof(float);
    for_rows(context.interior<float>(from_), from_.row(), context.interior<float>(to_), to_,
             [bytes](const float* in, float* out) { std::memcpy(out, in, bytes); });
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
};

class AffineStep final : public Step {
 public:
  AffineStep(const Picture& from, const Picture& to, std::vector<float> scale, std::vector<float> offset,
             const kernels::Table& kernels)
      : from_(from), to_(to), scale_(std::move(scale)), offset_(std::move(offset)), kernels_(kernels) {}
  RunStatus run(const RunContext& context) const noexcept override {
    for_rows(context.interior<float>(from_), from_.row(), context.interior<float>(to_), to_,
             [this](const float* in, float* out) {
               kernels_.affine(in, out, to_.row_elements(), scale_.data(), offset_.data(), scale_.size());
             });
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
  std::vector<float> scale_, offset_;
  const kernels::Table& kernels_;
};

class CurveStep final : public Step {
 public:
  CurveStep(const Picture& from, const Picture& to, const Activate& curve, const kernels::Table& kernels)
      : from_(from),
        to_(to),
        curve_(static_cast<kernels::Curve>(curve.activation)),
        alpha_(curve.alpha),
        kernels_(kernels) {}
  RunStatus run(const RunContext& context) const noexcept override {
    for_rows(context.interior<float>(from_), from_.row(), context.interior<float>(to_), to_,
             [this](const float* in, float* out) { kernels_.curve(in, out, to_.row_elements(), curve_, alpha_); });
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
  kernels::Curve curve_;
  float alpha_;
  const kernels::Table& kernels_;
};

class CurveQuantizeStep final : public Step {
 public:
  CurveQuantizeStep(const Picture& from, const Picture& to, const Activate& curve,
                    const ActivationQuantization& quantization, const kernels::Table& kernels)
      : from_(from), to_(to), kernels_(kernels) {
    row_.count = to.row_elements();
    row_.curve = static_cast<kernels::Curve>(curve.activation);
    row_.alpha = curve.alpha;
    row_.inverse_scale = 1.0F / quantization.scale;
    row_.zero_point = quantization.zero_point;
  }
  RunStatus run(const RunContext& context) const noexcept override {
    for_rows(context.interior<float>(from_), from_.row(), context.interior<std::uint8_t>(to_), to_,
             [this](const float* in, std::uint8_t* out) {
               kernels::CurveQuantize row = row_;
               row.in = in;
               row.out = out;
               kernels_.curve_quantize(row);
             });
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
  kernels::CurveQuantize row_;
  const kernels::Table& kernels_;
};

void quantize_rows(const RunContext& context, const Picture& from, const Picture& to,
                   const ActivationQuantization& quantization, const kernels::Table& kernels) {
  const float inverse = 1.0F / quantization.scale;
  for_rows(context.interior<float>(from), from.row(), context.interior<std::uint8_t>(to), to,
           [&](const float* in, std::uint8_t* out) {
             kernels.quantize(in, out, to.row_elements(), inverse, quantization.zero_point);
           });
}

class Quantize final : public Step {
 public:
  Quantize(const Picture& from, const Picture& to, const ActivationQuantization& quantization,
           const kernels::Table& kernels)
      : from_(from), to_(to), quantization_(quantization), kernels_(kernels) {}
  RunStatus run(const RunContext& context) const noexcept override {
    quantize_rows(context, from_, to_, quantization_, kernels_);
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
  ActivationQuantization quantization_;
  const kernels::Table& kernels_;
};

class Dequantize final : public Step {
 public:
  Dequantize(const Picture& from, const Picture& to, const ActivationQuantization& quantization)
      : from_(from), to_(to) {
    for (int q = 0; q < 256; ++q) real_[q] = quantization.scale * static_cast<float>(q - quantization.zero_point);
  }
  RunStatus run(const RunContext& context) const noexcept override {
    for_rows(context.interior<std::uint8_t>(from_), from_.row(), context.interior<float>(to_), to_,
             [this](const std::uint8_t* in, float* out) {
               std::transform(in, in + to_.row_elements(), out, [this](std::uint8_t q) { return real_[q]; });
             });
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
  std::array<float, 256> real_{};
};

class Round final : public Step {
 public:
  Round(const Picture& picture, const ActivationQuantization& grid) : picture_(picture), grid_(grid) {}
  RunStatus run(const RunContext& context) const noexcept override {
    auto* data = context.interior<float>(picture_);
    for_rows(data, picture_.row(), data, picture_, [this](const float* in, float* out) {
      std::transform(in, in + picture_.row_elements(), out, [this](float x) { return on_grid(x, grid_); });
    });
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {picture_.buffer}; }

 private:
  Picture picture_;
  ActivationQuantization grid_;
};

class MeasuredQuantize final : public Step {
 public:
  MeasuredQuantize(const Picture& from, const Picture& to, BufferId measured, std::vector<float> border,
                   const kernels::Table& kernels)
      : from_(from), to_(to), measured_(measured), border_(std::move(border)), kernels_(kernels) {}
  RunStatus run(const RunContext& context) const noexcept override {
    kernels::Range range = kernels_.range(context.interior<float>(from_), from_.elements());
    if (!range.finite) return RunStatus::kNotFinite;
    if (to_.padded()) {
      for (const float value : border_) {  // the border is part of what the layer reads
        range.low = std::min(range.low, value);
        range.high = std::max(range.high, value);
      }
    }
    const ActivationQuantization quantization = measured_quantization(range);
    *context.at<ActivationQuantization>(measured_) = quantization;
    quantize_rows(context, from_, to_, quantization, kernels_);
    if (to_.padded()) fill(context, quantization);
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer, measured_}; }

 private:
  void fill(const RunContext& context, const ActivationQuantization& quantization) const noexcept {
    auto* data = context.at<std::uint8_t>(to_.buffer);
    const std::ptrdiff_t pixel = to_.channels;
    const std::ptrdiff_t row_pixels = to_.row() / pixel;
    for (std::ptrdiff_t y = 0; y < to_.rows(); ++y) {
      const bool inside = y >= to_.padding.top && y < to_.padding.top + to_.height;
      for (std::ptrdiff_t x = 0; x < row_pixels; ++x) {
        if (inside && x == to_.padding.left) x += to_.width;
        if (x == row_pixels) break;
        for (std::ptrdiff_t c = 0; c < pixel; ++c)
          data[y * to_.row() + x * pixel + c] = quantize_value(border_[c], quantization);
      }
    }
  }

  Picture from_, to_;
  BufferId measured_;
  std::vector<float> border_;
  const kernels::Table& kernels_;
};

class FiniteCheck final : public Step {
 public:
  FiniteCheck(const Picture& picture, const kernels::Table& kernels) : picture_(picture), kernels_(kernels) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const kernels::Range range = kernels_.range(context.interior<float>(picture_), picture_.elements());
    return range.finite ? RunStatus::kOk : RunStatus::kNotFinite;
  }
  std::vector<BufferId> buffers() const override { return {picture_.buffer}; }

 private:
  Picture picture_;
  const kernels::Table& kernels_;
};

class Output final : public Step {
 public:
  Output(const Picture& from, int output, std::optional<ActivationQuantization> grid, const kernels::Table& kernels)
      : from_(from), output_(output), grid_(grid), check_(from, kernels) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const float* from = context.interior<float>(from_);
    auto* to = static_cast<float*>(context.outputs[output_].data);
    if (grid_) {
      std::transform(from, from + from_.elements(), to, [this](float x) { return on_grid(x, *grid_); });
    } else {
      std::memcpy(to, from, from_.elements() * sizeof(float));
    }
    return check_.run(context);
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer}; }

 private:
  Picture from_;
  int output_;
  std::optional<ActivationQuantization> grid_;
  FiniteCheck check_;
};

}  // namespace

std::unique_ptr<Step> make_image_copy(int input, const Picture& to) { return std::make_unique<ImageCopy>(input, to); }
std::unique_ptr<Step> make_image_lookup(int input, const Picture& to,
                                        std::vector<std::array<std::uint8_t, 256>> tables) {
  return std::make_unique<ImageLookup>(input, to, std::move(tables));
}
std::unique_ptr<Step> make_image_widen(int input, const Picture& to, const kernels::Table& kernels) {
  return std::make_unique<ImageWiden>(input, to, kernels);
}
std::unique_ptr<Step> make_float_input(int input, const Picture& to, float scale, const kernels::Table& kernels) {
  return std::make_unique<FloatInput>(input, to, scale, kernels);
}
std::unique_ptr<Step> make_border(const Picture& picture, std::vector<float> values) {
  return std::make_unique<Border<float>>(picture, std::move(values));
}
std::unique_ptr<Step> make_border(const Picture& picture, std::vector<std::uint8_t> values) {
  return std::make_unique<Border<std::uint8_t>>(picture, std::move(values));
}
std::unique_ptr<Step> make_copy(const Picture& from, const Picture& to) { return std::make_unique<Copy>(from, to); }
std::unique_ptr<Step> make_affine(const Picture& from, const Picture& to, std::vector<float> scale,
                                  std::vector<float> offset, const kernels::Table& kernels) {
  return std::make_unique<AffineStep>(from, to, std::move(scale), std::move(offset), kernels);
}
std::unique_ptr<Step> make_curve(const Picture& from, const Picture& to, const Activate& curve,
                                 const kernels::Table& kernels) {
  return std::make_unique<CurveStep>(from, to, curve, kernels);
}
std::unique_ptr<Step> make_curve_quantize(const Picture& from, const Picture& to, const Activate& curve,
                                          const ActivationQuantization& quantization, const kernels::Table& kernels) {
  return std::make_unique<CurveQuantizeStep>(from, to, curve, quantization, kernels);
}
std::unique_ptr<Step> make_quantize(const Picture& from, const Picture& to, const ActivationQuantization& quantization,
                                    const kernels::Table& kernels) {
  return std::make_unique<Quantize>(from, to, quantization, kernels);
}
std::unique_ptr<Step> make_measured_quantize(const Picture& from, const Picture& to, BufferId measured,
                                             std::vector<float> border, const kernels::Table& kernels) {
  return std::make_unique<MeasuredQuantize>(from, to, measured, std::move(border), kernels);
}
std::unique_ptr<Step> make_dequantize(const Picture& from, const Picture& to,
                                      const ActivationQuantization& quantization) {
  return std::make_unique<Dequantize>(from, to, quantization);
}
std::unique_ptr<Step> make_round(const Picture& picture, const ActivationQuantization& quantization) {
  return std::make_unique<Round>(picture, quantization);
}
std::unique_ptr<Step> make_output(const Picture& from, int output, std::optional<ActivationQuantization> grid,
                                  const kernels::Table& kernels) {
  return std::make_unique<Output>(from, output, grid, kernels);
}
std::unique_ptr<Step> make_finite_check(const Picture& picture, const kernels::Table& kernels) {
  return std::make_unique<FiniteCheck>(picture, kernels);
}

}  // namespace pitlane
