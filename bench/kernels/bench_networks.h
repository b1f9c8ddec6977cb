// PilotNets with random weights and loud heads in the storages that are timed, and a check of each before it is timed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/network.h"

namespace pitlane::bench {

struct BenchNetwork {
  std::string name;  ///< family and storage, e.g. "pilotnet-torch/int8-static"
  Network network;
  std::vector<std::uint8_t> image;
  std::vector<float> answer;  ///< of the reference
};

/// fp32, fp16, bf16, int8-dynamic, int8-static and int8-pruned (80 % of the dense weights are zero) of one family.
Result<std::vector<BenchNetwork>> bench_networks(const std::string& family);

/// An error unless a session of this plan gives the reference's answer: equal for int8, within 2e-5 for floats and 5e-3
/// for bf16.
Status check_answer(const BenchNetwork& sample, const Plan& plan);

}  // namespace pitlane::bench
