#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/printable.h"
#include "pitlane/report/report.h"
#include "pitlane/report/text_width.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr std::size_t kWidth = 114;
constexpr std::size_t kNameWidth = 24;

/// At most `width` characters, cut between characters, never inside one.
std::string shortened(std::string text, std::size_t width) {
  if (characters(text) <= width) return text;
  std::size_t bytes = 0;
  for (std::size_t seen = 0; bytes < text.size(); ++bytes)
    if (starts_character(text[bytes]) && ++seen == width) break;
  return text.substr(0, bytes) + "…";
}

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string space(width - std::min(width, characters(text)), ' ');
  return left ? text + space : space + text;
}

using Cells = std::vector<std::string>;

std::string laps_cell(const StrategyRow& row) {
  return row.laps.empty() ? "-" : std::to_string(laps_completed(row)) + "/" + std::to_string(row.laps.size());
}

std::string name_cell(const StrategyRow& row, const TuneResult& result) {
  const bool chosen = result.recommendation.strategy == row.strategy;
  return (chosen ? "> " : "  ") + shortened(printable(row.strategy), kNameWidth - 2);
}

/// "3.33x", "107x"
std::string times_text(double factor) { return fixed_text(factor, factor < 100 ? 2 : 0) + "x"; }

Cells row_cells(const StrategyRow& row, const TuneResult& result) {
  const StrategyRow& baseline = result.rows.front();
  const bool timed = row.latency_ms.runs > 0;
  const bool comparable = timed && baseline.latency_ms.runs > 0 && row.latency_ms.p50 > 0;
  const bool driven = !row.laps.empty();
  return {name_cell(row, result),
          bytes_text(static_cast<double>(row.size_bytes)),
          row.accuracy ? significant_text(row.accuracy->mse, 3) : "-",
          row.accuracy && baseline.accuracy ? signed_percent_text(relative_mse(row, baseline)) : "-",
          timed ? significant_text(row.latency_ms.p50, 3) : "-",
          timed ? significant_text(row.latency_ms.p99, 3) : "-",
          comparable ? times_text(baseline.latency_ms.p50 / row.latency_ms.p50) : "-",
          row.frame_ms.runs > 0 ? significant_text(row.frame_ms.p50, 3) : "-",
          laps_cell(row),
          driven ? fixed_text(worst_mean_deviation_m(row), 3) : "-",
          driven ? fixed_text(worst_deviation_m(row), 2) : "-"};
}

std::string line_of(const Cells& cells, const std::vector<std::size_t>& widths) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) out += (i ? "  " : "") + padded(cells[i], widths[i], i == 0);
  return shortened(out, kWidth);
}

}  // namespace

std::string text_table(const TuneResult& result) {
  const Cells titles{"  strategy", "size",     "MSE",  "change", "p50 ms", "p99 ms",
                     "speed",      "frame ms", "laps", "dev m",  "max m"};
  std::vector<Cells> lines{titles};
  for (const StrategyRow& row : result.rows)
    lines.push_back(row.failure ? Cells{name_cell(row, result)} : row_cells(row, result));
  std::vector<std::size_t> widths(titles.size(), 0);
  for (const Cells& cells : lines)
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], characters(cells[i]));

  std::size_t total = 2 * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  std::string rule;
  for (std::size_t i = 0; i < std::min(total, kWidth); ++i) rule += "─";
  std::string out = line_of(titles, widths) + "\n" + rule + "\n";
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    const StrategyRow& row = result.rows[i];
    out += row.failure
               ? shortened(padded(lines[i + 1][0], widths[0], true) +
                               (row.inapplicable ? "  does not apply: " : "  failed: ") + printable(*row.failure),
                           kWidth)
               : line_of(lines[i + 1], widths);
    out += "\n";
  }
  return out;
}

}  // namespace pitlane
