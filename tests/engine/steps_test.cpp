// What a plan tells of its steps, and the session that times them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>

#include "counters.h"
#include "level.h"
#include "random_networks.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

using ::testing::ElementsAre;

/// Whose, what, MACs, weights, bytes read and written; weights only where there are none, since packing pads them.
std::string line(const StepInfo& step) {
  return std::string(to_string(step.owner)) + " " + step.name + ": " + step.work + ", " + std::to_string(step.macs) +
         " MAC, " + (step.weight_bytes > 0 ? "weights, " : "") + std::to_string(step.read_bytes) + " -> " +
         std::to_string(step.written_bytes);
}

std::vector<std::string> lines(const Network& network) {
  const auto plan = compile(network, {.isa = Isa::kScalar});
  EXPECT_TRUE(plan.ok()) << plan.error().message();
  std::vector<std::string> all;
  for (const StepInfo& step : (*plan)->steps()) all.push_back(line(step));
  return all;
}

/// camera 6 x 4 x 3 -> conv 3 x 3, 2 outputs, border of 1, tanh -> dense of 5.
Network small_network(bool int8) {
  NetworkBuilder b("small");
  const ValueId image = b.image("camera", camera(6, 4));
  const auto weight = [&](const std::string& name, const Shape& shape) {
    const Weight real = random_weight(name, shape, 0.5, 3);
    return b.weight(int8 ? quantize_i8(real) : real);
  };
  Conv2d conv;
  conv.padding = {1, 1, 1, 1};
  conv.weight = weight("c", {2, 3, 3, 3});
  conv.activation = Activation::kTanh;
  Dense dense;
  dense.weight = weight("d", {5, 48});
  const ValueId features = b.add("conv", conv, {image});
  const ValueId head = b.add("dense", dense, {b.add("flat", Flatten{}, {features})});
  b.output(output_of(head));
  Result<Network> network = std::move(b).build();
  EXPECT_TRUE(network.ok()) << network.error().message();
  return *std::move(network);
}

// 8 x 6 pixels with the border, 24 of them the border's; 24 output pixels of 9 x 3 x 2 multiply-adds.
TEST(Steps, TellWhatTheyCost) {
  EXPECT_THAT(
      lines(small_network(false)),
      ElementsAre("input camera: border, 0 MAC, 0 -> 288", "input camera: widen, 0 MAC, 72 -> 288",
                  "layer conv: conv f32, 1296 MAC, weights, 576 -> 192", "layer conv: tanh, 0 MAC, 192 -> 192",
                  "layer dense: dense f32, 240 MAC, weights, 192 -> 20", "output dense: output, 0 MAC, 20 -> 20"));
}

// The camera's bytes lie on a grid as they are.
TEST(Steps, OfInt8MeasureWhereTheRangeIsNotFixed) {
  EXPECT_THAT(
      lines(small_network(true)),
      ElementsAre("input camera: border, 0 MAC, 0 -> 72", "input camera: copy, 0 MAC, 72 -> 72",
                  "layer conv: conv int8, 1296 MAC, weights, 144 -> 192", "layer conv: tanh, 0 MAC, 192 -> 192",
                  "layer dense: measure and quantize, 0 MAC, 192 -> 48",
                  "layer dense: dense int8, 240 MAC, weights, 48 -> 20", "output dense: output, 0 MAC, 20 -> 20"));
}

TEST(Steps, OfMemoryBelongToTheState) {
  NetworkBuilder b("memory");
  const ValueId speed = b.vector("speed", InputKind::kSpeed, 1);
  const ValueId before = b.state("past", {1});
  const ValueId after = b.add("sum", Add{}, {speed, before});
  b.remember(before, after);
  b.output(output_of(after));
  Result<Network> network = std::move(b).build();
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_THAT(lines(*network), ElementsAre("input speed: scale, 0 MAC, 4 -> 4", "layer sum: add, 0 MAC, 8 -> 4",
                                           "output sum: output, 0 MAC, 4 -> 4", "state past: check, 0 MAC, 4 -> 0",
                                           "state past: copy, 0 MAC, 4 -> 4", "state past: copy, 0 MAC, 4 -> 4"));
}

using StepsTest = LevelTest;

TEST_P(StepsTest, SumToTheNetwork) {
  for (const char* family : {"pilotnet-torch", "pilotnet-tf"}) {
    const Network network = pilotnet(family);
    for (const Network& stored : {network, halved(network), dynamic_int8(network)}) {
      const auto plan = compile(stored, {.isa = GetParam()});
      ASSERT_TRUE(plan.ok());
      std::int64_t macs = 0;
      std::size_t weights = 0;
      for (const StepInfo& step : (*plan)->steps()) {
        macs += step.macs;
        weights += step.weight_bytes;
        EXPECT_EQ(step.macs > 0, step.arithmetic != Arithmetic::kNone) << step.name;
        EXPECT_FALSE(step.name.empty() || step.work.empty());
        EXPECT_GT(step.read_bytes + step.written_bytes, 0U) << step.name << ": " << step.work;
      }
      EXPECT_EQ(macs, mac_count(network));
      EXPECT_EQ(weights, (*plan)->weight_bytes());
    }
  }
}

TEST_P(StepsTest, TimingThemChangesNoBitAndAllocatesNothing) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Network network = some_int8(random_network(seed), seed);
    const auto plan = compile(network, {.isa = GetParam()});
    ASSERT_TRUE(plan.ok());
    std::unique_ptr<StepTimer> timer = (*plan)->new_step_timer();
    const StepTimer& times = *timer;
    EXPECT_EQ(times.nanoseconds().size(), (*plan)->steps().size());
    Runner timed(std::move(timer)), plain((*plan)->new_session());
    for (std::uint64_t run = 0; run < 3; ++run) {
      const RunInputs inputs = random_inputs(network, run);
      ASSERT_EQ(plain.run(inputs), RunStatus::kOk);
      const long allocated = allocations();
      const auto start = std::chrono::steady_clock::now();
      const RunStatus status = timed.run(inputs);
      const auto wall = std::chrono::steady_clock::now() - start;
      EXPECT_EQ(allocations(), allocated);
      ASSERT_EQ(status, RunStatus::kOk);
      EXPECT_EQ(timed.outputs(), plain.outputs()) << "seed " << seed;
      const auto sum = std::accumulate(times.nanoseconds().begin(), times.nanoseconds().end(), std::int64_t{0});
      EXPECT_GT(sum, 0);
      EXPECT_LE(sum, std::chrono::nanoseconds(wall).count());
      for (const std::int64_t one : times.nanoseconds()) EXPECT_GE(one, 0);
    }
  }
}

PITLANE_ALL_LEVELS(StepsTest);

}  // namespace
}  // namespace pitlane::testing
