#include "pitlane/sim/row_store.h"

#include <gtest/gtest.h>

#include <vector>

#include "camera_codes.h"
#include "pitlane/core/random.h"

namespace pitlane {
namespace {

// Pixels of pairs, in order; bytes 1 to 255.
std::vector<std::uint32_t> some_pixels(std::size_t pairs) {
  std::vector<std::uint32_t> pixels(2 * pairs + RowStore::kMorePixels);
  Random random(2);
  for (std::uint32_t& pixel : pixels) pixel = static_cast<std::uint32_t>(random.index(1U << 24)) | 0x010101U;
  return pixels;
}

void expect_places(const std::vector<int>& pairs, int width) {
  const std::vector<std::uint32_t> pixels = some_pixels(pairs.size());
  for (const CameraCode code : codes_here()) {
    RowStore store(pairs, width);
    store.use(code);
    std::vector<std::uint8_t> row(3 * static_cast<std::size_t>(width) + RowStore::kSpill);
    store.run(pixels.data(), row.data());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      // The second column of a pair may be the first of the next, or beyond the row.
      const bool alone = pairs[i] + 1 == width || (i + 1 < pairs.size() && pairs[i + 1] == pairs[i] + 1);
      for (int pixel = 0; pixel < (alone ? 1 : 2); ++pixel)
        for (int c = 0; c < 3; ++c)
          ASSERT_EQ(row[3 * static_cast<std::size_t>(pairs[i] + pixel) + static_cast<std::size_t>(c)],
                    pixels[2 * i + static_cast<std::size_t>(pixel)] >> (8 * c) & 255)
              << name_of(code) << " pair " << i << " at " << pairs[i] << " of " << width;
    }
  }
}

TEST(RowStore, PutsEveryColumnOfAWholeRowToItsPlace) {
  for (const int width : {8, 20, 21, 22, 43, 640}) {
    std::vector<int> pairs;
    for (int column = 0; column < width; column += 2) pairs.push_back(column);
    expect_places(pairs, width);
  }
}

TEST(RowStore, PutsPairsWithGapsToTheirPlaces) {
  Random random(4);
  for (int round = 0; round < 200; ++round) {
    const int width = 8 + static_cast<int>(random.index(700));
    std::vector<int> pairs;
    for (int column = static_cast<int>(random.index(40)); column < width;
         column += 2 + static_cast<int>(random.index(round % 3 == 0 ? 2 : 30)))
      pairs.push_back(column);
    expect_places(pairs, width);
  }
}

TEST(RowStore, StoresNothingWhereNothingIsDrawn) {
  std::vector<std::uint8_t> row(24 + RowStore::kSpill, 7);
  const RowStore store({}, 8);
  store.run(some_pixels(0).data(), row.data());
  EXPECT_EQ(row, std::vector<std::uint8_t>(24 + RowStore::kSpill, 7));
}

}  // namespace
}  // namespace pitlane
