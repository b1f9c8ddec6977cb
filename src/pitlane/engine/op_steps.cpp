#include "pitlane/engine/op_steps.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "pitlane/core/result.h"
#include "pitlane/engine/affine_chain.h"
#include "pitlane/engine/data_steps.h"

namespace pitlane {
namespace {

/// Of so few bytes that a call for each pixel would take longer than the copy.
template <std::size_t Channels>
void copy_narrow(const float* in, std::ptrdiff_t in_step, float* out, std::ptrdiff_t out_step, std::ptrdiff_t pixels) {
  for (std::ptrdiff_t i = 0; i < pixels; ++i, in += in_step, out += out_step)
    std::memcpy(out, in, Channels * sizeof(float));
}

void copy_pixels(const float* in, std::ptrdiff_t in_step, float* out, std::ptrdiff_t out_step, std::ptrdiff_t pixels,
                 std::ptrdiff_t channels) {
  if (in_step == channels && out_step == channels) {
    std::memcpy(out, in, static_cast<std::size_t>(pixels * channels) * sizeof(float));
    return;
  }
  switch (channels) {
    case 1:
      return copy_narrow<1>(in, in_step, out, out_step, pixels);
    case 2:
      return copy_narrow<2>(in, in_step, out, out_step, pixels);
    case 3:
      return copy_narrow<3>(in, in_step, out, out_step, pixels);
    case 4:
      return copy_narrow<4>(in, in_step, out, out_step, pixels);
    default:
      break;
  }
  const std::size_t bytes = static_cast<std::size_t>(channels) * sizeof(float);
  for (std::ptrdiff_t i = 0; i < pixels; ++i, in += in_step, out += out_step) std::memcpy(out, in, bytes);
}

class PoolStep final : public Step {
 public:
  PoolStep(const Pool2d& op, const Picture& from, const Picture& to, const kernels::Table& kernels)
      : from_(from), to_(to), kernel_(op.kind == PoolKind::kMax ? kernels.max_pool : kernels.average_pool) {
    args_.in_h = static_cast<int>(from.height);
    args_.in_w = static_cast<int>(from.width);
    args_.channels = static_cast<int>(from.channels);
    args_.out_h = static_cast<int>(to.height);
    args_.out_w = static_cast<int>(to.width);
    args_.window_h = op.window_h;
    args_.window_w = op.window_w;
    args_.stride_h = op.stride_h;
    args_.stride_w = op.stride_w;
    args_.pad_top = op.padding.top;
    args_.pad_left = op.padding.left;
    args_.in_row = from.row();
    args_.out_row = to.row();
  }
  RunStatus run(const RunContext& context) const noexcept override {
    kernels::Pool args = args_;
    args.input = context.interior<float>(from_);
    args.output = context.interior<float>(to_);
    kernel_(args);
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
  kernels::Pool args_;
  void (*kernel_)(const kernels::Pool&);
};

/// Add and Multiply.
class PairStep final : public Step {
 public:
  using Kernel = void (*)(const float*, const float*, float*, std::size_t, std::size_t);

  PairStep(const Picture& first, const Picture& second, const Picture& to, Kernel kernel)
      : first_(first), second_(second), to_(to), kernel_(kernel) {
    rows_ = to.padded() ? to.height : 1;
    count_ = first.elements() / static_cast<std::size_t>(rows_);
    if (second.elements() == 1) {
      period_ = 1;
    } else if (second.elements() == first.elements()) {
      period_ = count_;
      second_row_ = static_cast<std::ptrdiff_t>(count_);
    } else {
      period_ = second.elements();
    }
  }
  RunStatus run(const RunContext& context) const noexcept override {
    const auto* first = context.interior<float>(first_);
    const auto* second = context.interior<float>(second_);
    auto* out = context.interior<float>(to_);
    for (std::ptrdiff_t y = 0; y < rows_; ++y)
      kernel_(first + y * static_cast<std::ptrdiff_t>(count_), second + y * second_row_, out + y * to_.row(), count_,
              period_);
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {first_.buffer, second_.buffer, to_.buffer}; }

 private:
  Picture first_, second_, to_;
  Kernel kernel_;
  std::ptrdiff_t rows_ = 1, second_row_ = 0;
  std::size_t count_ = 0, period_ = 1;
};

class ConcatStep final : public Step {
 public:
  ConcatStep(const std::vector<Picture>& from, const Picture& to) : from_(from), to_(to) {}
  RunStatus run(const RunContext& context) const noexcept override {
    auto* out = context.interior<float>(to_);
    for (const Picture& part : from_) {
      const auto* in = context.interior<float>(part);
      for (std::ptrdiff_t y = 0; y < to_.height; ++y)
        copy_pixels(in + y * part.row(), part.channels, out + y * to_.row(), to_.channels, to_.width, part.channels);
      out += part.channels;
    }
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override {
    std::vector<BufferId> all = {to_.buffer};
    for (const Picture& part : from_) all.push_back(part.buffer);
    return all;
  }

 private:
  std::vector<Picture> from_;
  Picture to_;
};

/// Copies evenly spaced pixels of each row.
class SliceStep final : public Step {
 public:
  /// Dimensions between the first and the last are the picture's width; where only the innermost of them is cut, its
  /// pieces are evenly long but not evenly spaced, so each has its offset.
  SliceStep(const Slice& op, const Shape& shape, const Picture& from, const Picture& to) : from_(from), to_(to) {
    const std::size_t rank = shape.size();
    std::vector<std::ptrdiff_t> stride(rank, 1);
    for (std::size_t d = rank; d-- > 1;) stride[d - 1] = stride[d] * shape[d];
    for (std::size_t d = 0; d < rank; ++d) base_ += op.begin[d] * stride[d];
    row_ = rank > 1 ? stride[0] : 0;
    piece_ = rank > 2 ? op.end[rank - 2] - op.begin[rank - 2] : 1;
    for (std::ptrdiff_t pixel = 0; pixel < to.width; pixel += piece_) {
      std::ptrdiff_t left = pixel / piece_;
      std::ptrdiff_t offset = 0;
      for (std::size_t d = rank > 2 ? rank - 2 : 0; d-- > 1;) {
        const std::ptrdiff_t extent = op.end[d] - op.begin[d];
        offset += left % extent * stride[d];
        left /= extent;
      }
      pieces_.push_back(offset);
    }
  }
  RunStatus run(const RunContext& context) const noexcept override {
    const auto* in = context.interior<float>(from_) + base_;
    auto* out = context.interior<float>(to_);
    for (std::ptrdiff_t y = 0; y < to_.height; ++y) {
      float* to = out + y * to_.row();
      for (const std::ptrdiff_t offset : pieces_) {
        copy_pixels(in + y * row_ + offset, from_.channels, to, to_.channels, piece_, to_.channels);
        to += piece_ * to_.channels;
      }
    }
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
  std::ptrdiff_t base_ = 0, row_ = 0, piece_ = 1;
  std::vector<std::ptrdiff_t> pieces_;
};

class PadStep final : public Step {
 public:
  PadStep(const Pad& op, const Picture& from, const Picture& to) : op_(op), from_(from), to_(to) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const auto* in = context.interior<float>(from_);
    auto* out = context.interior<float>(to_);
    for (std::ptrdiff_t y = 0; y < to_.height; ++y) {
      float* row = out + y * to_.row();
      const std::ptrdiff_t source = y - op_.padding.top;
      if (source < 0 || source >= from_.height) {
        std::fill_n(row, to_.row_elements(), op_.value);
        continue;
      }
      row = std::fill_n(row, op_.padding.left * to_.channels, op_.value);
      std::memcpy(row, in + source * from_.row(), from_.row_elements() * sizeof(float));
      std::fill_n(row + from_.row_elements(), op_.padding.right * to_.channels, op_.value);
    }
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Pad op_;
  Picture from_, to_;
};

class SoftmaxStep final : public Step {
 public:
  SoftmaxStep(const Picture& from, const Picture& to, const kernels::Table& kernels)
      : from_(from), to_(to), kernels_(kernels) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const auto* in = context.interior<float>(from_);
    auto* out = context.interior<float>(to_);
    for (std::ptrdiff_t y = 0; y < to_.height; ++y)
      kernels_.softmax(in + y * from_.row(), out + y * to_.row(), to_.row_elements(),
                       static_cast<std::size_t>(to_.channels));
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
  const kernels::Table& kernels_;
};

class ExpandStep final : public Step {
 public:
  ExpandStep(const Picture& from, const Picture& to) : from_(from), to_(to) {}
  RunStatus run(const RunContext& context) const noexcept override {
    const auto* in = context.interior<float>(from_);
    auto* out = context.interior<float>(to_);
    for (std::ptrdiff_t y = 0; y < to_.height; ++y)
      copy_pixels(in, 0, out + y * to_.row(), to_.channels, to_.width, to_.channels);
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override { return {from_.buffer, to_.buffer}; }

 private:
  Picture from_, to_;
};

struct MakeStep {
  const Network& network;
  const Node& node;
  const std::vector<Picture>& from;
  const Picture& to;
  const kernels::Table& kernels;
  using Made = std::unique_ptr<Step>;

  Made operator()(const BatchNorm& op) const {
    const Affine affine = affine_of(network, op);
    return make_affine(from[0], to, {affine.scale.begin(), affine.scale.end()},
                       {affine.offset.begin(), affine.offset.end()}, kernels);
  }
  Made operator()(const Activate& op) const { return make_curve(from[0], to, op, kernels); }
  Made operator()(const Pool2d& op) const { return std::make_unique<PoolStep>(op, from[0], to, kernels); }
  Made operator()(const Add& /*op*/) const { return std::make_unique<PairStep>(from[0], from[1], to, kernels.add); }
  Made operator()(const Multiply& /*op*/) const {
    return std::make_unique<PairStep>(from[0], from[1], to, kernels.multiply);
  }
  Made operator()(const Concat& /*op*/) const { return std::make_unique<ConcatStep>(from, to); }
  Made operator()(const Slice& op) const {
    return std::make_unique<SliceStep>(op, network.values[node.inputs[0]].shape, from[0], to);
  }
  Made operator()(const Pad& op) const { return std::make_unique<PadStep>(op, from[0], to); }
  Made operator()(const Softmax& /*op*/) const { return std::make_unique<SoftmaxStep>(from[0], to, kernels); }
  Made operator()(const Expand& /*op*/) const { return std::make_unique<ExpandStep>(from[0], to); }
  template <typename Other>
  Made operator()(const Other& /*op*/) const {
    PITLANE_CHECK(false);  // layers and what only renames
    return nullptr;
  }
};

}  // namespace

std::unique_ptr<Step> make_op_step(const Network& network, const Node& node, const std::vector<Picture>& from,
                                   const Picture& to, const kernels::Table& kernels) {
  return std::visit(MakeStep{network, node, from, to, kernels}, node.op);
}

}  // namespace pitlane
