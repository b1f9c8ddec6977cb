#include "pitlane/measure/latency_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <vector>

namespace pitlane {
namespace {

using ::testing::HasSubstr;

TEST(LatencyModel, ParsesNoneAndDurations) {
  Random random(1);
  const auto none = LatencyModel::parse("none");
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->name(), "none");
  EXPECT_EQ(none->draw_s(random), 0);
  for (const char* text : {"60ms", "0.06s"}) {
    const auto model = LatencyModel::parse(text);
    ASSERT_TRUE(model.ok()) << text;
    EXPECT_EQ(model->name(), "60ms");
    EXPECT_DOUBLE_EQ(model->draw_s(random), 0.06);
  }
  for (const char* text : {"0ms", "0s", "0"}) EXPECT_EQ(LatencyModel::parse(text)->name(), "none") << text;
}

TEST(LatencyModel, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "60", "ms", "60 ms", "-5ms", "60m", "nanms", "infs", "11s", "60msx", "measured"}) {
    const auto model = LatencyModel::parse(text);
    ASSERT_FALSE(model.ok()) << text;
    EXPECT_THAT(model.error().message(), AllOf(HasSubstr(std::string("'") + text + "'"), HasSubstr("60ms")));
  }
}

TEST(LatencyModel, ListsShareTheUnitThatFollows) {
  const auto names = [](const char* text) {
    std::string out;
    const auto models = LatencyModel::parse_list(text);
    EXPECT_TRUE(models.ok()) << text;
    if (models.ok())
      for (const LatencyModel& model : *models) out += model.name() + " ";
    return out;
  };
  EXPECT_EQ(names("0,20,60,120ms"), "none 20ms 60ms 120ms ");
  EXPECT_EQ(names("none,60ms"), "none 60ms ");
  EXPECT_EQ(names("60ms"), "60ms ");
  EXPECT_EQ(names("0,0.02s,40,80ms"), "none 20ms 40ms 80ms ");
  EXPECT_EQ(names("none,20,0.5ms,1s"), "none 20ms 0.5ms 1000ms ");
  EXPECT_EQ(LatencyModel::parse_list("0,60ms")->at(1).fixed_s(), 0.06);
  for (const char* text : {"", ",", "60", "20ms,40", "60ms,", "20,60m", "none,soon", "0,11s", "1e3,5ms,-1ms"})
    EXPECT_FALSE(LatencyModel::parse_list(text).ok()) << text;
  EXPECT_THAT(LatencyModel::parse_list("20ms,40").error().message(), AllOf(HasSubstr("'40'"), HasSubstr("0,20,60ms")));
}

TEST(LatencyModel, DrawsFromTheProfileTimesTheFactor) {
  const auto model = LatencyModel::measured({0.01, 0.02, 0.04}, 2);
  ASSERT_TRUE(model.ok());
  Random a(7), b(7);
  std::map<double, int> counts;
  for (int i = 0; i < 3000; ++i) {
    const double drawn = model->draw_s(a);
    EXPECT_EQ(drawn, model->draw_s(b));
    ++counts[drawn];
  }
  ASSERT_EQ(counts.size(), 3U);
  for (const double value : {0.02, 0.04, 0.08}) EXPECT_NEAR(counts[value], 1000, 120) << value;
  EXPECT_EQ(model->name(), "measured x2");
  EXPECT_EQ(model->profile_s(), (std::vector<double>{0.02, 0.04, 0.08}));
  EXPECT_EQ(LatencyModel::measured({0.01})->name(), "measured");
  EXPECT_TRUE(LatencyModel::fixed(0.06).profile_s().empty());
}

TEST(LatencyModel, RefusesBadProfiles) {
  EXPECT_THAT(LatencyModel::measured({}).error().message(), HasSubstr("empty"));
  EXPECT_FALSE(LatencyModel::measured({0.01, -1}).ok());
  EXPECT_FALSE(LatencyModel::measured({std::numeric_limits<double>::quiet_NaN()}).ok());
  EXPECT_FALSE(LatencyModel::measured({0.01}, 0).ok());
}

}  // namespace
}  // namespace pitlane
