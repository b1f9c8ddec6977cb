#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "pitlane/report/report.h"
#include "pitlane/search/recommend.h"
#include "pitlane/study/provenance.h"
#include "sample_result.h"

namespace pitlane {
namespace {

using nlohmann::json;

void drop_timing(json& value) {
  if (value.is_object()) value.erase("timing");
  if (value.is_structured())
    for (auto& child : value) drop_timing(child);
}

json without_timing(const TuneResult& result) {
  json value = json::parse(json_report(result));
  drop_timing(value);
  return value;
}

TEST(JsonReport, ClocksChangeOnlyWhatStandsUnderTiming) {
  TuneResult one = sample_result(), other = sample_result();
  for (StrategyRow& row : other.rows) {
    row.latency_ms.p50 *= 1.7;
    if (row.layers) row.layers->layers[1].p50_ms *= 3;
    for (LapRow& lap : row.laps) lap.result.wall_s *= 3, lap.result.decide_s = {0.1};
    for (EpochRecord& epoch : row.fine_tuning) epoch.seconds += 9;
  }
  for (EpochRecord& epoch : other.training) epoch.seconds += 9;
  for (auto& [key, value] : other.provenance)
    if (key == kProvenanceDate) value = "2030-12-24";
  one.recommendation = recommend(one);
  other.recommendation.closest = "prune_quan";
  other.roofline.peaks[0].macs_per_s *= 2;
  EXPECT_NE(json_report(one), json_report(other));
  EXPECT_EQ(without_timing(one), without_timing(other));
}

TEST(JsonReport, HoldsWhatWasMeasured) {
  TuneResult result = sample_result();
  result.recommendation = recommend(result);
  const json value = json::parse(json_report(result));
  EXPECT_EQ(value.at("rows").size(), 7U);
  const json& row = value.at("rows").at(3);
  EXPECT_EQ(row.at("strategy"), "int_flt_quan");
  EXPECT_EQ(row.at("size_bytes"), 1641856);
  EXPECT_DOUBLE_EQ(row.at("mse"), 0.00417);
  EXPECT_EQ(row.at("laps").size(), 20U);
  EXPECT_EQ(row.at("laps_completed"), 20);
  const json& lap = row.at("laps").at(0);
  EXPECT_EQ(lap.at("driving_score"), 81.25);
  EXPECT_EQ(lap.at("off_road_s"), 0.5);
  EXPECT_EQ(lap.at("line_lost_s"), 0.25);
  EXPECT_EQ(lap.at("wrong_way_s"), 0.125);
  EXPECT_EQ(lap.at("collisions"), 1);
  EXPECT_EQ(lap.at("min_speed_mps"), 6.75);
  EXPECT_EQ(lap.at("max_speed_mps"), 9.5);
  EXPECT_EQ(lap.at("suddenness"), json({{"v_mps", 0.375}, {"w_radps", 0.0625}}));
  EXPECT_EQ(lap.at("frame_age_ms").at("p95"), 60);
  EXPECT_EQ(lap.at("decisions_hz"), 19.5);
  EXPECT_EQ(lap.at("target_frequency_reached"), 97.5);
  EXPECT_EQ(lap.at("deviation_m").at("total"), result.rows[3].laps[0].result.deviation.total);
  EXPECT_DOUBLE_EQ(row.at("timing").at("latency_ms").at("p50"), 0.331);
  EXPECT_DOUBLE_EQ(row.at("timing").at("frame_ms").at("p50"), 0.351);
  const json& layers = row.at("timing").at("by_layer");
  EXPECT_EQ(layers.at("layers").size(), 6U);
  EXPECT_EQ(layers.at("layers").at(0).at("kind"), "input");
  EXPECT_EQ(layers.at("layers").at(2).at("name"), "conv2");
  EXPECT_EQ(layers.at("layers").at(2).at("arithmetic"), "int8");
  EXPECT_EQ(layers.at("layers").at(2).at("macs"), 14213000);
  EXPECT_DOUBLE_EQ(layers.at("layers").at(2).at("roofline_ratio"), 0.7);
  EXPECT_DOUBLE_EQ(layers.at("sum_ms"), 0.331);
  EXPECT_DOUBLE_EQ(value.at("timing").at("roofline").at("peaks").at(1).at("macs_per_s"), 166e9);
  EXPECT_EQ(value.at("timing").at("roofline").at("reads").size(), 3U);
  EXPECT_EQ(value.at("timing").at("recommendation").at("strategy"), "int_flt_quan");
  EXPECT_EQ(value.at("rows").at(6).at("failure"), "fine-tuning diverged: the loss is not a number in epoch 2");
  EXPECT_FALSE(value.at("rows").at(6).contains("size_bytes"));
  EXPECT_FALSE(value.at("rows").at(6).contains("inapplicable"));
}

TEST(JsonReport, AStrategyWithoutMeaningForTheNetworkSaysSo) {
  TuneResult result = sample_result();
  result.rows[6].inapplicable = true;
  EXPECT_EQ(json::parse(json_report(result)).at("rows").at(6).at("inapplicable"), true);
}

TEST(JsonReport, NumbersThatAreNotFiniteAreNull) {
  TuneResult result = sample_result();
  result.rows[0].accuracy->mse = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(json::parse(json_report(result)).at("rows").at(0).at("mse").is_null());
}

TEST(JsonReport, BytesThatAreNotTextBecomeReplacements) {
  TuneResult result = sample_result();
  result.rows[0].summary = "\xFFstrange";
  EXPECT_EQ(json::parse(json_report(result)).at("rows").at(0).at("summary"), "\xEF\xBF\xBDstrange");
}

}  // namespace
}  // namespace pitlane
