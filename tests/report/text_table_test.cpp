#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "pitlane/report/report.h"
#include "pitlane/search/recommend.h"
#include "sample_result.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TuneResult recommended_sample() {
  TuneResult result = sample_result();
  result.recommendation = recommend(result);
  return result;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t characters(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

TEST(TextTable, OneLineARowAndAMarkAtTheChosenOne) {
  const auto lines = lines_of(text_table(recommended_sample()));
  ASSERT_EQ(lines.size(), 9U);  // titles, rule, 7 rows
  EXPECT_THAT(lines[2], StartsWith("  baseline "));
  EXPECT_THAT(lines[5], StartsWith("> int_flt_quan "));
  EXPECT_THAT(lines[5], HasSubstr("1.64 MB"));
  EXPECT_THAT(lines[5], HasSubstr("+1.2 %"));
  EXPECT_THAT(lines[5], HasSubstr("2.84x     0.351 "));
  EXPECT_THAT(lines[5], HasSubstr("20/20"));
  EXPECT_THAT(lines[7], HasSubstr("18/20"));
  EXPECT_THAT(lines[8], HasSubstr("quan_aware"));
  EXPECT_THAT(lines[8], HasSubstr("failed: fine-tuning diverged"));
  TuneResult inapplicable = sample_result();
  inapplicable.rows[6].inapplicable = true;
  EXPECT_THAT(text_table(inapplicable), HasSubstr("does not apply: fine-tuning diverged"));
}

TEST(TextTable, ColumnsLineUpAndFitTheTerminal) {
  const auto lines = lines_of(text_table(recommended_sample()));
  for (std::size_t i = 2; i + 1 < lines.size(); ++i) EXPECT_EQ(characters(lines[i]), characters(lines[0])) << lines[i];
  for (const std::string& line : lines) EXPECT_LE(characters(line), 110U);
}

TEST(TextTable, ARowOfAFastStudentIsNotCut) {
  TuneResult result = recommended_sample();
  StrategyRow& fast = result.rows[1];
  fast.strategy = "prune_clust_qat";
  fast.latency_ms.p50 = 0.00253456, fast.latency_ms.p99 = 0.00266456, fast.frame_ms.p50 = 0.00475456;
  const std::string table = text_table(result);
  EXPECT_THAT(table, Not(HasSubstr("…")));
  EXPECT_THAT(lines_of(table)[3], HasSubstr("0.00253  0.00266   371x   0.00475"));
}

TEST(TextTable, LongAndStrangeNamesAreShortenedBetweenCharacters) {
  TuneResult result = recommended_sample();
  result.rows[1].strategy = "größer\n\x1b[2Jgrößer größer größer größer größer";
  const std::string table = text_table(result);
  EXPECT_EQ(lines_of(table).size(), 9U);
  EXPECT_THAT(table, Not(HasSubstr("\x1b")));
  EXPECT_THAT(table, HasSubstr("…"));
}

TEST(TextTable, WhatWasNotMeasuredIsADash) {
  TuneResult result = recommended_sample();
  result.rows[1].laps.clear();
  result.rows[1].latency_ms = result.rows[1].frame_ms = {};
  result.rows[1].accuracy.reset();
  EXPECT_EQ(lines_of(text_table(result))[3].find("0."), std::string::npos);
}

}  // namespace
}  // namespace pitlane
