#include <cmath>

#include "level.h"
#include "pitlane/kernels/pack.h"

namespace pitlane::kernels {
namespace {

using GroupedTest = LevelTest;

struct Case {
  int height, width, groups, channels, outputs, kernel_h, kernel_w, stride;  // channels and outputs of a group
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.height << "x" << c.width << ", " << c.groups << " groups of " << c.channels << " -> " << c.outputs
             << ", kernel " << c.kernel_h << "x" << c.kernel_w << ", stride " << c.stride;
}

std::vector<Case> cases() {
  std::vector<Case> all = {{7, 9, 2, 3, 5, 3, 3, 2}, {5, 5, 3, 1, 2, 3, 2, 1},  {4, 4, 4, 2, 1, 2, 2, 1},
                           {3, 3, 2, 1, 1, 1, 1, 1}, {6, 5, 2, 4, 40, 3, 3, 1}, {5, 7, 2, 17, 19, 1, 3, 2}};
  for (const int groups : {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 48, 64, 65})
    all.push_back({6, 7, groups, 1, 1, 3, 3, groups % 2 + 1});
  return all;
}

/// The picture stands in a wider buffer and so does the result, as padded tensors do.
struct Layout {
  explicit Layout(const Case& c) {
    const int in_channels = c.groups * c.channels;
    g.out_h = (c.height - c.kernel_h) / c.stride + 1;
    g.out_w = (c.width - c.kernel_w) / c.stride + 1;
    g.groups = c.groups;
    g.channels = c.channels;
    g.outputs = c.outputs;
    g.kernel_h = c.kernel_h;
    g.kernel_w = c.kernel_w;
    g.in_row = c.width * in_channels + 6;
    g.in_step_y = c.stride * g.in_row;
    g.in_step_x = c.stride * in_channels;
    g.out_row = g.out_w * c.groups * c.outputs + 5;
    in_elements = static_cast<std::size_t>(g.in_row * c.height);
    out_elements = static_cast<std::size_t>(g.out_row * g.out_h);
    outputs = c.groups * c.outputs;
    size = {c.groups, c.outputs, c.kernel_h * c.kernel_w, c.channels};
    weights = static_cast<std::size_t>(outputs) * c.kernel_h * c.kernel_w * c.channels;
  }
  GroupGeometry g;
  GroupSize size;
  int outputs;
  std::size_t in_elements, out_elements, weights;

  /// Calls body(output index, output channel, y, x).
  template <typename Body>
  void each(const Body& body) const {
    for (int y = 0; y < g.out_h; ++y)
      for (int x = 0; x < g.out_w; ++x)
        for (int o = 0; o < outputs; ++o) body(y * g.out_row + x * outputs + o, o, y, x);
  }
  /// Calls term(input index, index into weights {outputs, kernel_h, kernel_w, channels}).
  template <typename Term>
  void terms(int o, int y, int x, const Term& term) const {
    for (int ky = 0; ky < g.kernel_h; ++ky)
      for (int kx = 0; kx < g.kernel_w; ++kx)
        for (int c = 0; c < g.channels; ++c)
          term(y * g.in_step_y + ky * g.in_row + x * g.in_step_x + kx * g.groups * g.channels +
                   o / g.outputs * g.channels + c,
               ((o * g.kernel_h + ky) * g.kernel_w + kx) * g.channels + c);
  }
};

TEST_P(GroupedTest, FloatMatchesLoopsInDouble) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(::testing::Message() << c);
    const Layout layout(c);
    Random random(17);
    const std::vector<float> input = random_floats(random, layout.in_elements, -1, 1);
    const std::vector<float> weights = random_floats(random, layout.weights, -1, 1);
    const std::vector<float> bias = random_floats(random, static_cast<std::size_t>(layout.outputs), -1, 1);
    const AlignedBuffer packed = pack_groups_f32(layout.size, weights);
    for (const bool relu : {false, true}) {
      std::vector<float> output(layout.out_elements, -77.0F);
      std::vector<bool> written(layout.out_elements, false);
      table().grouped_f32({layout.g, input.data(), packed.as<float>(), bias.data(), output.data(), relu});
      layout.each([&](std::ptrdiff_t at, int o, int y, int x) {
        double sum = bias[o];
        double magnitude = std::abs(sum);
        layout.terms(o, y, x, [&](std::ptrdiff_t i, std::ptrdiff_t w) {
          const double product = static_cast<double>(input[i]) * weights[w];
          sum += product;
          magnitude += std::abs(product);
        });
        if (relu) sum = std::max(0.0, sum);
        ASSERT_NEAR(output[at], sum, sum_bound(2 * c.kernel_h * c.kernel_w * c.channels, magnitude)) << at;
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

TEST_P(GroupedTest, Int8IsExact) {
  constexpr float kInverseScale = 37.5F;
  constexpr int kOutZero = 23;
  for (const Case& c : cases()) {
    for (const bool extreme : {false, true}) {
      SCOPED_TRACE(::testing::Message() << c << (extreme ? ", extreme" : ""));
      const Layout layout(c);
      const int zero = extreme ? 0 : 117;
      Random random(5);
      const auto input = random_integers<std::uint8_t>(random, layout.in_elements, extreme ? 250 : 0, 255);
      const auto weights = random_integers<std::int8_t>(random, layout.weights, extreme ? 120 : -127, 127);
      const auto outputs = static_cast<std::size_t>(layout.outputs);
      const std::vector<float> bias = random_floats(random, outputs, -3, 3);
      const std::vector<float> multiplier = random_floats(random, outputs, 1e-5, 1e-3);
      std::vector<std::int32_t> start(outputs, 0);
      for (std::size_t i = 0; i < weights.size(); ++i) start[i / (weights.size() / outputs)] -= zero * weights[i];
      const AlignedBuffer packed = pack_groups_i8(layout.size, weights);
      std::vector<float> floats(layout.out_elements, -77.0F);
      std::vector<std::uint8_t> bytes(layout.out_elements, 77);
      Requantize requantize{start.data(), multiplier.data(), bias.data(), !extreme, floats.data()};
      table().grouped_i8({layout.g, input.data(), packed.as<std::int8_t>(), requantize});
      requantize.output_f32 = nullptr;
      requantize.output_u8 = bytes.data();
      requantize.inverse_scale = kInverseScale;
      requantize.zero_point = kOutZero;
      table().grouped_i8({layout.g, input.data(), packed.as<std::int8_t>(), requantize});
      std::vector<bool> written(layout.out_elements, false);
      layout.each([&](std::ptrdiff_t at, int o, int y, int x) {
        std::int32_t sum = 0;
        layout.terms(o, y, x, [&](std::ptrdiff_t i, std::ptrdiff_t w) { sum += (input[i] - zero) * weights[w]; });
        float real = static_cast<float>(sum) * multiplier[o] + bias[o];
        if (!extreme) real = std::max(0.0F, real);
        ASSERT_EQ(floats[at], real) << at;
        ASSERT_EQ(bytes[at], std::clamp(std::nearbyint(real * kInverseScale) + kOutZero, 0.0F, 255.0F)) << at;
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

PITLANE_ALL_LEVELS(GroupedTest);

}  // namespace
}  // namespace pitlane::kernels
