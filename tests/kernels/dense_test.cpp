#include <cmath>
#include <utility>

#include "level.h"
#include "pitlane/kernels/pack.h"

namespace pitlane::kernels {
namespace {

std::vector<std::pair<int, int>> sizes() {  // inputs, outputs
  std::vector<std::pair<int, int>> all = {{1152, 1164}, {1164, 100}, {100, 50}, {50, 10}, {10, 2}, {14400, 33}};
  for (const int outputs : {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 200}) {
    all.emplace_back(1, outputs);
    all.emplace_back(37, outputs);
  }
  for (int inputs = 2; inputs < 20; ++inputs) all.emplace_back(inputs, 11);
  return all;
}

/// Binary16 of small multiples of 2^-10, which it holds exactly: value = n / 1024, |n| <= 1024.
std::uint16_t half_of(int n) {
  if (n == 0) return 0;
  const unsigned sign = n < 0 ? 0x8000U : 0U;
  auto magnitude = static_cast<unsigned>(std::abs(n));
  int exponent = 15;  // biased, of 1.0 = 1024 / 1024
  while (magnitude < 1024) {
    magnitude <<= 1;
    --exponent;
  }
  return static_cast<std::uint16_t>(sign | static_cast<unsigned>(exponent) << 10 | (magnitude & 0x3FFU));
}

using DenseTest = LevelTest;

struct Expected {
  double sum, magnitude;
};

Expected expected(const std::vector<float>& input, const std::vector<float>& weights, float bias, std::size_t output) {
  Expected e{bias, std::abs(bias)};
  for (std::size_t k = 0; k < input.size(); ++k) {
    const double product = static_cast<double>(input[k]) * weights[output * input.size() + k];
    e.sum += product;
    e.magnitude += std::abs(product);
  }
  return e;
}

TEST_P(DenseTest, FloatAndHalfMatchLoopsInDouble) {
  for (const auto& [inputs, outputs] : sizes()) {
    SCOPED_TRACE(::testing::Message() << inputs << " -> " << outputs);
    Random random(3);
    std::vector<float> input = random_floats(random, static_cast<std::size_t>(inputs), -1, 1);
    for (float& x : input) x = x < 0 ? 0 : x;  // as behind a relu
    const std::size_t count = static_cast<std::size_t>(inputs) * static_cast<std::size_t>(outputs);
    const std::vector<int> grid = random_integers<int>(random, count, -1024, 1024);
    std::vector<float> weights(count);
    std::vector<std::uint16_t> halves(count);
    for (std::size_t i = 0; i < count; ++i) {
      weights[i] = static_cast<float>(grid[i]) / 1024;
      halves[i] = half_of(grid[i]);
    }
    const std::vector<float> bias = random_floats(random, static_cast<std::size_t>(outputs), -1, 1);
    const WeightSize size{outputs, 1, inputs};
    const PanelLayout& panels = table().dense_f32_layout;
    const AlignedBuffer packed = pack_f32(panels, size, weights);
    const AlignedBuffer packed_half = pack_u16(panels, size, halves);
    const AlignedBuffer padded = pad_f32(panels, bias);
    std::vector<float> out(static_cast<std::size_t>(outputs) + 1, -77.0F);
    std::vector<float> out_half = out;
    std::vector<std::int32_t> active(active_elements(inputs));
    table().dense_f32(
        {inputs, outputs, input.data(), packed.as<float>(), padded.as<float>(), out.data(), false, active.data()});
    if (table().dense_f16 != nullptr) {
      table().dense_f16({inputs, outputs, input.data(), packed_half.as<std::uint16_t>(), padded.as<float>(),
                         out_half.data(), true, active.data()});
    }
    for (std::size_t o = 0; o + 1 < out.size(); ++o) {
      const Expected e = expected(input, weights, bias[o], o);
      ASSERT_NEAR(out[o], e.sum, sum_bound(inputs, e.magnitude)) << o;
      if (table().dense_f16 != nullptr) {
        ASSERT_NEAR(out_half[o], std::max(0.0, e.sum), sum_bound(inputs, e.magnitude)) << o;
      }
    }
    ASSERT_EQ(out.back(), -77.0F);
    ASSERT_EQ(out_half.back(), -77.0F);
  }
}

TEST_P(DenseTest, Bfloat16MatchesLoopsInDouble) {
  if (table().dense_bf16 == nullptr) GTEST_SKIP() << "this level widens no bfloat16";
  for (const auto& [inputs, outputs] : sizes()) {
    SCOPED_TRACE(::testing::Message() << inputs << " -> " << outputs);
    Random random(31);
    std::vector<float> input = random_floats(random, static_cast<std::size_t>(inputs), -1, 1);
    for (float& x : input) x = x < 0 ? 0 : nearest_bf16(x);
    const std::size_t count = static_cast<std::size_t>(inputs) * static_cast<std::size_t>(outputs);
    std::vector<float> weights = random_floats(random, count, -1, 1);
    std::ranges::transform(weights, weights.begin(), nearest_bf16);
    std::vector<std::uint16_t> upper(count);
    std::ranges::transform(weights, upper.begin(), bf16_of);
    const std::vector<float> bias = random_floats(random, static_cast<std::size_t>(outputs), -1, 1);
    const AlignedBuffer packed = pack_u16(table().dense_f32_layout, {outputs, 1, inputs}, upper);
    const AlignedBuffer padded = pad_f32(table().dense_f32_layout, bias);
    std::vector<std::int32_t> active(active_elements(inputs));
    std::vector<float> out(static_cast<std::size_t>(outputs) + 1, -77.0F);
    table().dense_bf16(
        {inputs, outputs, input.data(), packed.as<Bf16>(), padded.as<float>(), out.data(), false, active.data()});
    for (std::size_t o = 0; o + 1 < out.size(); ++o) {
      const Expected e = expected(input, weights, bias[o], o);
      ASSERT_NEAR(out[o], e.sum, sum_bound(inputs, e.magnitude)) << o;
    }
    ASSERT_EQ(out.back(), -77.0F);
  }
}

/// An int8 layer behind a relu: a third of its inputs are zero in bytes, another part the zero point.
struct Int8Data {
  static constexpr int kZero = 7;

  /// Weights are multiples of `step`, or what `of` makes of any.
  Int8Data(int inputs, int outputs, int zeros_percent = 0, int step = 1, int (*of)(int) = nullptr)
      : count(static_cast<std::size_t>(outputs)), sums(count, 0), starts(count, 0) {
    Random random(29);
    const auto width = static_cast<std::size_t>(inputs);
    input = random_integers<std::uint8_t>(random, width + 64, 0, 255);
    for (std::uint8_t& x : input) x = x < 80 ? 0 : x < 90 ? kZero : x;
    weights = random_integers<std::int8_t>(random, width * count, -127, 127);
    for (std::int8_t& w : weights) {
      if (static_cast<int>(random.index(100)) < zeros_percent) w = 0;
      w = static_cast<std::int8_t>(of != nullptr ? of(w) : w / step * step);
    }
    bias = random_floats(random, count, -1, 1);
    multiplier = random_floats(random, count, 1e-6, 1e-4);
    for (std::size_t o = 0; o < count; ++o) {
      for (std::size_t k = 0; k < width; ++k) {
        const int weight = weights[o * width + k];
        sums[o] += (input[k] - kZero) * weight;
        starts[o] -= kZero * weight;
      }
    }
  }
  std::size_t count;
  std::vector<std::uint8_t> input;
  std::vector<std::int8_t> weights;
  std::vector<float> bias, multiplier;
  std::vector<std::int32_t> sums, starts;
};

/// Calls run(requantize) once for floats and once for bytes and compares both with Requantize's contract.
template <typename Run>
void expect_exact(const Int8Data& data, const PanelLayout& panels, const Run& run) {
  const AlignedBuffer start = pad_i32(panels, data.starts);
  const AlignedBuffer scales = pad_f32(panels, data.multiplier);
  const AlignedBuffer bias = pad_f32(panels, data.bias);
  std::vector<float> floats(data.count + 1, -77.0F);
  std::vector<std::uint8_t> bytes(data.count + 1, 77);
  Requantize r{start.as<std::int32_t>(), scales.as<float>(), bias.as<float>(), false, floats.data()};
  run(r);
  r.output_f32 = nullptr;
  r.output_u8 = bytes.data();
  r.inverse_scale = 100;
  r.zero_point = 128;
  r.relu = true;
  run(r);
  for (std::size_t o = 0; o < data.count; ++o) {
    const float real = static_cast<float>(data.sums[o]) * data.multiplier[o] + data.bias[o];
    ASSERT_EQ(floats[o], real) << o;
    ASSERT_EQ(bytes[o], std::clamp(std::nearbyint(std::max(0.0F, real) * 100) + 128.0F, 0.0F, 255.0F)) << o;
  }
  ASSERT_EQ(floats.back(), -77.0F);
  ASSERT_EQ(bytes.back(), 77);
}

TEST_P(DenseTest, Int8IsExact) {
  const PanelLayout& panels = table().dense_i8_layout;
  for (const auto& [inputs, outputs] : sizes()) {
    SCOPED_TRACE(::testing::Message() << inputs << " -> " << outputs);
    const Int8Data data(inputs, outputs);
    const AlignedBuffer packed = pack_i8(panels, {outputs, 1, inputs}, data.weights);
    expect_exact(data, panels, [&, in = inputs, out = outputs](const Requantize& r) {
      table().dense_i8({in, out, data.input.data(), packed.as<std::int8_t>(), r});
    });
  }
}

TEST_P(DenseTest, Int8ThatSkipsZerosIsExact) {
  if (table().dense_i8_rows == nullptr) GTEST_SKIP() << "this level reads all weights";
  std::vector<std::pair<int, int>> all = sizes();
  for (const int outputs : {191, 192, 193, 255, 256, 257, 320, 448, 512, 513}) all.emplace_back(70, outputs);
  for (const auto& [inputs, outputs] : all) {
    SCOPED_TRACE(::testing::Message() << inputs << " -> " << outputs);
    Int8Data data(inputs, outputs);
    const AlignedBuffer packed = pack_i8_rows(outputs, inputs, data.weights);
    std::vector<std::int32_t> active(active_elements(inputs));
    std::vector<std::uint8_t> values(active_elements(inputs));
    const auto run = [&, in = inputs, out = outputs](const Requantize& r) {
      table().dense_i8_rows({in, out, data.input.data(), packed.as<std::int8_t>(), r, active.data(), values.data()});
    };
    expect_exact(data, table().dense_i8_layout, run);
    std::ranges::fill(data.input, 0);
    data.sums = data.starts;
    expect_exact(data, table().dense_i8_layout, run);
  }
}

TEST_P(DenseTest, Int8WithZerosLeftOutIsExact) {
  if (table().dense_i8_sparse == nullptr) GTEST_SKIP() << "this level or machine reads all weights";
  std::vector<std::pair<int, int>> all = sizes();
  for (const int outputs : {191, 192, 193, 255, 256, 257, 320, 448, 512, 513}) all.emplace_back(70, outputs);
  for (const int share : {0, 20, 80, 100}) {  // of zeros, in percent
    for (const auto& [inputs, outputs] : all) {
      SCOPED_TRACE(::testing::Message() << inputs << " -> " << outputs << ", zeros " << share << " %");
      const Int8Data data(inputs, outputs, share);
      const SparseRows packed = pack_i8_sparse(outputs, inputs, data.weights);
      std::vector<std::int32_t> active(active_elements(inputs));
      std::vector<std::uint8_t> values(active_elements(inputs));
      expect_exact(data, table().dense_i8_layout, [&, in = inputs, out = outputs](const Requantize& r) {
        table().dense_i8_sparse({in, out, data.input.data(), packed.rows.as<std::uint8_t>(),
                                 packed.offsets.as<std::uint32_t>(), r, active.data(), values.data()});
      });
    }
  }
}

TEST_P(DenseTest, Int8OfFourBitsIsExact) {
  if (table().dense_i8_codes == nullptr) GTEST_SKIP() << "this level reads eight bits a weight";
  std::vector<std::pair<int, int>> all = sizes();
  for (const int outputs : {63, 64, 65, 127, 128, 129, 191, 192, 193, 255, 256, 257, 320, 384, 385, 512, 513})
    all.emplace_back(70, outputs);
  for (const int step : {17, 64, 127}) {  // 15, 3 and 3 values, the last ones as large as can be
    for (const auto& [inputs, outputs] : all) {
      SCOPED_TRACE(::testing::Message() << inputs << " -> " << outputs << ", step " << step);
      const Int8Data data(inputs, outputs, 0, step);
      const CodeRows packed = pack_i8_codes(outputs, inputs, data.weights);
      std::vector<std::int32_t> active(active_elements(inputs));
      std::vector<std::uint8_t> values(active_elements(inputs));
      expect_exact(data, table().dense_i8_layout, [&, in = inputs, out = outputs](const Requantize& r) {
        table().dense_i8_codes({in, out, data.input.data(), packed.codes.as<std::uint8_t>(),
                                packed.book.as<std::int8_t>(), r, active.data(), values.data()});
      });
    }
  }
}

TEST_P(DenseTest, Int8OfSixteenValuesWithoutZeroIsExact) {
  if (table().dense_i8_codes == nullptr) GTEST_SKIP() << "this level reads eight bits a weight";
  Int8Data data(70, 200, 0, 1, [](int w) { return (w + 128) / 16 * 16 - 121; });  // -121, -105, ... 119
  const CodeRows packed = pack_i8_codes(200, 70, data.weights);
  std::vector<std::int32_t> active(active_elements(70));
  std::vector<std::uint8_t> values(active_elements(70));
  expect_exact(data, table().dense_i8_layout, [&](const Requantize& r) {
    table().dense_i8_codes({70, 200, data.input.data(), packed.codes.as<std::uint8_t>(), packed.book.as<std::int8_t>(),
                            r, active.data(), values.data()});
  });
}

TEST(Codes, AreForAtMostSixteenValues) {
  std::vector<std::int8_t> weights(64);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::int8_t>(i % 16 * 8 - 64);
  EXPECT_TRUE(fits_codes(weights));
  weights[63] = 127;  // a seventeenth: what was there is there still, in 15
  EXPECT_FALSE(fits_codes(weights));
}

PITLANE_ALL_LEVELS(DenseTest);

}  // namespace
}  // namespace pitlane::kernels
