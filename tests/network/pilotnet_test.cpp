#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/small_network.h"
#include "pitlane/network/families.h"

namespace pitlane {
namespace {

const Value& value_of(const Network& network, const std::string& node) {
  for (const Node& n : network.nodes)
    if (n.name == node) return network.values.at(static_cast<std::size_t>(n.output));
  throw std::runtime_error("no node " + node);
}

TEST(PilotNet, TorchVariantHasThePublishedShapes) {
  const Network network = small_network();
  EXPECT_EQ(value_of(network, "flatten").shape, Shape{1152});
  EXPECT_EQ(value_of(network, "conv5").shape, (Shape{1, 18, 64}));
  // Counted by hand from the layer sizes; BatchNorm has 4 x 3.
  EXPECT_EQ(parameter_count(network), 1595534);
  EXPECT_NEAR(static_cast<double>(mac_count(network)), 28.2e6, 1e6);
}

TEST(PilotNet, TensorFlowVariantHasThePublishedShapes) {
  const Network network = find_family("pilotnet-tf").value()->build(small_options()).value();
  EXPECT_EQ(value_of(network, "flatten").shape, Shape{14400});
  EXPECT_EQ(value_of(network, "conv1").shape, (Shape{33, 100, 24}));
  EXPECT_NEAR(static_cast<double>(parameter_count(network)), 17.0e6, 0.1e6);
  EXPECT_NEAR(static_cast<double>(mac_count(network)), 65e6, 1.5e6);
}

TEST(PilotNet, SeedDecidesTheWeights) {
  FamilyOptions other = small_options();
  other.seed = 2;
  EXPECT_EQ(content_hash(small_network()), content_hash(small_network()));
  EXPECT_NE(content_hash(small_network()), content_hash(find_family("pilotnet-torch").value()->build(other).value()));
}

TEST(Families, UnknownNameListsTheKnownOnes) {
  EXPECT_EQ(find_family("vgg").error().message(),
            "no network family is called 'vgg'; known: pilotnet-torch, pilotnet-tf");
}

TEST(Families, InputTooSmallForTheKernelsIsAnError) {
  FamilyOptions options = small_options();
  options.preprocessing.height = 8;
  EXPECT_THAT(find_family("pilotnet-torch").value()->build(options).error().message(),
              ::testing::HasSubstr("is larger than the padded input"));
}

}  // namespace
}  // namespace pitlane
