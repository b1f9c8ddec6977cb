#include "pitlane/report/markdown_table.h"

#include <algorithm>

#include "pitlane/core/printable.h"
#include "pitlane/report/text_width.h"

namespace pitlane {

std::string markdown_text(const std::string& text) {
  std::string out;
  for (const char c : printable(text)) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::string markdown_table(const std::vector<MarkdownRow>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 3);
  for (const MarkdownRow& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters(row[i]));
  std::string out;
  for (const MarkdownRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      out += (i ? " | " : "| ") + row[i] + std::string(widths[i] - characters(row[i]), ' ');
    out += " |\n";
    if (&row != &rows.front()) continue;
    for (const std::size_t width : widths) out += "|" + std::string(width + 2, '-');
    out += "|\n";
  }
  return out;
}

}  // namespace pitlane
