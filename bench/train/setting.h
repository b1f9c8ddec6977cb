// What the benchmarks of training are asked for and how they sum up: [NETWORK] [ROUNDS] [BATCHES] [THREADS].
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace pitlane::bench {

struct Setting {
  std::string network = "pilotnet-torch";  // or "pilotnet-tf"
  int rounds = 5;
  int batches = 8;
  int batch = 64;
  int threads = static_cast<int>(std::thread::hardware_concurrency());
};

inline Setting setting_of(int argc, char** argv, int batches) {
  Setting setting;
  setting.batches = batches;
  if (argc > 1) setting.network = argv[1];
  if (argc > 2) setting.rounds = std::max(1, std::atoi(argv[2]));
  if (argc > 3) setting.batches = std::max(1, std::atoi(argv[3]));
  if (argc > 4) setting.threads = std::max(1, std::atoi(argv[4]));
  return setting;
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace pitlane::bench
