// Usage: torchscript_bench NETWORK.pit|FAMILY [SECONDS]
//
// One frame through a network in f32: our engine (camera bytes in) and frozen TorchScript (real values in, one thread),
// taking turns in one process on one core, outputs compared before the first timing. Aim: we are at least as fast.
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "frozen_module.h"
#include "network/lively.h"
#include "pitlane/core/random.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/latency.h"
#include "pitlane/network/families.h"
#include "pitlane/network/pit_file.h"

namespace pitlane::bench {
namespace {

constexpr float kTolerance = 1e-4F;

struct Frame {
  std::vector<std::uint8_t> bytes;
  torch::Tensor real;  // {1, channels, height, width}
};

Frame random_frame(const Network& network) {
  const Preprocessing& p = network.inputs[0].preprocessing;
  Frame frame;
  Random random(1);
  const auto channels = p.scale.size();
  frame.real = torch::empty({p.height, p.width, static_cast<std::int64_t>(channels)});
  frame.bytes.resize(static_cast<std::size_t>(frame.real.numel()));
  for (std::size_t i = 0; i < frame.bytes.size(); ++i) {
    frame.bytes[i] = static_cast<std::uint8_t>(random.next());
    frame.real.data_ptr<float>()[i] =
        static_cast<float>(frame.bytes[i]) * p.scale[i % channels] + p.offset[i % channels];
  }
  frame.real = frame.real.permute({2, 0, 1}).unsqueeze(0).contiguous();
  return frame;
}

Status check_same(const std::vector<float>& ours, const torch::Tensor& theirs) {
  if (theirs.numel() != static_cast<std::int64_t>(ours.size())) return numeric_error("TorchScript has other outputs");
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const float y = theirs.contiguous().data_ptr<float>()[i];
    if (!(std::abs(ours[i] - y) <= kTolerance * std::max(1.0F, std::abs(y))))
      return numeric_error("output " + std::to_string(i) + " is " + std::to_string(ours[i]) + " here and " +
                           std::to_string(y) + " in TorchScript");
  }
  return {};
}

/// 0 if ours is as fast, else 1.
int print(const std::string& name, const LatencySummary& ours, const LatencySummary& theirs) {
  std::printf("%-28s %8s %8s %8s %8s\n", "ms", "min", "p50", "p90", "p99");
  std::printf("%-28s %8.3f %8.3f %8.3f %8.3f\n", name.c_str(), ours.min, ours.p50, ours.p90, ours.p99);
  std::printf("%-28s %8.3f %8.3f %8.3f %8.3f\n", "frozen TorchScript", theirs.min, theirs.p50, theirs.p90, theirs.p99);
  std::printf("ours is %.2f times as fast (median), %.2f (minimum)\n", theirs.p50 / ours.p50, theirs.min / ours.min);
  return ours.p50 <= theirs.p50 ? 0 : 1;
}

/// A file, or by the name of its family an untrained network.
Result<Network> open_network(const std::string& name) {
  if (name.ends_with(".pit")) return load_pit(name);
  PITLANE_TRY(const Family* family, find_family(name));
  FamilyOptions options;
  options.outputs = {{.name = "v", .unit = "m/s"}, {.name = "w", .unit = "rad/s"}};
  PITLANE_TRY(Network network, family->build(options));
  return testing::with_loud_head(std::move(network));
}

Result<int> run(const std::string& path, double seconds) {
  PITLANE_TRY(const Network network, open_network(path));
  PITLANE_TRY(torch::jit::Module module, frozen_module(network));
  PITLANE_TRY(const auto plan, compile(network));
  const std::unique_ptr<Session> session = plan->new_session();
  at::set_num_threads(1);
  const torch::InferenceMode inference;
  const Frame frame = random_frame(network);
  std::vector<float> ours(network.outputs.size());
  const TensorView in{frame.bytes.data(), frame.bytes.size()};
  const MutableTensorView out{ours.data(), ours.size() * sizeof(float)};
  torch::Tensor theirs;
  const auto run_ours = [&] { (void)session->run({&in, 1}, {&out, 1}); };
  const auto run_theirs = [&] { theirs = module.forward({frame.real}).toTensor(); };
  run_ours();
  run_theirs();
  PITLANE_TRY_STATUS(check_same(ours, theirs));
  const PinnedThread pinned;
  const auto samples = time_interleaved({run_ours, run_theirs}, {1, seconds, 0.001, 500});
  return print(session->description(), summarize(samples[0], kTimingBurst), summarize(samples[1], kTimingBurst));
}

}  // namespace
}  // namespace pitlane::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: torchscript_bench NETWORK.pit|FAMILY [SECONDS]\n");
    return 2;
  }
  const auto outcome = pitlane::bench::run(argv[1], argc > 2 ? std::atof(argv[2]) : 10);
  if (outcome.ok()) return *outcome;
  std::fprintf(stderr, "torchscript_bench: %s\n", outcome.error().message().c_str());
  return 1;
}
