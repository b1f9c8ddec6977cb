// Results of `tune` as the store keeps them: a whole one, and one row.
#include "pitlane/study/tune_json.h"

#include "fuzz/target.h"

namespace pitlane::fuzz {
namespace {

template <typename T>
void read(std::string_view json, Result<T> (*parse)(std::string_view)) {
  const Result<T> value = parse(json);
  if (!value) return check_error(value.error());
  const std::string written = to_json(*value);
  const Result<T> again = parse(written);
  PITLANE_CHECK(again.ok() && to_json(*again) == written);
}

StrategyRow sample_row() {
  StrategyRow row;
  row.strategy = "dynamic_quan";
  row.file = "dynamic_quan.pit";
  row.size_bytes = 1000;
  row.sparsity = 0.25;
  row.accuracy = Accuracy{0.1, 0.2, {{"v", 0.1, 0.2, 0.3}}, 100};
  row.agreement = Agreement{0.01, 0.1};
  row.fine_tuning = {{1, 0.5, 0.6, 3}};
  LapRow lap;
  lap.circuit = "tight";
  lap.latency = "60ms";
  lap.result.end = EpisodeEnd::kCompleted;
  TrajectoryPoint point;
  point.time_s = 0.05;
  point.pose = {1, 2, 0.5};
  point.deviation_m = -0.1;
  lap.result.trajectory = {point};
  lap.result.decide_s = {0.001};
  row.laps = {lap};
  row.latency_samples_ms = {0.3, 0.4};
  return row;
}

}  // namespace

void run(Bytes input) {
  read(text(input), strategy_row_from_json);
  read(text(input), tune_result_from_json);
}

void add_seeds(Seeds& seeds) {
  StrategyRow failed;
  failed.strategy = "prune_quan";
  failed.failure = "out of memory";
  seeds.add("row.json", to_json(sample_row()));
  seeds.add("failed-row.json", to_json(failed));
  TuneResult result;
  result.network_name = "pilotnet";
  result.rows = {sample_row(), failed};
  result.circuits = {{"tight", 3, {{0, 0}, {1, 0.5}}}};
  result.constraints.max_latency_ms = 5;
  result.recommendation = {"dynamic_quan", {"smallest"}, ""};
  result.provenance["seed"] = "1";
  result.notes = {"short"};
  seeds.add("result.json", to_json(result));
}

}  // namespace pitlane::fuzz
