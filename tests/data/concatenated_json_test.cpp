#include "pitlane/data/concatenated_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> out;
  ConcatenatedJson objects(text);
  for (JsonPiece piece; objects.next(piece);) {
    out.emplace_back(piece.text);
    EXPECT_EQ(piece.number, static_cast<std::int64_t>(out.size()));
  }
  return out;
}

TEST(ConcatenatedJson, ObjectsWithAndWithoutAnythingBetween) {
  EXPECT_THAT(pieces("{\"v\": 1}{\"v\": 2}\n{\"v\": 3}"), ElementsAre("{\"v\": 1}", "{\"v\": 2}", "{\"v\": 3}"));
  EXPECT_THAT(pieces("[{\"v\": 1},\n {\"v\": 2}]"), ElementsAre("{\"v\": 1}", "{\"v\": 2}"));
}

TEST(ConcatenatedJson, ALostBraceCostsOneObjectAndKeepsTheCount) {
  EXPECT_THAT(pieces("{\"v\": 1}{\"v\": 2, {\"v\": 3}"), ElementsAre("{\"v\": 1}", "{\"v\": 2, ", "{\"v\": 3}"));
  EXPECT_THAT(pieces("{\"v\": 1}{\"v\":"), ElementsAre("{\"v\": 1}", "{\"v\":"));
}

TEST(ConcatenatedJson, NothingInNothing) {
  EXPECT_THAT(pieces(""), IsEmpty());
  EXPECT_THAT(pieces("}} no objects ]"), IsEmpty());
}

}  // namespace
}  // namespace pitlane
