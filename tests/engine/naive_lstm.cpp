#include "naive_lstm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "test_networks.h"

namespace pitlane::testing {

void NaiveCell::forget() {
  hidden.assign(static_cast<std::size_t>(pixels() * units), 0);
  cell = hidden;
}

double NaiveCell::gate(double x) const {
  return hard ? std::min(1.0, std::max(0.0, 0.2 * x + 0.5)) : 1 / (1 + std::exp(-x));
}

/// Sum of one output at one pixel over `from` of `depth` channels; weights {4 units, kernel, kernel, depth}.
double NaiveCell::sum(const Reals& from, int depth, const std::vector<float>& weights, int pixel, int o) const {
  double total = 0;
  for (int ky = 0; ky < kernel; ++ky) {
    for (int kx = 0; kx < kernel; ++kx) {
      const int y = pixel / width + ky - kernel / 2;
      const int x = pixel % width + kx - kernel / 2;
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      for (int c = 0; c < depth; ++c)
        total += from[static_cast<std::size_t>((y * width + x) * depth + c)] *
                 static_cast<double>(weights[static_cast<std::size_t>(((o * kernel + ky) * kernel + kx) * depth + c)]);
    }
  }
  return total;
}

void NaiveCell::step(const Reals& x) {
  Reals new_hidden(hidden.size()), new_cell(cell.size());
  for (int p = 0; p < pixels(); ++p) {
    for (int u = 0; u < units; ++u) {
      const auto z = [&](int part) {
        const int o = part * units + u;
        return sum(x, channels, input, p, o) + sum(hidden, units, recurrent, p, o) + static_cast<double>(bias[o]);
      };
      const std::size_t at = static_cast<std::size_t>(p * units + u);
      new_cell[at] = gate(z(order.forget)) * cell[at] + gate(z(order.input)) * std::tanh(z(order.cell));
      new_hidden[at] = gate(z(order.output)) * std::tanh(new_cell[at]);
    }
  }
  hidden = new_hidden;
  cell = new_cell;
}

NaiveCell made_cell(int height, int width, int channels, int units, int kernel, std::uint64_t seed) {
  NaiveCell naive;
  naive.height = height;
  naive.width = width;
  naive.channels = channels;
  naive.units = units;
  naive.kernel = kernel;
  const auto limit = [&](int depth) { return 2 / std::sqrt(static_cast<double>(kernel * kernel * depth)); };
  const auto weights = [&](int depth, std::uint64_t s) {
    return decode_f32(random_weight("w", {4 * units, kernel, kernel, depth}, limit(depth), s));
  };
  naive.input = weights(channels, seed);
  naive.recurrent = weights(units, seed + 1);
  naive.bias = decode_f32(random_weight("b", {4 * units}, 0.7, seed + 2));
  naive.forget();
  return naive;
}

LstmCell cell_of(NetworkBuilder& b, const NaiveCell& naive) {
  LstmCell cell;
  cell.order = naive.order;
  if (naive.hard) cell.gate = {Activation::kHardSigmoid};
  const std::int64_t outputs = 4 * naive.units, k = naive.kernel;
  const WeightId bias = b.weight(make_f32_weight("bias", {outputs}, naive.bias));
  if (!naive.convolves()) {
    Dense input, recurrent;
    input.weight = b.weight(make_f32_weight("input", {outputs, naive.channels}, naive.input));
    input.bias = bias;
    recurrent.weight = b.weight(make_f32_weight("recurrent", {outputs, naive.units}, naive.recurrent));
    cell.input = input;
    cell.recurrent = recurrent;
    return cell;
  }
  Conv2d input, recurrent;
  const int border = naive.kernel / 2;
  input.padding = recurrent.padding = {border, border, border, border};
  input.weight = b.weight(make_f32_weight("input", {outputs, k, k, naive.channels}, naive.input));
  input.bias = bias;
  recurrent.weight = b.weight(make_f32_weight("recurrent", {outputs, k, k, naive.units}, naive.recurrent));
  cell.input = input;
  cell.recurrent = recurrent;
  return cell;
}

Shape shape_of(const NaiveCell& naive, int depth) {
  if (!naive.convolves()) return {depth};
  return {naive.height, naive.width, depth};
}

Network remembering(const NaiveCell& naive) {
  NetworkBuilder b("remembering");
  const ValueId x = b.vector("x", InputKind::kCommand, naive.pixels() * naive.channels);
  const ValueId picture = b.add("picture", Reshape{shape_of(naive, naive.channels)}, {x});
  const LstmCell cell = cell_of(b, naive);
  const LstmState before{b.state("h", shape_of(naive, naive.units)), b.state("c", shape_of(naive, naive.units))};
  const LstmState after = add_lstm_step(b, "lstm", cell, picture, before);
  b.remember(before.hidden, after.hidden);
  b.remember(before.cell, after.cell);
  b.output(output_of(after.hidden));
  Result<Network> network = std::move(b).build();
  EXPECT_TRUE(network.ok()) << network.error().message();
  return *std::move(network);
}

Network unrolled(const NaiveCell& naive, int steps) {
  NetworkBuilder b("unrolled");
  const std::int64_t size = naive.pixels() * naive.channels;
  const ValueId all = b.vector("x", InputKind::kCommand, steps * size);
  const LstmCell cell = cell_of(b, naive);
  LstmState state;
  for (int t = 0; t < steps; ++t) {
    const std::string name = "t" + std::to_string(t);
    const ValueId x = b.add(name + ".x", Slice{{t * size}, {(t + 1) * size}}, {all});
    state =
        add_lstm_step(b, name, cell, b.add(name + ".picture", Reshape{shape_of(naive, naive.channels)}, {x}), state);
  }
  b.output(output_of(state.hidden));
  Result<Network> network = std::move(b).build();
  EXPECT_TRUE(network.ok()) << network.error().message();
  return *std::move(network);
}

void append(std::vector<std::byte>& bytes, const Reals& x) {
  for (const double v : x) {
    const auto f = static_cast<float>(v);
    const auto* from = reinterpret_cast<const std::byte*>(&f);
    bytes.insert(bytes.end(), from, from + sizeof f);
  }
}

Reals random_step(const NaiveCell& naive, Random& random) {
  Reals x;
  for (int i = 0; i < naive.pixels() * naive.channels; ++i)
    x.push_back(static_cast<double>(static_cast<float>(random.uniform(-1, 1))));
  return x;
}

}  // namespace pitlane::testing
