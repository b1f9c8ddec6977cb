#include "pitlane/network/fresh_layers.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>
#include <variant>

namespace pitlane {
namespace {

constexpr std::int64_t kMostWeights = 100'000'000;  // 400 MB, and several times that in training

// A uniform distribution over +-limit has the variance limit^2 / 3.
double he_limit(std::int64_t fan_in) { return std::sqrt(3 * 2.0 / static_cast<double>(fan_in)); }
double glorot_limit(std::int64_t fan_in, std::int64_t fan_out) {
  return std::sqrt(3 * 2.0 / static_cast<double>(fan_in + fan_out));
}

// As TensorFlow: output = ceil(input / stride), the odd pixel goes to the bottom and right.
std::pair<int, int> same_padding(std::int64_t size, std::int64_t kernel, int stride) {
  const std::int64_t out = (size + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>(0, (out - 1) * stride + kernel - size);
  return {static_cast<int>(total / 2), static_cast<int>(total - total / 2)};
}

void pad_same(Conv2d& op, const Shape& in, std::int64_t kernel) {
  std::tie(op.padding.top, op.padding.bottom) = same_padding(in[0], kernel, op.stride_h);
  std::tie(op.padding.left, op.padding.right) = same_padding(in[1], kernel, op.stride_w);
}

// "name.t1" where there are several frames.
std::string at_time(const std::string& name, const FrameSequence& frames, int t) {
  return frames.size() == 1 ? name : name + ".t" + std::to_string(t);
}

}  // namespace

bool FreshLayers::too_many(const std::string& name, std::int64_t count, std::int64_t inputs) {
  if (inputs <= kMostWeights / count) return false;
  if (fault_.ok())
    fault_ = invalid_argument("layer '" + name + "' would have " + std::to_string(count * inputs / 1'000'000) +
                              " million weights, the limit is " + std::to_string(kMostWeights / 1'000'000) +
                              " million; choose a smaller --size");
  return true;
}

WeightId FreshLayers::constant(const std::string& name, std::int64_t size, float value) {
  return builder_.weight(make_f32_weight(name, {size}, std::vector<float>(static_cast<std::size_t>(size), value)));
}

WeightId FreshLayers::gate_bias(const std::string& name, std::int64_t units) {
  std::vector<float> values(static_cast<std::size_t>(4 * units), 0.0F);
  const auto forget = values.begin() + GateOrder{}.forget * units;
  std::fill(forget, forget + units, 1.0F);
  return builder_.weight(make_f32_weight(name, {4 * units}, std::move(values)));
}

WeightId FreshLayers::uniform(const std::string& name, const Shape& shape, double limit) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (float& v : values) v = static_cast<float>(random_.uniform(-limit, limit));
  return builder_.weight(make_f32_weight(name, shape, std::move(values)));
}

ValueId FreshLayers::batch_norm(const std::string& name, ValueId input) {
  const std::int64_t channels = builder_.shape(input).back();
  BatchNorm op;
  op.gamma = constant(name + ".gamma", channels, 1);
  op.beta = constant(name + ".beta", channels, 0);
  op.mean = constant(name + ".mean", channels, 0);
  op.variance = constant(name + ".variance", channels, 1);
  return builder_.add(name, op, {input});
}

FrameSequence FreshLayers::batch_norm(const std::string& name, FrameSequence input) {
  const ValueId stacked = input.stacked();
  if (input.size() == 1) return FrameSequence::of_frames(builder_, name, {batch_norm(name, stacked)});
  // {H, W, T * C} and {H, W * T, C} are the same elements in the same order: the frames become columns.
  const Shape shape = builder_.shape(stacked);
  const Shape columns = {shape[0], shape[1] * input.size(), shape[2] / input.size()};
  ValueId x = builder_.add(name + ".columns", Reshape{columns}, {stacked});
  x = builder_.add(name + ".frames", Reshape{shape}, {batch_norm(name, x)});
  return FrameSequence::of_stacked(builder_, name, x, input.size());
}

Conv2d FreshLayers::fresh_conv(const std::string& name, const Shape& in, std::int64_t channels, std::int64_t kernel,
                               int stride, PadMode pad) {
  Conv2d op;
  op.stride_h = op.stride_w = stride;
  op.activation = Activation::kRelu;
  if (pad == PadMode::kSame) pad_same(op, in, kernel);
  const std::int64_t area = kernel * kernel;
  op.weight = uniform(name + ".weight", {channels, kernel, kernel, in.back()}, he_limit(area * in.back()));
  op.bias = constant(name + ".bias", channels, 0);
  return op;
}

ValueId FreshLayers::conv(const std::string& name, ValueId input, std::int64_t channels, std::int64_t kernel,
                          int stride) {
  return conv(name, FrameSequence::of_frames(builder_, name, {input}), channels, kernel, stride).frame(0);
}

FrameSequence FreshLayers::conv(const std::string& name, FrameSequence input, std::int64_t channels,
                                std::int64_t kernel, int stride) {
  const Conv2d op = fresh_conv(name, input.frame_shape(), channels, kernel, stride, pad_);
  std::vector<ValueId> out;
  for (int t = 0; t < input.size(); ++t) out.push_back(builder_.add(at_time(name, input, t), op, {input.frame(t)}));
  return FrameSequence::of_frames(builder_, name, std::move(out));
}

/// Consecutive frames of a kernel over time that the same output frames use: these share one weight.
struct FreshLayers::Taps {
  int first = 0, count = 0;
  std::vector<bool> used_by;  // by output frame
  Conv2d op;                  // without activation
};

std::vector<FreshLayers::Taps> FreshLayers::taps_of(const std::string& name, const FrameSequence& input,
                                                    std::int64_t channels, std::int64_t kernel, int stride) {
  const int out = (input.size() + stride - 1) / stride;
  const int before = same_padding(input.size(), kernel, stride).first;
  std::vector<Taps> groups;
  std::int64_t most = 0;  // of an output frame
  std::vector<std::int64_t> met(static_cast<std::size_t>(out), 0);
  for (int k = 0; k < static_cast<int>(kernel); ++k) {
    std::vector<bool> used_by;
    for (int t = 0; t < out; ++t) {
      const int frame = t * stride - before + k;
      used_by.push_back(frame >= 0 && frame < input.size());
      if (used_by.back()) most = std::max(most, ++met[static_cast<std::size_t>(t)]);
    }
    if (std::ranges::none_of(used_by, [](bool used) { return used; })) continue;
    const bool same =
        !groups.empty() && groups.back().used_by == used_by && groups.back().first + groups.back().count == k;
    if (!same) groups.push_back({k, 0, used_by, {}});
    ++groups.back().count;
  }
  const Shape frame = input.frame_shape();
  for (Taps& taps : groups) {
    taps.op.stride_h = taps.op.stride_w = stride;
    pad_same(taps.op, frame, kernel);
    const std::string part = groups.size() == 1 ? name : name + ".taps" + std::to_string(taps.first);
    taps.op.weight = uniform(part + ".weight", {channels, kernel, kernel, taps.count * frame.back()},
                             he_limit(kernel * kernel * most * frame.back()));
  }
  return groups;
}

FrameSequence FreshLayers::conv3d(const std::string& name, FrameSequence input, std::int64_t channels,
                                  std::int64_t kernel, int stride) {
  const std::vector<Taps> groups = taps_of(name, input, channels, kernel, stride);
  const WeightId bias = constant(name + ".bias", channels, 0);
  const int before = same_padding(input.size(), kernel, stride).first;
  std::vector<ValueId> out;
  for (std::size_t t = 0; t < groups.front().used_by.size(); ++t) {
    const int start = static_cast<int>(t) * stride - before;
    const std::string step = groups.front().used_by.size() == 1 ? name : name + ".t" + std::to_string(t);
    const auto parts = std::ranges::count_if(groups, [t](const Taps& taps) { return taps.used_by[t]; });
    ValueId sum = -1;
    for (const Taps& taps : groups) {
      if (!taps.used_by[t]) continue;
      Conv2d op = taps.op;
      if (sum < 0) op.bias = bias;
      if (parts == 1) op.activation = Activation::kRelu;
      const std::string part = parts == 1 ? step : step + ".taps" + std::to_string(taps.first);
      const ValueId x = builder_.add(part, op, {input.stretch(start + taps.first, taps.count)});
      sum = sum < 0 ? x : builder_.add(part + ".sum", Add{}, {sum, x});
    }
    out.push_back(parts == 1 ? sum : builder_.add(step, Activate{Activation::kRelu}, {sum}));
  }
  return FrameSequence::of_frames(builder_, name, std::move(out));
}

ValueId FreshLayers::dense(const std::string& name, ValueId input, std::int64_t features) {
  const std::int64_t in = element_count(builder_.shape(input));
  if (too_many(name, features, in)) return input;
  Dense op;
  op.activation = Activation::kRelu;
  op.weight = uniform(name + ".weight", {features, in}, he_limit(in));
  op.bias = constant(name + ".bias", features, 0);
  return builder_.add(name, op, {input});
}

// Labels of driving lie close together (a steering's deviation is often 3 % of its range); what a loud first guess
// leaves behind is noise that the training has to unlearn and, on a small recording, never does.
ValueId FreshLayers::head(const std::string& name, ValueId input, std::int64_t outputs, Activation activation) {
  constexpr double kQuiet = 0.03;
  const std::int64_t in = element_count(builder_.shape(input));
  if (too_many(name, outputs, in)) return input;
  Dense op;
  op.activation = activation;
  op.weight = uniform(name + ".weight", {outputs, in}, kQuiet * std::sqrt(6.0 / static_cast<double>(in + outputs)));
  op.bias = constant(name + ".bias", outputs, activation == Activation::kSigmoid ? 0.0F : 0.5F);
  return builder_.add(name, op, {input});
}

FrameSequence FreshLayers::unroll(const std::string& name, FrameSequence input, const LstmCell& cell) {
  std::vector<ValueId> out;
  LstmState state;
  for (int t = 0; t < input.size(); ++t) {
    state = add_lstm_step(builder_, at_time(name, input, t), cell, input.frame(t), state);
    out.push_back(state.hidden);
  }
  return FrameSequence::of_frames(builder_, name, std::move(out));
}

FrameSequence FreshLayers::lstm(const std::string& name, FrameSequence input, std::int64_t units) {
  const std::int64_t in = element_count(input.frame_shape());
  if (too_many(name, 4 * units, in)) return input;
  Dense kernel;
  kernel.weight = uniform(name + ".weight", {4 * units, in}, glorot_limit(in, 4 * units));
  kernel.bias = gate_bias(name + ".bias", units);
  LstmCell cell{kernel, {}, {}};
  if (input.size() > 1) {
    Dense recurrent;
    recurrent.weight = uniform(name + ".recurrent", {4 * units, units}, glorot_limit(units, 4 * units));
    cell.recurrent = recurrent;
  }
  return unroll(name, input, cell);
}

FrameSequence FreshLayers::conv_lstm(const std::string& name, FrameSequence input, std::int64_t filters,
                                     std::int64_t kernel, Activate gate) {
  const Shape in = input.frame_shape();
  const std::int64_t area = kernel * kernel;
  Conv2d conv;
  pad_same(conv, in, kernel);
  conv.weight = uniform(name + ".weight", {4 * filters, kernel, kernel, in.back()},
                        glorot_limit(area * in.back(), area * 4 * filters));
  conv.bias = gate_bias(name + ".bias", filters);
  LstmCell cell{conv, {}, {}, gate};
  if (input.size() > 1) {
    Conv2d recurrent = conv;
    recurrent.bias = kNoWeight;
    recurrent.weight = uniform(name + ".recurrent", {4 * filters, kernel, kernel, filters},
                               glorot_limit(area * filters, area * 4 * filters));
    cell.recurrent = recurrent;
  }
  return unroll(name, std::move(input), cell);
}

ValueId FreshLayers::global_average(const std::string& name, FrameSequence input) {
  ValueId x = input.stacked();
  const Shape shape = builder_.shape(x);
  const std::int64_t columns = shape[1] * input.size();
  if (input.size() > 1) x = builder_.add(name + ".columns", Reshape{{shape[0], columns, shape[2] / input.size()}}, {x});
  Pool2d pool;
  pool.kind = PoolKind::kAverage;
  pool.window_h = static_cast<int>(shape[0]);
  pool.window_w = static_cast<int>(columns);
  x = builder_.add(name, pool, {x});
  return builder_.add(name + ".vector", Flatten{}, {x});
}

}  // namespace pitlane
