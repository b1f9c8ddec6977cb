#include "pitlane/core/json_extent.h"

#include <gtest/gtest.h>

#include <string>

namespace pitlane {
namespace {

std::string fault(std::string_view text, std::size_t most, std::size_t deepest = 100) {
  const Status status = check_json_extent(text, {most, deepest});
  return status.ok() ? "fine" : status.error().message();
}

TEST(JsonExtent, CountsNoFewerValuesThanThereAre) {
  struct Case {
    const char* text;
    std::size_t values;
  };
  for (const Case& c : {Case{"7", 1}, Case{"[]", 1}, Case{"[1, 2, 3]", 4}, Case{R"({"a": 1, "b": [[], []]})", 5}}) {
    EXPECT_EQ(fault(c.text, c.values - 1), "has more than " + std::to_string(c.values - 1) + " values") << c.text;
    EXPECT_EQ(fault(c.text, 3 * c.values), "fine") << c.text;
  }
}

TEST(JsonExtent, WhatStandsInTextsDoesNotCount) {
  EXPECT_EQ(fault(R"(["[,,,,:{{{", "a\"[,,,", "\\", ",,"])", 6, 1), "fine");
  EXPECT_EQ(fault("[\"[[[[[[", 3, 1), "fine") << "a text without end; the parser says so";
}

TEST(JsonExtent, KnowsHowDeepBracketsAre) {
  EXPECT_EQ(fault("[[{}, {}], []]", 100, 3), "fine");
  EXPECT_EQ(fault("[[{}, {}], []]", 100, 2), "is nested more than 2 deep");
  EXPECT_EQ(fault("]]]]}}[[", 100, 2), "fine");
  EXPECT_EQ(fault(std::string(1'000'000, '['), 2'000'000), "is nested more than 100 deep");
}

}  // namespace
}  // namespace pitlane
