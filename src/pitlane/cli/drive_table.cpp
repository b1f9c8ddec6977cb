#include "pitlane/cli/drive_table.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "pitlane/cli/drive_car.h"
#include "pitlane/cli/terminal.h"

namespace pitlane::cli {
namespace {

constexpr std::size_t kEndWidth = std::string_view("controller failed").size();

// Characters, not bytes: of UTF-8's bytes those that begin one.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to) {
  return text + std::string(to - std::min(to, width(text)), ' ');
}

}  // namespace

DriveTable::DriveTable(const Texts& texts) {
  for (const std::string& model : texts.models) model_ = std::max(model_, width(short_model_name(model)));
  for (const std::string& circuit : texts.circuits) circuit_ = std::max(circuit_, width(circuit) + 1);
  for (const std::string& latency : texts.latencies) latency_ = std::max(latency_, width(latency));
  if (texts.perturbations.empty()) return;
  perturbation_ = std::string_view("perturbation").size();
  for (const std::string& name : texts.perturbations) perturbation_ = std::max(perturbation_, width(name));
}

void DriveTable::print_titles() const {
  print("model", "circuit", "way", "perturbation", "latency", "end");
  std::printf(" %7s %8s %7s %7s %7s %7s %9s\n", "driven", "lap", "speed", "mean", "p95", "largest", "pace");
  print("", "* = held out", "", "", "", "");
  std::printf(" %7s %8s %7s %7s %7s %7s %9s\n", "", "s", "m/s", "dev. m", "dev. m", "dev. m", "real time");
}

void DriveTable::print_entry(const DriveEntry& e) const {
  const EpisodeResult& r = e.result;
  char lap[32] = "-";
  if (r.lap_time_s > 0) std::snprintf(lap, sizeof lap, "%.2f", r.lap_time_s);
  print(short_model_name(e.subject.who()), e.circuit + (e.held_out ? "*" : ""), e.reverse ? "reverse" : "forward",
        e.perturbation ? printable(e.perturbation->name) : "", e.latency, to_string(r.end));
  std::printf(" %6.1f%% %8s %7.2f %7.3f %7.3f %7.3f %8.0fx\n", r.percentage_completed, lap, r.average_speed_mps,
              r.deviation.mean, r.deviation.p95, r.deviation.max, r.wall_s > 0 ? r.simulated_s / r.wall_s : 0);
  if (!r.failure.empty()) std::printf("    %s\n", printable(r.failure).c_str());
}

void DriveTable::print(const std::string& model, const std::string& circuit, const std::string& way,
                       const std::string& perturbation, const std::string& latency, const std::string& end) const {
  std::printf("%s %s %s ", padded(model, model_).c_str(), padded(circuit, circuit_).c_str(), padded(way, 8).c_str());
  if (perturbation_ > 0) std::printf("%s ", padded(perturbation, perturbation_).c_str());
  std::printf("%s %s", padded(latency, latency_).c_str(), padded(end, kEndWidth).c_str());
}

}  // namespace pitlane::cli
