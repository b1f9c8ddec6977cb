#include "pitlane/network/entropy_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <cstring>

#include "pitlane/core/random.h"
#include "pitlane/network/entropy_turns.h"
#include "pitlane/network/sparse_spread.h"
#include "pitlane/network/weight_encoding.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

/// Zeros with probability `zeros`, else bell-shaped as trained int8 weights are.
Bytes weights(std::size_t count, double zeros, std::uint64_t seed = 1) {
  Random random(seed);
  Bytes bytes(count);
  for (std::byte& b : bytes)
    if (!random.chance(zeros)) b = static_cast<std::byte>(static_cast<std::int8_t>(std::lround(random.normal() * 25)));
  return bytes;
}

double entropy_bits(const Bytes& bytes) {
  std::array<double, 256> counts{};
  for (const std::byte b : bytes) ++counts[static_cast<std::size_t>(b)];
  double bits = 0;
  for (const double c : counts)
    if (c > 0) bits -= c * std::log2(c / static_cast<double>(bytes.size()));
  return bits;
}

Bytes decoded(const Bytes& code) {
  std::uint32_t count = 0;  // which a code begins with
  std::memcpy(&count, code.data(), sizeof count);
  std::span<const std::byte> left = code;
  Bytes bytes(count);
  EXPECT_TRUE(decode_entropy(left, bytes).ok());
  EXPECT_TRUE(left.empty());
  return bytes;
}

TEST(EntropyCode, GivesBackWhatItGot) {
  for (std::size_t count = 0; count < 70; ++count)
    EXPECT_EQ(decoded(encode_entropy(weights(count, 0.5))), weights(count, 0.5));
  for (const double zeros : {0.0, 0.3, 0.8, 0.999, 1.0}) {
    const Bytes bytes = weights(100'003, zeros);
    EXPECT_EQ(decoded(encode_entropy(bytes)), bytes) << zeros;
  }
  Bytes all;  // every byte, one of them rare
  for (int i = 0; i < 50'000; ++i) all.push_back(static_cast<std::byte>(i % 255));
  all.push_back(std::byte{255});
  EXPECT_EQ(decoded(encode_entropy(all)), all);
}

TEST(EntropyCode, TakesTheBitsThatTheBytesAreWorth) {
  for (const double zeros : {0.3, 0.8, 0.95}) {
    const Bytes bytes = weights(1 << 20, zeros);
    const double bits = 8.0 * static_cast<double>(encode_entropy(bytes).size());
    EXPECT_GE(bits, entropy_bits(bytes));
    // The rarest bytes cost less than their shares of 4096 say.
    EXPECT_LT(bits, (zeros > 0.9 ? 1.05 : 1.015) * entropy_bits(bytes) + 8 * 600) << zeros;
  }
}

TEST(EntropyCode, WideTurnsGiveTheBytesOfPortableOnes) {
  if (!entropy::has_wide_turns()) GTEST_SKIP() << "this processor has no AVX2";
  Random random(9);
  std::vector<std::uint32_t> places(entropy::kScale);
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    const std::uint32_t byte = i / 16;  // sixteen places each
    places[i] = byte << 24 | 15U << 12 | i % 16;
  }
  Bytes words(5001);
  for (std::byte& b : words) b = static_cast<std::byte>(random.next());
  for (int round = 0; round < 50; ++round) {
    std::array<std::uint32_t, entropy::kStates> states;
    for (std::uint32_t& state : states) state = static_cast<std::uint32_t>(random.next());  // sound or not
    auto wide_states = states;
    const std::size_t count = random.index(4000);
    Bytes out(count), wide_out(count);
    entropy::Turns turns{places.data(), states.data(), words.data() + round, words.data() + words.size()};
    entropy::Turns wide = turns;
    wide.states = wide_states.data();
    const std::size_t made = entropy::decode_turns(turns, out.data(), count);
    ASSERT_EQ(entropy::decode_turns_wide(wide, wide_out.data(), count), made);
    EXPECT_EQ(made % entropy::kStates, 0U);
    EXPECT_EQ(out, wide_out) << round;
    EXPECT_EQ(states, wide_states) << round;
    EXPECT_EQ(turns.words, wide.words) << round;
  }
}

TEST(EntropyCode, LeavesNoiseAsItIs) {
  Random random(3);
  Bytes noise(10'000);
  for (std::byte& b : noise) b = static_cast<std::byte>(random.next());
  EXPECT_LE(encode_entropy(noise).size(), noise.size() + 516);
  EXPECT_EQ(decoded(encode_entropy(noise)), noise);
}

TEST(EntropyCode, RefusesEveryTruncation) {
  const Bytes code = encode_entropy(weights(3000, 0.7));
  for (std::size_t size = 0; size < code.size(); ++size) {
    std::span<const std::byte> left(code.data(), size);
    Bytes bytes(3000);
    EXPECT_FALSE(decode_entropy(left, bytes).ok()) << size;
  }
}

TEST(EntropyCode, DamageGivesAnErrorOrOtherBytes) {
  const Bytes code = encode_entropy(weights(3000, 0.7));
  int found = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    Bytes damaged = code;
    damaged[i] ^= std::byte{0x41};
    std::span<const std::byte> left = damaged;
    Bytes bytes(3000);
    found += decode_entropy(left, bytes).ok() ? 0 : 1;
  }
  EXPECT_GT(found, static_cast<int>(code.size() * 9 / 10));
}

TEST(EntropyCode, RefusesMoreOrFewerThanAreAskedFor) {
  const Bytes code = encode_entropy(weights(3000, 0.7));
  const auto error = [&](std::size_t asked) {
    std::span<const std::byte> left = code;
    Bytes bytes(asked);
    return decode_entropy(left, bytes).error().message();
  };
  EXPECT_THAT(error(2999), HasSubstr("more than their shape needs"));
  EXPECT_THAT(error(3001), HasSubstr("fewer than their shape needs"));
}

TEST(WeightEncoding, SetBitsAreCountedAlikeOnEveryProcessor) {
  Random random(5);
  Bytes bytes(75);
  for (std::byte& b : bytes) b = static_cast<std::byte>(random.next());
  std::size_t wanted = 0;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    EXPECT_EQ(count_bits_portable(bytes.data(), size), wanted) << size;
    if (has_wide_spread()) {
      EXPECT_EQ(count_bits_wide(bytes.data(), size), wanted) << size;
    }
    if (size < bytes.size()) wanted += std::bitset<8>(static_cast<unsigned>(bytes[size])).count();
  }
}

TEST(WeightEncoding, EightyPercentZerosTakeLessThanTwoSevenths) {
  const Bytes bytes = weights(1 << 20, 0.8);
  const EncodedElements encoded = encode_elements(bytes, 1);
  EXPECT_EQ(encoded.encoding, WeightEncoding::kSparseEntropy);
  EXPECT_LT(encoded.bytes.size() * 7, bytes.size() * 2);
  EXPECT_EQ(decode_elements(encoded.encoding, encoded.bytes, 1, bytes.size()).value(), bytes);
}

TEST(WeightEncoding, BytesAreSpreadToWhereTheMaskHasBits) {
  const auto check = [](void (*spread)(Spread&)) {
    Random random(2);
    for (std::size_t count = 0; count < 60; ++count) {
      const Bytes mask = [&] {
        Bytes bytes(count);
        for (std::byte& b : bytes) b = static_cast<std::byte>(random.next());
        return bytes;
      }();
      Bytes wanted(8 * count), packed, dense(8 * count);
      for (std::size_t i = 0; i < wanted.size(); ++i)
        if ((mask[i / 8] >> (i % 8) & std::byte{1}) != std::byte{0})
          packed.push_back(wanted[i] = static_cast<std::byte>(1 + i % 255));
      Spread state{mask.data(), mask.size(), packed.data(), packed.size(), dense.data()};
      spread(state);
      ASSERT_TRUE(state.mask_bytes == 0 || state.packed_bytes < 8) << count;
      const std::size_t done = 8 * (count - state.mask_bytes);
      EXPECT_TRUE(std::equal(dense.begin(), dense.begin() + static_cast<std::ptrdiff_t>(done), wanted.begin()))
          << count;
      EXPECT_EQ(state.packed - packed.data(), static_cast<std::ptrdiff_t>(packed.size() - state.packed_bytes));
    }
  };
  check(spread_portable);
  if (has_wide_spread()) check(spread_wide);
}

TEST(WeightEncoding, FloatsOfFewValuesAreEntropyCoded) {
  Random random(4);
  std::vector<float> values(50'000);
  for (float& v : values) v = static_cast<float>(random.index(16)) / 7;
  Bytes bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  const EncodedElements encoded = encode_elements(bytes, sizeof(float));
  EXPECT_GT(encoded.encoding, WeightEncoding::kSparse);
  EXPECT_LT(encoded.bytes.size() * 2, bytes.size());
  EXPECT_EQ(decode_elements(encoded.encoding, encoded.bytes, sizeof(float), bytes.size()).value(), bytes);
}

TEST(WeightEncoding, OrdinaryWeightsStayWhereALoaderCanUseThem) {
  EXPECT_EQ(encode_elements(weights(1 << 20, 0), 1).encoding, WeightEncoding::kDense);
}

TEST(WeightEncoding, AFileCannotClaimMoreThanItsLengthIsWorth) {
  const Bytes nothing(100 << 20);
  EXPECT_EQ(encode_elements(nothing, 1).encoding, WeightEncoding::kSparse) << "a bit an element is the least";
  const Bytes code = encode_entropy(nothing);  // some 500 bytes
  EXPECT_THAT(decode_elements(WeightEncoding::kEntropy, code, 1, nothing.size()).error().message(),
              HasSubstr("more than they can be"));
}

TEST(WeightEncoding, RefusesWhatDoesNotFitTheShape) {
  const Bytes bytes = weights(1 << 16, 0.8);
  const EncodedElements encoded = encode_elements(bytes, 1);
  for (const std::size_t other : {bytes.size() - 64, bytes.size() + 64})
    EXPECT_FALSE(decode_elements(encoded.encoding, encoded.bytes, 1, other).ok()) << other;
  Bytes longer = encoded.bytes;
  longer.push_back(std::byte{0});
  EXPECT_THAT(decode_elements(encoded.encoding, longer, 1, bytes.size()).error().message(), HasSubstr("longer"));
}

}  // namespace
}  // namespace pitlane
