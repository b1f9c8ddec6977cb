// One frame through both PilotNets, per storage and level, outputs checked before the first timing. Reported:
// minimum, p50, p90 and p99 over single runs, since a mean hides what a control loop feels. Pin it to one core
// (taskset -c 0). Weights are random; the dense layers' inputs are half zeros, as a relu leaves them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "bench_networks.h"
#include "pitlane/kernels/isa.h"

namespace pitlane::bench {
namespace {

double at(std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void time_frames(benchmark::State& state, const BenchNetwork& sample, const std::shared_ptr<const Plan>& plan) {
  const std::unique_ptr<Session> session = plan->new_session();
  std::vector<float> output(sample.answer.size());
  const TensorView in{sample.image.data(), sample.image.size()};
  const MutableTensorView out{output.data(), output.size() * sizeof(float)};
  std::vector<double> seconds;
  seconds.reserve(1 << 20);
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    if (session->run({&in, 1}, {&out, 1}) != RunStatus::kOk) state.SkipWithError("the run failed");
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(taken.count());
    seconds.push_back(taken.count());
  }
  std::ranges::sort(seconds);
  state.counters["min_ms"] = seconds.front() * 1e3;
  state.counters["p50_ms"] = at(seconds, 0.5) * 1e3;
  state.counters["p90_ms"] = at(seconds, 0.9) * 1e3;
  state.counters["p99_ms"] = at(seconds, 0.99) * 1e3;
  state.counters["weight_mb"] = static_cast<double>(plan->weight_bytes()) / 1e6;
}

/// Networks live as long as the benchmarks that refer to them.
Status add_family(const std::string& family, std::vector<BenchNetwork>& keep) {
  PITLANE_TRY(keep, bench_networks(family));
  for (const BenchNetwork& sample : keep) {
    for (const Isa isa : available_isas()) {
      PITLANE_TRY(const std::shared_ptr<const Plan> plan, compile(sample.network, {.isa = isa}));
      PITLANE_TRY_STATUS(check_answer(sample, *plan));
      const std::string name = sample.name + "/" + to_string(isa);
      benchmark::RegisterBenchmark(name.c_str(), [&sample, plan](benchmark::State& state) {
        time_frames(state, sample, plan);
      })->UseManualTime();
    }
  }
  return {};
}

}  // namespace
}  // namespace pitlane::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<pitlane::bench::BenchNetwork> torch;
  std::vector<pitlane::bench::BenchNetwork> tf;
  for (const auto& [family, keep] : {std::pair{"pilotnet-torch", &torch}, {"pilotnet-tf", &tf}}) {
    if (const pitlane::Status status = pitlane::bench::add_family(family, *keep); !status.ok()) {
      std::fprintf(stderr, "kernels_bench: %s\n", status.error().message().c_str());
      return 1;
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
