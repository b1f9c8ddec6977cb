#include <algorithm>
#include <filesystem>

#include "pitlane/report/assets.h"
#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"
#include "pitlane/report/html_tables.h"
#include "pitlane/report/latency_laps_html.h"
#include "pitlane/report/layers_html.h"
#include "pitlane/report/page_data.h"
#include "pitlane/report/report.h"
#include "pitlane/report/search_html.h"
#include "pitlane/study/pareto_front.h"
#include "pitlane/study/provenance.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr std::size_t kLargestPage = 64U << 20;

const StrategyRow* row_named(const TuneResult& result, const std::string& name) {
  const auto found = std::find_if(result.rows.begin(), result.rows.end(),
                                  [&](const StrategyRow& row) { return row.strategy == name && !row.failure; });
  return found == result.rows.end() ? nullptr : &*found;
}

/// The chosen row's numbers at a glance.
std::string tiles(const StrategyRow& row, const TuneResult& result) {
  const StrategyRow& baseline = result.rows.front();
  const bool differs = &row != &baseline && !baseline.failure;
  std::string out;
  if (row.latency_ms.runs > 0) {
    const bool comparable = differs && row.latency_ms.p50 > 0 && baseline.latency_ms.p50 > 0;
    out += tile(significant_text(row.latency_ms.p50, 3) + " ms",
                comparable ? fixed_text(baseline.latency_ms.p50 / row.latency_ms.p50, 1) + "× the baseline's speed"
                           : std::string("median latency"));
  }
  const auto size = static_cast<double>(row.size_bytes);
  out += tile(bytes_text(size), differs && baseline.size_bytes > 0
                                    ? percent_text(size / static_cast<double>(baseline.size_bytes)) + " of its size"
                                    : std::string("file"));
  if (row.accuracy)
    out += tile(significant_text(row.accuracy->mse, 3), differs && baseline.accuracy
                                                            ? "MSE, " + signed_percent_text(relative_mse(row, baseline))
                                                            : std::string("validation MSE"));
  if (!row.laps.empty())
    out += tile(std::to_string(laps_completed(row)) + " / " + std::to_string(row.laps.size()),
                "laps, mean dev. ≤\u00a0" + fixed_text(worst_mean_deviation_m(row), 3) + "\u00a0m");
  return "<div class=\"tiles\">" + out + "</div>";
}

std::string recommendation_html(const TuneResult& result) {
  const Recommendation& r = result.recommendation;
  const std::string title = r.strategy ? html_escape(*r.strategy) : std::string("No network meets every condition");
  std::string out = "<section class=\"pick-box" + std::string(r.strategy ? "" : " none") +
                    "\" aria-labelledby=\"pick\"><p class=\"kicker\">" +
                    (r.strategy ? "Put this one on the robot" : "Nothing to recommend") + "</p><h2 id=\"pick\">" +
                    title + "</h2>";
  const StrategyRow* row = row_named(result, r.strategy ? *r.strategy : r.closest);
  if (row && !r.strategy) out += "<p class=\"quiet\">The closest, " + html_escape(r.closest) + ":</p>";
  if (row) out += tiles(*row, result);
  out += "<div class=\"reasons\">";
  for (const std::string& reason : r.reasons) out += "<p>" + prose_html(reason) + "</p>";
  out += "</div>";
  if (row && r.strategy && !row->file.empty())
    out += "<p class=\"quiet\">File: <code>" + html_escape(row->file) + "</code></p>";
  return out + "</section>";
}

std::string notes_html(const TuneResult& result) {
  if (result.notes.empty()) return "";
  std::string out = "<aside class=\"callout\"><h2>Good to know</h2><ul>";
  for (const std::string& note : result.notes) out += "<li>" + prose_html(note) + "</li>";
  return out + "</ul></aside>";
}

bool any_timed(const TuneResult& result) {
  return std::any_of(result.rows.begin(), result.rows.end(),
                     [](const StrategyRow& row) { return !row.failure && row.latency_ms.runs > 0; });
}

std::string charts_html(const TuneResult& result) {
  if (!any_timed(result)) return "";
  std::string out = "<section><h2>Speed against accuracy</h2><div class=\"grid\">";
  out +=
      chart_figure("latency", "Latency",
                   "Bar: median (p50). Whisker: up to p99, the tick on it is p90; an arrow: beyond the axis. Picture "
                   "bytes in, outputs out; engine "
                   "on one core.");
  const std::string tools = "<label class=\"tool\">Vertical axis: <select id=\"pareto-by\"></select></label>";
  const bool some_lose =
      std::ranges::any_of(result.rows, [&](const StrategyRow& row) { return loses_laps(row, result.rows.front()); });
  const char* const who = some_lose ? "Nothing that completes the baseline's laps" : "Nothing measured";
  out += chart_figure("pareto", "What speed costs",
                      "Left and down is better. Area of a bubble: size of the file. " + std::string(who) +
                          " lies below the dashed line.",
                      tools);
  const bool sampled = std::any_of(result.rows.begin(), result.rows.end(), [](const StrategyRow& row) {
    return !row.failure && !row.latency_samples_ms.empty();
  });
  if (sampled)
    out += chart_figure("histogram", "How steady",
                        "Share of runs by latency; the slowest 0.5 % are outside. Press a name to hide it.");
  return out + "</div></section>";
}

std::string track_html(const TuneResult& result) {
  const bool driven =
      std::any_of(result.rows.begin(), result.rows.end(), [](const StrategyRow& row) { return !row.laps.empty(); });
  if (!driven) {
    std::string why = "These networks were not driven.";
    if (!result.rows.empty() && !result.rows.front().why_not_driven.empty())
      why = "These networks were not driven: " + result.rows.front().why_not_driven + ".";
    return "<section><h2>On the track</h2><p class=\"callout\">" + html_escape(why) + "</p></section>";
  }
  return track_section({{"direction", "Direction"}, {"delay", "Latency"}, {"seed", "Seed"}});
}

std::string learning_html(const TuneResult& result) {
  std::string figures;
  if (!result.training.empty())
    figures +=
        chart_figure("training", "Training of the baseline", "Weighted sum of the outputs' MSE, normalised units.");
  const bool tuned = std::any_of(result.rows.begin(), result.rows.end(),
                                 [](const StrategyRow& row) { return !row.failure && !row.fine_tuning.empty(); });
  if (tuned)
    figures +=
        chart_figure("tuning", "Fine-tuning",
                     "Weighted sum of the outputs' MSE, normalised units. Strategies that share their fine-tuning "
                     "share their curves.");
  if (figures.empty()) return "";
  return "<section><h2>How they learned</h2><div class=\"grid\">" + figures + "</div></section>";
}

std::string outputs_html(const TuneResult& result) {
  const std::string table = output_table_html(result);
  return table.empty() ? "" : "<h3>Accuracy by output</h3>" + table;
}

std::string laps_html(const TuneResult& result) {
  const std::string table = lap_table_html(result);
  if (table.empty()) return "";
  return "<section><h2>All laps</h2><div class=\"controls\">"
         "<label class=\"tool\">Network <select id=\"lap-strategy\"></select></label>"
         "<label class=\"tool\">Circuit <select id=\"lap-circuit\"></select></label>"
         "<label class=\"tool\"><input type=\"checkbox\" id=\"lap-failed\"> only those not completed</label>"
         "<span class=\"quiet small\" id=\"lap-count\" role=\"status\"></span></div>" +
         table + "</section>";
}

std::string published_driving_part(const TuneResult& result) {
  const std::string table = published_driving_table_html(result);
  return table.empty() ? "" : "<h3>Driving</h3><details open><summary>Show the table</summary>" + table + "</details>";
}

std::string published_html(const TuneResult& result) {
  return "<section><h2>Published figures beside ours</h2><p class=\"lead\">Two networks were published under one name, "
         "so a row of ours stands beside figures of its own network alone (<code>family</code> in the file: " +
         (result.family.empty() ? std::string("not said") : "<code>" + html_escape(result.family) + "</code>") +
         "). Other data, other machines: compare what a "
         "strategy changes, not the absolute numbers. Sizes here are MiB (1,048,576 bytes), times of this run are "
         "medians. "
         "Each published figure has a flaw worth knowing, named below.</p><details open><summary>Show the "
         "table</summary>" +
         published_table_html(result) + "</details>" + published_driving_part(result) + "</section>";
}

std::string provenance_html(const TuneResult& result) {
  std::string out = "<section><h2>Where this comes from</h2><div class=\"card\"><dl class=\"facts\">";
  if (!result.baseline_file.empty())
    out += "<div><dt>baseline</dt><dd>" + html_escape(result.baseline_file) + "</dd></div>";
  for (const auto& [key, value] : result.provenance)
    out += "<div><dt>" + html_escape(key) + "</dt><dd>" + html_escape(value) + "</dd></div>";
  for (const StrategyRow& row : result.rows)
    if (!row.recipe.empty())
      out += "<div><dt>recipe of " + html_escape(row.strategy) + "</dt><dd>" + html_escape(row.recipe) + "</dd></div>";
  return out + "</dl>" + command_html(result.command) + "</div></section>";
}

std::string subtitle(const TuneResult& result) {
  std::string out = std::to_string(result.rows.size()) + (result.rows.size() == 1 ? " strategy" : " strategies");
  std::size_t laps = 0;
  for (const StrategyRow& row : result.rows) laps += row.laps.size();
  if (laps > 0) out += " · " + count_text(static_cast<std::int64_t>(laps)) + " laps";
  for (const char* key : {kProvenanceProcessor, kProvenanceInstructionSet, kProvenanceDate})
    if (const auto found = result.provenance.find(key); found != result.provenance.end())
      out += " · " + html_escape(found->second);
  return out;
}

struct PageTitle {
  std::string name;    ///< of the file that was tuned, so that pages of two networks can be told apart
  std::string family;  ///< empty where the name already says it
};

PageTitle page_title(const TuneResult& result) {
  const std::string file = std::filesystem::path(result.baseline_file).filename().string();
  const std::string family = result.network_name.empty() ? "network" : result.network_name;
  return file.empty() ? PageTitle{family, ""} : PageTitle{file, family};
}

}  // namespace

Result<std::string> html_report(const TuneResult& result, const PageVideos& videos) {
  const PageTitle title = page_title(result);
  std::string page =
      page_begin(title.name + (title.family.empty() ? "" : " · " + title.family),
                 html_escape(title.name) +
                     (title.family.empty() ? "" : " <span class=\"family\">" + html_escape(title.family) + "</span>"),
                 subtitle(result));
  page += recommendation_html(result) + "\n" + notes_html(result);
  page += "\n<section><h2>Results</h2>" + results_table_html(result) + outputs_html(result) + "</section>\n";
  page += charts_html(result) + "\n" + search_html(result) + "\n" + layers_html(result) + "\n" + track_html(result) +
          "\n" + latency_laps_html(result) + "\n" + videos_section(videos) + "\n" + learning_html(result) + "\n" +
          laps_html(result) + "\n";
  page += published_html(result) + "\n" + provenance_html(result);
  page += page_end(
      "Made by <code>pitlane tune</code>. Lengths in metres, times as labelled, file sizes in decimal units except "
      "where "
      "MiB is written.",
      page_data_json(result), kPageJs);
  if (page.size() > kLargestPage)
    return unsupported("report: the page would have " + count_text(static_cast<std::int64_t>(page.size())) +
                       " bytes; drive fewer laps or strategies in one run");
  return page;
}

}  // namespace pitlane
