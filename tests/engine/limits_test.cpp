// Networks that are valid and small on disk, but ask for more than a computer has.
#include <gmock/gmock.h>

#include <chrono>

#include "test_networks.h"

namespace pitlane::testing {
namespace {

using ::testing::HasSubstr;

TEST(Limits, MoreMemoryThanTheLargestWorkspaceIsRefused) {
  NetworkBuilder b("memory");
  const ValueId light = b.vector("light", InputKind::kLight, 1);
  for (int i = 0; i < 5; ++i) {
    const ValueId before = b.state("state" + std::to_string(i), {std::int64_t{1} << 28});
    b.remember(before, b.add("relu" + std::to_string(i), Activate{Activation::kRelu}, {before}));
  }
  const ValueId out = b.add("out", Activate{Activation::kRelu}, {light});
  b.output(output_of(out));
  const auto network = std::move(b).build();
  ASSERT_TRUE(network.ok()) << network.error().message();
  const auto plan = compile(*network);
  ASSERT_FALSE(plan.ok());
  EXPECT_THAT(plan.error().message(), HasSubstr("network 'memory' needs "));
  EXPECT_THAT(plan.error().message(), HasSubstr(" MiB for what flows between its layers; the most is 4096 MiB"));
}

TEST(Limits, ThousandsOfLayersArePlannedInSeconds) {
  NetworkBuilder b("deep");
  ValueId x = b.vector("light", InputKind::kLight, 3);
  for (int i = 0; i < 9'000; ++i) x = b.add("curve", Activate{Activation::kTanh}, {x});
  b.output(output_of(x));
  const Network network = std::move(b).build().value();
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(compile(network).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace pitlane::testing
