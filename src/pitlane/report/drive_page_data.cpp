#include <algorithm>

#include "pitlane/report/drive_page_parts.h"
#include "pitlane/report/track_data.h"

namespace pitlane {
namespace {

Json decay_points(const LatencyDecay& decay) {
  Json points = Json::array();
  for (const LatencyDecay::Point& point : decay.points)
    points.push_back({{"ms", milliseconds(point.latency_s)},
                      {"completed", 100.0 * point.share.completed / point.share.episodes},
                      {"deviation", point.share.mean_deviation_m}});
  return points;
}

Json robustness_row(const RobustnessTable::Row& row, ShortModelName short_name) {
  Json completed = Json::array(), deviation = Json::array();
  for (const DriveShare& share : row.cells) {
    completed.push_back(share.episodes > 0 ? Json(100.0 * share.completed / share.episodes) : Json());
    deviation.push_back(share.episodes > 0 ? Json(share.mean_deviation_m) : Json());
  }
  return {{"name", short_name(row.model)}, {"completed", std::move(completed)}, {"deviation", std::move(deviation)}};
}

DrawnDrive drawn_drive(const DriveEntry& entry, std::size_t driver) {
  return {driver,
          entry.circuit,
          entry.held_out,
          entry.reverse,
          entry.perturbation ? entry.perturbation->name : "none",
          entry.latency,
          entry.seed,
          entry.result};
}

Json drawn_drives(const std::vector<DriveEntry>& entries, const std::vector<std::string>& models) {
  const std::size_t max_points = points_per_drive(entries.size());
  Json out = Json::array();
  for (const DriveEntry& entry : entries) {
    if (entry.result.trajectory.empty()) continue;
    const auto driver = std::find(models.begin(), models.end(), entry.subject.who()) - models.begin();
    out.push_back(drive_value(drawn_drive(entry, static_cast<std::size_t>(driver)), max_points));
  }
  return out;
}

}  // namespace

std::string decay_name(const LatencyDecay& decay, ShortModelName short_name) {
  const bool perturbed = decay.perturbation && decay.perturbation->text != "none";
  return short_name(decay.model) + (perturbed ? " · " + decay.perturbation->name : "");
}

std::string drive_page_data(const std::vector<DriveEntry>& entries, const DriveOrigin& origin,
                            ShortModelName short_name) {
  const std::vector<std::string> models = models_of(entries);
  const RobustnessTable robustness = robustness_table(entries);
  Json out;
  for (const char* key : {"strategies", "decays", "perturbations", "rows", "circuits"}) out[key] = Json::array();
  for (const std::string& model : models) out["strategies"].push_back({{"name", short_name(model)}, {"failed", false}});
  for (const LatencyDecay& decay : latency_decays(entries))
    out["decays"].push_back({{"name", decay_name(decay, short_name)}, {"points", decay_points(decay)}});
  for (const DrivePerturbation& p : robustness.perturbations) out["perturbations"].push_back(p.name);
  for (const RobustnessTable::Row& row : robustness.rows) out["rows"].push_back(robustness_row(row, short_name));
  for (const CircuitMap& map : origin.circuits) out["circuits"].push_back(circuit_value(map));
  out["laps"] = drawn_drives(entries, models);
  return document(out);
}

}  // namespace pitlane
