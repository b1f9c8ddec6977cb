#include "pitlane/cli/tune_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "pitlane/network/pit_file.h"
#include "report/sample_result.h"
#include "temporary_directory.h"
#include "train/synthetic.h"

namespace pitlane::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class TuneFolder : public ::testing::Test {
 protected:
  TuneFolder() {
    StrategyRow& row = result_.rows.front();
    row.file = "networks/x.pit";
    row.network_hash = content_hash(network_);
    fs::create_directory(place_ / "networks");
    EXPECT_TRUE(save_pit(network_, place_ / row.file).ok());
  }
  void recommend() { result_.recommendation.strategy = result_.rows.front().strategy; }

  TemporaryDirectory place_;
  TuneResult result_ = sample_result();
  Network network_ = testing::tiny_network(12, 6, 1);
  fs::path recommended_ = place_ / "recommended.pit";
};

TEST_F(TuneFolder, TheRecommendedNetworkIsTheOneThatWasMeasured) {
  recommend();
  ASSERT_TRUE(write_tune_results(result_, place_.path()).ok());
  EXPECT_EQ(content_hash(*load_pit(recommended_)), content_hash(network_));
  ASSERT_TRUE(save_pit(testing::tiny_network(12, 6, 2), place_ / "networks/x.pit").ok());
  const Status other = write_tune_results(result_, place_.path());
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.error().message(), HasSubstr("x.pit: is another network than the one that was measured"));
  EXPECT_EQ(content_hash(*load_pit(recommended_)), content_hash(network_));
}

TEST_F(TuneFolder, AnOldRecommendationGoesAndTheNotesSaySo) {
  ASSERT_TRUE(write_tune_results(result_, place_.path()).ok());
  EXPECT_THAT(result_.notes, Not(Contains(HasSubstr("recommended.pit")))) << "there was none";
  ASSERT_TRUE(save_pit(network_, recommended_).ok());
  ASSERT_TRUE(write_tune_results(result_, place_.path()).ok());
  EXPECT_FALSE(fs::exists(recommended_));
  EXPECT_THAT(result_.notes, Contains(HasSubstr("recommended.pit of an earlier run was removed")));
}

}  // namespace
}  // namespace pitlane::cli
