// What a Session promises: statuses, no allocation, threads, memory between runs.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include "counters.h"
#include "level.h"
#include "random_networks.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

using SessionTest = LevelTest;

std::vector<Network> all_storages() {
  const Network network = pilotnet("pilotnet-torch");
  return {network, halved(network), dynamic_int8(network), static_int8(network, random_image(network, 1))};
}

TEST_P(SessionTest, RunsWithoutAllocationAndRepeatsItsBits) {
  for (const Network& network : all_storages()) {
    const auto plan = compile(network, {.isa = GetParam()});
    ASSERT_TRUE(plan.ok());
    const std::unique_ptr<Session> session = (*plan)->new_session();
    const std::vector<std::uint8_t> image = random_image(network, 2);
    std::vector<float> output(2);
    const TensorView in{image.data(), image.size()};
    const MutableTensorView out{output.data(), 2 * sizeof(float)};
    const long before = allocations();
    const RunStatus first = session->run({&in, 1}, {&out, 1});
    EXPECT_EQ(allocations(), before);
    EXPECT_EQ(first, RunStatus::kOk);
    const std::vector<float> answer = output;
    for (int i = 0; i < 3; ++i) {
      run_once(*session, random_image(network, 100 + static_cast<std::uint64_t>(i)));
      EXPECT_EQ(run_once(*session, image), answer);
    }
  }
}

TEST_P(SessionTest, NoOperatorAllocates) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Network network = some_int8(random_network(seed), seed);
    const auto plan = compile(network, {.isa = GetParam()});
    ASSERT_TRUE(plan.ok()) << plan.error().message();
    Runner runner((*plan)->new_session());
    const RunInputs inputs = random_inputs(network, seed);
    const long before = allocations();
    const RunStatus status = runner.run(inputs);
    EXPECT_EQ(allocations(), before) << "seed " << seed;
    ASSERT_EQ(status, RunStatus::kOk);
    const std::vector<std::vector<float>> first = runner.outputs();
    runner.reset();
    ASSERT_EQ(runner.run(inputs), RunStatus::kOk);
    EXPECT_EQ(runner.outputs(), first) << "seed " << seed;
  }
}

TEST_P(SessionTest, ThreadsShareAPlan) {
  const Network network = dynamic_int8(pilotnet("pilotnet-torch"));
  const auto plan = compile(network, {.isa = GetParam()});
  ASSERT_TRUE(plan.ok());
  std::vector<std::vector<std::uint8_t>> images;
  std::vector<std::vector<float>> answers;
  const std::unique_ptr<Session> alone = (*plan)->new_session();
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    images.push_back(random_image(network, seed));
    answers.push_back(run_once(*alone, images.back()));
  }
  std::atomic<int> wrong{0};
  const auto work = [&](std::size_t first) {
    const std::unique_ptr<Session> session = (*plan)->new_session();
    for (std::size_t i = 0; i < 16; ++i) {
      const std::size_t pick = (first + i) % images.size();
      if (run_once(*session, images[pick]) != answers[pick]) ++wrong;
    }
  };
  std::thread other(work, 3);
  work(0);
  other.join();
  EXPECT_EQ(wrong, 0);
}

PITLANE_ALL_LEVELS(SessionTest);

TEST(Session, SaysWhatItIs) {
  const Network network = pilotnet("pilotnet-torch");
  const auto plan = compile(network, {.isa = Isa::kScalar});
  ASSERT_TRUE(plan.ok());
  const std::unique_ptr<Session> session = (*plan)->new_session();
  EXPECT_EQ(session->description(), "pitlane engine (scalar)");
  ASSERT_EQ(session->inputs().size(), 1U);
  EXPECT_EQ(session->inputs()[0].type, ElementType::kU8);
  EXPECT_EQ(session->inputs()[0].shape, (Shape{66, 200, 3}));
  ASSERT_EQ(session->outputs().size(), 1U);
  EXPECT_EQ(session->outputs()[0].shape, (Shape{2}));
}

TEST(Session, RefusesWrongCountsAndSizes) {
  const Network network = pilotnet("pilotnet-torch");
  const std::unique_ptr<Session> session = (*compile(network))->new_session();
  std::vector<std::uint8_t> image = random_image(network, 2);
  std::vector<float> output(2);
  const TensorView in{image.data(), image.size()};
  const TensorView small{image.data(), image.size() - 1};
  const TensorView null{nullptr, image.size()};
  const MutableTensorView out{output.data(), 8};
  const MutableTensorView large{output.data(), 12};
  EXPECT_EQ(session->run({}, {&out, 1}), RunStatus::kWrongInputs);
  EXPECT_EQ(session->run({&in, 1}, {}), RunStatus::kWrongInputs);
  EXPECT_EQ(session->run({&small, 1}, {&out, 1}), RunStatus::kWrongInputs);
  EXPECT_EQ(session->run({&null, 1}, {&out, 1}), RunStatus::kWrongInputs);
  EXPECT_EQ(session->run({&in, 1}, {&large, 1}), RunStatus::kWrongInputs);
  EXPECT_EQ(session->run({&in, 1}, {&out, 1}), RunStatus::kOk);
  EXPECT_STREQ(to_string(RunStatus::kWrongInputs),
               "wrong inputs: count or byte size of a tensor differs from the network's");
}

/// speed {1} -> dense {2}, and a memory: after = dense(before) with its own weights.
Network speed_and_memory(float weight) {
  Network network;
  network.name = "memory";
  network.values = {{"speed", {1}, {}}, {"y", {2}, {}}, {"before", {1}, {}}, {"after", {1}, {}}};
  network.weights = {make_f32_weight("w", {2, 1}, {weight, -1}), make_f32_weight("decay", {1, 1}, {0.5F}),
                     make_f32_weight("one", {1}, {1})};
  network.nodes = {{"dense", Dense{.weight = 0}, {0}, 1}, {"step", Dense{.weight = 1, .bias = 2}, {2}, 3}};
  network.inputs = {{.name = "speed", .kind = InputKind::kSpeed, .value = 0, .preprocessing = {}, .scale = 0.1F}};
  network.outputs = {{"y", "1", 0, 1, 1, 0}, {"m", "1", 0, 1, 3, 0}};
  network.states = {{"memory", 2, 3}};
  return network;
}

struct SpeedRun {
  explicit SpeedRun(float weight) {
    const auto plan = compile(speed_and_memory(weight));
    EXPECT_TRUE(plan.ok()) << plan.error().message();
    session = (*plan)->new_session();
  }
  RunStatus run(float speed) {
    const TensorView in{&speed, sizeof(speed)};
    const std::array<MutableTensorView, 2> out = {{{y.data(), 8}, {&memory, 4}}};
    return session->run({&in, 1}, out);
  }
  std::unique_ptr<Session> session;
  std::array<float, 2> y{};
  float memory = 0;
};

TEST(Session, SpeedIsScaledAndMemoryIsCarriedUntilReset) {
  SpeedRun run(2);
  ASSERT_EQ(run.run(30), RunStatus::kOk);
  EXPECT_FLOAT_EQ(run.y[0], 6);
  EXPECT_FLOAT_EQ(run.y[1], -3);
  EXPECT_EQ(run.memory, 1.0F);
  ASSERT_EQ(run.run(0), RunStatus::kOk);
  EXPECT_EQ(run.memory, 1.5F);
  ASSERT_EQ(run.run(0), RunStatus::kOk);
  EXPECT_EQ(run.memory, 1.75F);
  run.session->reset();
  ASSERT_EQ(run.run(0), RunStatus::kOk);
  EXPECT_EQ(run.memory, 1.0F);
}

TEST(Session, WhatIsNotFiniteIsRefusedAndLeavesTheMemoryAlone) {
  SpeedRun run(3e38F);
  ASSERT_EQ(run.run(1), RunStatus::kOk);
  EXPECT_EQ(run.memory, 1.0F);
  EXPECT_EQ(run.run(std::numeric_limits<float>::quiet_NaN()), RunStatus::kNotFinite);
  EXPECT_EQ(run.run(std::numeric_limits<float>::infinity()), RunStatus::kNotFinite);
  EXPECT_EQ(run.run(100), RunStatus::kNotFinite) << "the result overflows";
  ASSERT_EQ(run.run(1), RunStatus::kOk);
  EXPECT_EQ(run.memory, 1.5F);
}

TEST(Session, DynamicLayersRefuseWhatOverflowsInside) {
  NetworkBuilder builder("overflow");
  ValueId x = builder.image("camera", camera(4, 4));
  Dense large;
  large.weight = builder.weight(make_f32_weight("large", {2, 48}, std::vector<float>(96, 3e38F)));
  large.activation = Activation::kRelu;
  x = builder.add("large", large, {x});
  Dense small;
  small.weight = builder.weight(make_i8_weight("small", {1, 2}, {1, 1}, {1}));
  x = builder.add("small", small, {x});
  builder.output(output_of(x));
  const Result<Network> network = std::move(builder).build();
  ASSERT_TRUE(network.ok());
  const std::unique_ptr<Session> session = (*compile(*network))->new_session();
  const std::vector<std::uint8_t> image(48, 255);
  float y = 0;
  const TensorView in{image.data(), image.size()};
  const MutableTensorView out{&y, sizeof(y)};
  EXPECT_EQ(session->run({&in, 1}, {&out, 1}), RunStatus::kNotFinite);
}

TEST(Session, OneStateMayBeTheOthersPast) {
  Network network = speed_and_memory(1);
  network.values.push_back({"older", {1}, {}});
  network.values.push_back({"seen", {1}, {}});
  network.weights.push_back(make_f32_weight("id", {1, 1}, {1}));
  network.nodes.push_back({"look", Dense{.weight = 3}, {4}, 5});
  network.states.push_back({"delay", 4, 2});  // older = what `before` was
  network.outputs.push_back({"old", "1", 0, 1, 5, 0});
  const auto plan = compile(network);
  ASSERT_TRUE(plan.ok()) << plan.error().message();
  const std::unique_ptr<Session> session = (*plan)->new_session();
  const float speed = 0;
  std::vector<float> seen;
  for (int i = 0; i < 4; ++i) {
    float y[2];
    float memory = 0;
    float old = 0;
    const TensorView in{&speed, 4};
    const std::array<MutableTensorView, 3> out = {{{y, 8}, {&memory, 4}, {&old, 4}}};
    ASSERT_EQ(session->run({&in, 1}, out), RunStatus::kOk);
    seen.push_back(old);
  }
  EXPECT_EQ(seen, (std::vector<float>{0, 0, 1, 1.5F}));
}

}  // namespace
}  // namespace pitlane::testing
