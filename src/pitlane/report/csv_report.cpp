#include <string>
#include <string_view>
#include <vector>

#include "pitlane/report/csv_line.h"
#include "pitlane/report/report.h"

namespace pitlane {
namespace {

/// Outputs in the order of the first row that was judged.
std::vector<std::string> output_names(const TuneResult& result) {
  std::vector<std::string> names;
  for (const StrategyRow& row : result.rows)
    if (row.accuracy && names.empty())
      for (const OutputAccuracy& output : row.accuracy->outputs) names.push_back(output.name);
  return names;
}

std::string header(const std::vector<std::string>& outputs) {
  CsvLine line;
  for (const char* name : {"strategy", "failure", "file", "network_hash", "size_bytes", "sparsity", "samples", "mse",
                           "mae", "mse_relative_to_baseline"})
    line.add(std::string_view(name));
  for (const std::string& output : outputs)
    line.add("mse_" + output).add("mae_" + output).add("mse_over_variance_" + output);
  for (const char* name :
       {"agreement_mse", "agreement_max_abs", "laps", "laps_completed", "worst_mean_deviation_m", "worst_deviation_m",
        "why_not_driven", "timing_latency_ms_p50", "timing_latency_ms_p90", "timing_latency_ms_p99",
        "timing_latency_ms_mean", "timing_latency_ms_min", "timing_speed_up", "timing_frame_ms_p50",
        "timing_frame_ms_p90", "timing_frame_ms_p99", "timing_recommended"})
    line.add(std::string_view(name));
  return line.end();
}

void add_accuracy(CsvLine& line, const StrategyRow& row, const StrategyRow& baseline,
                  const std::vector<std::string>& outputs) {
  const bool judged = row.accuracy.has_value();
  line.add(judged ? std::to_string(row.accuracy->samples) : std::string());
  line.add_if(judged, judged ? row.accuracy->mse : 0).add_if(judged, judged ? row.accuracy->mae : 0);
  line.add_if(judged && baseline.accuracy, relative_mse(row, baseline));
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const bool known = judged && i < row.accuracy->outputs.size();
    const OutputAccuracy output = known ? row.accuracy->outputs[i] : OutputAccuracy{};
    line.add_if(known, output.mse).add_if(known, output.mae).add_if(known, output.mse_over_variance);
  }
  line.add_if(row.agreement.has_value(), row.agreement.value_or(Agreement{}).mse);
  line.add_if(row.agreement.has_value(), row.agreement.value_or(Agreement{}).max_abs);
}

std::string data_line(const StrategyRow& row, const TuneResult& result, const std::vector<std::string>& outputs) {
  const StrategyRow& baseline = result.rows.front();
  const bool worked = !row.failure;
  const bool driven = !row.laps.empty();
  const bool timed = row.latency_ms.runs > 0;
  CsvLine line;
  line.add(row.strategy).add(row.failure.value_or("")).add(row.file).add(row.network_hash);
  line.add(worked ? csv_field(row.size_bytes) : std::string()).add_if(worked, row.sparsity);
  add_accuracy(line, row, baseline, outputs);
  line.add(static_cast<std::int64_t>(row.laps.size())).add(static_cast<std::int64_t>(laps_completed(row)));
  line.add_if(driven, worst_mean_deviation_m(row)).add_if(driven, worst_deviation_m(row)).add(row.why_not_driven);
  for (const double ms :
       {row.latency_ms.p50, row.latency_ms.p90, row.latency_ms.p99, row.latency_ms.mean, row.latency_ms.min})
    line.add_if(timed, ms);
  line.add_if(timed && baseline.latency_ms.runs > 0, baseline.latency_ms.p50 / row.latency_ms.p50);
  for (const double ms : {row.frame_ms.p50, row.frame_ms.p90, row.frame_ms.p99}) line.add_if(row.frame_ms.runs > 0, ms);
  line.add(std::string_view(result.recommendation.strategy == row.strategy ? "yes" : "no"));
  return line.end();
}

}  // namespace

std::string csv_report(const TuneResult& result) {
  const std::vector<std::string> outputs = output_names(result);
  std::string out = header(outputs);
  for (const StrategyRow& row : result.rows) out += data_line(row, result, outputs);
  return out;
}

}  // namespace pitlane
