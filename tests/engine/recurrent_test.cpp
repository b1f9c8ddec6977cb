// LSTM cells written out in plain operators, against cells in double that share nothing with them.
#include "pitlane/network/recurrent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "level.h"
#include "naive_lstm.h"
#include "pitlane/core/random.h"
#include "random_networks.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

void expect_near(const std::vector<float>& got, const Reals& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], 1e-5) << i;
}

class RecurrentTest : public LevelTest {
 protected:
  void expect_memory(NaiveCell naive) {
    const auto plan = compile(remembering(naive), {.isa = GetParam()});
    ASSERT_TRUE(plan.ok()) << plan.error().message();
    Runner runner((*plan)->new_session());
    Random random(9);
    for (int episode = 0; episode < 2; ++episode) {
      naive.forget();
      runner.reset();
      for (int t = 0; t < 6; ++t) {
        const Reals x = random_step(naive, random);
        naive.step(x);
        RunInputs inputs(1);
        append(inputs[0], x);
        ASSERT_EQ(runner.run(inputs), RunStatus::kOk);
        expect_near(runner.outputs()[0], naive.hidden);
      }
    }
  }
  void expect_unrolled(NaiveCell naive) {
    constexpr int kSteps = 4;
    const auto plan = compile(unrolled(naive, kSteps), {.isa = GetParam()});
    ASSERT_TRUE(plan.ok()) << plan.error().message();
    Runner runner((*plan)->new_session());
    Random random(10);
    RunInputs inputs(1);
    for (int t = 0; t < kSteps; ++t) {
      const Reals x = random_step(naive, random);
      naive.step(x);
      append(inputs[0], x);
    }
    ASSERT_EQ(runner.run(inputs), RunStatus::kOk);
    expect_near(runner.outputs()[0], naive.hidden);
  }
};

TEST_P(RecurrentTest, LstmMatchesACellInDouble) {
  NaiveCell naive = made_cell(1, 1, 7, 11, 1, 40);
  expect_memory(naive);
  expect_unrolled(naive);
  naive.order = {.input = 0, .forget = 1, .cell = 3, .output = 2};
  expect_memory(naive);
}

TEST_P(RecurrentTest, ConvolutionalLstmMatchesACellInDouble) {
  NaiveCell naive = made_cell(5, 6, 3, 4, 3, 50);
  expect_memory(naive);
  naive.hard = true;
  expect_memory(naive);
  expect_unrolled(naive);
}

PITLANE_ALL_LEVELS(RecurrentTest);

TEST(Recurrent, OutputsThatAreNoFourGatesAreRefused) {
  NetworkBuilder b("odd");
  const ValueId x = b.vector("x", InputKind::kCommand, 2);
  Dense input;
  input.weight = b.weight(make_f32_weight("w", {6, 2}, std::vector<float>(12)));
  LstmCell cell;
  cell.input = input;
  b.output(output_of(add_lstm_step(b, "lstm", cell, x, {}).hidden));
  EXPECT_EQ(std::move(b).build().error().message(),
            "LSTM 'lstm': its layer makes 6 channels, four gates need a multiple of 4");
}

}  // namespace
}  // namespace pitlane::testing
