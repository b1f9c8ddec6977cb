// What this machine can do at most, measured on one core: multiply-adds a second for each type of number, bytes read a
// second for each size of what is read again and again. No network runs faster than both allow (S. Williams, A.
// Waterman, D. Patterson, "Roofline: An Insightful Visual Performance Model for Multicore Architectures", CACM 2009).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pitlane {

struct ArithmeticPeak {
  std::string type;          ///< "f32", "f16", "bf16", "int8"
  std::string instructions;  ///< e.g. "AVX-512 VNNI"
  double macs_per_s = 0;
};

struct ReadBandwidth {
  std::int64_t bytes = 0;  ///< the working set, read from its start to its end
  double bytes_per_s = 0;
};

struct Roofline {
  std::vector<ArithmeticPeak> peaks;   ///< all that this build and machine have; several of one type
  std::vector<ReadBandwidth> warm;     ///< read again and again: from whichever cache holds so much; by size
  std::vector<ReadBandwidth> evicted;  ///< read once after everything else was read, see CacheEvictor; by size
};

struct RooflineOptions {
  double seconds_per_peak = 0.05;
  double seconds_per_size = 0.05;
  std::int64_t largest_bytes = std::int64_t{256} << 20;
  bool evicted = true;  ///< takes a second or two
};

/// On the calling thread; pin it first. Each number is the best of many short measurements, since whatever else the
/// machine does can only make one worse.
Roofline measure_roofline(const RooflineOptions& options = {});

/// Of the fastest instructions for `type`; 0 where none was measured.
double peak_macs_per_s(const Roofline& roofline, const std::string& type);
/// Between two measured sizes the line between them over log(bytes); beyond the ends what the end has. 0 if empty.
double read_bytes_per_s(const std::vector<ReadBandwidth>& measured, std::int64_t bytes);

}  // namespace pitlane
