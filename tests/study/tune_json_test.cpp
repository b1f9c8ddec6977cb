#include "pitlane/study/tune_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "report/sample_result.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(TuneJson, WholeResultsReadBackExactly) {
  TuneResult result = sample_result();
  result.rows[0].decide_s = {0.1 / 3, 0.002};
  const std::string text = to_json(result);
  const auto back = tune_result_from_json(text);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(to_json(*back), text);
  ASSERT_EQ(back->rows.size(), result.rows.size());
  EXPECT_EQ(back->rows[0].laps.size(), result.rows[0].laps.size());
  ASSERT_TRUE(back->rows[0].layers.has_value());
  EXPECT_EQ(back->rows[0].layers->layers[3].work, "border, conv int8");
  EXPECT_EQ(back->rows[0].layers->layers[3].limit_ms, result.rows[0].layers->layers[3].limit_ms);
  EXPECT_EQ(back->rows[0].layers->layers[5].owner, StepInfo::Owner::kOutput);
  EXPECT_EQ(back->rows[0].decide_s, result.rows[0].decide_s);
  EXPECT_TRUE(back->rows[1].decide_s.empty());
  EXPECT_EQ(back->roofline.warm.size(), result.roofline.warm.size());
  EXPECT_EQ(back->roofline.peaks[1].instructions, "AVX-512 VNNI");
  EXPECT_EQ(back->rows[0].laps[0].result.trajectory.size(), result.rows[0].laps[0].result.trajectory.size());
  EXPECT_EQ(back->rows[0].laps[0].result.deviation.mean, result.rows[0].laps[0].result.deviation.mean);
}

TEST(TuneJson, MapsKeepTheWidthsOfTheirRoad) {
  TuneResult result = sample_result();
  EXPECT_EQ(to_json(result).find("widths_m"), std::string::npos) << "where none has any, nothing is said";
  result.circuits[1].line[2].width_m = 4.25;
  const auto back = tune_result_from_json(to_json(result));
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(back->circuits[1].line[2].width_m, 4.25);
  EXPECT_EQ(back->circuits[1].line[3].width_m, 0);
  std::string text = to_json(result);
  const auto at = text.find("\"widths_m\":[");
  ASSERT_NE(at, std::string::npos);
  text.insert(at + 12, "1,");
  EXPECT_THAT(tune_result_from_json(text).error().message(),
              AllOf(HasSubstr("circuits[1].widths_m"), HasSubstr("numbers")));
}

TEST(TuneJson, CarriesEveryDouble) {
  StrategyRow row = sample_result().rows[0];
  for (const double value : {0.1, 5e-324, 1.7976931348623157e308, -0.0, std::nan(""),
                             std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    row.sparsity = value;
    const auto back = strategy_row_from_json(to_json(row));
    ASSERT_TRUE(back.ok()) << back.error().message();
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(back->sparsity));
    } else {
      EXPECT_EQ(back->sparsity, value);
      EXPECT_EQ(std::signbit(back->sparsity), std::signbit(value));
    }
  }
}

TEST(TuneJson, HostileStringsSurvive) {
  StrategyRow row = sample_result().rows[0];
  row.summary = "</script><script>alert(1)</script> \"quoted\" \n \x01 \xE2\x82\xAC";
  EXPECT_EQ(strategy_row_from_json(to_json(row))->summary, row.summary);
}

TEST(TuneJson, RefusesAnArithmeticThatItDoesNotKnow) {
  std::string text = to_json(sample_result().rows[0]);
  const std::string known = "\"arithmetic\":3";
  const auto at = text.find(known);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, known.size(), "\"arithmetic\":9");
  EXPECT_THAT(strategy_row_from_json(text).error().message(),
              AllOf(HasSubstr("layers.layers[1].arithmetic"), HasSubstr("unknown number 9")));
}

TEST(TuneJson, NamesThePlaceOfAFault) {
  EXPECT_FALSE(strategy_row_from_json("").ok());
  EXPECT_FALSE(strategy_row_from_json("[]").ok());
  std::string text = to_json(sample_result());
  const auto at = text.find("\"seed\":");
  ASSERT_NE(at, std::string::npos);
  text.insert(at + 7, "\"x\",\"was\":");
  EXPECT_THAT(tune_result_from_json(text).error().message(), HasSubstr("rows[0].laps[0].seed"));
}

}  // namespace
}  // namespace pitlane
