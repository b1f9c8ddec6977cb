// Sessions of several threads: the bits of one thread, nothing allocated or locked in a run, whoever comes late.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "counters.h"
#include "level.h"
#include "pitlane/engine/layer_cut.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/families.h"
#include "random_networks.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

using ThreadsTest = LevelTest;

/// Big enough for layers that are worth cutting: both PilotNets, and one with memory.
std::vector<std::pair<std::string, Network>> networks() {
  std::vector<std::pair<std::string, Network>> all;
  for (const char* name : {"pilotnet-torch", "pilotnet-tf"}) {
    const Network real = pilotnet(name);
    all.emplace_back(std::string(name) + " f32", real);
    all.emplace_back(std::string(name) + " f16", all_f16(real));
    all.emplace_back(std::string(name) + " bf16", all_bf16(real));
    all.emplace_back(std::string(name) + " int8, measured ranges", dynamic_int8(real));
    all.emplace_back(std::string(name) + " int8, fixed ranges", static_int8(real, random_image(real, 1)));
  }
  return all;
}

std::vector<std::vector<float>> answers(const Plan& plan, const Network& network, std::uint64_t runs) {
  Runner runner(plan.new_session());
  std::vector<std::vector<float>> all;
  for (std::uint64_t run = 0; run < runs; ++run) {
    EXPECT_EQ(runner.run(random_inputs(network, 100 + run)), RunStatus::kOk);
    all.insert(all.end(), runner.outputs().begin(), runner.outputs().end());
  }
  return all;
}

TEST_P(ThreadsTest, GiveTheBitsOfOne) {
  if (GetParam() == Isa::kScalar) GTEST_SKIP() << "slow, and cut as the others are";
  for (const auto& [name, network] : networks()) {
    const auto alone = compile(network, {.isa = GetParam()});
    ASSERT_TRUE(alone.ok()) << name << ": " << alone.error().message();
    const auto want = answers(**alone, network, 3);
    for (const int threads : {2, 3, 5}) {
      const auto plan = compile(network, {.isa = GetParam(), .threads = threads});
      ASSERT_TRUE(plan.ok()) << name << ": " << plan.error().message();
      EXPECT_EQ(answers(**plan, network, 3), want) << name << ", " << threads << " threads";
    }
  }
}

// Borders, groups, several inputs and memory, in pictures of a size at which layers are cut.
TEST_P(ThreadsTest, OfAnyFamilyGiveTheBitsOfOne) {
  if (GetParam() == Isa::kScalar) GTEST_SKIP() << "slow, and cut as the others are";
  for (const Family& family : families()) {
    FamilyOptions options;
    options.preprocessing.width = 160;
    options.preprocessing.height = 80;
    options.outputs = {{.name = "v", .unit = "m/s", .low = 0, .high = 10}};
    options.seed = 4;
    const auto real = family.build(options);
    ASSERT_TRUE(real.ok()) << family.name;
    for (const Network& network : {*real, all_int8(*real)}) {
      const auto alone = compile(network, {.isa = GetParam()});
      const auto plan = compile(network, {.isa = GetParam(), .threads = 2});
      ASSERT_TRUE(alone.ok() && plan.ok()) << family.name;
      EXPECT_EQ(answers(**plan, network, 2), answers(**alone, network, 2)) << family.name;
    }
  }
}

TEST_P(ThreadsTest, AllocateAndLockNothingInARun) {
  const Network network = all_int8(pilotnet("pilotnet-torch"));
  const auto plan = compile(network, {.isa = GetParam(), .threads = 2});
  ASSERT_TRUE(plan.ok());
  Runner runner((*plan)->new_session());
  const RunInputs inputs = random_inputs(network, 2);
  EXPECT_EQ(runner.run(inputs), RunStatus::kOk);
  const long allocated = allocations(), locked = locks();
  for (int run = 0; run < 5; ++run) EXPECT_EQ(runner.run(inputs), RunStatus::kOk);
  EXPECT_EQ(allocations(), allocated);
  EXPECT_EQ(locks(), locked);
}

PITLANE_ALL_LEVELS(ThreadsTest);

TEST(Threads, AreNamedByTheSession) {
  const Network network = pilotnet("pilotnet-torch");
  const auto alone = compile(network);
  const auto plan = compile(network, {.threads = 2});
  ASSERT_TRUE(alone.ok() && plan.ok());
  EXPECT_EQ((*alone)->new_session()->description().find("thread"), std::string::npos);
  EXPECT_NE((*plan)->new_session()->description().find(", 2 threads)"), std::string::npos);
}

TEST(Threads, EndWithTheirSession) {
  const Network network = pilotnet("pilotnet-torch");
  const auto plan = compile(network, {.threads = 3});
  ASSERT_TRUE(plan.ok());
  for (int i = 0; i < 50; ++i) (void)(*plan)->new_session();  // before they have slept once
  Runner runner((*plan)->new_session());
  EXPECT_EQ(runner.run(random_inputs(network, 1)), RunStatus::kOk);
}

TEST(Threads, ThatStayAwakeGiveTheBitsOfOneAndEndToo) {
  const Network network = pilotnet("pilotnet-torch");
  const auto alone = compile(network);
  const auto plan = compile(network, {.threads = 2, .stay_awake = true});
  ASSERT_TRUE(alone.ok() && plan.ok());
  EXPECT_EQ(answers(**plan, network, 3), answers(**alone, network, 3));
}

TEST(Threads, AreOneToSixteen) {
  const Network network = pilotnet("pilotnet-torch");
  for (const int threads : {-1, 0, 17}) {
    const auto plan = compile(network, {.threads = threads});
    ASSERT_FALSE(plan.ok()) << threads;
    EXPECT_EQ(plan.error().message(), "a session can have 1 to 16 threads, not " + std::to_string(threads));
  }
}

TEST(LayerCut, GivesEachUnitToOnePiece) {
  for (const int units : {2, 3, 5, 31}) {
    const LayerCut cut{.units = units, .by_outputs = true, .unit_outputs = 16, .macs = 10'000'000};
    const int outputs = units * 16 - 5;
    for (const int threads : {2, 3, 16}) {
      const int count = cut.pieces(threads);
      EXPECT_GE(count, 2);
      EXPECT_LE(count, units);
      int next = 0, done = 0;
      for (int i = 0; i < count; ++i) {
        const Units some = cut.piece(i, count);
        EXPECT_EQ(some.begin, next);
        EXPECT_LT(some.begin, some.end);
        EXPECT_EQ(cut.first_output(some), done);
        done += cut.outputs_of(some, outputs);
        next = some.end;
      }
      EXPECT_EQ(next, units);
      EXPECT_EQ(done, outputs);
    }
  }
}

TEST(LayerCut, LeavesSmallLayersWhole) {
  EXPECT_EQ((LayerCut{.units = 8, .macs = 10'000}.pieces(2)), 1);
  EXPECT_EQ((LayerCut{.units = 1, .macs = 10'000'000}.pieces(2)), 1);
  EXPECT_EQ((LayerCut{.units = 8, .macs = 10'000'000}.pieces(1)), 1);
}

// 31 rows are 16 and 15; 24 outputs in panels of 16 would be 16 and 8. Of 3 rows one thread gets 2, of 4 panels each 2.
TEST(LayerCut, OfAConvolutionHasTheMoreEqualShares) {
  const kernels::PanelLayout layout{.lanes = 8, .max_halves = 4, .group = 1};
  kernels::ConvGeometry geometry{.out_h = 31, .out_w = 98, .out_c = 24, .kernel_h = 5, .row_length = 15};
  EXPECT_FALSE(cut_conv(geometry, layout, {24, 5, 15}, sizeof(float)).by_outputs);
  geometry.out_h = 3;
  geometry.out_c = 64;
  const LayerCut cut = cut_conv(geometry, layout, {64, 5, 15}, sizeof(float));
  EXPECT_TRUE(cut.by_outputs);
  EXPECT_EQ(cut.units, 4);
  EXPECT_EQ(cut.unit_outputs, 16);
  EXPECT_EQ(cut.unit_bytes, std::ptrdiff_t{5 * 15 * 16 * sizeof(float)});
}

}  // namespace
}  // namespace pitlane::testing
