#include <cmath>
#include <limits>

#include "level.h"

namespace pitlane::kernels {
namespace {

using PoolTest = LevelTest;

struct Case {
  int height, width, channels, window_h, window_w, stride_h, stride_w, top, left, bottom, right;
};

std::vector<Case> cases() {
  std::vector<Case> all = {{7, 9, 5, 7, 9, 1, 1, 0, 0, 0, 0},  {6, 7, 3, 3, 2, 2, 3, 1, 0, 2, 1},
                           {1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0},  {4, 5, 7, 3, 3, 1, 1, 2, 2, 2, 2},
                           {2, 2, 33, 5, 5, 3, 3, 3, 2, 2, 3}, {9, 8, 16, 2, 2, 2, 2, 0, 0, 0, 0}};
  for (int channels = 1; channels < 40; channels += 3) all.push_back({5, 6, channels, 2, 3, 2, 1, 0, 1, 1, 0});
  return all;
}

/// The picture stands in wider buffers, as padded tensors do.
struct Made {
  explicit Made(const Case& c) {
    p.in_h = c.height;
    p.in_w = c.width;
    p.channels = c.channels;
    p.out_h = (c.height + c.top + c.bottom - c.window_h) / c.stride_h + 1;
    p.out_w = (c.width + c.left + c.right - c.window_w) / c.stride_w + 1;
    p.window_h = c.window_h;
    p.window_w = c.window_w;
    p.stride_h = c.stride_h;
    p.stride_w = c.stride_w;
    p.pad_top = c.top;
    p.pad_left = c.left;
    p.in_row = c.width * c.channels + 4;
    p.out_row = p.out_w * c.channels + 3;
    Random random(3);
    input = random_floats(random, static_cast<std::size_t>(p.in_row * p.in_h), -3, 2);
    output.assign(static_cast<std::size_t>(p.out_row * p.out_h), -77);
    p.input = input.data();
    p.output = output.data();
  }
  Pool p;
  std::vector<float> input, output;

  /// Calls body(output index, elements of the window).
  template <typename Body>
  void each(const Body& body) const {
    for (int y = 0; y < p.out_h; ++y)
      for (int x = 0; x < p.out_w; ++x)
        for (int c = 0; c < p.channels; ++c) body(y * p.out_row + x * p.channels + c, window(y, x, c));
  }
  [[nodiscard]] std::vector<float> window(int y, int x, int c) const {
    std::vector<float> values;
    for (int iy = y * p.stride_h - p.pad_top; iy < y * p.stride_h - p.pad_top + p.window_h; ++iy)
      for (int ix = x * p.stride_w - p.pad_left; ix < x * p.stride_w - p.pad_left + p.window_w; ++ix)
        if (iy >= 0 && iy < p.in_h && ix >= 0 && ix < p.in_w)
          values.push_back(input[static_cast<std::size_t>(iy * p.in_row + ix * p.channels + c)]);
    return values;
  }
};

TEST_P(PoolTest, MatchesWindowsTakenOneByOne) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(::testing::Message() << c.height << "x" << c.width << "x" << c.channels);
    Made made(c);
    std::vector<bool> written(made.output.size(), false);
    table().max_pool(made.p);
    made.each([&](std::ptrdiff_t at, const std::vector<float>& window) {
      ASSERT_FALSE(window.empty());
      ASSERT_EQ(made.output[at], *std::ranges::max_element(window)) << at;
      written[at] = true;
    });
    table().average_pool(made.p);
    made.each([&](std::ptrdiff_t at, const std::vector<float>& window) {
      double sum = 0;
      for (const float v : window) sum += v;
      ASSERT_NEAR(made.output[at], sum / static_cast<double>(window.size()), 3e-6) << at;
    });
    for (std::size_t i = 0; i < made.output.size(); ++i) {
      if (!written[i]) {
        ASSERT_EQ(made.output[i], -77.0F) << "wrote beside the picture at " << i;
      }
    }
  }
}

TEST_P(PoolTest, NanIsNotLost) {
  Made made({4, 4, 19, 2, 2, 2, 2, 0, 0, 0, 0});
  for (const std::ptrdiff_t at : {std::ptrdiff_t{0}, std::ptrdiff_t{19}, made.p.in_row, made.p.in_row + 19 + 18}) {
    const float kept = made.input[at];
    made.input[at] = std::numeric_limits<float>::quiet_NaN();
    table().max_pool(made.p);
    EXPECT_EQ(std::ranges::count_if(made.output, [](float v) { return std::isnan(v); }), 1) << at;
    table().average_pool(made.p);
    EXPECT_EQ(std::ranges::count_if(made.output, [](float v) { return std::isnan(v); }), 1) << at;
    made.input[at] = kept;
  }
}

PITLANE_ALL_LEVELS(PoolTest);

}  // namespace
}  // namespace pitlane::kernels
