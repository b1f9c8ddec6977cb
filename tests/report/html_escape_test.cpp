#include "pitlane/report/html_escape.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pitlane {
namespace {

TEST(HtmlEscape, MakesMarkupHarmless) {
  EXPECT_EQ(html_escape("<img src=x onerror=\"a('b')\"> & more"),
            "&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt; &amp; more");
  EXPECT_EQ(html_escape("Runde 1 · größer"), "Runde 1 · größer");
}

TEST(HtmlEscape, ReplacesNullBytes) {
  EXPECT_EQ(html_escape(std::string_view("a\0b", 3)),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(ScriptSafeJson, CannotCloseItsScriptAndMeansTheSame) {
  const nlohmann::json value{{"name", "</script><!-- & \xE2\x80\xA8 \xE2\x80\xA9 ü"}};
  const std::string safe = script_safe_json(value.dump());
  EXPECT_EQ(safe.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(safe.find("\xE2\x80\xA8"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(safe), value);
}

}  // namespace
}  // namespace pitlane
