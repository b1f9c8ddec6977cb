#include "pitlane/data/row_limit.h"

#include "made_up_recording.h"
#include "pitlane/data/dataset.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;

Recording rows(int count, int every_side = 0) {
  Recording out;
  for (int i = 0; i < count; ++i) {
    RecordingRow row;
    row.index = 2 * i;
    out.rows.push_back(row);
    if (every_side == 0 || i % every_side != 0) continue;
    row.camera = 1;
    out.side_rows.push_back(row);
  }
  return out;
}

std::vector<int> kept(const Recording& recording) {
  std::vector<int> out;
  for (std::size_t i = 0; i < recording.rows.size(); ++i)
    if (recording.rows[i].sample) out.push_back(static_cast<int>(i));
  return out;
}

TEST(LimitRows, EvenlySpreadOverOne) {
  std::vector<Recording> one = {rows(10)};
  EXPECT_EQ(limit_rows(one, 5), 5);
  EXPECT_THAT(kept(one[0]), ElementsAre(0, 2, 4, 6, 8));
  one = {rows(10)};
  limit_rows(one, 3);
  EXPECT_THAT(kept(one[0]), ElementsAre(0, 4, 7));
}

TEST(LimitRows, ExactlyAsManyAsAskedForOfAnyNumber) {
  for (int count = 1; count < 40; ++count)
    for (int most = 1; most < 45; ++most) {
      std::vector<Recording> two = {rows(count), rows(7)};
      const auto expected = std::min(most, count + 7);
      EXPECT_EQ(limit_rows(two, most), expected);
      ASSERT_EQ(kept(two[0]).size() + kept(two[1]).size(), static_cast<std::size_t>(expected)) << count << " " << most;
    }
}

TEST(LimitRows, SideCamerasStayWithTheirRow) {
  std::vector<Recording> one = {rows(10, 2)};
  limit_rows(one, 5);
  for (const RecordingRow& side : one[0].side_rows) EXPECT_TRUE(side.sample);
  one = {rows(10, 1)};
  limit_rows(one, 5);
  int sides = 0;
  for (const RecordingRow& side : one[0].side_rows) sides += side.sample ? 1 : 0;
  EXPECT_EQ(sides, 5);
}

// Rows that were chosen are part of the hash, so that results of a part and of the whole are never taken for each
// other.
TEST(LimitRows, ADatasetKnowsWhatItIsOf) {
  const MadeUpRecording made;
  std::string csv = "image_name,v,w\n";
  for (int i = 0; i < 20; ++i) {
    made.image(std::to_string(i) + ".png", i);
    csv += std::to_string(i) + ".png," + std::to_string(7 + i % 7) + "," + std::to_string(0.1 * i) + "\n";
  }
  made.text("data.csv", csv);
  const auto load = [&](std::int64_t most) {
    std::vector<Recording> opened = {*open_recording(made.path())};
    limit_rows(opened, most);
    return load_dataset(opened[0], small_preprocessing(), f1_outputs());
  };
  const auto all = load(20), half = load(10), more = load(11);
  ASSERT_TRUE(all && half && more);
  EXPECT_EQ(half->size(), 10);
  EXPECT_THAT(half->row, ElementsAre(0, 2, 4, 6, 8, 10, 12, 14, 16, 18));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(std::ranges::equal(half->picture(i), all->picture(2 * i))) << i;
  EXPECT_NE(half->hash, all->hash);
  EXPECT_NE(half->hash, more->hash);
  EXPECT_EQ(half->hash, load(10)->hash);
}

}  // namespace
}  // namespace pitlane
