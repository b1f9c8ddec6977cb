#include "pitlane/data/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<CsvRow> read_all(std::string_view text) {
  std::vector<CsvRow> out;
  CsvReader reader(text);
  for (CsvRow row; reader.next(row);) out.push_back(row);
  return out;
}

TEST(CsvReader, LinesFieldsAndEmptyFields) {
  const auto rows = read_all("a,b,c\n1,,3\n,,");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_THAT(rows[0].fields, ElementsAre("a", "b", "c"));
  EXPECT_THAT(rows[1].fields, ElementsAre("1", "", "3"));
  EXPECT_THAT(rows[2].fields, ElementsAre("", "", ""));
  EXPECT_EQ(rows[2].line, 3);
}

TEST(CsvReader, SkipsByteOrderMarkCarriageReturnsAndBlankLinesButCountsThem) {
  const auto rows = read_all("\xEF\xBB\xBFv,w\r\n\r\n  \r\n1, 2 \r\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(rows[0].fields, ElementsAre("v", "w"));
  EXPECT_THAT(rows[1].fields, ElementsAre("1", "2"));
  EXPECT_EQ(rows[1].line, 4);
}

TEST(CsvReader, QuotedFieldsKeepCommasSpacesAndDoubledQuotes) {
  const auto rows = read_all("\"a, b\", \"say \"\"go\"\" \" ,\"\"\n");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows[0].fields, ElementsAre("a, b", "say \"go\" ", ""));
}

TEST(CsvReader, MalformedLineDoesNotTouchTheNext) {
  const auto rows = read_all("\"open,1\nfine,2\nin\"side,3\n\"closed\"tail,4\nfine,5");
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_THAT(rows[0].problem, HasSubstr("not closed"));
  EXPECT_TRUE(rows[0].fields.empty());
  EXPECT_THAT(rows[1].fields, ElementsAre("fine", "2"));
  EXPECT_THAT(rows[2].problem, HasSubstr("inside a field"));
  EXPECT_THAT(rows[3].problem, HasSubstr("after a closing quote"));
  EXPECT_THAT(rows[4].fields, ElementsAre("fine", "5"));
  EXPECT_EQ(rows[4].line, 5);
}

TEST(CsvReader, ALineOfCommasIsRefusedInsteadOfFillingTheMemory) {
  EXPECT_EQ(read_all(std::string(255, ',')).at(0).fields.size(), 256U);
  EXPECT_THAT(read_all(std::string(1'000'000, ',')).at(0).problem, HasSubstr("256"));
}

TEST(CsvReader, EmptyTextHasNoRows) { EXPECT_TRUE(read_all("").empty()); }

TEST(ParseNumber, WholeFieldsThatAreFinite) {
  EXPECT_EQ(parse_number("0.25"), 0.25);
  EXPECT_EQ(parse_number(" -1e-3\t"), -1e-3);
  EXPECT_EQ(parse_number("+7"), 7);
  EXPECT_EQ(parse_number("1650000000123456789"), 1650000000123456789.0);
  for (const char* text : {"", " ", "abc", "1x", "1 2", "nan", "inf", "-inf", "1e999", "+-1", "0x10", "1,5", "--1"})
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

}  // namespace
}  // namespace pitlane
