// Both PilotNets, and the trained one of examples/, in every storage and on every level, against the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "level.h"
#include "network/lively.h"
#include "pitlane/core/random.h"
#include "pitlane/kernels/table.h"
#include "pitlane/network/pit_file.h"
#include "test_networks.h"

namespace pitlane::testing {
namespace {

/// Float rows: ten layers, each a sum of up to 14,400 products with relative error about n * 2^-24 in the worst
/// case and sqrt(n) * 2^-24 in the usual one; outputs are of order 1. Measured differences are below 6e-6.
constexpr float kFloatBound = 2e-5F;

enum class Kind { kFloat, kHalf, kDynamic, kStatic, kPruned, kFewValues };

constexpr const char* kExample = "examples/pilotnet.pit";

Network network_of(const std::string& family) {
  if (family != kExample) return pilotnet(family);
  Result<Network> network = load_pit(std::filesystem::path(PITLANE_SOURCE_DIR) / kExample);
  EXPECT_TRUE(network.ok()) << network.error().message();
  return *std::move(network);
}

/// Four of five weights of the dense layers become zero.
Network mostly_zeros(Network network) {
  Random random(7);
  for (Weight& weight : network.weights) {
    if (weight.storage != Storage::kI8 || weight.shape.size() != 2) continue;
    std::vector<std::int8_t> values(weight.i8().begin(), weight.i8().end());
    for (std::int8_t& value : values)
      if (random.index(5) != 0) value = 0;
    weight = make_i8_weight(weight.name, weight.shape, std::move(values), weight.scales);
  }
  return network;
}

/// The weights of the dense layers are among fifteen values, as those of four bits are.
Network of_few_values(Network network) {
  for (Weight& weight : network.weights) {
    if (weight.storage != Storage::kI8 || weight.shape.size() != 2) continue;
    std::vector<std::int8_t> values(weight.i8().begin(), weight.i8().end());
    for (std::int8_t& value : values) value = static_cast<std::int8_t>(value / 16 * 16);
    weight = make_i8_weight(weight.name, weight.shape, std::move(values), weight.scales);
  }
  return network;
}

/// One network with its answer; the slow reference runs once per program.
struct Sample {
  Network network;
  std::vector<std::uint8_t> image;
  std::vector<float> answer;
};

const Sample& sample(const std::string& family, Kind kind) {
  static std::map<std::pair<std::string, Kind>, Sample> samples;
  auto [entry, fresh] = samples.try_emplace({family, kind});
  Sample& s = entry->second;
  if (fresh) {
    s.network = network_of(family);
    s.image = random_image(s.network, 4);
    if (kind == Kind::kHalf) s.network = halved(std::move(s.network));
    if (kind == Kind::kDynamic) s.network = dynamic_int8(std::move(s.network));
    if (kind == Kind::kStatic || kind == Kind::kPruned || kind == Kind::kFewValues)
      s.network = static_int8(s.network, s.image);
    if (kind == Kind::kPruned) s.network = mostly_zeros(std::move(s.network));
    if (kind == Kind::kFewValues) s.network = of_few_values(std::move(s.network));
    s.answer = run_slowly(s.network, s.image);
  }
  return s;
}

class PilotNetTest : public LevelTest {
 protected:
  void expect_near(const std::string& family, Kind kind, float bound) const {
    const Sample& s = sample(family, kind);
    const std::vector<float> got = run_engine(s.network, s.image, GetParam());
    ASSERT_EQ(got.size(), s.answer.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], s.answer[i], bound) << i;
  }
};

TEST_P(PilotNetTest, TorchFloat) { expect_near("pilotnet-torch", Kind::kFloat, kFloatBound); }
TEST_P(PilotNetTest, TorchHalf) { expect_near("pilotnet-torch", Kind::kHalf, kFloatBound); }
TEST_P(PilotNetTest, TfFloat) { expect_near("pilotnet-tf", Kind::kFloat, kFloatBound); }
TEST_P(PilotNetTest, TfHalf) { expect_near("pilotnet-tf", Kind::kHalf, kFloatBound); }
TEST_P(PilotNetTest, ExampleFloat) { expect_near(kExample, Kind::kFloat, kFloatBound); }
TEST_P(PilotNetTest, ExampleHalf) { expect_near(kExample, Kind::kHalf, kFloatBound); }

// Integer rows: sums are exact and the float operations around them are the same, one by one, in kernels and
// reference, so the answers are equal.
TEST_P(PilotNetTest, TorchDynamicInt8IsEqual) { expect_near("pilotnet-torch", Kind::kDynamic, 0); }
TEST_P(PilotNetTest, TorchStaticInt8IsEqual) { expect_near("pilotnet-torch", Kind::kStatic, 0); }
TEST_P(PilotNetTest, TfDynamicInt8IsEqual) { expect_near("pilotnet-tf", Kind::kDynamic, 0); }
TEST_P(PilotNetTest, TfStaticInt8IsEqual) { expect_near("pilotnet-tf", Kind::kStatic, 0); }
TEST_P(PilotNetTest, TfPrunedInt8IsEqual) { expect_near("pilotnet-tf", Kind::kPruned, 0); }
TEST_P(PilotNetTest, TfInt8OfFewValuesIsEqual) { expect_near("pilotnet-tf", Kind::kFewValues, 0); }
TEST_P(PilotNetTest, ExampleDynamicInt8IsEqual) { expect_near(kExample, Kind::kDynamic, 0); }
TEST_P(PilotNetTest, ExampleStaticInt8IsEqual) { expect_near(kExample, Kind::kStatic, 0); }

PITLANE_ALL_LEVELS(PilotNetTest);

// A network that always answers the same proves nothing: what is compared above must depend on the picture.
TEST(PilotNet, AnswersDependOnThePicture) {
  for (const char* family : {"pilotnet-torch", "pilotnet-tf"}) {
    const Sample& s = sample(family, Kind::kFloat);
    EXPECT_TRUE(lively({s.answer, run_slowly(s.network, dimmed(s.image))})) << family;
  }
  // A trained network says less about noise, but far more than the bound overlooks.
  const Sample& s = sample(kExample, Kind::kFloat);
  const std::vector<float> other = run_slowly(s.network, dimmed(s.image));
  for (std::size_t i = 0; i < other.size(); ++i) EXPECT_GT(std::abs(other[i] - s.answer[i]), 100 * kFloatBound) << i;
}

// Eight bits against a scale set by the largest value leave about 1 % of a layer's rms as noise; ten layers of it, from
// weights drawn by He's rule that neither damp nor amplify, add up to some percent of what the picture adds to the
// bias; at most 7.4 % was measured.
TEST(PilotNet, QuantisationKeepsTheAnswer) {
  for (const char* family : {"pilotnet-torch", "pilotnet-tf"}) {
    const std::vector<float>& exact = sample(family, Kind::kFloat).answer;
    float size = 0;
    for (const float y : exact) size = std::max(size, std::abs(y - 0.5F));
    for (const Kind kind : {Kind::kHalf, Kind::kDynamic, Kind::kStatic}) {
      for (std::size_t i = 0; i < exact.size(); ++i)
        EXPECT_NEAR(sample(family, kind).answer[i], exact[i], (kind == Kind::kHalf ? 0.002F : 0.1F) * size)
            << family << " " << static_cast<int>(kind);
    }
  }
}

TEST(PilotNet, WeightsTakeTheirStorage) {
  // Slack: biases, and rows of outputs filled up to whole vectors.
  constexpr double kParameters = 1'600'000, kOfConvolutions = 131'112, kSlack = 0.05 * kParameters;
  for (const Isa isa : available_isas()) {
    SCOPED_TRACE(to_string(isa));
    const auto bytes = [isa](Kind kind) {
      return static_cast<double>((*compile(sample("pilotnet-torch", kind).network, {.isa = isa}))->weight_bytes());
    };
    EXPECT_NEAR(bytes(Kind::kFloat), 4 * kParameters, 4 * kSlack);
    // A wide level keeps the convolutions' weights in 16 bits.
    const bool wide = kernels::table_for(isa).conv_i8_layout.wide;
    // A level that skips zeros fills each row of the large layer up to a multiple of 64 outputs.
    const double rows = kernels::table_for(isa).dense_i8_rows != nullptr ? 1152 * (1216 - 1164) : 0;
    EXPECT_NEAR(bytes(Kind::kStatic), kParameters + (wide ? kOfConvolutions : 0) + rows, kSlack);
  }
}

TEST(PilotNet, ZerosOfALargePrunedLayerAreLeftOut) {
  for (const Isa isa : available_isas()) {
    if (kernels::table_for(isa).dense_i8_sparse == nullptr) continue;
    const auto plan = *compile(sample("pilotnet-tf", Kind::kPruned).network, {.isa = isa});
    // A bit for each of 16.8 million weights, a byte for each fifth of them, and offsets and convolutions.
    EXPECT_NEAR(static_cast<double>(plan->weight_bytes()), 16.8e6 * (0.125 + 0.2) + 0.7e6, 0.3e6) << to_string(isa);
  }
}

TEST(PilotNet, FewValuesOfALargeLayerTakeFourBits) {
  for (const Isa isa : available_isas()) {
    if (kernels::table_for(isa).dense_i8_codes == nullptr) continue;
    const auto plan = *compile(sample("pilotnet-tf", Kind::kFewValues).network, {.isa = isa});
    // The 1,164 outputs of the layer of 16.8 million are filled up to 1,280.
    EXPECT_NEAR(static_cast<double>(plan->weight_bytes()), 16.8e6 / 2 * 1280 / 1164 + 0.3e6, 0.1e6) << to_string(isa);
  }
}

}  // namespace
}  // namespace pitlane::testing
