#include "pitlane/report/episode_json.h"

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

Json drive_value(const DriveEntry& entry, bool with_trajectory) {
  Json out = subject_value(entry.subject);
  out["circuit"] = entry.circuit;
  out["held_out"] = entry.held_out;
  out["reverse"] = entry.reverse;
  out["laps"] = entry.laps;
  out["latency"] = entry.latency;
  out["seed"] = entry.seed;
  if (entry.subject.failure) return out;
  out.update(episode_value(entry.result));
  if (with_trajectory) out["trajectory"] = trajectory_value(entry.result.trajectory);
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
  if (entry.layers) out["timing"]["by_layer"] = layers_value(*entry.layers);
  if (entry.periodic) out["timing"]["periodic"] = periodic_value(*entry.periodic);
  return out;
}

}  // namespace

std::string drive_json(const std::vector<DriveEntry>& entries, bool with_trajectory) {
  Json out{{"episodes", Json::array()}};
  for (const DriveEntry& entry : entries) out["episodes"].push_back(drive_value(entry, with_trajectory));
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
