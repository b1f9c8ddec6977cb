// A network with a memory from frame to frame, and drives on which only a memory helps.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "pitlane/network/recurrent.h"
#include "synthetic.h"

namespace pitlane::testing {

inline constexpr int kRememberingWidth = 8, kRememberingHeight = 3;

/// A convolution and a BatchNorm without memory; behind them an LSTM, and a sum over frames that decays by half; two
/// outputs that read both, the second one also a state that is another's past.
inline Network remembering_network(std::uint64_t seed, int units = 8) {
  Random random(seed);
  NetworkBuilder b("remembering");
  const auto weight = [&](const std::string& name, const Shape& shape, double limit) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& v : values) v = static_cast<float>(random.uniform(-limit, limit));
    return b.weight(make_f32_weight(name, shape, std::move(values)));
  };
  const auto dense = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    Dense op;
    op.weight = weight(name + ".weight", {out, in}, 1 / std::sqrt(static_cast<double>(in)));
    op.bias = weight(name + ".bias", {out}, 0.1);
    return op;
  };
  ValueId x = b.image("camera", tiny_preprocessing(kRememberingWidth, kRememberingHeight));
  Conv2d conv;
  conv.stride_w = 2;
  conv.weight = weight("conv.weight", {4, 3, 3, 3}, 0.3);
  conv.bias = weight("conv.bias", {4}, 0.1);
  conv.activation = Activation::kRelu;
  x = b.add("flatten", Flatten{}, {b.add("conv", conv, {x})});
  const LstmState before{b.state("hidden", {units}), b.state("cell", {units})};
  const ValueId older_before = b.state("older", {units});
  LstmCell cell{dense("input", 4 * units, b.shape(x)[0]), dense("recurrent", 4 * units, units), {}};
  const LstmState after = add_lstm_step(b, "lstm", cell, x, before);
  b.remember(before.hidden, after.hidden);
  b.remember(before.cell, after.cell);
  b.remember(older_before, before.hidden);
  const ValueId all = b.add("all", Concat{}, {after.hidden, older_before, x});
  const ValueId last = b.add("last", dense("last", 2, b.shape(all)[0]), {all});
  int element = 0;
  for (OutputSpec output : tiny_outputs()) {
    output.value = last;
    output.element = element++;
    b.output(std::move(output));
  }
  return std::move(b).build().value();
}

/// Pictures of bars (synthetic.h) in drives of so many samples; the labels are those of the picture before, at the
/// beginning of a drive of the first one.
inline Dataset drives(const std::vector<int>& lengths, std::uint64_t seed) {
  int samples = 0;
  for (const int length : lengths) samples += length;
  Dataset d = bar_dataset(kRememberingWidth, kRememberingHeight, samples, seed);
  for (std::size_t k = 0; k < lengths.size(); ++k) d.drive.insert(d.drive.end(), lengths[k], static_cast<int>(k));
  const std::vector<float> own = d.labels;
  for (std::size_t i = 1; i < d.drive.size(); ++i)
    if (d.drive[i] == d.drive[i - 1]) std::copy_n(own.begin() + 2 * (i - 1), 2, d.labels.begin() + 2 * i);
  hash_dataset(d);
  return d;
}

}  // namespace pitlane::testing
