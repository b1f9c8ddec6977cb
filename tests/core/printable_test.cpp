#include "pitlane/core/printable.h"

#include <gtest/gtest.h>

#include <string>

#include "pitlane/core/utf8.h"

namespace pitlane {
namespace {

TEST(Utf8, TakesWholeCharactersAlone) {
  struct Case {
    const char* text;
    std::uint32_t code;
  };
  for (const Case& c : {Case{"a", 'a'}, Case{"\xc3\xa4", 0xE4}, Case{"\xe2\x80\xa6", 0x2026},
                        Case{"\xf0\x9f\x8f\x81", 0x1F3C1}, Case{"\xf4\x8f\xbf\xbf", 0x10FFFF}}) {
    const std::string text = std::string(c.text) + "rest";
    std::string_view left = text;
    EXPECT_EQ(take_character(left), c.code);
    EXPECT_EQ(left, "rest");
  }
  // Alone, cut short, longer than needed, half of a pair, beyond the last.
  for (const char* bad : {"", "\x80", "\xbf", "\xc3", "\xe2\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80",
                          "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xc3z"}) {
    std::string_view left = bad;
    EXPECT_FALSE(take_character(left)) << bad;
    EXPECT_EQ(left, bad);
  }
}

TEST(Printable, LeavesWhatIsShownAlone) {
  for (const std::string text : {"", "plain words",
                                 "gr\xc3\xb6\xc3\x9f"
                                 "er",
                                 "\xe6\xb1\x89\xe5\xad\x97", "\xf0\x9f\x8f\x81"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, TakesOutWhatTerminalsObey) {
  EXPECT_EQ(printable("a\nb\tc\rd"), "a b c d");
  EXPECT_EQ(printable(std::string("\x1b[31mred\x07\x7f\0.", 12)), "?[31mred???.");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "?31m")
      << "U+009B, as UTF-8";
  EXPECT_EQ(printable("\x9b"
                      "31m\x80\x9f"),
            "?31m??")
      << "the same as bytes of their own";
  EXPECT_EQ(printable("\xe2\x9b"
                      "31m"),
            "\xe2?31m")
      << "behind the beginning of another character";
  EXPECT_EQ(printable("\xc3\x9b"
                      "31m"),
            "\xc3\x9b"
            "31m")
      << "part of a character";
  EXPECT_EQ(printable("\xe4.\xff"), "\xe4.\xff") << "a name in Latin-1";
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b\xe2\x80\xa8"
                      "c"),
            "a?b?c")
      << "turned round, another line";
}

TEST(Printable, NamesAreCutBetweenCharacters) {
  EXPECT_EQ(printable_name(std::string(80, 'x')), std::string(80, 'x'));
  EXPECT_EQ(printable_name(std::string(81, 'x')), std::string(80, 'x') + "…");
  EXPECT_EQ(printable_name("ääää", 3), "äää…");
  EXPECT_EQ(printable_name("\x9b\x9b\x9b", 2), "??…");
  EXPECT_EQ(printable_name(std::string(1 << 20, '\n')), std::string(80, ' ') + "…");
}

TEST(Printable, LongMessagesKeepTheirBeginningAndTheirEnd) {
  const std::string message = "model.h5: layer '" + std::string(1 << 20, 'x') + "' is unknown; leave it out";
  const std::string shown = printable_message(message);
  EXPECT_LT(shown.size(), 4100U);
  EXPECT_TRUE(shown.starts_with("model.h5: layer 'xxx"));
  EXPECT_TRUE(shown.ends_with("xxx' is unknown; leave it out"));
  EXPECT_NE(shown.find("x … x"), std::string::npos);
  EXPECT_EQ(printable_message("short; \x1b"), "short; ?");
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "ä";
  EXPECT_EQ(printable_message(wide, 100), wide) << "characters count, not bytes";
  EXPECT_EQ(printable_message(wide + "ä", 100).find("\xa4 … \xc3"), 149U);
}

}  // namespace
}  // namespace pitlane
