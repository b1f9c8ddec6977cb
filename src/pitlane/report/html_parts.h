// Pieces that all pages share. Each is whole elements; what comes from outside is escaped by whoever passes it, except
// where it says "text".
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pitlane {

/// The page up to its first section. `title`: text of the tab. `heading`, `subtitle`: HTML.
std::string page_begin(const std::string& title, const std::string& heading, const std::string& subtitle);
/// What follows the last section: footer (HTML), the data that the scripts read, the chart library, the scripts.
std::string page_end(const std::string& footer, const std::string& data_json, std::string_view scripts);

/// A chart: the scripts find the canvas by its id. `tools`: HTML beside the title.
std::string chart_figure(const std::string& id, const std::string& title, const std::string& caption,
                         const std::string& tools = "");
/// A cell of text. `kind`: its class, may be empty.
std::string text_cell(const std::string& text, const std::string& kind = "");
/// A table that scrolls sideways within its card. `titles`: texts, the first `names` of them over columns of text.
/// `body`: rows. `id` may be empty.
std::string scrolling_table(const std::string& label, const std::vector<std::string>& titles, const std::string& body,
                            const std::string& id = "", std::size_t names = 0);
/// Text, in which no number parts from its unit at the end of a line, and no p from its value; intervals stay whole.
std::string prose_html(const std::string& text);
/// A number at a glance, HTML both.
std::string tile(const std::string& value, const std::string& label);
/// In a list of facts: texts both.
std::string fact(const std::string& name, const std::string& value);
/// The command that makes the page again, with a button to copy it; empty for no text.
std::string command_html(const std::string& command);

/// Map, speed and deviation along the lap (page/track.js). `selects`: what is chosen first, pairs of id and label.
std::string track_section(const std::vector<std::pair<std::string, std::string>>& selects);

}  // namespace pitlane
