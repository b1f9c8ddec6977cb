#include "pitlane/report/drive_summary.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

namespace pitlane {
namespace {

void add(DriveShare& share, const EpisodeResult& result) {
  const double before = share.mean_deviation_m * share.episodes;
  ++share.episodes;
  share.completed += result.completed ? 1 : 0;
  share.mean_deviation_m = (before + result.deviation.mean) / share.episodes;
  share.worst_deviation_m = std::max(share.worst_deviation_m, result.deviation.max);
}

template <typename Items, typename Same>
auto& find_or_add(Items& items, const Same& same, typename Items::value_type fresh) {
  const auto found = std::find_if(items.begin(), items.end(), same);
  if (found != items.end()) return *found;
  items.push_back(std::move(fresh));
  return items.back();
}

std::string key(const std::optional<DrivePerturbation>& perturbation) {
  return perturbation ? perturbation->text : std::string();
}

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string ms_text(double seconds) { return number("%g ms", milliseconds(seconds)); }

std::string cell_text(const DriveShare& share) {
  return std::to_string(share.completed) + "/" + std::to_string(share.episodes) + " " +
         number("%.3f", share.mean_deviation_m);
}

// Columns as wide as their widest cell; characters are counted, not bytes.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  const auto width = [](const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  };
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], width(row[i]));
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string limit_text(const LatencyDecay& decay) {
  if (!decay.completes_s) return "none";
  std::string text = ms_text(*decay.completes_s);
  if (!decay.fails_s) return text + " or more";
  if (*decay.fails_s < *decay.completes_s) text += " (not at " + ms_text(*decay.fails_s) + ")";
  return text;
}

}  // namespace

double milliseconds(double seconds) { return std::round(seconds * 1e9) / 1e6; }

RobustnessTable robustness_table(const std::vector<DriveEntry>& entries) {
  RobustnessTable table;
  for (const DriveEntry& entry : entries)
    if (entry.perturbation)
      find_or_add(
          table.perturbations, [&](const auto& p) { return p.text == entry.perturbation->text; }, *entry.perturbation);
  if (table.perturbations.empty()) return table;
  for (const DriveEntry& entry : entries) {
    if (!entry.perturbation) continue;
    const std::string& model = entry.subject.who();
    RobustnessTable::Row& row = find_or_add(table.rows, [&](const auto& r) { return r.model == model; }, {model, {}});
    row.cells.resize(table.perturbations.size());
    const auto column = std::find_if(table.perturbations.begin(), table.perturbations.end(),
                                     [&](const auto& p) { return p.text == entry.perturbation->text; });
    add(row.cells[static_cast<std::size_t>(column - table.perturbations.begin())], entry.result);
  }
  return table;
}

std::vector<LatencyDecay> latency_decays(const std::vector<DriveEntry>& entries) {
  std::set<double> latencies;
  for (const DriveEntry& entry : entries)
    if (entry.latency_s) latencies.insert(*entry.latency_s);
  std::vector<LatencyDecay> decays;
  if (latencies.size() < 2) return decays;
  for (const DriveEntry& entry : entries) {
    if (!entry.latency_s) continue;
    LatencyDecay fresh;
    fresh.model = entry.subject.who();
    fresh.perturbation = entry.perturbation;
    LatencyDecay& decay = find_or_add(
        decays,
        [&](const LatencyDecay& d) {
          return d.model == entry.subject.who() && key(d.perturbation) == key(entry.perturbation);
        },
        std::move(fresh));
    const double latency_s = *entry.latency_s;
    add(find_or_add(decay.points, [&](const auto& point) { return point.latency_s == latency_s; }, {latency_s, {}})
            .share,
        entry.result);
  }
  for (LatencyDecay& decay : decays) {
    std::sort(decay.points.begin(), decay.points.end(),
              [](const auto& a, const auto& b) { return a.latency_s < b.latency_s; });
    for (const LatencyDecay::Point& point : decay.points) {
      if (point.share.all_completed()) decay.completes_s = point.latency_s;
      if (!point.share.all_completed() && !decay.fails_s) decay.fails_s = point.latency_s;
    }
  }
  return decays;
}

std::string robustness_text(const RobustnessTable& table, std::string (*short_name)(const std::string& model)) {
  if (table.perturbations.empty()) return "";
  std::vector<std::vector<std::string>> rows{{"robustness"}};
  for (const DrivePerturbation& perturbation : table.perturbations) rows.front().push_back(perturbation.name);
  for (const RobustnessTable::Row& row : table.rows) {
    rows.push_back({short_name(row.model)});
    for (const DriveShare& share : row.cells) rows.back().push_back(cell_text(share));
  }
  return aligned(rows) + "Each: drives completed / drives, mean deviation in m (incomplete ones count).\n";
}

std::string latency_text(const std::vector<LatencyDecay>& decays, std::string (*short_name)(const std::string& model)) {
  if (decays.empty()) return "";
  const bool perturbed = std::any_of(decays.begin(), decays.end(), [](const auto& d) { return d.perturbation; });
  std::set<double> latencies;
  for (const LatencyDecay& decay : decays)
    for (const LatencyDecay::Point& point : decay.points) latencies.insert(point.latency_s);
  std::vector<std::vector<std::string>> rows{{"latency"}};
  if (perturbed) rows.front().emplace_back("perturbation");
  rows.front().emplace_back("completes up to");
  for (const double latency_s : latencies) rows.front().push_back(ms_text(latency_s));
  for (const LatencyDecay& decay : decays) {
    rows.push_back({short_name(decay.model)});
    if (perturbed) rows.back().push_back(decay.perturbation ? decay.perturbation->name : "");
    rows.back().push_back(limit_text(decay));
    for (const double latency_s : latencies) {
      const auto point = std::find_if(decay.points.begin(), decay.points.end(),
                                      [&](const auto& p) { return p.latency_s == latency_s; });
      rows.back().push_back(point == decay.points.end() ? "-" : cell_text(point->share));
    }
  }
  return aligned(rows) +
         "Completes up to: the largest latency tried at which every drive completed. Each other cell: drives completed "
         "/ drives, mean deviation in m.\n";
}

}  // namespace pitlane
