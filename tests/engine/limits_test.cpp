// Networks that are valid and small on disk, but take long to plan where that takes time in the square of anything.
#include <gtest/gtest.h>

#include <chrono>

#include "test_networks.h"

namespace pitlane::testing {
namespace {

using Clock = std::chrono::steady_clock;

Clock::duration time_to_compile(NetworkBuilder builder) {
  const Network network = std::move(builder).build().value();
  const auto start = Clock::now();
  EXPECT_TRUE(compile(network).ok());
  return Clock::now() - start;
}

constexpr int kLayers = 9'000;
// What takes time in the square takes minutes. Sanitizers make all of it ten times as slow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
constexpr std::chrono::seconds kPatience(90);
#else
constexpr std::chrono::seconds kPatience(20);
#endif

TEST(Limits, ThousandsOfLayers) {
  NetworkBuilder b("deep");
  ValueId x = b.vector("light", InputKind::kLight, 3);
  for (int i = 0; i < kLayers; ++i) x = b.add("curve", Activate{Activation::kTanh}, {x});
  b.output(output_of(x));
  EXPECT_LT(time_to_compile(std::move(b)), kPatience);
}

// Each reader follows the whole chain to where its bytes are.
TEST(Limits, ThousandsOfLayersThatOnlyRename) {
  NetworkBuilder b("flat");
  ValueId x = b.vector("light", InputKind::kLight, 3);
  for (int i = 0; i < kLayers; ++i) x = b.add("flatten", Flatten{}, {x});
  b.output(output_of(b.add("curve", Activate{Activation::kTanh}, {x})));
  EXPECT_LT(time_to_compile(std::move(b)), kPatience);
}

// Folding stops somewhere; what is left becomes steps of their own.
TEST(Limits, ThousandsOfReadersOfThousandsOfNorms) {
  constexpr std::int64_t kChannels = 500;
  NetworkBuilder b("folded");
  ValueId x = b.vector("light", InputKind::kLight, kChannels);
  const WeightId ones = b.weight(make_f32_weight("ones", {kChannels}, std::vector<float>(kChannels, 1)));
  const WeightId weight = b.weight(make_f32_weight("weight", {1, kChannels}, std::vector<float>(kChannels, 0.01F)));
  for (int i = 0; i < kLayers / 2; ++i) x = b.add("norm", BatchNorm{ones, ones, ones, ones}, {x});
  std::vector<ValueId> read;
  for (int i = 0; i < kLayers / 2; ++i) read.push_back(b.add("dense", Dense{weight}, {x}));
  b.output(output_of(b.add("joined", Concat{}, read)));
  EXPECT_LT(time_to_compile(std::move(b)), kPatience);
}

}  // namespace
}  // namespace pitlane::testing
