#include "pitlane/engine/reference_ops.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pitlane/core/result.h"

namespace pitlane {
namespace {

using Values = std::vector<float>;
using Index = std::vector<std::int64_t>;

/// Row-major place of `index` in a tensor of this shape.
std::size_t place(const Shape& shape, const Index& index) {
  std::int64_t at = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) at = at * shape[d] + index[d];
  return static_cast<std::size_t>(at);
}

/// Calls element(index) for each element in row-major order and collects the results.
template <typename Element>
Values each(const Shape& shape, const Element& element) {
  Values result;
  const std::int64_t count = element_count(shape);
  Index index(shape.size());
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t left = i;
    for (std::size_t d = shape.size(); d-- > 0; left /= shape[d]) index[d] = left % shape[d];
    result.push_back(element(index));
  }
  return result;
}

struct Evaluate {
  const std::vector<ReferenceTensor>& in;
  const Shape& out;

  Values operator()(const Activate& op) const {
    return each(out, [&](const Index& at) { return reference_activation(in[0].data[place(out, at)], op); });
  }

  Values operator()(const Pool2d& op) const {
    return each(out, [&](const Index& at) {
      double sum = 0;
      float largest = -std::numeric_limits<float>::infinity();
      int count = 0;
      for (int wy = 0; wy < op.window_h; ++wy) {
        for (int wx = 0; wx < op.window_w; ++wx) {
          const std::int64_t y = at[0] * op.stride_h + wy - op.padding.top;
          const std::int64_t x = at[1] * op.stride_w + wx - op.padding.left;
          if (y < 0 || y >= in[0].shape[0] || x < 0 || x >= in[0].shape[1]) continue;
          const float v = in[0].data[place(in[0].shape, {y, x, at[2]})];
          sum += static_cast<double>(v);
          largest = std::max(largest, v);
          ++count;
        }
      }
      return op.kind == PoolKind::kMax ? largest : static_cast<float>(sum / count);
    });
  }

  /// The second operand's element for this one of the first.
  [[nodiscard]] float other(const Index& at) const {
    const Values& data = in[1].data;
    if (data.size() == 1) return data[0];
    if (data.size() == in[0].data.size()) return data[place(out, at)];
    return data[static_cast<std::size_t>(at.back())];
  }
  Values operator()(const Add& /*op*/) const {
    return each(out, [&](const Index& at) { return in[0].data[place(out, at)] + other(at); });
  }
  Values operator()(const Multiply& /*op*/) const {
    return each(out, [&](const Index& at) { return in[0].data[place(out, at)] * other(at); });
  }

  Values operator()(const Concat& /*op*/) const {
    return each(out, [&](Index at) {
      std::size_t part = 0;
      while (at.back() >= in[part].shape.back()) at.back() -= in[part++].shape.back();
      return in[part].data[place(in[part].shape, at)];
    });
  }

  Values operator()(const Slice& op) const {
    return each(out, [&](Index at) {
      for (std::size_t d = 0; d < at.size(); ++d) at[d] += op.begin[d];
      return in[0].data[place(in[0].shape, at)];
    });
  }

  Values operator()(const Pad& op) const {
    return each(out, [&](const Index& at) {
      const std::int64_t y = at[0] - op.padding.top;
      const std::int64_t x = at[1] - op.padding.left;
      const bool inside = y >= 0 && y < in[0].shape[0] && x >= 0 && x < in[0].shape[1];
      return inside ? in[0].data[place(in[0].shape, {y, x, at[2]})] : op.value;
    });
  }

  Values operator()(const Softmax& /*op*/) const {
    const auto channels = static_cast<std::size_t>(out.back());
    Values result;
    for (std::size_t row = 0; row < in[0].data.size(); row += channels) {
      const auto first = in[0].data.begin() + static_cast<std::ptrdiff_t>(row);
      const auto last = first + static_cast<std::ptrdiff_t>(channels);
      const double largest = static_cast<double>(*std::max_element(first, last));
      double sum = 0;
      for (auto x = first; x != last; ++x) sum += std::exp(static_cast<double>(*x) - largest);
      for (auto x = first; x != last; ++x)
        result.push_back(static_cast<float>(std::exp(static_cast<double>(*x) - largest) / sum));
    }
    return result;
  }

  Values operator()(const Expand& /*op*/) const {
    return each(out, [&](const Index& at) { return in[0].data[static_cast<std::size_t>(at.back())]; });
  }

  Values operator()(const Flatten& /*op*/) const { return in[0].data; }
  Values operator()(const Reshape& /*op*/) const { return in[0].data; }

  template <typename Other>
  Values operator()(const Other& /*op*/) const {
    PITLANE_CHECK(false);  // has weights
    return {};
  }
};

}  // namespace

float reference_activation(float x, const Activate& curve) {
  const auto wide = static_cast<double>(x);
  switch (curve.activation) {
    case Activation::kNone:
      return x;
    case Activation::kRelu:
      return x < 0 ? 0 : x;
    case Activation::kElu:
      return x > 0 ? x : curve.alpha * static_cast<float>(std::expm1(wide));
    case Activation::kLeakyRelu:
      return x > 0 ? x : x * curve.alpha;
    case Activation::kTanh:
      return static_cast<float>(std::tanh(wide));
    case Activation::kSigmoid:
      return static_cast<float>(1 / (1 + std::exp(-wide)));
    case Activation::kRelu6:
      return std::clamp(x, 0.0F, 6.0F);
    case Activation::kHardSigmoid:
      return std::clamp(x * curve.alpha + 0.5F, 0.0F, 1.0F);
  }
  return x;
}

std::vector<float> evaluate_reference_op(const Op& op, const std::vector<ReferenceTensor>& inputs, const Shape& out) {
  return std::visit(Evaluate{inputs, out}, op);
}

}  // namespace pitlane
