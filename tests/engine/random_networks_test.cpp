// Engine against reference on networks that nobody would draw by hand.
#include "random_networks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "level.h"
#include "pitlane/engine/lstm_cells.h"
#include "pitlane/engine/plan.h"

namespace pitlane::testing {
namespace {

using RandomNetworksTest = LevelTest;

constexpr std::uint64_t kNetworks = 400;

std::vector<ValueId> output_values(const Network& network) {
  std::vector<ValueId> values;
  for (const OutputSpec& output : network.outputs)
    if (std::ranges::find(values, output.value) == values.end()) values.push_back(output.value);
  return values;
}

/// Three runs in a row, with whatever memory they have. `bound` is relative to the tensor's largest number.
void expect_equal_runs(const Network& network, Isa isa, double bound) {
  const auto plan = compile(network, {.isa = isa});
  ASSERT_TRUE(plan.ok()) << plan.error().message();
  Runner runner((*plan)->new_session());
  ReferenceMemory memory;
  for (std::uint64_t step = 0; step < 3; ++step) {
    const RunInputs inputs = random_inputs(network, step);
    ASSERT_EQ(runner.run(inputs), RunStatus::kOk);
    const auto want = run_reference(network, real_inputs(network, inputs), &memory);
    ASSERT_TRUE(want.ok()) << want.error().message();
    const std::vector<ValueId> values = output_values(network);
    ASSERT_EQ(runner.outputs().size(), values.size());
    for (std::size_t t = 0; t < values.size(); ++t) {
      const std::vector<float>& wanted = want->values[values[t]];
      double largest = 1;
      for (const float v : wanted) largest = std::max(largest, std::abs(static_cast<double>(v)));
      ASSERT_EQ(runner.outputs()[t].size(), wanted.size());
      for (std::size_t i = 0; i < wanted.size(); ++i)
        ASSERT_NEAR(runner.outputs()[t][i], wanted[i], bound * largest)
            << "element " << i << " of output " << t << " in run " << step;
    }
  }
}

TEST_P(RandomNetworksTest, FloatsAreTheReference) {
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_equal_runs(random_network(seed), GetParam(), 1e-4);
    if (HasFatalFailure()) return;
  }
}

// Floats in front of a rounding to 8 bits: a tie may fall either way, worth one step of the input.
TEST_P(RandomNetworksTest, Int8IsTheReference) {
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Network dynamic = some_int8(random_network(seed), seed);
    expect_equal_runs(dynamic, GetParam(), 0.03);
    expect_equal_runs(some_static(dynamic, random_inputs(dynamic, 0), seed), GetParam(), 0.03);
    if (HasFatalFailure()) return;
  }
}

// Floats in front of a rounding to eight bits: a tie may fall either way, as for int8; these networks are small, so one
// that does matters more than in those of plan.h's bound.
TEST_P(RandomNetworksTest, Bfloat16IsTheReference) {
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_equal_runs(some_bf16(random_network(seed), seed), GetParam(), 0.03);
    if (HasFatalFailure()) return;
  }
}

PITLANE_ALL_LEVELS(RandomNetworksTest);

TEST(RandomNetworks, HoldEveryOperatorAndMemory) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed < kNetworks; ++seed) {
    const Network network = random_network(seed);
    for (const Node& node : network.nodes) {
      ++seen[op_name(node.op)];
      if (const auto* conv = std::get_if<Conv2d>(&node.op); conv != nullptr && conv->groups > 1) ++seen["groups"];
    }
    if (!network.states.empty()) ++seen["memory"];
    const LstmCells cells = find_lstm_cells(network);
    for (std::size_t i = 0; i < network.nodes.size(); ++i) seen["cells"] += cells.at(i) != nullptr;
    if (network.inputs.size() > 1) ++seen["inputs"];
  }
  for (const char* what : {"Conv2d", "Dense", "BatchNorm", "Flatten", "Activate", "Pool2d", "Add", "Multiply", "Concat",
                           "Slice", "Pad", "Reshape", "Softmax", "Expand", "groups", "memory", "inputs", "cells"})
    EXPECT_GE(seen[what], 20) << what;
}

}  // namespace
}  // namespace pitlane::testing
