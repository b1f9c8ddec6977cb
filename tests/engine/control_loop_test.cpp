// What a control loop may rely on, for every family in every storage: a run allocates nothing and takes no lock; equal
// inputs give equal bits, from run to run and on two threads; instruction sets differ by no more than plan.h says.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>

#include "counters.h"
#include "level.h"
#include "network/lively.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/families.h"
#include "random_networks.h"

namespace pitlane::testing {
namespace {

Network small_network(const Family& family) {
  FamilyOptions options;
  options.preprocessing.width = 80;
  options.preprocessing.height = 66;
  options.outputs = {{.name = "v", .unit = "m/s", .low = 0, .high = 10},
                     {.name = "w", .unit = "rad/s", .low = -3, .high = 3}};
  options.seed = 4;
  Result<Network> network = family.build(options);
  EXPECT_TRUE(network.ok()) << family.name;
  return with_loud_head(*std::move(network));
}

struct Stored {
  std::string name;
  Network network;
  float level_difference = kRealLevelDifference;
};

/// Each family with its weights in f32, f16, bf16, int8 with ranges measured in the run, and int8 with fixed ranges.
const std::vector<Stored>& every_family_in_every_storage() {
  static const std::vector<Stored> all = [] {
    std::vector<Stored> made;
    for (const Family& family : families()) {
      const Network real = small_network(family);
      const Network dynamic = all_int8(real);
      const std::string name = family.name;
      made.push_back({name + " f32", real});
      made.push_back({name + " f16", all_f16(real)});
      made.push_back({name + " bf16", all_bf16(real), kBf16LevelDifference});
      made.push_back({name + " int8, measured ranges", dynamic, kInt8LevelDifference});
      made.push_back({name + " int8, fixed ranges", with_fixed_ranges(dynamic), kInt8LevelDifference});
    }
    return made;
  }();
  return all;
}

using Answers = std::vector<std::vector<std::vector<float>>>;  // by run, by output

constexpr std::uint64_t kRuns = 3;  // in a row, so that memory matters

std::vector<RunInputs> inputs_of(const Network& network) {
  std::vector<RunInputs> inputs;
  for (std::uint64_t run = 0; run < kRuns; ++run) inputs.push_back(random_inputs(network, 100 + run));
  return inputs;
}

Answers answers(const Plan& plan, const std::vector<RunInputs>& inputs) {
  Runner runner(plan.new_session());
  Answers all;
  for (const RunInputs& one : inputs) {
    EXPECT_EQ(runner.run(one), RunStatus::kOk);
    all.push_back(runner.outputs());
  }
  return all;
}

TEST(Counters, SeeWhatTheyCount) {
  long before = allocations();
  const auto number = std::make_unique<int>(3);
  EXPECT_EQ(allocations(), before + 1);
  if (!counts_locks()) GTEST_SKIP() << "a sanitizer or a static libc has the allocator and the locks";
  void* volatile memory = std::malloc(10);  // NOLINT: what is tested
  EXPECT_EQ(allocations(), before + 2);
  std::free(memory);  // NOLINT
  before = allocations();
  try {
    throw 1;
  } catch (int) {
  }
  EXPECT_GT(allocations(), before);
  const long locked = locks();
  std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::shared_mutex shared;
  const std::shared_lock reading(shared);
  EXPECT_EQ(locks(), locked + 2);
}

using ControlLoopTest = LevelTest;

TEST_P(ControlLoopTest, NoFamilyAllocatesOrLocksInARun) {
  static_assert(noexcept(std::declval<Session&>().run({}, {}))&& noexcept(std::declval<Session&>().reset()));
  for (const Stored& stored : every_family_in_every_storage()) {
    const auto plan = compile(stored.network, {.isa = GetParam()});
    ASSERT_TRUE(plan.ok()) << stored.name << ": " << plan.error().message();
    Runner runner((*plan)->new_session());
    const RunInputs inputs = random_inputs(stored.network, 2);
    const long allocated = allocations(), locked = locks();
    const RunStatus first = runner.run(inputs), second = runner.run(inputs);
    runner.reset();
    EXPECT_EQ(allocations(), allocated) << stored.name;
    EXPECT_EQ(locks(), locked) << stored.name;
    EXPECT_EQ(first, RunStatus::kOk) << stored.name;
    EXPECT_EQ(second, RunStatus::kOk) << stored.name;
  }
}

TEST_P(ControlLoopTest, TwoThreadsWithOnePlanGiveTheBitsOfOne) {
  for (const Stored& stored : every_family_in_every_storage()) {
    const auto plan = compile(stored.network, {.isa = GetParam()});
    ASSERT_TRUE(plan.ok()) << stored.name;
    const std::vector<RunInputs> inputs = inputs_of(stored.network);
    const Answers alone = answers(**plan, inputs);
    Answers here, there;
    std::thread other([&] { there = answers(**plan, inputs); });
    here = answers(**plan, inputs);
    other.join();
    EXPECT_EQ(here, alone) << stored.name;
    EXPECT_EQ(there, alone) << stored.name;
  }
}

TEST_P(ControlLoopTest, DiffersFromScalarByNoMoreThanIsPromised) {
  for (const Stored& stored : every_family_in_every_storage()) {
    const auto scalar = compile(stored.network, {.isa = Isa::kScalar});
    const auto plan = compile(stored.network, {.isa = GetParam()});
    ASSERT_TRUE(scalar.ok() && plan.ok()) << stored.name;
    const std::vector<RunInputs> inputs = inputs_of(stored.network);
    const Answers want = answers(**scalar, inputs), got = answers(**plan, inputs);
    const float bound = stored.level_difference;
    for (std::size_t run = 0; run < want.size(); ++run) {
      for (std::size_t t = 0; t < want[run].size(); ++t) {
        float largest = 1;
        for (const float v : want[run][t]) largest = std::max(largest, std::abs(v));
        for (std::size_t i = 0; i < want[run][t].size(); ++i)
          ASSERT_NEAR(got[run][t][i], want[run][t][i], bound * largest) << stored.name << ", run " << run;
      }
    }
  }
}

PITLANE_ALL_LEVELS(ControlLoopTest);

}  // namespace
}  // namespace pitlane::testing
