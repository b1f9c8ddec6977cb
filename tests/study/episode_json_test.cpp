#include "pitlane/study/episode_json.h"

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
  const std::string text = to_json(episode);
  const auto back = episode_from_json(text);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(back->trajectory.size(), episode.trajectory.size());
  EXPECT_EQ(back->deviation.mean, episode.deviation.mean);
  EXPECT_EQ(back->end, episode.end);
}

TEST(EpisodeJson, CarriesEveryDouble) {
  EpisodeResult episode;
  for (const double value :
       {0.1, 5e-324, std::numeric_limits<double>::max(), -std::numeric_limits<double>::infinity()}) {
    episode.deviation.bm_compat = value;
    EXPECT_EQ(episode_from_json(to_json(episode))->deviation.bm_compat, value);
  }
  episode.lap_time_s = std::nan("");
  EXPECT_TRUE(std::isnan(episode_from_json(to_json(episode))->lap_time_s));
}

TEST(EpisodeJson, NamesThePlaceOfWhatIsWrong) {
  std::string text = to_json(EpisodeResult{});
  const std::string known = "\"end\":\"timeout\"";
  text.replace(text.find(known), known.size(), "\"end\":\"tired\"");
  const auto wrong = episode_from_json(text);
  ASSERT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.error().message(), HasSubstr("end: unknown end 'tired'"));
  EXPECT_FALSE(episode_from_json("").ok());
  EXPECT_FALSE(episode_from_json("{}").ok());
}

}  // namespace
}  // namespace pitlane
