#include "level.h"

namespace pitlane::kernels {
namespace {

using ResampleTest = LevelTest;

struct Row {
  std::vector<std::uint8_t> source;
  std::vector<ResampleTap> taps;
};

/// Ascending offsets over all of the source; the last pixel has no right neighbour.
Row random_row(Random& random, int source_pixels, int pixels) {
  Row row{random_integers<std::uint8_t>(random, static_cast<std::size_t>(source_pixels) * 3, 0, 255), {}};
  for (int x = 0; x < pixels; ++x) {
    const int left = x * source_pixels / pixels;
    const auto right_weight = static_cast<std::int16_t>(left + 1 < source_pixels ? random.index(2049) : 0);
    row.taps.push_back({3 * left, static_cast<std::int16_t>(2048 - right_weight), right_weight});
  }
  return row;
}

TEST_P(ResampleTest, RowsAreExact) {
  Random random(9);
  for (const auto& [source_pixels, pixels] : {std::pair{640, 200}, {320, 200}, {5, 9}, {1, 1}, {2, 3}, {64, 64}})
    for (const bool swap : {false, true}) {
      const Row row = random_row(random, source_pixels, pixels);
      std::vector<std::int32_t> out(row.taps.size() * 3 + 2, -7);
      table().resample_row({.source = row.source.data(),
                            .source_bytes = row.source.size(),
                            .taps = row.taps.data(),
                            .pixels = row.taps.size(),
                            .swap = swap,
                            .out = out.data()});
      for (std::size_t x = 0; x < row.taps.size(); ++x)
        for (std::size_t c = 0; c < 3; ++c) {
          const ResampleTap& tap = row.taps[x];
          const std::size_t left = static_cast<std::size_t>(tap.offset) + (swap ? 2 - c : c);
          const int right = tap.right_weight == 0 ? 0 : row.source[left + 3];
          ASSERT_EQ(out[3 * x + c], row.source[left] * tap.left_weight + right * tap.right_weight)
              << source_pixels << " to " << pixels << ", pixel " << x << ", channel " << c;
        }
      EXPECT_EQ(out.back(), -7) << "only one number behind the row may be overwritten";
    }
}

TEST_P(ResampleTest, BlendingIsExactAndRoundsHalvesUp) {
  Random random(10);
  for (const std::size_t count : {1U, 7U, 33U, 600U})
    for (const int weight : {0, 1, 777, 1024, 2048}) {
      const auto upper = random_integers<std::int32_t>(random, count, 0, 255 * 2048);
      const auto lower = random_integers<std::int32_t>(random, count, 0, 255 * 2048);
      std::vector<std::uint8_t> out(count + 1, 77);
      table().blend_rows({.upper = upper.data(),
                          .lower = lower.data(),
                          .upper_weight = 2048 - weight,
                          .lower_weight = weight,
                          .shift = 22,
                          .out = out.data(),
                          .count = count});
      for (std::size_t i = 0; i < count; ++i) {
        const double exact = (upper[i] * (2048.0 - weight) + lower[i] * static_cast<double>(weight)) / (1 << 22);
        ASSERT_EQ(out[i], static_cast<int>(std::floor(exact + 0.5))) << i;
      }
      EXPECT_EQ(out.back(), 77);
    }
}

PITLANE_ALL_LEVELS(ResampleTest);

}  // namespace
}  // namespace pitlane::kernels
