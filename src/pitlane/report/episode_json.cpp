#include "pitlane/report/episode_json.h"

#include "pitlane/report/drive_summary.h"
#include "pitlane/report/json_values.h"

namespace pitlane {
namespace {

Json subject_value(const JsonSubject& subject) {
  Json out{{"model", subject.model}};
  if (subject.failure) {
    out["failure"] = *subject.failure;
    return out;
  }
  out["network_hash"] = subject.network_hash;
  out["size_bytes"] = subject.size_bytes;
  if (!subject.runtime.empty()) out["runtime"] = subject.runtime;
  return out;
}

Json episode(const DriveEntry& entry, bool with_trajectory) {
  Json out = subject_value(entry.subject);
  out["circuit"] = entry.circuit;
  out["held_out"] = entry.held_out;
  out["reverse"] = entry.reverse;
  out["laps"] = entry.laps;
  out["latency"] = entry.latency;
  if (entry.perturbation) {
    out["perturbation"] = entry.perturbation->text;
    out["perturbation_name"] = entry.perturbation->name;
  }
  out["seed"] = entry.seed;
  if (entry.subject.failure) return out;
  out.update(episode_value(entry.result));
  if (with_trajectory) out["trajectory"] = trajectory_value(entry.result.trajectory);
  return out;
}

void add_share(Json& out, const DriveShare& share) {
  out["episodes"] = share.episodes;
  out["completed"] = share.completed;
  out["mean_deviation_m"] = share.mean_deviation_m;
  out["worst_deviation_m"] = share.worst_deviation_m;
}

Json robustness_value(const RobustnessTable& table) {
  Json out = Json::array();
  for (const RobustnessTable::Row& row : table.rows)
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      Json cell{{"model", row.model}, {"perturbation", table.perturbations[i].text}};
      add_share(cell, row.cells[i]);
      out.push_back(std::move(cell));
    }
  return out;
}

Json latency_limit_value(const LatencyDecay& decay) {
  const auto ms_or_null = [](const std::optional<double>& s) { return s ? Json(milliseconds(*s)) : Json(); };
  Json out{{"model", decay.model}};
  if (decay.perturbation) out["perturbation"] = decay.perturbation->text;
  out["completes_up_to_ms"] = ms_or_null(decay.completes_s);
  out["first_failure_ms"] = ms_or_null(decay.fails_s);
  out["tried"] = Json::array();
  for (const LatencyDecay::Point& point : decay.points) {
    Json tried{{"latency_ms", milliseconds(point.latency_s)}};
    add_share(tried, point.share);
    out["tried"].push_back(std::move(tried));
  }
  return out;
}

Json evaluate_value(const EvaluateEntry& entry) {
  Json out = subject_value(entry.subject);
  if (entry.subject.failure) return out;
  out["data"] = entry.data;
  out["data_hash"] = entry.data_hash;
  out.update(accuracy_value(entry.accuracy));
  if (entry.agreement) out["agreement"] = agreement_value(*entry.agreement);
  out["timing"] = {{"wall_s", entry.wall_s}};
  if (entry.wall_s > 0) out["timing"]["images_per_s"] = static_cast<double>(entry.accuracy.samples) / entry.wall_s;
  return out;
}

Json bench_value(const BenchEntry& entry) {
  Json out = subject_value(entry.subject);
  if (entry.subject.failure) return out;
  out["isa"] = entry.isa;
  out["threads"] = entry.threads;
  out["timing"] = Json::object();
  if (entry.latency_ms.runs > 0) out["timing"]["latency_ms"] = latency_value(entry.latency_ms);
  if (entry.frame_ms.runs > 0) out["timing"]["frame_ms"] = latency_value(entry.frame_ms);
  if (entry.layers) out["timing"]["by_layer"] = layers_value(*entry.layers);
  if (entry.periodic) out["timing"]["periodic"] = periodic_value(*entry.periodic);
  return out;
}

}  // namespace

std::string drive_json(const std::vector<DriveEntry>& entries, bool with_trajectory) {
  Json out{{"episodes", Json::array()}};
  for (const DriveEntry& entry : entries) out["episodes"].push_back(episode(entry, with_trajectory));
  if (const RobustnessTable table = robustness_table(entries); !table.perturbations.empty())
    out["robustness"] = robustness_value(table);
  const std::vector<LatencyDecay> decays = latency_decays(entries);
  for (const LatencyDecay& decay : decays) out["latency_limits"].push_back(latency_limit_value(decay));
  return document(out);
}

std::string evaluate_json(const std::vector<EvaluateEntry>& entries) {
  Json out{{"networks", Json::array()}};
  for (const EvaluateEntry& entry : entries) out["networks"].push_back(evaluate_value(entry));
  return document(out);
}

std::string bench_json(const std::vector<BenchEntry>& entries, const std::optional<Roofline>& roofline) {
  Json out{{"networks", Json::array()}};
  for (const BenchEntry& entry : entries) out["networks"].push_back(bench_value(entry));
  if (roofline) out["timing"] = {{"roofline", roofline_value(*roofline)}};
  return document(out);
}

}  // namespace pitlane
