#include "pitlane/network/pit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "network/small_network.h"
#include "pitlane/core/file.h"
#include "pitlane/core/random.h"
#include "pitlane/network/pit_checksum.h"
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
    const std::size_t keep = i == 0 ? bytes.size() - 1 : random.index(bytes.size());
    const auto result = parse_pit(
        SharedBytes(std::vector<std::byte>(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(keep))));
    ASSERT_FALSE(result.ok()) << keep;
  }
}

TEST(PitFile, AnyFlippedBitIsAnError) {
  const std::vector<std::byte> good = serialize_pit(mixed_network()).value();
  Random random(5);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::byte> bytes = good;
    const std::size_t at = random.index(bytes.size());
    bytes[at] ^= static_cast<std::byte>(1U << random.index(8));
    ASSERT_FALSE(parse_pit(SharedBytes(bytes)).ok()) << at;
  }
}

TEST(PitFile, DamagedWeightsAreNamedAsDamage) {
  std::vector<std::byte> bytes = serialize_pit(small_network()).value();
  bytes[bytes.size() / 2] ^= std::byte{1};  // the dense layers' weights lie there
  EXPECT_EQ(parse_pit(SharedBytes(bytes)).error().message(),
            "damaged .pit file: its bytes do not match its checksum; copy it again");
}

// A hostile file has a right checksum: what lies behind the checksum must stand on its own.
TEST(PitFile, RandomDamageUnderARightChecksumNeverCrashes) {
  const std::vector<std::byte> good = serialize_pit(mixed_network()).value();
  const std::size_t checksum_at = find_pit_checksum(good).value();
  Random random(4);
  for (int i = 0; i < 400; ++i) {
    std::vector<std::byte> bytes = good;
    for (int k = 0; k < 8; ++k) {
      // Tables lie at the ends of the buffer: aim there half of the time.
      const std::size_t span = random.chance(0.5) ? std::min<std::size_t>(6000, bytes.size()) : bytes.size();
      bytes[random.index(span)] = static_cast<std::byte>(random.next());
    }
    const std::uint64_t checksum = compute_pit_checksum(bytes, checksum_at);
    std::memcpy(bytes.data() + checksum_at, &checksum, sizeof checksum);
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
