#include "pitlane/network/pit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "network/small_network.h"
#include "pitlane/core/file.h"
#include "pitlane/core/random.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

Network mixed_network() {
  Network network = small_network();
  network.metadata["strategy"] = "test";
  for (std::size_t i = 0; i < network.weights.size(); ++i) {
    Weight& w = network.weights[i];
    if (w.shape.size() == 4) w = quantize_i8(w);
    if (w.shape.size() == 2) {
      std::vector<float> values = decode_f32(w);
      for (std::size_t k = 0; k < values.size(); ++k)
        if (k % 5 != 0) values[k] = 0;  // 80 % zeros
      w = make_f16_weight(w.name, w.shape, values);
    }
  }
  network.values[2].quantization = ActivationQuantization{0.25F, 3};
  return network;
}

TEST(PitFile, RoundTripKeepsEverything) {
  const TemporaryDirectory dir;
  const Network network = mixed_network();
  ASSERT_TRUE(save_pit(network, dir / "a.pit").ok());
  const Network back = load_pit(dir / "a.pit").value();
  EXPECT_EQ(content_hash(back), content_hash(network));
  EXPECT_EQ(back.metadata, network.metadata);
  EXPECT_EQ(back.name, network.name);
  EXPECT_EQ(back.values[2].quantization, network.values[2].quantization);
  EXPECT_EQ(back.inputs[0].preprocessing, network.inputs[0].preprocessing);
  EXPECT_EQ(back.outputs[1].unit, "rad/s");
}

TEST(PitFile, SameNetworkGivesSameBytes) {
  EXPECT_EQ(serialize_pit(mixed_network()).value(), serialize_pit(mixed_network()).value());
}

TEST(PitFile, ZerosTakeABitEach) {
  Network network = mixed_network();
  const std::size_t sparse = serialize_pit(network).value().size();
  const std::size_t dense = serialize_pit(small_network()).value().size();
  EXPECT_LT(sparse, dense / 4);
}

TEST(PitFile, DenseSectionsAreAlignedForVectorLoads) {
  const TemporaryDirectory dir;
  ASSERT_TRUE(save_pit(small_network(), dir / "a.pit").ok());
  const Network back = load_pit(dir / "a.pit").value();
  for (const Weight& w : back.weights) {
    if (sparsity(w) > 0) continue;  // decoded, not mapped
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(w.data.bytes().data()) % 64, 0U) << w.name;
  }
}

TEST(PitFile, OtherFilesAreRefused) {
  const TemporaryDirectory dir;
  ASSERT_TRUE(write_text(dir / "a.pit", "This is not a network, it is a sentence.").ok());
  EXPECT_THAT(load_pit(dir / "a.pit").error().message(), HasSubstr("a.pit: not a .pit file"));
}

TEST(PitFile, NewerVersionsAreRefusedByNumber) {
  std::vector<std::byte> bytes = serialize_pit(small_network()).value();
  // The version is the root table's first field: found by following the table's own offsets.
  const auto read32 = [&](std::size_t at) {
    std::uint32_t v = 0;
    std::memcpy(&v, bytes.data() + at, 4);
    return v;
  };
  const std::size_t root = read32(0);
  const std::size_t vtable = root - read32(root);
  std::uint16_t field = 0;
  std::memcpy(&field, bytes.data() + vtable + 4, 2);
  bytes[root + field] = std::byte{200};
  EXPECT_THAT(parse_pit(SharedBytes(bytes)).error().message(),
              HasSubstr("written by a newer Pitlane (format 200, this program reads up to 1); update Pitlane"));
}

TEST(PitFile, EveryTruncationIsAnError) {
  const std::vector<std::byte> bytes = serialize_pit(mixed_network()).value();
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    const std::size_t keep = random.index(bytes.size());
    const auto result = parse_pit(
        SharedBytes(std::vector<std::byte>(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(keep))));
    ASSERT_FALSE(result.ok()) << keep;
  }
}

// Damage anywhere but in the weights themselves must never crash; most of it must be noticed.
TEST(PitFile, RandomDamageNeverCrashes) {
  const std::vector<std::byte> good = serialize_pit(mixed_network()).value();
  Random random(4);
  for (int i = 0; i < 400; ++i) {
    std::vector<std::byte> bytes = good;
    for (int k = 0; k < 8; ++k) {
      // Tables lie at the ends of the buffer: aim there half of the time.
      const std::size_t span = random.chance(0.5) ? std::min<std::size_t>(6000, bytes.size()) : bytes.size();
      bytes[random.index(span)] = static_cast<std::byte>(random.next());
    }
    (void)parse_pit(SharedBytes(bytes)).ok();
  }
}

TEST(PitFile, BrokenNetworksAreNotWritten) {
  const TemporaryDirectory dir;
  Network network = small_network();
  network.outputs[1].name = "v";
  EXPECT_THAT(save_pit(network, dir / "a.pit").error().message(), HasSubstr("named twice"));
  EXPECT_FALSE(std::filesystem::exists(dir / "a.pit"));
}

}  // namespace
}  // namespace pitlane
