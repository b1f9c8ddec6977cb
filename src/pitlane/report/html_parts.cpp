#include "pitlane/report/html_parts.h"

#include <cctype>
#include <utility>

#include "pitlane/report/assets.h"
#include "pitlane/report/html_escape.h"

namespace pitlane {

std::string page_begin(const std::string& title, const std::string& heading, const std::string& subtitle) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\"><title>" +
      html_escape(title) + " – Pitlane</title>\n<style>\n";
  page += kStyleCss;
  return page +
         "</style></head>\n<body><header><div class=\"flag\" aria-hidden=\"true\"></div><div class=\"wrap\"><p "
         "class=\"brand\">Pitlane</p><h1>" +
         heading + "</h1><p class=\"sub\">" + subtitle + "</p></div></header>\n<main class=\"wrap\">\n";
}

std::string page_end(const std::string& footer, const std::string& data_json, std::string_view scripts) {
  std::string page = "\n</main><footer class=\"wrap\">" + footer +
                     "</footer>\n<noscript><p class=\"wrap\">Charts and maps need JavaScript; all numbers stand in the "
                     "tables.</p></noscript>\n<script type=\"application/json\" id=\"data\">" +
                     script_safe_json(data_json) + "</script>\n<script>";
  page += kChartJs;
  page += "</script>\n<script>\n";
  page += scripts;
  return page + "</script>\n</body></html>\n";
}

std::string chart_figure(const std::string& id, const std::string& title, const std::string& caption,
                         const std::string& tools) {
  return "<figure class=\"card\" id=\"figure-" + id + "\"><div class=\"figure-head\"><h3>" + title + "</h3>" + tools +
         "</div><div class=\"plot\"><canvas id=\"" + id + "\" role=\"img\" aria-label=\"" + title +
         "; the same numbers stand in the tables\"></canvas></div><figcaption>" + caption + "</figcaption></figure>";
}

std::string text_cell(const std::string& text, const std::string& kind) {
  return "<td" + (kind.empty() ? "" : " class=\"" + kind + "\"") + ">" + html_escape(text) + "</td>";
}

std::string scrolling_table(const std::string& label, const std::vector<std::string>& titles, const std::string& body,
                            const std::string& id, std::size_t names) {
  std::string out = "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" + html_escape(label) +
                    "\"><table" + (id.empty() ? "" : " id=\"" + id + "\"") + "><thead><tr>";
  for (std::size_t i = 0; i < titles.size(); ++i)
    out += std::string("<th scope=\"col\"") + (i < names ? " class=\"text\"" : "") + ">" + html_escape(titles[i]) +
           "</th>";
  return out + "</tr></thead><tbody>" + body + "</tbody></table></div>";
}

std::string prose_html(const std::string& text) {
  std::string out = html_escape(text);
  for (const char* unit : {" %", " ms", " MB", " kB", " m ", " m,", " m."})
    for (std::size_t at = 1; (at = out.find(unit, at)) != std::string::npos; ++at)
      if (std::isdigit(static_cast<unsigned char>(out[at - 1]))) out.replace(at, 1, "\u00a0");
  for (const auto& [loose, tight] : {std::pair{"(p &lt; ", "(p\u00a0&lt;\u00a0"}, {"(p ", "(p\u00a0"}})
    for (std::size_t at = 0; (at = out.find(loose, at)) != std::string::npos; ++at)
      out.replace(at, std::string_view(loose).size(), tight);
  // An interval stays whole: "[0.142, 0.171]".
  for (std::size_t at = 0; (at = out.find('[', at)) != std::string::npos; ++at)
    if (const std::size_t comma = out.find_first_not_of("-0123456789.", at + 1);
        comma != std::string::npos && out.compare(comma, 2, ", ") == 0)
      out.replace(comma + 1, 1, "\u00a0");
  return out;
}

std::string tile(const std::string& value, const std::string& label) {
  return "<div class=\"tile\"><b>" + value + "</b><span>" + label + "</span></div>";
}

std::string fact(const std::string& name, const std::string& value) {
  return "<div><dt>" + html_escape(name) + "</dt><dd>" + html_escape(value) + "</dd></div>";
}

std::string command_html(const std::string& command) {
  if (command.empty()) return "";
  return "<h3>Make it again</h3><div class=\"command\"><pre><code id=\"command\">" + html_escape(command) +
         "</code></pre><button type=\"button\" id=\"copy\" hidden>Copy</button></div>";
}

std::string track_section(const std::vector<std::pair<std::string, std::string>>& selects) {
  std::string tools;
  for (const auto& [id, label] : selects)
    tools.append("<label class=\"tool\">")
        .append(label)
        .append(" <select id=\"")
        .append(id)
        .append("\"></select></label>");
  return "<section id=\"track\"><h2>On the track</h2>"
         "<div class=\"tabs\" id=\"circuits\" role=\"group\" aria-label=\"Circuit\"></div>"
         "<div class=\"card track-card\"><div class=\"controls\">" +
         tools +
         "<label class=\"tool\">Colour by <select id=\"colour\"></select></label>"
         "<label class=\"tool\">Widen sideways <input type=\"range\" id=\"widen\" min=\"1\" max=\"12\" step=\"1\" "
         "value=\"4\"><output id=\"widen-value\">4×</output></label></div>"
         "<div class=\"chips\" id=\"shown\" role=\"group\" aria-label=\"Networks shown\"></div>"
         "<div id=\"map\"></div><div id=\"colour-scale\" hidden></div><p class=\"quiet small\" id=\"map-note\"></p>"
         "<h3>Deviation along the lap</h3><div class=\"plot short\"><canvas id=\"deviation\" role=\"img\" "
         "aria-label=\"Deviation along the lap; summaries stand in the tables\"></canvas></div>"
         "<p class=\"quiet small\">Metres from the line, positive to its left. Who left the road runs out of the "
         "picture.</p><h3>Speed along the lap</h3><div class=\"plot short\"><canvas id=\"speed\" role=\"img\" "
         "aria-label=\"Speed along the lap; summaries stand in the tables\"></canvas></div>"
         "<p class=\"quiet small\">Metres per second: from one drawn point to the next, their distance divided by the "
         "time between.</p></div></section>";
}

}  // namespace pitlane
