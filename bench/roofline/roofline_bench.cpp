// Usage: roofline_bench [--json|--serve]
//
// The limits of this machine on one core: multiply-adds a second by type, bytes read a second by working set.
// --serve: for bench/peers. Reads commands, a line each, and answers each with a line of JSON: `measure` (the limits)
// and `evict` (reads more than the last cache holds).
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "pitlane/measure/latency.h"
#include "pitlane/roofline/cache_evictor.h"
#include "pitlane/roofline/roofline.h"

namespace pitlane::bench {
namespace {

using nlohmann::json;

json bandwidths_json(const std::vector<ReadBandwidth>& measured) {
  json list = json::array();
  for (const ReadBandwidth& b : measured) list.push_back({{"bytes", b.bytes}, {"bytes_per_s", b.bytes_per_s}});
  return list;
}

json to_json(const Roofline& roofline) {
  json peaks = json::array();
  for (const ArithmeticPeak& p : roofline.peaks)
    peaks.push_back({{"type", p.type}, {"instructions", p.instructions}, {"macs_per_s", p.macs_per_s}});
  return {{"peaks", peaks},
          {"warm", bandwidths_json(roofline.warm)},
          {"evicted", bandwidths_json(roofline.evicted)},
          {"last_cache_bytes", last_cache_bytes()}};
}

void print_bandwidths(const char* title, const std::vector<ReadBandwidth>& measured) {
  std::printf("\n%s\n", title);
  for (const ReadBandwidth& b : measured)
    std::printf("  %8lld KiB  %8.2f GB/s\n", static_cast<long long>(b.bytes >> 10), b.bytes_per_s / 1e9);
}

void print(const Roofline& roofline) {
  std::printf("multiply-adds, operands in registers\n");
  for (const ArithmeticPeak& p : roofline.peaks)
    std::printf("  %-5s %-20s %9.1f G/s\n", p.type.c_str(), p.instructions.c_str(), p.macs_per_s / 1e9);
  print_bandwidths("read again and again", roofline.warm);
  print_bandwidths("read once, caches evicted", roofline.evicted);
}

int serve() {
  CacheEvictor evictor;
  for (std::string command; std::getline(std::cin, command);) {
    json answer;
    if (command == "measure") {
      answer = to_json(measure_roofline());
    } else if (command == "evict") {
      evictor.evict();
      answer = {{"evicted_bytes", evictor.bytes()}};
    } else {
      answer = {{"error", "unknown command '" + command + "'"}};
    }
    std::printf("%s\n", answer.dump().c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace pitlane::bench

int main(int argc, char** argv) {
  const std::string flag = argc > 1 ? argv[1] : "";
  if (argc > 2 || (!flag.empty() && flag != "--json" && flag != "--serve")) {
    std::fprintf(stderr, "usage: roofline_bench [--json|--serve]\n");
    return 2;
  }
  const pitlane::PinnedThread pinned;
  if (flag == "--serve") return pitlane::bench::serve();
  const pitlane::Roofline roofline = pitlane::measure_roofline();
  if (flag == "--json")
    std::printf("%s\n", pitlane::bench::to_json(roofline).dump(2).c_str());
  else
    pitlane::bench::print(roofline);
  return 0;
}
