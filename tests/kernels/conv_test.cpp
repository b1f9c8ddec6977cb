#include <cmath>

#include "level.h"
#include "pitlane/kernels/pack.h"

namespace pitlane::kernels {
namespace {

struct Case {
  int height, width, channels, outputs, kernel, stride;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.height << "x" << c.width << "x" << c.channels << " -> " << c.outputs << ", kernel " << c.kernel
             << ", stride " << c.stride;
}

/// Widths around every vector and tile size, and the layers of both PilotNets (fewer rows: rows do not differ).
std::vector<Case> cases() {
  std::vector<Case> all = {{11, 200, 3, 24, 5, 2}, {9, 98, 24, 36, 5, 2},  {7, 47, 36, 48, 5, 2}, {3, 22, 48, 64, 3, 1},
                           {3, 20, 64, 64, 3, 1},  {7, 100, 24, 36, 5, 2}, {1, 1, 1, 1, 1, 1},    {4, 4, 2, 3, 2, 1}};
  for (const int outputs :
       {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 23, 25, 31, 32, 33, 40, 47, 49, 56, 63, 65, 100})
    all.push_back({3, 5, 3, outputs, 3, 1});
  for (int width = 1; width <= 27; ++width) all.push_back({2, width, 5, 19, 1, 1});
  for (int width = 3; width <= 27; width += 2) all.push_back({3, width, 1, 64, 3, 2});
  return all;
}

/// The picture stands in a wider buffer and so does the result, as padded tensors do.
struct Layout {
  explicit Layout(const Case& c) {
    g.out_h = (c.height - c.kernel) / c.stride + 1;
    g.out_w = (c.width - c.kernel) / c.stride + 1;
    g.out_c = c.outputs;
    g.kernel_h = c.kernel;
    g.row_length = c.kernel * c.channels;
    g.in_row = c.width * c.channels + 6;
    g.in_step_y = c.stride * g.in_row;
    g.in_step_x = c.stride * c.channels;
    g.out_pixel = c.outputs;
    g.out_row = g.out_w * g.out_pixel + 5;
    in_elements = static_cast<std::size_t>(g.in_row * c.height);
    out_elements = static_cast<std::size_t>(g.out_row * g.out_h);
    size = {c.outputs, c.kernel, g.row_length};
    weights = static_cast<std::size_t>(c.outputs) * c.kernel * g.row_length;
  }
  ConvGeometry g;
  WeightSize size;
  std::size_t in_elements, out_elements, weights;

  /// Calls body(output index, output channel, y, x).
  template <typename Body>
  void each(const Body& body) const {
    for (int y = 0; y < g.out_h; ++y)
      for (int x = 0; x < g.out_w; ++x)
        for (int o = 0; o < g.out_c; ++o) body(y * g.out_row + x * g.out_pixel + o, o, y, x);
  }
  /// Calls term(input index, weight index).
  template <typename Term>
  void terms(int o, int y, int x, const Term& term) const {
    for (int row = 0; row < g.kernel_h; ++row)
      for (int k = 0; k < g.row_length; ++k)
        term(y * g.in_step_y + row * g.in_row + x * g.in_step_x + k, (o * g.kernel_h + row) * g.row_length + k);
  }
};

using ConvTest = LevelTest;

TEST_P(ConvTest, FloatMatchesLoopsInDouble) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(::testing::Message() << c);
    const Layout layout(c);
    Random random(17);
    const std::vector<float> input = random_floats(random, layout.in_elements, -1, 1);
    const std::vector<float> weights = random_floats(random, layout.weights, -1, 1);
    const std::vector<float> bias = random_floats(random, static_cast<std::size_t>(c.outputs), -1, 1);
    const AlignedBuffer packed = pack_f32(table().conv_f32_layout, layout.size, weights);
    const AlignedBuffer padded = pad_f32(table().conv_f32_layout, bias);
    for (const bool relu : {false, true}) {
      std::vector<float> output(layout.out_elements, -77.0F);
      std::vector<bool> written(layout.out_elements, false);
      table().conv_f32({layout.g, input.data(), packed.as<float>(), padded.as<float>(), output.data(), relu});
      layout.each([&](std::ptrdiff_t at, int o, int y, int x) {
        double sum = bias[o];
        double magnitude = std::abs(sum);
        layout.terms(o, y, x, [&](std::ptrdiff_t i, std::ptrdiff_t w) {
          const double product = static_cast<double>(input[i]) * weights[w];
          sum += product;
          magnitude += std::abs(product);
        });
        if (relu) sum = std::max(0.0, sum);
        ASSERT_NEAR(output[at], sum, sum_bound(c.kernel * layout.g.row_length, magnitude)) << y << " " << x << " " << o;
        written[at] = true;
      });
      for (std::size_t i = 0; i < output.size(); ++i) {
        if (!written[i]) {
          ASSERT_EQ(output[i], -77.0F) << "wrote beside the picture at " << i;
        }
      }
    }
  }
}

TEST_P(ConvTest, Bfloat16MatchesLoopsInDouble) {
  if (table().conv_bf16 == nullptr) GTEST_SKIP() << "this level has no instructions for bfloat16";
  for (const Case& c : cases()) {
    SCOPED_TRACE(::testing::Message() << c);
    const Layout layout(c);
    Random random(19);
    // Exactly what is promised to be readable: what follows would be NaN.
    std::vector<float> input = random_floats(random, layout.in_elements, -1, 1);
    const auto read =
        static_cast<std::size_t>((layout.g.out_h - 1) * layout.g.in_step_y + (c.kernel - 1) * layout.g.in_row +
                                 (layout.g.out_w - 1) * layout.g.in_step_x + layout.g.row_length);
    std::fill(input.begin() + static_cast<std::ptrdiff_t>(read), input.end(), std::nanf(""));
    const std::vector<float> weights = random_floats(random, layout.weights, -1, 1);
    std::vector<std::uint16_t> upper(weights.size());
    std::ranges::transform(weights, upper.begin(), bf16_of);
    const std::vector<float> bias = random_floats(random, static_cast<std::size_t>(c.outputs), -1, 1);
    const AlignedBuffer packed = pack_u16(table().conv_bf16_layout, layout.size, upper);
    const AlignedBuffer padded = pad_f32(table().conv_bf16_layout, bias);
    AlignedBuffer narrow(wide_input_elements(layout.g) * sizeof(std::uint16_t));
    std::memset(narrow.data(), 0xFF, narrow.size());
    for (const bool relu : {false, true}) {
      std::vector<float> output(layout.out_elements, -77.0F);
      std::vector<bool> written(layout.out_elements, false);
      table().conv_bf16({layout.g, input.data(), packed.as<std::uint16_t>(), padded.as<float>(), output.data(), relu,
                         narrow.as<std::uint16_t>()});
      layout.each([&](std::ptrdiff_t at, int o, int y, int x) {
        double sum = bias[o];
        double magnitude = std::abs(sum);
        layout.terms(o, y, x, [&](std::ptrdiff_t i, std::ptrdiff_t w) {
          const double product = static_cast<double>(nearest_bf16(input[i])) * nearest_bf16(weights[w]);
          sum += product;
          magnitude += std::abs(product);
        });
        if (relu) sum = std::max(0.0, sum);
        ASSERT_NEAR(output[at], sum, sum_bound(c.kernel * layout.g.row_length, magnitude)) << y << " " << x << " " << o;
        written[at] = true;
      });
      for (std::size_t i = 0; i < output.size(); ++i) {
        if (!written[i]) {
          ASSERT_EQ(output[i], -77.0F) << "wrote beside the picture at " << i;
        }
      }
    }
  }
}

struct Int8Data {
  Int8Data(const Layout& layout, int outputs, int zero_point, std::uint64_t seed, bool extreme) : zero(zero_point) {
    Random random(seed);
    // Largest magnitudes show saturating instructions; the slack behind the input must not matter.
    input = random_integers<std::uint8_t>(random, layout.in_elements + 64, extreme ? 250 : 0, 255);
    weights = random_integers<std::int8_t>(random, layout.weights, extreme ? 120 : -127, 127);
    bias = random_floats(random, static_cast<std::size_t>(outputs), -3, 3);
    multiplier = random_floats(random, static_cast<std::size_t>(outputs), 1e-5, 1e-3);
    start.assign(static_cast<std::size_t>(outputs), 0);
    for (std::size_t i = 0; i < weights.size(); ++i) start[i / (weights.size() / start.size())] -= zero * weights[i];
  }
  int zero;
  std::vector<std::uint8_t> input;
  std::vector<std::int8_t> weights;
  std::vector<float> bias, multiplier;
  std::vector<std::int32_t> start;
};

TEST_P(ConvTest, Int8IsExact) {
  constexpr float kInverseScale = 37.5F;
  constexpr int kOutZero = 23;
  for (const Case& c : cases()) {
    for (const bool extreme : {false, true}) {
      SCOPED_TRACE(::testing::Message() << c << (extreme ? ", extreme" : ""));
      const Layout layout(c);
      const Int8Data data(layout, c.outputs, extreme ? 0 : 117, 5, extreme);
      const PanelLayout& panels = table().conv_i8_layout;
      const AlignedBuffer packed = pack_i8(panels, layout.size, data.weights);
      const AlignedBuffer start = pad_i32(panels, data.start);
      const AlignedBuffer multiplier = pad_f32(panels, data.multiplier);
      const AlignedBuffer bias = pad_f32(panels, data.bias);
      AlignedBuffer wide(wide_input_elements(layout.g) * sizeof(std::int16_t));
      std::vector<float> floats(layout.out_elements, -77.0F);
      std::vector<std::uint8_t> bytes(layout.out_elements, 77);
      Requantize requantize{start.as<std::int32_t>(), multiplier.as<float>(), bias.as<float>(), !extreme,
                            floats.data()};
      table().conv_i8({layout.g, data.input.data(), packed.data(), requantize, wide.as<std::int16_t>()});
      requantize.output_f32 = nullptr;
      requantize.output_u8 = bytes.data();
      requantize.inverse_scale = kInverseScale;
      requantize.zero_point = kOutZero;
      table().conv_i8({layout.g, data.input.data(), packed.data(), requantize, wide.as<std::int16_t>()});
      std::vector<bool> written(layout.out_elements, false);
      layout.each([&](std::ptrdiff_t at, int o, int y, int x) {
        std::int32_t sum = 0;
        layout.terms(o, y, x,
                     [&](std::ptrdiff_t i, std::ptrdiff_t w) { sum += (data.input[i] - data.zero) * data.weights[w]; });
        float real = static_cast<float>(sum) * data.multiplier[o] + data.bias[o];
        if (!extreme) real = std::max(0.0F, real);
        ASSERT_EQ(floats[at], real) << y << " " << x << " " << o;
        const float q = std::clamp(std::nearbyint(real * kInverseScale) + kOutZero, 0.0F, 255.0F);
        ASSERT_EQ(bytes[at], q) << y << " " << x << " " << o;
        written[at] = true;
      });
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (!written[i]) {
          ASSERT_TRUE(bytes[i] == 77 && floats[i] == -77.0F) << "wrote beside the picture at " << i;
        }
      }
    }
  }
}

PITLANE_ALL_LEVELS(ConvTest);

}  // namespace
}  // namespace pitlane::kernels
