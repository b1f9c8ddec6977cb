#include "pitlane/optimize/layer_inputs.h"

#include <algorithm>
#include <variant>

#include "pitlane/optimize/activation_probe.h"
#include "pitlane/optimize/calibration.h"
#include "pitlane/optimize/layers.h"

namespace pitlane {
namespace {

/// The windows of a convolution, or the one of a dense layer.
class Windows {
 public:
  Windows(const Network& network, const Node& node) {
    const Shape& from = network.values[node.inputs[0]].shape;
    const auto* conv = std::get_if<Conv2d>(&node.op);
    if (conv == nullptr) {
      count_ = 1;
      row_ = element_count(from);
      return;
    }
    PITLANE_CHECK(conv->groups == 1);
    conv_ = conv;
    const Shape& kernel = network.weights[conv->weight].shape;
    const Shape& to = network.values[node.output].shape;
    height_ = from[0], width_ = from[1], channels_ = from[2];
    kernel_h_ = kernel[1], kernel_w_ = kernel[2];
    across_ = to[1];
    count_ = to[0] * to[1];
  }

  [[nodiscard]] std::int64_t count() const { return count_; }

  /// Writes element t of window `which` to out[t * stride].
  void copy(std::span<const float> from, std::int64_t which, float* out, std::size_t stride) const {
    if (conv_ == nullptr) {
      for (std::int64_t t = 0; t < row_; ++t) out[static_cast<std::size_t>(t) * stride] = from[t];
      return;
    }
    const std::int64_t top = which / across_ * conv_->stride_h - conv_->padding.top;
    const std::int64_t left = which % across_ * conv_->stride_w - conv_->padding.left;
    for (std::int64_t y = top; y < top + kernel_h_; ++y) {
      for (std::int64_t x = left; x < left + kernel_w_; ++x) {
        const bool inside = y >= 0 && y < height_ && x >= 0 && x < width_;
        for (std::int64_t c = 0; c < channels_; ++c, out += stride)
          *out = inside ? from[(y * width_ + x) * channels_ + c] : padding(c);
      }
    }
  }

 private:
  [[nodiscard]] float padding(std::int64_t channel) const {
    return conv_->pad_value.empty() ? 0 : conv_->pad_value[static_cast<std::size_t>(channel)];
  }

  const Conv2d* conv_ = nullptr;
  std::int64_t count_ = 0, row_ = 0;
  std::int64_t height_ = 0, width_ = 0, channels_ = 0, kernel_h_ = 0, kernel_w_ = 0, across_ = 1;
};

}  // namespace

Result<LayerInputs> layer_inputs(const Network& network, WeightId weight, const Dataset& dataset,
                                 std::span<const std::int64_t> samples, std::size_t most_rows,
                                 const ProgressFn& progress) {
  std::vector<Windows> windows;  // by node that uses the weight
  std::vector<ValueId> values;   // that are watched, each once
  std::vector<std::vector<std::size_t>> readers;
  for (const std::size_t node : users_of(network, weight)) {
    const ValueId value = network.nodes[node].inputs[0];
    const auto found = std::ranges::find(values, value);
    const auto at = static_cast<std::size_t>(found - values.begin());
    if (found == values.end()) {
      values.push_back(value);
      readers.emplace_back();
    }
    readers[at].push_back(windows.size());
    windows.emplace_back(network, network.nodes[node]);
  }
  PITLANE_CHECK(!windows.empty() && !samples.empty());

  LayerInputs inputs;
  const Shape& shape = network.weights[weight].shape;
  inputs.terms = static_cast<std::size_t>(network.weights[weight].size() / shape[0]);
  const std::vector<std::int64_t> pictures =
      evenly_thinned(samples, std::max<std::size_t>(1, most_rows / windows.size()));
  const std::size_t visits = pictures.size() * windows.size();
  const auto per_visit = std::clamp<std::int64_t>(static_cast<std::int64_t>(most_rows / visits), 1, windows[0].count());
  inputs.rows = std::min(most_rows, visits * static_cast<std::size_t>(per_visit));
  inputs.values.resize(inputs.terms * inputs.rows);

  std::size_t row = 0;
  std::int64_t turn = 0;
  const auto take = [&](std::size_t which, std::span<const float> activations) {
    for (const std::size_t reader : readers[which]) {
      const Windows& all = windows[reader];
      for (std::int64_t i = 0; i < per_visit && row < inputs.rows; ++i, ++row, ++turn) {
        // A step that shares no factor with usual counts of windows visits all of them before it comes back.
        constexpr std::int64_t kStep = 7919;
        all.copy(activations, turn * kStep % all.count(), inputs.values.data() + row, inputs.rows);
      }
    }
  };
  PITLANE_TRY(ActivationProbe probe, ActivationProbe::create(network, dataset, values));
  PITLANE_TRY_STATUS(probe.run(pictures, take, progress));
  PITLANE_CHECK(row == inputs.rows);
  return inputs;
}

}  // namespace pitlane
