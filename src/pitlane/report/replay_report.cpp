#include "pitlane/report/replay_report.h"

#include <algorithm>
#include <cstdio>

#include "pitlane/report/csv_line.h"
#include "pitlane/report/json_values.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr int kDigits = 3;

std::string with_share(double value, const OutputDifference& output) {
  return significant_text(value, kDigits) + " (" + percent_text(value / output.range) + ")";
}

Json output_value(const OutputDifference& output, const ReplayReport& report) {
  return {{"name", output.name},
          {"unit", output.unit},
          {"mean", output.mean},
          {"p95", output.p95},
          {"largest", output.largest},
          {"mean_share_of_range", output.mean / output.range},
          {"largest_share_of_range", output.largest / output.range},
          {"worst_row", output.worst_row},
          {"worst_frame", report.row_name(output.worst_row)}};
}

Json frame_value(const FrameDifference& frame, const ReplayReport& report) {
  Json out{{"row", frame.row}, {"frame", report.row_name(frame.row)}, {"share_of_range", frame.share}};
  for (std::size_t k = 0; k < report.replay.outputs.size(); ++k)
    out["outputs"][report.replay.outputs[k].name] = {{"a", frame.a[k]}, {"b", frame.b[k]}};
  return out;
}

Json network_value(const JsonSubject& subject) {
  return {{"model", subject.model},
          {"network_hash", subject.network_hash},
          {"size_bytes", subject.size_bytes},
          {"runtime", subject.runtime}};
}

}  // namespace

std::string replay_text(const ReplayReport& report) {
  std::string out = "A " + report.a.model + "\nB " + report.b.model + "\n" + report.data + ": " +
                    count_text(static_cast<std::int64_t>(report.replay.frames.size())) +
                    " frames; |A - B|, in brackets its share of the output's range\n";
  char line[256];
  std::snprintf(line, sizeof line, "  %-12s %-6s %18s %18s %18s  %s\n", "output", "unit", "mean", "p95", "largest",
                "at");
  out += line;
  for (const OutputDifference& o : report.replay.outputs) {
    std::snprintf(line, sizeof line, "  %-12s %-6s %18s %18s %18s  ", o.name.c_str(), o.unit.c_str(),
                  with_share(o.mean, o).c_str(), with_share(o.p95, o).c_str(), with_share(o.largest, o).c_str());
    out += line + report.row_name(o.worst_row) + "\n";
  }
  const auto same = [](const FrameDifference& frame) { return frame.share == 0; };
  if (std::ranges::all_of(report.replay.frames, same)) return out + "They say the same on every frame.\n";
  if (report.worst.empty()) return out;
  out += "Worst frames:\n";
  for (const std::size_t i : report.worst) {
    const FrameDifference& frame = report.replay.frames[i];
    std::string said;
    for (std::size_t k = 0; k < report.replay.outputs.size(); ++k)
      said += (said.empty() ? "" : ", ") + report.replay.outputs[k].name + " " + significant_text(frame.a[k], kDigits) +
              " / " + significant_text(frame.b[k], kDigits);
    out += "  " + report.row_name(frame.row) + ": " + said + "\n";
  }
  return out;
}

std::string replay_json(const ReplayReport& report) {
  Json out{{"a", network_value(report.a)}, {"b", network_value(report.b)}, {"data", report.data}};
  out["frames"] = report.replay.frames.size();
  out["outputs"] = Json::array();
  for (const OutputDifference& output : report.replay.outputs) out["outputs"].push_back(output_value(output, report));
  out["worst_frames"] = Json::array();
  for (const std::size_t i : report.worst) out["worst_frames"].push_back(frame_value(report.replay.frames[i], report));
  out["exceeded"] = report.exceeded;
  return document(out);
}

std::string replay_csv(const ReplayReport& report) {
  CsvLine header;
  header.add("row").add("frame");
  for (const OutputDifference& output : report.replay.outputs)
    header.add(output.name + "_a").add(output.name + "_b").add(output.name + "_difference");
  std::string out = header.end();
  for (const FrameDifference& frame : report.replay.frames) {
    CsvLine line;
    line.add(frame.row).add(report.row_name(frame.row));
    for (std::size_t k = 0; k < report.replay.outputs.size(); ++k)
      line.add(frame.a[k]).add(frame.b[k]).add(frame.b[k] - frame.a[k]);
    out += line.end();
  }
  return out;
}

}  // namespace pitlane
