#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <set>

#include "network/every_operator.h"
#include "pitlane/network/pit_file.h"

namespace pitlane {
namespace {

template <typename T>
T& op(Network& network) {
  for (Node& node : network.nodes)
    if (T* found = std::get_if<T>(&node.op)) return *found;
  std::abort();
}

TEST(ContentHash, EveryAttributeCounts) {
  const std::vector<std::function<void(Network&)>> changes = {
      [](Network&) {},
      [](Network& n) { op<Conv2d>(n).groups = 1; },
      [](Network& n) { op<Conv2d>(n).activation = Activation::kRelu; },
      [](Network& n) { op<Activate>(n).alpha = 0.25F; },
      [](Network& n) { op<Activate>(n).activation = Activation::kTanh; },
      [](Network& n) { op<Pool2d>(n).kind = PoolKind::kMax; },
      [](Network& n) { op<Pool2d>(n).window_h = 3; },
      [](Network& n) { op<Pool2d>(n).stride_w = 2; },
      [](Network& n) { op<Pool2d>(n).padding.left = 0; },
      [](Network& n) { op<Pad>(n).value = 1; },
      [](Network& n) { op<Pad>(n).padding.top = 1; },
      [](Network& n) { op<Slice>(n).begin[0] = 0; },
      [](Network& n) { op<Slice>(n).end[2] = 2; },
      [](Network& n) {
        op<Reshape>(n).shape = {2, 4};
      },
      [](Network& n) { op<Expand>(n).width = 3; },
      [](Network& n) { std::swap(n.nodes.back().inputs[0], n.nodes[0].inputs[0]); },
      [](Network& n) {
        n.inputs[0].ages = {0, 6};
      },
      [](Network& n) { n.inputs[1].ages = {}; },
      [](Network& n) { n.inputs[1].scale = 1; },
      [](Network& n) { n.inputs[2].kind = InputKind::kCommand; },
      [](Network& n) { n.states[0].after = n.states[0].before; },
  };
  std::set<std::string> hashes;
  for (const auto& change : changes) {
    Network network = every_operator();
    change(network);
    hashes.insert(content_hash(network));
  }
  EXPECT_EQ(hashes.size(), changes.size());
}

// Rows of stored studies are found by it.
TEST(ContentHash, OfAPlainNetworkIsWhatItWasBeforeThereWereMoreOperators) {
  const auto network = load_pit(PITLANE_SOURCE_DIR "/examples/pilotnet.pit");
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(content_hash(*network), "ca56ce3180ad76af0dd25644522d6aff");
}

}  // namespace
}  // namespace pitlane
