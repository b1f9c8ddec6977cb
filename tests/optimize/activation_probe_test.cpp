#include "pitlane/optimize/activation_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sketch.h"
#include "small_data.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

TEST(ActivationProbe, SeesWhatTheReferenceComputes) {
  const Network network = testing::small_network();
  const Dataset dataset = testing::bar_pictures(network, 6);
  const std::vector<ValueId> values = {1, 3, 5, 2};  // any order; 1 is the normalisation
  auto probe = ActivationProbe::create(network, dataset, values);
  ASSERT_TRUE(probe.ok()) << probe.error().message();
  const std::vector<std::int64_t> samples = {4, 0, 5};
  std::size_t calls = 0;
  const auto visit = [&](std::size_t which, std::span<const float> activations) {
    const std::int64_t sample = samples[calls / values.size()];
    EXPECT_EQ(which, calls % values.size());
    const auto wanted = testing::reference_values(network, dataset.picture(sample))[values[which]];
    EXPECT_LT(testing::largest_difference(wanted, {activations.begin(), activations.end()}), 1e-4);
    ++calls;
  };
  ASSERT_TRUE(probe->run(samples, visit, {}).ok());
  EXPECT_EQ(calls, samples.size() * values.size());
}

TEST(ActivationProbe, RefusesPicturesOfAnotherSize) {
  const Network network = testing::small_network();
  const Dataset dataset = testing::bar_pictures(testing::lively_pilotnet("pilotnet-torch"), 1);
  EXPECT_EQ(ActivationProbe::create(network, dataset, {1}).error().message(),
            "network 'sketch' takes pictures of 12x24x3, the calibration data has 66x200x3");
}

TEST(ActivationProbe, RefusesNetworksThatReadMoreThanAPicture) {
  Network network = testing::small_network();
  const Dataset dataset = testing::bar_pictures(network, 1);
  InputSpec speed{.name = "speed", .kind = InputKind::kSpeed, .preprocessing = {}};
  network.inputs.push_back(speed);
  const auto probe = ActivationProbe::create(network, dataset, {1});
  ASSERT_FALSE(probe.ok());
  EXPECT_EQ(probe.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(probe.error().message(), HasSubstr("has inputs beside the camera's picture or recurrent state"));
}

TEST(ActivationProbe, NamesThePictureThatOverflows) {
  Network network = testing::small_network();
  Weight& weight = network.weights[std::get<Dense>(network.nodes[4].op).weight];
  weight =
      make_f32_weight(weight.name, weight.shape, std::vector<float>(static_cast<std::size_t>(weight.size()), 3e38F));
  const Dataset dataset = testing::bar_pictures(network, 4);
  auto probe = ActivationProbe::create(network, dataset, {5});
  ASSERT_TRUE(probe.ok()) << probe.error().message();
  const std::vector<std::int64_t> samples = {3};
  const Status status = probe->run(samples, [](std::size_t, std::span<const float>) {}, {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kNumeric);
  EXPECT_THAT(status.error().message(), HasSubstr("calibration sample 3: "));
}

TEST(ActivationProbe, TellsItsProgressAndStops) {
  const Network network = testing::small_network();
  const Dataset dataset = testing::bar_pictures(network, 4);
  auto probe = ActivationProbe::create(network, dataset, {1});
  ASSERT_TRUE(probe.ok());
  const std::vector<std::int64_t> samples = {0, 1, 2, 3};
  int visits = 0;
  const ProgressFn stop = [](const Progress& p) {
    EXPECT_EQ(p.total, 4);
    return p.done < 2;
  };
  const Status status = probe->run(
      samples, [&](std::size_t, std::span<const float>) { ++visits; }, stop);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(visits, 2);
}

}  // namespace
}  // namespace pitlane
