#include "pitlane/train/stepwise_part.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "remembering.h"

namespace pitlane {
namespace {

std::set<std::string> loop_of(const Network& network) {
  const StepwisePart part = stepwise_part(network);
  std::set<std::string> names;
  for (std::size_t i = 0; i < network.nodes.size(); ++i)
    if (part.in_loop[i]) names.insert(network.nodes[i].name);
  return names;
}

TEST(StepwisePart, HoldsWhatTheNextMemoryComesFromAndNothingElse) {
  const Network network = testing::remembering_network(1);
  const std::set<std::string> loop = loop_of(network);
  for (const Node& node : network.nodes) {
    const bool in_cell = node.name.rfind("lstm", 0) == 0;
    const bool of_the_picture_alone = node.name == "lstm.gates";
    EXPECT_EQ(loop.count(node.name) > 0, in_cell && !of_the_picture_alone) << node.name;
  }
  const StepwisePart part = stepwise_part(network);
  EXPECT_TRUE(part.remembers[static_cast<std::size_t>(network.outputs[0].value)]);
  EXPECT_TRUE(part.read_outside[static_cast<std::size_t>(network.outputs[0].value)]);
}

TEST(StepwisePart, IsEmptyWithoutAMemory) {
  const Network network = testing::tiny_network(9, 7);
  EXPECT_TRUE(loop_of(network).empty());
  const StepwisePart part = stepwise_part(network);
  EXPECT_THAT(part.remembers, ::testing::Each(false));
}

}  // namespace
}  // namespace pitlane
