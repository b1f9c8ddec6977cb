#include "pitlane/train/learnt_ranges.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "synthetic.h"

namespace pitlane {
namespace {

class LearntRangesOfATinyNetwork : public ::testing::Test {
 protected:
  LearntRangesOfATinyNetwork() {
    conv_ = static_cast<std::size_t>(network_.nodes[1].output);
    flat_ = network_.nodes[2].output;
    network_.values[conv_].quantization = quantization_of({-1, 3});
    network_.values[static_cast<std::size_t>(network_.inputs[0].value)].quantization =
        ActivationQuantization{1 / 200.F, 10};
  }

  [[nodiscard]] float low() const { return values_[2 * conv_]; }
  [[nodiscard]] float high() const { return values_[2 * conv_ + 1]; }
  void start() {
    values_ = LearntRanges::of(network_);
    ranges_.emplace(network_, values_);
  }

  Network network_ = testing::tiny_network(12, 6);
  std::size_t conv_ = 0;
  ValueId flat_ = 0;
  std::vector<float> values_;
  std::optional<LearntRanges> ranges_;
};

TEST_F(LearntRangesOfATinyNetwork, BeginAsTheNetworkHasThemAndFollowByAHundredth) {
  start();
  const ActivationRange begin = range_of(*network_.values[conv_].quantization);
  EXPECT_EQ(low(), begin.low);
  EXPECT_EQ(high(), begin.high);
  ranges_->see(conv_, {-2, 1});
  EXPECT_NEAR(low(), begin.low + 0.01 * (-2 - begin.low), 1e-6);
  EXPECT_NEAR(high(), begin.high + 0.01 * (1 - begin.high), 1e-6);
  EXPECT_EQ(*ranges_->grid_of(conv_), quantization_of({low(), high()}));
}

TEST_F(LearntRangesOfATinyNetwork, StepsOfABatchCountAsOne) {
  start();
  const float before = high();
  ranges_->begin_steps();
  for (const float high : {1.F, 5.F, 2.F}) ranges_->see(conv_, {-0.5F, high});
  EXPECT_EQ(high(), before) << "not before all are done";
  ranges_->end_steps();
  EXPECT_NEAR(high(), before + 0.01 * (5 - before), 1e-6);
  // A batch that broke off in its steps leaves nothing behind.
  ranges_->begin_steps();
  ranges_->see(conv_, {0, 1e6F});
  ranges_->begin_batch();
  ranges_->begin_steps();
  ranges_->end_steps();
  EXPECT_LT(high(), 10);
}

TEST_F(LearntRangesOfATinyNetwork, HoldWhatPaddingPutsAroundAValue) {
  Conv2d& conv = std::get<Conv2d>(network_.nodes[1].op);
  const ValueId read = network_.nodes[1].inputs[0];
  conv.pad_value = {7, -4, 0};
  network_.values[static_cast<std::size_t>(read)].quantization = quantization_of({-1, 1});
  start();
  ranges_->see(static_cast<std::size_t>(read), {-1, 1});
  EXPECT_EQ(values_[2 * static_cast<std::size_t>(read)], -4);
  EXPECT_EQ(values_[2 * static_cast<std::size_t>(read) + 1], 7);
}

TEST_F(LearntRangesOfATinyNetwork, OfInputsStayAndOthersHaveNone) {
  start();
  const auto input = static_cast<std::size_t>(network_.inputs[0].value);
  values_[2 * input + 1] = 100;
  EXPECT_EQ(ranges_->grid_of(input), network_.values[input].quantization);
  EXPECT_EQ(ranges_->grid_of(static_cast<std::size_t>(network_.nodes.back().output)), std::nullopt);
  EXPECT_EQ(ranges_->storage_of(flat_), conv_) << "Flatten holds the same numbers";
}

}  // namespace
}  // namespace pitlane
