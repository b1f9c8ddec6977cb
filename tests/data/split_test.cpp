#include "pitlane/data/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Rows without pictures; with side cameras each row has two samples more, behind all centre ones.
Dataset dataset_of(int count, int rows_a_session, bool side_cameras = false) {
  Dataset out;
  for (int camera = 0; camera < (side_cameras ? 3 : 1); ++camera)
    for (int i = 0; i < count; ++i) {
      out.row.push_back(i);
      out.session.push_back(i / rows_a_session);
      out.side_camera.push_back(camera > 0 ? 1 : 0);
    }
  return out;
}

std::set<std::int64_t> rows_of(const Dataset& dataset, const std::vector<std::int64_t>& samples) {
  std::set<std::int64_t> out;
  for (const std::int64_t sample : samples) out.insert(dataset.row[static_cast<std::size_t>(sample)]);
  return out;
}

std::string fault(const Dataset& dataset, const std::string& method) {
  const auto split = split_dataset(dataset, method);
  return split ? "fine" : split.error().message();
}

TEST(Split, EveryFifthBlockAndCentreCameraOnly) {
  const Dataset dataset = dataset_of(3000, 3000, true);
  const auto split = split_dataset(dataset);
  ASSERT_TRUE(split) << split.error().message();
  EXPECT_THAT(split->validation, SizeIs(600));
  for (const std::int64_t sample : split->validation) {
    ASSERT_LT(sample, 3000) << "centre camera";
    ASSERT_EQ(sample / 100 % 5, 4);
  }
  // 24 blocks train; five rows at each border with a validation block are left out: 6 borders before, 5 behind.
  EXPECT_THAT(split->train, SizeIs((2400 - 11 * 5) * 3));
  EXPECT_THAT(split->description, HasSubstr("blocks:100:5"));
}

TEST(Split, NeighboursAreNeverOnBothSides) {
  for (const char* method : {"blocks:100:5", "blocks:7:3", "blocks:1:4", "blocks:40:2", "session", "auto"}) {
    const Dataset dataset = dataset_of(1000, 130, true);
    const auto split = split_dataset(dataset, method);
    ASSERT_TRUE(split) << method << ": " << split.error().message();
    const auto train = rows_of(dataset, split->train);
    for (const std::int64_t row : rows_of(dataset, split->validation)) {
      ASSERT_FALSE(train.contains(row)) << method << ", row " << row;
      if (std::string_view(method).starts_with("blocks")) {
        ASSERT_FALSE(train.contains(row - 1)) << method << ", row " << row;
        ASSERT_FALSE(train.contains(row + 1)) << method << ", row " << row;
      }
    }
  }
}

TEST(Split, EveryFifthSession) {
  const Dataset dataset = dataset_of(110, 10);  // sessions 0..10
  const auto split = split_dataset(dataset);
  ASSERT_TRUE(split) << split.error().message();
  std::set<int> sessions;
  for (const std::int64_t sample : split->validation)
    sessions.insert(dataset.session[static_cast<std::size_t>(sample)]);
  EXPECT_THAT(sessions, ElementsAre(4, 9));
  EXPECT_THAT(split->train, SizeIs(90));
  EXPECT_THAT(split->description, HasSubstr("every fifth of 11"));
}

TEST(Split, OfFewSessionsTheLast) {
  const Dataset dataset = dataset_of(30, 10);
  const auto split = split_dataset(dataset, "session");
  ASSERT_TRUE(split) << split.error().message();
  EXPECT_THAT(split->validation, AllOf(SizeIs(10), Each(::testing::Ge(20))));
  EXPECT_THAT(fault(dataset_of(30, 30), "session"), HasSubstr("one single session; use blocks"));
}

TEST(Split, ShortRecordingsGetShorterBlocks) {
  const auto split = split_dataset(dataset_of(50, 50));
  ASSERT_TRUE(split) << split.error().message();
  EXPECT_THAT(split->description, HasSubstr("blocks:10:5"));
  EXPECT_THAT(split->validation, ElementsAre(40, 41, 42, 43, 44, 45, 46, 47, 48, 49));
  EXPECT_THAT(fault(dataset_of(3, 3), "auto"), HasSubstr("0 to validate"));
  EXPECT_THAT(fault(dataset_of(0, 1), "auto"), HasSubstr("0 samples to train"));
}

TEST(Split, SkippedRowsDoNotShiftBlocks) {
  Dataset dataset = dataset_of(1000, 1000);
  for (std::vector<std::int64_t>::difference_type i = 300; i > 0; i -= 3) {
    dataset.row.erase(dataset.row.begin() + i);
    dataset.session.pop_back();
    dataset.side_camera.pop_back();
  }
  const auto split = split_dataset(dataset);
  ASSERT_TRUE(split);
  EXPECT_EQ(*rows_of(dataset, split->validation).begin(), 400);
}

TEST(Split, IsTheSameEachTimeAndSorted) {
  const Dataset dataset = dataset_of(1234, 200, true);
  const auto a = split_dataset(dataset);
  const auto b = split_dataset(dataset);
  EXPECT_EQ(a->train, b->train);
  EXPECT_EQ(a->validation, b->validation);
  EXPECT_TRUE(std::is_sorted(a->train.begin(), a->train.end()));
}

TEST(Split, MethodsThatMakeNoSense) {
  const Dataset dataset = dataset_of(1000, 1000);
  for (const char* method :
       {"", "random", "blocks", "blocks:", "blocks:100", "blocks:100:", "blocks:0:5", "blocks:100:1", "blocks:-1:5",
        "blocks:100:5x", "blocks:99999999999999999999:5", "blocks: 100:5"})
    EXPECT_THAT(fault(dataset, method), HasSubstr("unknown split")) << method;
  EXPECT_THAT(fault(dataset, "blocks:1000:5"), HasSubstr("0 to validate; use shorter blocks"));
  EXPECT_THAT(fault(dataset, "blocks:1000000000:1000000000"), HasSubstr("0 to validate"));
}

}  // namespace
}  // namespace pitlane
