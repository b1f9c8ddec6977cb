// LSTM cells written out in plain operators, against cells in double that share nothing with them.
#include "pitlane/network/recurrent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "level.h"
#include "pitlane/core/random.h"
#include "random_networks.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

using Reals = std::vector<double>;

/// Convolutional over {height, width, channels} with 'same' borders; a plain cell is a picture of one pixel, kernel 1.
struct NaiveCell {
  int height = 1, width = 1, channels = 1, units = 1, kernel = 1;
  GateOrder order;
  bool hard = false;  ///< hard sigmoid gates
  std::vector<float> input, recurrent, bias;
  Reals hidden, cell;

  [[nodiscard]] int pixels() const { return height * width; }
  void forget() {
    hidden.assign(static_cast<std::size_t>(pixels() * units), 0);
    cell = hidden;
  }
  [[nodiscard]] double gate(double x) const {
    return hard ? std::min(1.0, std::max(0.0, 0.2 * x + 0.5)) : 1 / (1 + std::exp(-x));
  }
  /// Sum of one output at one pixel over `picture` of `depth` channels; weights {4 units, kernel, kernel, depth}.
  [[nodiscard]] double sum(const Reals& picture, int depth, const std::vector<float>& weights, int pixel, int o) const {
    double total = 0;
    for (int ky = 0; ky < kernel; ++ky) {
      for (int kx = 0; kx < kernel; ++kx) {
        const int y = pixel / width + ky - kernel / 2;
        const int x = pixel % width + kx - kernel / 2;
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        for (int c = 0; c < depth; ++c)
          total +=
              picture[static_cast<std::size_t>((y * width + x) * depth + c)] *
              static_cast<double>(weights[static_cast<std::size_t>(((o * kernel + ky) * kernel + kx) * depth + c)]);
      }
    }
    return total;
  }
  void step(const Reals& x) {
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
};

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

/// The same weights as operators.
LstmCell cell_of(NetworkBuilder& b, const NaiveCell& naive) {
  LstmCell cell;
  cell.order = naive.order;
  if (naive.hard) cell.gate = {Activation::kHardSigmoid};
  const std::int64_t outputs = 4 * naive.units, k = naive.kernel;
  const WeightId bias = b.weight(make_f32_weight("bias", {outputs}, naive.bias));
  if (naive.pixels() == 1) {
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
  if (naive.pixels() == 1) return {depth};
  return {naive.height, naive.width, depth};
}

/// Memory in Network::states: one step a run.
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

constexpr int kSteps = 4;

/// A sequence inside one input, unrolled from zeros.
Network unrolled(const NaiveCell& naive) {
  NetworkBuilder b("unrolled");
  const std::int64_t size = naive.pixels() * naive.channels;
  const ValueId all = b.vector("x", InputKind::kCommand, kSteps * size);
  const LstmCell cell = cell_of(b, naive);
  LstmState state;
  for (int t = 0; t < kSteps; ++t) {
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

void expect_near(const std::vector<float>& got, const Reals& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], 1e-5) << i;
}

class RecurrentTest : public LevelTest {
 protected:
  void expect_memory(NaiveCell naive) {
    const auto plan = compile(remembering(naive), {.isa = GetParam()});
    ASSERT_TRUE(plan.ok()) << plan.error().message();
    Runner runner((*plan)->new_session());
    Random random(9);
    for (int episode = 0; episode < 2; ++episode) {
      naive.forget();
      runner.reset();
      for (int t = 0; t < 6; ++t) {
        const Reals x = random_step(naive, random);
        naive.step(x);
        RunInputs inputs(1);
        append(inputs[0], x);
        ASSERT_EQ(runner.run(inputs), RunStatus::kOk);
        expect_near(runner.outputs()[0], naive.hidden);
      }
    }
  }
  void expect_unrolled(NaiveCell naive) {
    const auto plan = compile(unrolled(naive), {.isa = GetParam()});
    ASSERT_TRUE(plan.ok()) << plan.error().message();
    Runner runner((*plan)->new_session());
    Random random(10);
    RunInputs inputs(1);
    for (int t = 0; t < kSteps; ++t) {
      const Reals x = random_step(naive, random);
      naive.step(x);
      append(inputs[0], x);
    }
    ASSERT_EQ(runner.run(inputs), RunStatus::kOk);
    expect_near(runner.outputs()[0], naive.hidden);
  }
};

TEST_P(RecurrentTest, LstmMatchesACellInDouble) {
  NaiveCell naive = made_cell(1, 1, 7, 11, 1, 40);
  expect_memory(naive);
  expect_unrolled(naive);
  naive.order = {.input = 0, .forget = 1, .cell = 3, .output = 2};
  expect_memory(naive);
}

TEST_P(RecurrentTest, ConvolutionalLstmMatchesACellInDouble) {
  NaiveCell naive = made_cell(5, 6, 3, 4, 3, 50);
  expect_memory(naive);
  naive.hard = true;
  expect_memory(naive);
  expect_unrolled(naive);
}

PITLANE_ALL_LEVELS(RecurrentTest);

TEST(Recurrent, OutputsThatAreNoFourGatesAreRefused) {
  NetworkBuilder b("odd");
  const ValueId x = b.vector("x", InputKind::kCommand, 2);
  Dense input;
  input.weight = b.weight(make_f32_weight("w", {6, 2}, std::vector<float>(12)));
  LstmCell cell;
  cell.input = input;
  b.output(output_of(add_lstm_step(b, "lstm", cell, x, {}).hidden));
  EXPECT_EQ(std::move(b).build().error().message(),
            "LSTM 'lstm': its layer makes 6 channels, four gates need a multiple of 4");
}

}  // namespace
}  // namespace pitlane::testing
