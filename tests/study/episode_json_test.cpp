// Through the store's text of a cell, which holds an episode and where it was driven.
#include "pitlane/study/cell_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "report/sample_result.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

TEST(EpisodeJson, ReadsBackExactly) {
  const EpisodeResult episode = sample_result().rows[0].laps[0].result;
  const std::string text = to_json(StoredCell{episode, {}});
  const auto back = cell_from_json(text);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(back->episode.trajectory.size(), episode.trajectory.size());
  EXPECT_EQ(back->episode.deviation.mean, episode.deviation.mean);
  EXPECT_EQ(back->episode.end, episode.end);
}

TEST(EpisodeJson, ACellSaysWhereItWasDriven) {
  const StoredCell cell{{}, {"a \"fast\" machine, 2 cores", origin_code()}};
  EXPECT_EQ(cell_from_json(to_json(cell))->origin, cell.origin);
  EXPECT_THAT(origin_code(), ::testing::MatchesRegex("[0-9.]+ [0-9a-f]{12}"));
  std::string text = to_json(cell);
  text.erase(text.find(",\"origin\""), text.rfind('}') - text.find(",\"origin\""));
  EXPECT_EQ(cell_from_json(text)->origin, CellOrigin{}) << text;
}

TEST(EpisodeJson, CarriesEveryDouble) {
  EpisodeResult episode;
  for (const double value :
       {0.1, 5e-324, std::numeric_limits<double>::max(), -std::numeric_limits<double>::infinity()}) {
    episode.deviation.bm_compat = value;
    EXPECT_EQ(cell_from_json(to_json(StoredCell{episode, {}}))->episode.deviation.bm_compat, value);
  }
  episode.lap_time_s = std::nan("");
  EXPECT_TRUE(std::isnan(cell_from_json(to_json(StoredCell{episode, {}}))->episode.lap_time_s));
}

TEST(EpisodeJson, NamesThePlaceOfWhatIsWrong) {
  std::string text = to_json(StoredCell{});
  const std::string known = "\"end\":\"timeout\"";
  text.replace(text.find(known), known.size(), "\"end\":\"tired\"");
  const auto wrong = cell_from_json(text);
  ASSERT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.error().message(), HasSubstr("end: unknown end 'tired'"));
  EXPECT_FALSE(cell_from_json("").ok());
  EXPECT_FALSE(cell_from_json("{}").ok());
}

}  // namespace
}  // namespace pitlane
