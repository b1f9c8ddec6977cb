#include "pitlane/train/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pitlane/network/pilotnet.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Network pilotnet() { return build_pilotnet_torch({Preprocessing{}, {{"w", "rad/s", -7.1F, 7.1F, -1, 0}}, 1}).value(); }

TEST(TrainingMemory, CountsWeightsAndWhatABatchLeaves) {
  const Network network = pilotnet();
  const auto weights = static_cast<std::uint64_t>(parameter_count(network));
  std::uint64_t values = 0;
  for (const Value& value : network.values) values += static_cast<std::uint64_t>(element_count(value.shape));
  EXPECT_EQ(training_bytes(network, 64), 4 * (8 * weights + 3 * 64 * values));
  EXPECT_GT(machine_memory_bytes(), 100'000'000U);
}

TEST(TrainingMemory, BatchesAreAtMostTheSamples) {
  const Network network = pilotnet();
  const std::uint64_t memory = training_bytes(network, 40);
  EXPECT_TRUE(check_training_memory(network, 65536, 40, memory).ok());
  const Status refused = check_training_memory(network, 65536, 41, memory);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(),
              AllOf(HasSubstr("training needs about "), HasSubstr("200x66 in batches of 41, this machine has "),
                    HasSubstr("--size"), HasSubstr("--batch")));
}

}  // namespace
}  // namespace pitlane
