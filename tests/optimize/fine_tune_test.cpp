#include <gtest/gtest.h>

#include <limits>

#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"
#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

FineTuneFn returning(const Network& network) {
  return [network](const Network&, const FineTuning&, const ProgressFn&) { return Result<Network>(network); };
}

Network pruned_network() {
  Network network = testing::small_network();
  EXPECT_TRUE(apply_pass(PruneGlobal{0.5}, network).ok());
  return network;
}

TEST(FineTune, TakesTheTrainedWeightsAndPassesItsOptionsOn) {
  Network network = pruned_network();
  const Network given = network;
  FineTuning seen{.epochs = 0, .learning_rate = 0};
  const FineTuneFn train = [&seen](const Network& n, const FineTuning& pass, const ProgressFn&) {
    seen = pass;
    return Result<Network>(testing::nudge_weights(n, 9));
  };
  ASSERT_TRUE(apply_pass(FineTune{7, 0.25}, network, train, {}).ok());
  EXPECT_EQ(seen.epochs, 7);
  EXPECT_EQ(seen.learning_rate, 0.25);
  EXPECT_EQ(content_hash(network), content_hash(testing::nudge_weights(given, 9)));
}

TEST(FineTune, RefusesATrainerThatRevivesZeros) {
  Network network = pruned_network();
  const std::string before = content_hash(network);
  const Status status = apply_pass(FineTune{}, network, returning(testing::small_network()), {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "fine-tuning moved weights of Conv2d 'conv2' that were zero");
  EXPECT_EQ(content_hash(network), before);
}

TEST(FineTune, RefusesAnotherArchitectureAndBrokenWeights) {
  Network network = pruned_network();
  const Status other = apply_pass(FineTune{}, network, returning(testing::lively_pilotnet("pilotnet-torch")), {});
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().message(), "fine-tuning gave back a network of another architecture");

  Network broken = network;
  broken.weights[std::get<Dense>(broken.nodes.back().op).bias] =
      make_f32_weight("bias", {2}, {0, std::numeric_limits<float>::infinity()});
  const Status infinite = apply_pass(FineTune{}, network, returning(broken), {});
  ASSERT_FALSE(infinite.ok());
  EXPECT_EQ(infinite.error().message(), "Dense 'dense7' holds NaN or infinity in 'bias'");
}

TEST(FineTune, HandsTheTrainersErrorOn) {
  Network network = pruned_network();
  const FineTuneFn stopped = [](const Network&, const FineTuning&, const ProgressFn&) {
    return Result<Network>(interrupted());
  };
  EXPECT_EQ(apply_pass(FineTune{}, network, stopped, {}).error().kind(), ErrorKind::kInterrupted);
  const Status none = apply_pass(FineTune{}, network, {}, {});
  EXPECT_EQ(none.error().kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(none.error().message(), "fine-tuning needs a build with LibTorch and training data");
}

TEST(FineTune, RefusesOptionsOutOfRange) {
  Network network = pruned_network();
  const FineTuneFn same = returning(network);
  EXPECT_EQ(apply_pass(FineTune{0, 1e-3}, network, same, {}).error().message(),
            "fine-tuning takes at least 1 epoch, is asked for 0");
  for (const double rate :
       {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    EXPECT_EQ(apply_pass(FineTune{1, rate}, network, same, {}).error().kind(), ErrorKind::kInvalidArgument) << rate;
}

}  // namespace
}  // namespace pitlane
