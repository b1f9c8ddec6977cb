// Tables of Markdown that are aligned, so that they read well on a terminal too.
#pragma once

#include <string>
#include <vector>

namespace pitlane {

using MarkdownRow = std::vector<std::string>;

/// What others wrote, without what a table would obey.
std::string markdown_text(const std::string& text);
/// The first row holds the titles; all are as long. Ends in a newline.
std::string markdown_table(const std::vector<MarkdownRow>& rows);

}  // namespace pitlane
