#include "pitlane/report/html_tables.h"

#include <algorithm>
#include <vector>

#include "pitlane/report/all_figures_html.h"
#include "pitlane/report/html_escape.h"
#include "pitlane/report/published_html.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

const std::string kNone = "–";

std::string head(const std::string& text, const std::string& attributes = "") {
  return "<th scope=\"col\"" + (attributes.empty() ? "" : " " + attributes) + ">" + text + "</th>";
}

std::string cell(const std::string& html, const std::string& attributes = "") {
  return "<td" + (attributes.empty() ? "" : " " + attributes) + ">" + html + "</td>";
}

/// A number with a bar behind it, 0..1 of the cell's width.
std::string bar_cell(const std::string& text, double share) {
  return cell(text, "class=\"bar\" style=\"--share:" + fixed_text(std::clamp(share, 0.0, 1.0) * 100, 1) + "%\"");
}

std::string region(const std::string& label, const std::string& table) {
  return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + html_escape(label) + "\">" + table +
         "</div>";
}

/// Beside a circuit's name; what it means stands below the table.
const char* const kNotTrainedOn = " <span class=\"badge\">not trained on</span>";

const char* const kNotTrainedOnNote =
    "<p class=\"quiet small\"><span class=\"badge\">not trained on</span> The circuit is held out: it is not among the "
    "circuits the network was trained on, nor was a strategy tuned on it.</p>";

std::string dot(std::size_t index) {
  return "<span class=\"dot\" style=\"--c:var(--s" + std::to_string(index % 8) + ")\"></span>";
}

std::string name_html(const StrategyRow& row, std::size_t index) {
  return dot(index) + "<span class=\"name\">" + html_escape(row.strategy) + "</span>";
}

// --- results -------------------------------------------------------------------------------------------------------

/// What every row of the results table refers to.
struct Table {
  const TuneResult* result;
  double largest_size = 0;
  double largest_p50 = 0;
  [[nodiscard]] const StrategyRow& baseline() const { return result->rows.front(); }
};

Table survey(const TuneResult& result) {
  Table table{.result = &result};
  for (const StrategyRow& row : result.rows) {
    table.largest_size = std::max(table.largest_size, static_cast<double>(row.size_bytes));
    table.largest_p50 = std::max(table.largest_p50, row.latency_ms.p50);
  }
  return table;
}

std::string group(const std::string& title, std::size_t columns) {
  return "<th scope=\"colgroup\" colspan=\"" + std::to_string(columns) + "\">" + title + "</th>";
}

std::string results_head() {
  std::string out = "<thead><tr><td></td>" + group("File", 2) + group("Accuracy", 2) + group("Latency, one core", 5) +
                    group("On the track", 3) + "</tr><tr>";
  out += head("Strategy") + head("Size") + head("Zeros", "title=\"share of weights that are zero\"");
  out += head("MSE", "title=\"validation data, normalised units\"") + head("Change");
  out += head("p50,\u00a0ms") + head("p90,\u00a0ms") + head("p99,\u00a0ms") + head("Speed");
  out += head("Frame p50,\u00a0ms", "title=\"from the camera's whole frame to the command\"");
  out += head("Laps") + head("Mean dev.,\u00a0m", "title=\"mean deviation from the line on the worst lap\"");
  return out + head("Max dev.,\u00a0m", "title=\"largest deviation from the line in any lap\"") + "</tr></thead>";
}

std::string zeros_text(double sparsity) {
  if (!(sparsity > 0)) return kNone;
  return sparsity < 0.00005 ? "&lt; 0.01 %" : percent_text(sparsity);
}

std::string accuracy_cells(const StrategyRow& row, const Table& table) {
  if (!row.accuracy) return cell(kNone) + cell(kNone);
  const bool comparable = table.baseline().accuracy && &row != &table.baseline();
  return cell(significant_text(row.accuracy->mse, 4)) +
         cell(comparable ? signed_percent_text(relative_mse(row, table.baseline())) : kNone);
}

std::string latency_cells(const StrategyRow& row, const Table& table) {
  const LatencySummary& ms = row.latency_ms;
  const std::string frame = cell(row.frame_ms.runs > 0 ? significant_text(row.frame_ms.p50, 3) : kNone);
  if (ms.runs == 0) return cell(kNone) + cell(kNone) + cell(kNone) + cell(kNone) + frame;
  const double reference = table.baseline().latency_ms.p50;
  const bool comparable = reference > 0 && ms.p50 > 0;
  return bar_cell(significant_text(ms.p50, 3), table.largest_p50 > 0 ? ms.p50 / table.largest_p50 : 0) +
         cell(significant_text(ms.p90, 3)) + cell(significant_text(ms.p99, 3)) +
         cell(comparable ? fixed_text(reference / ms.p50, 2) + "×" : kNone) + frame;
}

std::string track_cells(const StrategyRow& row) {
  if (row.laps.empty())
    return cell("not driven", "colspan=\"3\" class=\"quiet\" title=\"" + html_escape(row.why_not_driven) + "\"");
  const int done = laps_completed(row);
  const bool all = completes_all(row);
  return cell((all ? "✓ " : "✗ ") + std::to_string(done) + "/" + std::to_string(row.laps.size()),
              all ? "class=\"good\"" : "class=\"bad\"") +
         cell(fixed_text(worst_mean_deviation_m(row), 3)) + cell(fixed_text(worst_deviation_m(row), 2));
}

std::string name_head(const StrategyRow& row, const TuneResult& result, std::size_t index) {
  std::string out = "<th scope=\"row\" title=\"" + html_escape(row.summary) + "\">" + name_html(row, index);
  if (result.recommendation.strategy == row.strategy) out += "<br><span class=\"badge pick\">recommended</span>";
  if (result.recommendation.closest == row.strategy) out += "<br><span class=\"badge\">closest</span>";
  return out + "</th>";
}

std::string results_row(const StrategyRow& row, const Table& table, std::size_t index) {
  const bool chosen = table.result->recommendation.strategy == row.strategy;
  std::string out = "<tr data-strategy=\"" + html_escape(row.strategy) + "\"" + (chosen ? " class=\"chosen\"" : "") +
                    ">" + name_head(row, *table.result, index);
  if (row.failure && row.inapplicable)
    return out + cell("does not apply: " + html_escape(*row.failure), "class=\"failed\" colspan=\"12\"") + "</tr>";
  if (row.failure) {
    return out + cell("✗ failed: " + html_escape(*row.failure), "class=\"bad failed\" colspan=\"12\"") + "</tr>";
  }
  const auto size = static_cast<double>(row.size_bytes);
  out += bar_cell(bytes_text(size), table.largest_size > 0 ? size / table.largest_size : 0);
  out += cell(zeros_text(row.sparsity));
  return out + accuracy_cells(row, table) + latency_cells(row, table) + track_cells(row) + "</tr>";
}

// --- accuracy by output
// -------------------------------------------------------------------------------------------------

std::string output_cells(const OutputAccuracy& accuracy, const OutputAccuracy* reference) {
  const bool comparable = reference && reference->mse > 0;
  return cell(significant_text(accuracy.mse, 4)) +
         cell(comparable ? signed_percent_text((accuracy.mse - reference->mse) / reference->mse) : kNone) +
         cell(significant_text(accuracy.mae, 4)) + cell(significant_text(accuracy.mse_over_variance, 3));
}

std::string output_row(const StrategyRow& row, const StrategyRow& baseline, std::size_t index) {
  std::string out = "<th scope=\"row\">" + name_html(row, index) + "</th>";
  for (std::size_t i = 0; i < row.accuracy->outputs.size(); ++i) {
    const bool comparable = baseline.accuracy && &row != &baseline && i < baseline.accuracy->outputs.size();
    out += output_cells(row.accuracy->outputs[i], comparable ? &baseline.accuracy->outputs[i] : nullptr);
  }
  return "<tr>" + out + cell(row.agreement ? significant_text(row.agreement->mse * 1e6, 2) : kNone, "class=\"apart\"") +
         "</tr>\n";
}

// --- laps ----------------------------------------------------------------------------------------------------------

std::string why_ended(const EpisodeResult& episode) {
  switch (episode.end) {
    case EpisodeEnd::kCompleted:
      return "finished";
    case EpisodeEnd::kOffRoad:
      return "left the road";
    case EpisodeEnd::kCollision:
      return "hit a wall";
    case EpisodeEnd::kTimeout:
      return "ran out of time";
    case EpisodeEnd::kStuck:
      return "stood still";
    case EpisodeEnd::kWrongWay:
      return "drove the wrong way";
    case EpisodeEnd::kControllerFailed:
      return "network failed: " + html_escape(episode.failure);
  }
  return kNone;
}

std::string lap_row(const LapRow& lap, const std::string& strategy, std::size_t index) {
  const EpisodeResult& e = lap.result;
  std::string out = "<tr data-strategy=\"" + html_escape(strategy) + "\" data-circuit=\"" + html_escape(lap.circuit) +
                    "\" data-done=\"" + (e.completed ? "1" : "0") + "\"><th scope=\"row\">" + dot(index) +
                    html_escape(strategy) + "</th>";
  out += cell(html_escape(lap.circuit) + (lap.held_out ? kNotTrainedOn : ""), "class=\"text\"");
  out += cell(lap.reverse ? "reverse" : "forward", "class=\"text\"") + cell(html_escape(lap.latency), "class=\"text\"");
  out += cell(std::to_string(lap.seed));
  const std::string share = e.completed ? "✓ " : "✗ " + fixed_text(e.percentage_completed, 1) + " %, ";
  out += cell(share + why_ended(e), e.completed ? "class=\"good text\"" : "class=\"bad text\"");
  out += cell(e.lap_time_s > 0 ? fixed_text(e.lap_time_s, 2) : kNone) + cell(fixed_text(e.average_speed_mps, 2));
  out += cell(fixed_text(e.deviation.mean, 3)) + cell(fixed_text(e.deviation.p95, 3)) +
         cell(fixed_text(e.deviation.max, 2));
  return out + "</tr>\n";
}

std::string all_laps_figures(const TuneResult& result) {
  std::vector<FiguresRow> rows;
  for (const StrategyRow& row : result.rows)
    for (const LapRow& lap : row.laps)
      rows.push_back(
          {{row.strategy, lap.circuit, lap.reverse ? "reverse" : "forward", lap.latency, std::to_string(lap.seed)},
           &lap.result});
  return all_figures_html({"Strategy", "Circuit", "Direction", "Latency", "Seed"}, rows, true,
                          "<code>laps.csv</code> has them all.");
}

// --- published -----------------------------------------------------------------------------------------------------

const StrategyRow* ours(const TuneResult& result, const PublishedKey& published) {
  for (const StrategyRow& row : result.rows)
    if (!row.failure && is_published_as(published, result.family, row.strategy)) return &row;
  return nullptr;
}

std::string why_not_ours(const TuneResult& result, const PublishedKey& published) {
  return is_published_network(published, result.family) ? "not in this run" : "another network";
}

std::string published_row(const PublishedRow& row, const TuneResult& result, Footnotes& notes) {
  std::string out = "<tr><th scope=\"row\">" + html_escape(row.strategy) + notes.mark(row.defect) + "</th>";
  out += cell(significant_text(row.size_mib, 4)) + cell(significant_text(row.mse, 4)) +
         cell(significant_text(row.inference_ms, 3));
  const StrategyRow* own = ours(result, key_of(row));
  if (!own) return out + cell(why_not_ours(result, key_of(row)), "colspan=\"3\" class=\"quiet\"") + "</tr>\n";
  out += cell(significant_text(static_cast<double>(own->size_bytes) / (1 << 20), 4));
  out += cell(own->accuracy ? significant_text(own->accuracy->mse, 4) : kNone);
  return out + cell(own->latency_ms.runs > 0 ? significant_text(own->latency_ms.p50, 3) : kNone) + "</tr>\n";
}

}  // namespace

std::string results_table_html(const TuneResult& result) {
  if (result.rows.empty()) return "<p class=\"quiet\">No strategy was run.</p>";
  const Table table = survey(result);
  std::string out =
      "<table id=\"results\"><caption class=\"hidden\">One row a strategy</caption>" + results_head() + "<tbody>\n";
  for (std::size_t i = 0; i < result.rows.size(); ++i) out += results_row(result.rows[i], table, i) + "\n";
  return region("Results of all strategies", out + "</tbody></table>");
}

std::string output_table_html(const TuneResult& result) {
  const auto judged = std::find_if(result.rows.begin(), result.rows.end(), [](const StrategyRow& row) {
    return row.accuracy && !row.accuracy->outputs.empty();
  });
  if (judged == result.rows.end()) return "";
  std::string groups, titles, body;
  for (const OutputAccuracy& output : judged->accuracy->outputs) {
    groups += group(html_escape(output.name), 4);
    titles +=
        head("MSE") + head("Change") + head("MAE") + head("MSE / var", "title=\"1 = no better than the labels' mean\"");
  }
  groups += "<td class=\"apart\"></td>";
  titles += head("Agreement, 10⁻⁶",
                 "class=\"apart\" title=\"mean squared difference from the baseline's outputs, in millionths\"");
  for (std::size_t i = 0; i < result.rows.size(); ++i)
    if (result.rows[i].accuracy) body += output_row(result.rows[i], result.rows.front(), i);
  return region(
      "Accuracy by output",
      "<table id=\"outputs\"><caption class=\"hidden\">Accuracy of each output</caption><thead><tr><td></td>" + groups +
          "</tr><tr>" + head("Strategy") + titles + "</tr></thead><tbody>\n" + body + "</tbody></table>");
}

std::string lap_table_html(const TuneResult& result) {
  std::string rows;
  for (std::size_t i = 0; i < result.rows.size(); ++i)
    for (const LapRow& lap : result.rows[i].laps) rows += lap_row(lap, result.rows[i].strategy, i);
  if (rows.empty()) return "";
  std::string titles;
  for (const char* text : {"Strategy", "Circuit", "Direction", "Latency"}) titles += head(text, "class=\"text\"");
  titles += head("Seed") + head("End", "class=\"text\"");
  for (const char* text : {"Lap, s", "Speed, m/s", "Mean, m", "p95, m", "Max, m"}) titles += head(text);
  const bool any_held_out = std::any_of(result.rows.begin(), result.rows.end(), [](const StrategyRow& row) {
    return std::any_of(row.laps.begin(), row.laps.end(), [](const LapRow& lap) { return lap.held_out; });
  });
  return region("All laps", "<table id=\"laps\"><caption class=\"hidden\">One row a drive</caption><thead><tr>" +
                                titles + "</tr></thead><tbody>\n" + rows + "</tbody></table>") +
         (any_held_out ? kNotTrainedOnNote : "") + all_laps_figures(result);
}

std::string published_table_html(const TuneResult& result) {
  Footnotes notes("defect");
  std::string body, framework;
  for (const PublishedRow& row : published_rows()) {
    if (row.framework != framework) {
      framework = row.framework;
      body += "<tr class=\"band\"><th scope=\"rowgroup\" colspan=\"7\">" + html_escape(framework) + "</th></tr>\n";
    }
    body += published_row(row, result, notes);
  }
  const std::string titles = head("Size, MiB") + head("MSE") + head("ms");
  return region("Published figures beside ours",
                "<table id=\"published\"><caption class=\"hidden\">Published figures beside "
                "ours</caption><thead><tr><td></td>" +
                    group("Published", 3) + group("This run", 3) + "</tr><tr>" + head("Strategy") + titles + titles +
                    "</tr></thead><tbody>\n" + body + "</tbody></table>") +
         notes.list();
}

std::string published_driving_table_html(const TuneResult& result) {
  if (std::all_of(result.rows.begin(), result.rows.end(), [](const StrategyRow& row) { return row.laps.empty(); }))
    return "";
  std::vector<DrivingPair> pairs;
  for (const PublishedDrive& published : published_drives()) {
    DrivingPair pair{&published, {}, why_not_ours(result, published.key)};
    const StrategyRow* own = ours(result, published.key);
    if (own && own->laps.empty()) pair.why_not = "not driven";
    if (own && !own->laps.empty()) {
      std::vector<const EpisodeResult*> drives;
      for (const LapRow& lap : own->laps) drives.push_back(&lap.result);
      pair.own.push_back(own_driving(own->strategy, drives, true));
    }
    pairs.push_back(std::move(pair));
  }
  return published_driving_html(pairs);
}

}  // namespace pitlane
