#include "pitlane/core/near_name.h"

#include <gtest/gtest.h>

namespace pitlane {
namespace {

const std::vector<std::string> kVerbs = {"drive", "train", "tune", "strategies"};

TEST(NearName, FindsWhatWasMeant) {
  EXPECT_EQ(near_name("drvie", kVerbs), "drive");  // swapped
  EXPECT_EQ(near_name("tran", kVerbs), "train");
  EXPECT_EQ(near_name("tunee", kVerbs), "tune");
  EXPECT_EQ(near_name("stratgeis", kVerbs), "strategies");  // two swaps: long names may differ more
  EXPECT_EQ(near_name("drive", kVerbs), "drive");
}

TEST(NearName, DoesNotGuessWildly) {
  EXPECT_EQ(near_name("bench", kVerbs), std::nullopt);
  EXPECT_EQ(near_name("", kVerbs), std::nullopt);
  EXPECT_EQ(near_name("tu", {"drive", "tune"}), "tune");  // two letters are missing of four
  EXPECT_EQ(near_name("t", {"drive", "tune"}), std::nullopt);
  EXPECT_EQ(near_name("drive", {}), std::nullopt);
}

// Of two that are near the nearer, of two equally near the first.
TEST(NearName, TakesTheNearest) {
  EXPECT_EQ(near_name("laps", {"lap", "laps"}), "laps");
  EXPECT_EQ(near_name("cat", {"bat", "car"}), "bat");
}

}  // namespace
}  // namespace pitlane
