#include "pitlane/report/bench_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr const char* kNothing = "-";

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

/// Amount a millisecond as billions a second.
std::string rate(std::int64_t amount, double ms) {
  if (amount == 0 || ms <= 0) return kNothing;
  return significant_text(static_cast<double>(amount) / ms * 1e-6, 3);
}

std::string million(std::int64_t count) {
  return count == 0 ? kNothing : significant_text(static_cast<double>(count) * 1e-6, 3);
}

std::string line(const std::vector<std::string>& cells, const std::string& name) {
  std::string out;
  for (const std::string& cell : cells) out += right(cell, 10);
  return out + "  " + name + "\n";
}

std::string layer_line(const LayerTime& layer) {
  const bool known = layer.limit_ms > 0 && layer.p50_ms > 0;
  return line({fixed_text(layer.p50_ms * 1e3, 2), percent_text(layer.share), million(layer.macs),
               rate(layer.macs, layer.p50_ms), fixed_text(static_cast<double>(layer.bytes()) * 1e-3, 1),
               rate(layer.bytes(), layer.p50_ms), known ? fixed_text(layer.roofline_ratio(), 2) : kNothing},
              layer_label(layer));
}

std::string spread_line(const Spread& spread, const std::string& name) {
  std::string out;
  for (const double ms : {spread.p50, spread.p99, spread.max}) out += right(fixed_text(ms, 4), 12);
  return out + "  " + name + "\n";
}

}  // namespace

std::string layer_label(const LayerTime& layer) {
  const std::string kind =
      layer.owner == StepInfo::Owner::kLayer ? std::string() : std::string(to_string(layer.owner)) + " ";
  return kind + layer.name + " (" + layer.work + ")";
}

std::string layers_text(const std::string& title, const LayerProfile& profile) {
  std::string out = title + "\n";
  out += line({"us", "share", "M MAC", "GMAC/s", "kB", "GB/s", "roofline"}, "layer (what it does)");
  for (const LayerTime& layer : profile.layers) out += layer_line(layer);
  const double whole_ms = profile.whole_ms.p50;
  const double left = whole_ms > 0 ? profile.sum_ms / whole_ms - 1 : 0;
  out += "sum of the layers' medians " + fixed_text(profile.sum_ms, 4) + " ms; median of " +
         count_text(profile.whole_ms.runs) + " whole runs in the same turns " + fixed_text(whole_ms, 4) + " ms (sum " +
         signed_percent_text(left) + ")\n";
  out += "a reading of the clock costs " + fixed_text(profile.clock_reading_ms * 1e6, 0) + " ns; " +
         std::to_string(profile.clock_readings) + " a run, taken off the layers' times\n";
  return out;
}

std::string roofline_text(const Roofline& roofline) {
  std::string out = "limits of one core: ";
  std::vector<std::string> types;
  for (const ArithmeticPeak& peak : roofline.peaks)
    if (std::find(types.begin(), types.end(), peak.type) == types.end()) types.push_back(peak.type);
  for (const std::string& type : types)
    out += type + " " + significant_text(peak_macs_per_s(roofline, type) * 1e-9, 3) + " GMAC/s, ";
  out += "reading";
  for (const ReadBandwidth& read : roofline.warm) {
    const double kib = static_cast<double>(read.bytes) / 1024;
    if (std::abs(std::fmod(std::log2(kib), 2)) > 0.01 && &read != &roofline.warm.back()) continue;  // every second size
    out += " " + (kib < 1024 ? fixed_text(kib, 0) + " KiB " : fixed_text(kib / 1024, 0) + " MiB ") +
           significant_text(read.bytes_per_s * 1e-9, 3);
    out += &read == &roofline.warm.back() ? " GB/s" : ",";
  }
  return out + "\n";
}

std::string periodic_text(const std::string& title, const PeriodicResult& result) {
  std::string out = title + "\n";
  out += "a frame every " + significant_text(result.period_ms, 4) + " ms: " + count_text(result.frames) + " frames, " +
         count_text(result.answered) + " answered (" + fixed_text(result.achieved_hz, 2) + " Hz), " +
         count_text(result.dropped) + " dropped for a newer one, " + count_text(result.missed) +
         " answered later than the next frame\n";
  out += right("p50", 12) + right("p99", 12) + right("max", 12) + "  milliseconds\n";
  out += spread_line(result.run_ms, "run");
  out += spread_line(result.start_jitter_ms, "start after the frame's moment");
  out += spread_line(result.completion_jitter_ms, "time between answers beside the period");
  out += spread_line(result.frame_age_at_command_ms, "age of the frame at its answer");
  return out;
}

}  // namespace pitlane
