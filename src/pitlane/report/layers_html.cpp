#include "pitlane/report/layers_html.h"

#include <algorithm>
#include <set>

#include "pitlane/report/bench_text.h"
#include "pitlane/report/html_escape.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

using Json = nlohmann::ordered_json;

const std::string kNoFigure = "–";

std::string layer_cell(const std::string& text) { return "<td>" + text + "</td>"; }

std::string microseconds_text(double ms) { return fixed_text(ms * 1e3, 2); }

/// Amount a millisecond as billions a second.
std::string rate_text(std::int64_t amount, double ms) {
  if (amount == 0 || ms <= 0) return kNoFigure;
  return significant_text(static_cast<double>(amount) / ms * 1e-6, 3);
}

std::string ratio_text(const LayerTime& layer) {
  return layer.limit_ms > 0 && layer.p50_ms > 0 ? fixed_text(layer.roofline_ratio(), 2) : kNoFigure;
}

std::string name_text(const LayerTime& layer) {
  const bool is_layer = layer.owner == StepInfo::Owner::kLayer;
  return is_layer ? layer.name : std::string(to_string(layer.owner)) + " " + layer.name;
}

std::string table_row(const LayerTime& layer) {
  const std::string macs = layer.macs == 0 ? kNoFigure : significant_text(static_cast<double>(layer.macs) * 1e-6, 3);
  return "<tr><th scope=\"row\">" + html_escape(name_text(layer)) + "</th><td class=\"text\">" +
         html_escape(layer.work) + "</td>" + layer_cell(microseconds_text(layer.p50_ms)) +
         layer_cell(percent_text(layer.share)) + layer_cell(macs) + layer_cell(rate_text(layer.macs, layer.p50_ms)) +
         layer_cell(fixed_text(static_cast<double>(layer.bytes()) * 1e-3, 1)) +
         layer_cell(rate_text(layer.bytes(), layer.p50_ms)) + layer_cell(ratio_text(layer)) + "</tr>";
}

std::string table_html(const LayerProfile& profile) {
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Time by layer\"><table id=\"by-layer\"><thead>"
      "<tr>";
  out += "<th scope=\"col\">Layer</th><th scope=\"col\" class=\"text\">What it does</th>";
  for (const char* title : {"Time,\u00a0µs", "Share", "M\u00a0MAC", "GMAC/s", "kB", "GB/s", "Roofline"})
    out += std::string("<th scope=\"col\">") + title + "</th>";
  out += "</tr></thead><tbody>";
  for (const LayerTime& layer : profile.layers) out += table_row(layer);
  return out + "</tbody></table></div>";
}

std::string figure(const std::string& id, const std::string& title, const std::string& caption) {
  return "<figure class=\"card\" id=\"figure-" + id + "\"><div class=\"figure-head\"><h3>" + title +
         "</h3></div><div class=\"plot\"><canvas id=\"" + id + "\" role=\"img\" aria-label=\"" + title +
         "; the same numbers stand in the table below\"></canvas></div><figcaption>" + caption +
         "</figcaption></figure>";
}

/// One straight part a type: up the bandwidth's slope, then along the peak.
Json roofs(const LayerProfile& profile, const Roofline& roofline) {
  std::set<std::string> types;
  for (const LayerTime& layer : profile.layers)
    if (layer.macs > 0) types.insert(roofline_type(layer.arithmetic));
  Json out = Json::array();
  for (const std::string& type : types)
    if (const double peak = peak_macs_per_s(roofline, type); peak > 0)
      out.push_back({{"type", type}, {"gmacs", peak * 1e-9}});
  return out;
}

Json layer_data(const LayerTime& layer) {
  Json out{{"name", name_text(layer)},      {"work", layer.work}, {"us", layer.p50_ms * 1e3},
           {"limit", layer.limit_ms * 1e3}, {"macs", layer.macs}, {"bytes", layer.bytes()}};
  if (layer.macs > 0) out["type"] = roofline_type(layer.arithmetic);
  out["text"] = {{"us", microseconds_text(layer.p50_ms) + " µs"},
                 {"limit", microseconds_text(layer.limit_ms) + " µs"},
                 {"share", percent_text(layer.share)},
                 {"ratio", ratio_text(layer)},
                 {"gmacs", rate_text(layer.macs, layer.p50_ms) + " GMAC/s"},
                 {"gbs", rate_text(layer.bytes(), layer.p50_ms) + " GB/s"}};
  return out;
}

}  // namespace

const StrategyRow* row_by_layer(const TuneResult& result) {
  if (result.rows.empty()) return nullptr;
  const Recommendation& r = result.recommendation;
  const std::string wanted = r.strategy ? *r.strategy : r.closest;
  const auto found = std::ranges::find(result.rows, wanted, &StrategyRow::strategy);
  const StrategyRow& row = found == result.rows.end() ? result.rows.front() : *found;
  return row.failure || !row.layers || row.layers->layers.empty() ? nullptr : &row;
}

std::string layers_html(const TuneResult& result) {
  const StrategyRow* row = row_by_layer(result);
  if (row == nullptr) return "";
  const LayerProfile& profile = *row->layers;
  std::string out = "<section><h2>Where the time goes</h2><p class=\"lead\">" + html_escape(row->strategy) +
                    ", layer by layer: medians of a run that reads the clock after each step. They sum to " +
                    milliseconds_text(profile.sum_ms) + "; whole runs in the same turns took " +
                    milliseconds_text(profile.whole_ms.p50) + ".</p><div class=\"grid\">";
  out +=
      figure("layers", "Time by layer",
             "Wide bar: measured. Narrow bar: what this machine's limits allow, either its multiply-adds at the peak "
             "of their type or its bytes at the bandwidth of the cache where they lie.");
  out +=
      figure("roofline", "Roofline",
             "Layers that multiply, at most the twelve slowest; area: time. Lines: measured peak of one core for each "
             "type, and before it the bandwidth of the cache that holds the network. Higher is better; on the line "
             "nothing is left to gain but by other arithmetic.");
  out += "</div>" + table_html(profile);
  return out +
         "<p class=\"quiet small\">Roofline: time at the machine's limits over time measured, 1 is the limit; kernels "
         "that skip zeros may pass it.</p></section>";
}

Json layers_page_data(const TuneResult& result) {
  const StrategyRow* row = row_by_layer(result);
  if (row == nullptr) return nullptr;
  Json layers = Json::array();
  for (const LayerTime& layer : row->layers->layers) layers.push_back(layer_data(layer));
  return {{"layers", layers},
          {"roofs", roofs(*row->layers, result.roofline)},
          {"gbs", read_bytes_per_s(result.roofline.warm, row->layers->network_bytes) * 1e-9}};
}

}  // namespace pitlane
