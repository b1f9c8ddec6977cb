#include "pitlane/network/pit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "network/every_operator.h"
#include "network/small_network.h"
#include "pitlane/core/file.h"
#include "pitlane/core/hash.h"
#include "pitlane/core/random.h"
#include "pitlane/network/describe.h"
#include "pitlane/network/families.h"
#include "pitlane/network/pit_checksum.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

/// Of int8, four of five zero.
Network pilotnet_with_zeros() {
  FamilyOptions options;
  options.outputs = {{"v", "m/s", 6.5F, 24, -1, 0}, {"w", "rad/s", -7.1F, 7.1F, -1, 0}};
  Network network = find_family("pilotnet-torch").value()->build(options).value();
  Random random(5);
  for (Weight& w : network.weights) {
    if (w.shape.size() < 2) continue;
    std::vector<float> values(static_cast<std::size_t>(w.size()));
    for (float& v : values) v = random.chance(0.8) ? 0.F : static_cast<float>(random.normal());
    w = quantize_i8(make_f32_weight(w.name, w.shape, values));
  }
  return network;
}

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
    if (sparsity(w) > 0) continue;  // decoded, not used in place
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
              HasSubstr("written by a newer Pitlane (format 200, this program reads up to 3); update Pitlane"));
}

/// The number in the file; found by following the root table's own offsets.
std::uint32_t version_of(const Network& network) {
  const std::vector<std::byte> bytes = serialize_pit(network).value();
  const auto read32 = [&](std::size_t at) {
    std::uint32_t v = 0;
    std::memcpy(&v, bytes.data() + at, 4);
    return v;
  };
  const std::size_t root = read32(0);
  std::uint16_t field = 0;
  std::memcpy(&field, bytes.data() + (root - read32(root)) + 4, 2);
  return read32(root + field);
}

TEST(PitFile, OlderProgramsReadWhatTheyUnderstand) {
  EXPECT_EQ(version_of(small_network()), 1U);
  EXPECT_EQ(version_of(mixed_network()), 3U) << "a large weight of zeros is entropy-coded";
  EXPECT_EQ(version_of(every_operator()), 2U);
  const auto changed = [](const auto& change) {
    Network network = small_network();
    change(network);
    return version_of(network);
  };
  const auto activation = [&](Activation a) {
    return changed([a](Network& n) { std::get<Conv2d>(n.nodes[1].op).activation = a; });
  };
  EXPECT_EQ(activation(Activation::kSigmoid), 1U);
  EXPECT_EQ(activation(Activation::kRelu6), 2U);
  EXPECT_EQ(changed([](Network& n) { n.inputs[0].ages = {0}; }), 2U);
  EXPECT_EQ(changed([](Network& n) {
              n.values.push_back({"light", {3}, {}});
              n.inputs.push_back({.name = "light",
                                  .kind = InputKind::kLight,
                                  .value = static_cast<ValueId>(n.values.size()) - 1,
                                  .preprocessing = {}});
            }),
            2U);
  EXPECT_EQ(changed([](Network& n) {
              n.values.push_back({"curved", {2}, {}});
              n.nodes.push_back({"curve",
                                 Activate{Activation::kElu, 0.5F},
                                 {n.nodes.back().output},
                                 static_cast<ValueId>(n.values.size()) - 1});
            }),
            2U);
}

TEST(PitFile, ManyZerosOfALargeWeightAreEntropyCoded) {
  const Network large = pilotnet_with_zeros();
  EXPECT_EQ(version_of(large), 3U);
  const std::vector<std::byte> bytes = serialize_pit(large).value();
  const auto again = parse_pit(SharedBytes(bytes));
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(content_hash(*again), content_hash(large));
  std::vector<std::byte> damaged = bytes;
  damaged[damaged.size() / 2] ^= std::byte{1};
  seal_pit(damaged);  // so that only the code itself can tell
  const auto read = parse_pit(SharedBytes(damaged));
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message(), HasSubstr("weight '"));
}

TEST(PitFile, TheBundledNetworkOfTheFirstVersionStillLoads) {
  const auto network = load_pit(PITLANE_SOURCE_DIR "/examples/pilotnet.pit");
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(version_of(*network), 1U);
  EXPECT_TRUE(network->inputs[0].ages.empty());
  // Written again it has the quick checksum beside the other, and is the same network.
  const std::vector<std::byte> bytes = serialize_pit(*network).value();
  EXPECT_TRUE(find_pit_checksums(bytes)->quick);
  const auto again = parse_pit(SharedBytes(bytes));
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(content_hash(*again), content_hash(*network));
  EXPECT_EQ(again->metadata, network->metadata);
  EXPECT_EQ(version_of(*again), 1U);
}

TEST(PitFile, EveryOperatorComesBack) {
  const Network network = every_operator();
  const Result<Network> back = parse_pit(SharedBytes(serialize_pit(network).value()));
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(content_hash(*back), content_hash(network));
  EXPECT_EQ(serialize_pit(*back).value(), serialize_pit(network).value());
  for (std::size_t i = 0; i < network.nodes.size(); ++i)
    EXPECT_EQ(describe_layer(*back, back->nodes[i]), describe_layer(network, network.nodes[i]));
  EXPECT_EQ(back->inputs[1].ages, (std::vector<int>{0, 7}));
  EXPECT_EQ(back->inputs[2].kind, InputKind::kLight);
  EXPECT_EQ(back->states[0].after, network.states[0].after);
}

TEST(PitFile, EveryOperatorUnderRandomDamageNeverCrashes) {
  const std::vector<std::byte> good = serialize_pit(every_operator()).value();
  const PitChecksumPlaces places = find_pit_checksums(good).value();
  Random random(14);
  for (int i = 0; i < 3000; ++i) {
    std::vector<std::byte> bytes = good;
    for (int k = 0; k < 4; ++k) bytes[random.index(bytes.size())] = static_cast<std::byte>(random.next());
    seal_pit(bytes, places);
    (void)parse_pit(SharedBytes(bytes)).ok();
  }
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
    if (at - find_pit_checksums(good)->checksum < 8) continue;  // which only older programs read
    ASSERT_FALSE(parse_pit(SharedBytes(bytes)).ok()) << at;
  }
}

TEST(PitFile, DamagedWeightsAreNamedAsDamage) {
  std::vector<std::byte> bytes = serialize_pit(small_network()).value();
  bytes[bytes.size() / 2] ^= std::byte{1};  // the dense layers' weights lie there
  EXPECT_EQ(parse_pit(SharedBytes(bytes)).error().message(),
            "damaged .pit file: its bytes do not match its checksum; copy it again");
}

// Byte by byte, from the description in pit_checksum.h.
TEST(PitFile, BothChecksumsAreWhatTheyAreSaidToBe) {
  for (const Network& network : {small_network(), mixed_network()}) {
    const std::vector<std::byte> file = serialize_pit(network).value();
    const PitChecksumPlaces places = find_pit_checksums(file).value();
    ASSERT_TRUE(places.quick.has_value());
    std::vector<std::byte> zeroed = file;
    for (const std::size_t at : {places.checksum, *places.quick})
      std::fill_n(zeroed.begin() + static_cast<std::ptrdiff_t>(at), 8, std::byte{0});
    zeroed.resize((zeroed.size() + 63) / 64 * 64);
    const auto take = [](std::uint64_t lane, std::uint64_t word) {
      const std::uint64_t product = (lane ^ word) * 0x9E3779B97F4A7C15ULL;
      return product ^ product >> 32;
    };
    std::uint64_t lanes[8] = {1, 2, 3, 4, 5, 6, 7, 8}, quick = file.size();
    for (std::size_t i = 0; i < zeroed.size(); i += 8) {
      std::uint64_t word = 0;
      for (std::size_t k = 0; k < 8; ++k) word |= std::to_integer<std::uint64_t>(zeroed[i + k]) << (8 * k);
      lanes[i / 8 % 8] = take(lanes[i / 8 % 8], word);
    }
    for (const std::uint64_t lane : lanes) quick = take(quick, lane);
    const auto stored = [&](std::size_t at) {
      std::uint64_t value = 0;
      std::memcpy(&value, file.data() + at, 8);
      return value;
    };
    EXPECT_EQ(stored(*places.quick), quick);
    // The slow one is that of older files, which the quick one's bytes belong to like any others.
    std::vector<std::byte> slow = file;
    std::fill_n(slow.begin() + static_cast<std::ptrdiff_t>(places.checksum), 8, std::byte{0});
    EXPECT_EQ(stored(places.checksum), Hasher().bytes(slow).low64());
  }
}

TEST(PitFile, FilesWithoutAQuickChecksumAreReadByTheOther) {
  auto file = read_file(PITLANE_SOURCE_DIR "/examples/pilotnet.pit").value();
  ASSERT_FALSE(find_pit_checksums(file)->quick) << "the bundled network is of the time before";
  EXPECT_TRUE(parse_pit(SharedBytes(file)).ok());
  file[file.size() / 2] ^= std::byte{1};
  EXPECT_FALSE(parse_pit(SharedBytes(file)).ok());
}

// A hostile file has a right checksum: what lies behind the checksum must stand on its own.
TEST(PitFile, RandomDamageUnderARightChecksumNeverCrashes) {
  const std::vector<std::byte> good = serialize_pit(mixed_network()).value();
  const PitChecksumPlaces places = find_pit_checksums(good).value();
  Random random(4);
  for (int i = 0; i < 400; ++i) {
    std::vector<std::byte> bytes = good;
    for (int k = 0; k < 8; ++k) {
      // Tables lie at the ends of the buffer: aim there half of the time.
      const std::size_t span = random.chance(0.5) ? std::min<std::size_t>(6000, bytes.size()) : bytes.size();
      bytes[random.index(span)] = static_cast<std::byte>(random.next());
    }
    seal_pit(bytes, places);
    (void)parse_pit(SharedBytes(bytes)).ok();
  }
}

// Offsets may lead to the same bytes any number of times: a few kilobytes would become gigabytes.
TEST(PitFile, PartsThatOverlapAreRefused) {
  std::vector<std::byte> bytes = serialize_pit(mixed_network()).value();
  const auto read32 = [&](std::size_t at) {
    std::uint32_t v = 0;
    std::memcpy(&v, bytes.data() + at, 4);
    return v;
  };
  const std::size_t root = read32(0);
  std::uint16_t field = 0;
  constexpr std::size_t kWeights = 7;
  std::memcpy(&field, bytes.data() + root - read32(root) + 4 + 2 * kWeights, 2);
  const std::size_t weights = root + field + read32(root + field);
  const std::vector<Weight> all = mixed_network().weights;
  ASSERT_EQ(read32(weights), all.size());
  // Those before the largest become the largest.
  const auto largest = std::ranges::max_element(all, {}, &Weight::size);
  const std::size_t entry = weights + 4 + 4 * static_cast<std::size_t>(largest - all.begin());
  const std::size_t target = entry + read32(entry);
  for (std::size_t at = weights + 4; at < entry; at += 4) {
    const auto offset = static_cast<std::uint32_t>(target - at);
    std::memcpy(bytes.data() + at, &offset, 4);
  }
  seal_pit(bytes);
  EXPECT_THAT(parse_pit(SharedBytes(bytes)).error().message(), HasSubstr("damaged .pit file: its parts overlap ("));
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
