#include "pitlane/sim/ground_painter.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "camera_codes.h"
#include "pitlane/core/random.h"
#include "pitlane/sim/ground_mixed.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

constexpr int kColumns = 100;  // not a multiple of kBlock

ColumnBlocks some_columns() {
  std::vector<float> u;
  for (int k = 0; k < kColumns; ++k) u.push_back((static_cast<float>(k) - 49.5F) / 50);
  return ColumnBlocks(u);
}

// What a camera 0.1 m above ground sees `depth_m` ahead, from somewhere near the oval, in any direction.
GroundRow random_row(const DistanceField& field, Random& random) {
  const double depth = std::pow(10.0, random.uniform(-0.9, 1.1)), yaw = random.uniform(-3.2, 3.2);
  const double x = random.uniform(-3, 49), y = random.uniform(-3, 19), cells = 1 / DistanceField::kCell_m;
  const double deep = depth * depth / 0.1 / 320;
  const auto number = [](double v) { return static_cast<float>(v); };
  GroundRow row;
  row.x0 = number((x + depth * std::cos(yaw) - field.origin_x_m()) * cells);
  row.y0 = number((y + depth * std::sin(yaw) - field.origin_y_m()) * cells);
  row.dx = number(depth * std::sin(yaw) * cells), row.dy = number(-depth * std::cos(yaw) * cells);
  row.across_x = row.dx / 320, row.across_y = row.dy / 320;
  row.down_x0 = number(deep * std::cos(yaw) * cells), row.down_y0 = number(deep * std::sin(yaw) * cells);
  row.down_dx = number(deep * std::sin(yaw) * cells), row.down_dy = number(-deep * std::cos(yaw) * cells);
  row.noise = number(random.uniform(0, 1));
  row.share = number(random.chance(0.5) ? 1 : random.uniform(0.1, 1));
  return row;
}

struct Colours {
  explicit Colours(std::size_t size) : r(size), g(size), b(size) {}
  ColourRow row() { return {r, g, b}; }
  std::vector<float> r, g, b;
};

enum class Sides { kSigned, kUnsigned, kWidening };

// Rows that were painted with and without asking where one kind of ground is alone.
class OneKind : public ::testing::TestWithParam<std::tuple<Sides, Variation>> {};

TEST_P(OneKind, BlocksHaveTheBitsOfAskingEachPixel) {
  const auto [sides, variation] = GetParam();
  const CircuitDefinition circuit = sides == Sides::kWidening ? widening_oval() : oval();
  const auto track = make_track(make_circuit(circuit));
  const DistanceField without_sign(track->circuit.centre_line(), 8, true);
  const DistanceField& field = sides == Sides::kUnsigned ? without_sign : *track->field;
  const ColumnBlocks columns = some_columns();
  Random random(5);
  std::vector<Ground> blocks;
  std::array<int, 5> seen{};
  std::optional<GroundTexture> texture;
  std::optional<GroundPainter> painter;
  Appearance look;
  for (int round = 0; round < 900; ++round) {
    if (round % 150 == 0) {
      look = make_appearance(circuit, variation, static_cast<std::uint64_t>(round));
      texture.emplace(look.noise_seed);
      painter.emplace(field, look);
    }
    const GroundRow row = random_row(field, random);
    Colours wanted(columns.u.size());
    for (std::size_t i = 0; i < columns.u.size(); i += kBlock)
      add_mixed(field, *texture, Bands(look), row, &columns.u[i], &wanted.r[i], &wanted.g[i], &wanted.b[i]);
    std::vector<std::uint32_t> wanted_pixels(columns.u.size());
    to_pixels(wanted.row(), wanted_pixels);
    for (const CameraCode code : codes_here()) {
      Colours got(columns.u.size());
      std::vector<std::uint32_t> pixels(columns.u.size());
      painter->use(code);
      painter->paint(row, columns, got.row());
      painter->paint_pixels(row, columns, pixels);
      ASSERT_EQ(got.r, wanted.r) << name_of(code) << " " << round;
      ASSERT_EQ(got.g, wanted.g) << name_of(code) << " " << round;
      ASSERT_EQ(got.b, wanted.b) << name_of(code) << " " << round;
      ASSERT_EQ(pixels, wanted_pixels) << name_of(code) << " " << round;
    }

    find_blocks(field, Bands(look), row, columns, blocks);
    for (std::size_t i = 0; i < columns.count(); ++i) ++seen[static_cast<std::size_t>(blocks[i])];
  }
  for (const int count : seen) EXPECT_GT(count, 5) << "a kind of ground that was not tested";
  EXPECT_GT(seen[static_cast<std::size_t>(Ground::kGrass)], seen[static_cast<std::size_t>(Ground::kMixed)]);
}

std::string look_name(const ::testing::TestParamInfo<std::tuple<Sides, Variation>>& look) {
  constexpr std::array<const char*, 3> kNames{"Flat", "Slight", "Varied"};
  constexpr std::array<const char*, 3> kSides{"Signed", "Unsigned", "Widening"};
  return std::string(kNames[static_cast<std::size_t>(std::get<1>(look.param))]) +
         kSides[static_cast<std::size_t>(std::get<0>(look.param))];
}

INSTANTIATE_TEST_SUITE_P(Looks, OneKind,
                         ::testing::Combine(::testing::Values(Sides::kSigned, Sides::kUnsigned, Sides::kWidening),
                                            ::testing::Values(Variation::kNone, Variation::kSlight,
                                                              Variation::kVaried)),
                         look_name);

TEST(GroundPainter, BlocksThatReachBeyondTheFieldAreMixed) {
  const auto track = oval_track();
  const ColumnBlocks columns = some_columns();
  const Bands bands(make_appearance(oval(), Variation::kNone, 1));
  std::vector<Ground> blocks;
  for (const float x : {-40.F, 1e12F, -1e30F, std::nanf("")}) {
    GroundRow row;
    row.x0 = x, row.y0 = 30, row.dx = 10;
    find_blocks(*track->field, bands, row, columns, blocks);
    for (std::size_t i = 0; i < columns.count(); ++i) EXPECT_EQ(blocks[i], Ground::kMixed) << x;
  }
}

TEST(GroundTexture, PairsAndValuesAreTheSameNumbersAndRepeat) {
  const GroundTexture texture(7);
  for (const auto kind : {GroundTexture::kAsphalt, GroundTexture::kGrass}) {
    double sum = 0, squares = 0;
    for (int y = 0; y < GroundTexture::kStride; ++y) {
      for (int x = 0; x < GroundTexture::kStride; ++x) {
        const int at = y * GroundTexture::kStride + x;
        const float value = texture.values(kind)[at];
        EXPECT_LE(std::abs(value), GroundTexture::kMost);
        EXPECT_EQ(value, texture.pairs()[2 * at + kind]);
        EXPECT_EQ(value, texture.bytes(kind)[at]);
        EXPECT_EQ(value, texture.values(kind)[y % 128 * GroundTexture::kStride + x % 128]);
        if (x < 128 && y < 128) sum += value, squares += value * value;
      }
    }
    EXPECT_NEAR(sum / 16384 / 32, 0, 0.5);  // the largest patches are few
    EXPECT_NEAR(std::sqrt(squares / 16384) / 32, 1, 0.2);
  }
}

}  // namespace
}  // namespace pitlane
