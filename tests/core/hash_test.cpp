#include "pitlane/core/hash.h"

#include <gtest/gtest.h>

namespace pitlane {
namespace {

std::string hex_of(std::string_view text) {
  return Hasher().bytes(std::as_bytes(std::span(text.data(), text.size()))).hex();
}

// Values of the published test vectors of FNV-1a 128.
TEST(Hasher, MatchesPublishedVectors) {
  EXPECT_EQ(hex_of(""), "6c62272e07bb014262b821756295c58d");
  EXPECT_EQ(hex_of("a"), "d228cb696f1a8caf78912b704e4a8964");
  EXPECT_EQ(hex_of("foobar"), "343e1662793c64bf6f0d3597ba446f18");
}

TEST(Hasher, TextIsFramed) { EXPECT_NE(Hasher().text("ab").text("c").hex(), Hasher().text("a").text("bc").hex()); }

TEST(Hasher, TellsRealsApart) { EXPECT_NE(Hasher().real(0.0).hex(), Hasher().real(-0.0).hex()); }

}  // namespace
}  // namespace pitlane
