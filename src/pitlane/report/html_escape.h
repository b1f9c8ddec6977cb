// Foreign text made harmless for the page.
#pragma once

#include <string>
#include <string_view>

namespace pitlane {

/// For text and for attributes in double quotes: & < > " ' become entities.
std::string html_escape(std::string_view text);
/// JSON that may stand inside <script>: < > & and U+2028, U+2029 become \u escapes, the value stays the same.
std::string script_safe_json(std::string_view json);

}  // namespace pitlane
