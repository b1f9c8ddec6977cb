// Perturbations: their text, and what they do to the scene and to frames, against closed forms.
#include "pitlane/sim/perturbation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>

namespace pitlane {
namespace {

using testing::HasSubstr;

Perturbation parsed(const std::string& text) {
  const Result<Perturbation> result = parse_perturbation(text);
  EXPECT_TRUE(result.ok()) << text << ": " << (result.ok() ? "" : result.error().message());
  return result.ok() ? *result : Perturbation{};
}

std::string refusal(const std::string& text) {
  const Result<Perturbation> result = parse_perturbation(text);
  EXPECT_FALSE(result.ok()) << text;
  return result.ok() ? "" : result.error().message();
}

TEST(PerturbationText, NoneIsTheDefault) {
  EXPECT_TRUE(parsed("none").none());
  EXPECT_EQ(canonical_text({}), "none");
  EXPECT_TRUE(parsed("light=1,noise=0,drop=0").none());
  EXPECT_TRUE(parsed("late_by=0.3").none()) << "nothing is late";
  EXPECT_TRUE(parsed("start_side=-0").none());
}

TEST(PerturbationText, NumbersCarryUnits) {
  const Perturbation p = parsed("light=0.6,noise=8,drop=10%,delay=80ms,camera_height=2cm,hue=90deg,verge=#78603a");
  EXPECT_DOUBLE_EQ(p.light, 0.6);
  EXPECT_DOUBLE_EQ(p.noise, 8);
  EXPECT_DOUBLE_EQ(p.drop, 0.1);
  EXPECT_DOUBLE_EQ(p.delay_s, 0.08);
  EXPECT_DOUBLE_EQ(p.camera_height_m, 0.02);
  EXPECT_DOUBLE_EQ(p.hue_rad, std::numbers::pi / 2);
  ASSERT_TRUE(p.verge.has_value());
  EXPECT_EQ(*p.verge, (Rgb{0x78, 0x60, 0x3a}));
}

TEST(PerturbationText, OneValueHasOneText) {
  EXPECT_EQ(canonical_text(parsed("drop=0.1,light=0.6")), "light=0.6,drop=0.1");
  EXPECT_EQ(canonical_text(parsed("delay=80ms")), canonical_text(parsed("delay=0.08s")));
  for (const PerturbationPreset& preset : perturbation_presets()) {
    const Perturbation p = parsed(preset.name);
    EXPECT_FALSE(p.none()) << preset.name;
    EXPECT_EQ(parsed(canonical_text(p)), p) << preset.name;
    EXPECT_EQ(parsed(preset.text), p) << preset.name;
  }
  Perturbation third;
  third.light = 1.0 / 3;
  EXPECT_EQ(parsed(canonical_text(third)), third);
}

TEST(PerturbationText, TheLaterOneWins) {
  EXPECT_DOUBLE_EQ(parsed("dusk,light=0.9").light, 0.9);
  EXPECT_DOUBLE_EQ(parsed("light=0.9,dusk").light, parsed("dusk").light);
  EXPECT_DOUBLE_EQ(parsed("dusk,noisy").light, parsed("dusk").light);
}

TEST(PerturbationText, EveryKeyTakesItsLimitsAndNothingBeyond) {
  for (const PerturbationKey& key : perturbation_keys()) {
    const std::string name = key.name;
    if (key.low == key.high) {
      parsed(name + "=#00ff7f");
      EXPECT_THAT(refusal(name + "=red"), HasSubstr("'" + name + "' must be a colour such as #785a30, not 'red'"));
      continue;
    }
    for (const double limit : {key.low, key.high}) parsed(name + "=" + std::to_string(limit));
    for (const double beyond : {key.low - 0.1, key.high + 0.1}) {
      const std::string message = refusal(name + "=" + std::to_string(beyond));
      EXPECT_THAT(message, HasSubstr("'" + name + "' must be a number within "));
    }
  }
}

TEST(PerturbationText, RefusalsSayWhatIsKnown) {
  EXPECT_THAT(refusal("brightness=2"), HasSubstr("'brightness' is not known; the keys are light, hue, saturation"));
  EXPECT_THAT(refusal("fog"), HasSubstr("neither KEY=VALUE nor a preset; the presets are dusk, "));
  EXPECT_THAT(refusal("drop=2"), HasSubstr("'drop' must be a number within 0..0.95 (or in %), not '2'"));
  EXPECT_THAT(refusal("delay=1h"), HasSubstr("within 0..2 s (or in ms), not '1h'"));
  for (const char* bad : {"", ",", "dusk,", "=", "light=", "light=nan", "light=inf", "light=0x1", "light= 1",
                          "verge=#12345", "verge=#12345g", "verge=#-12345", "none,none"}) {
    const std::string message = refusal(bad);
    EXPECT_EQ(message.find('\n'), std::string::npos) << bad;
  }
  EXPECT_THAT(refusal("a\nb=1"), HasSubstr("'a?b'"));
  EXPECT_LT(refusal(std::string(100'000, 'x')).size(), 1000U);
}

TEST(PerturbedScene, NoneChangesNothing) {
  const Appearance look = make_appearance({}, Variation::kVaried, 5);
  const Appearance same = perturbed(look, {}, 5);
  EXPECT_EQ(same.line, look.line);
  EXPECT_EQ(same.sky_high, look.sky_high);
  EXPECT_EQ(same.road_noise, look.road_noise);
  EXPECT_EQ(same.camera_height_m, look.camera_height_m);
}

TEST(PerturbedScene, LightIsAGainThatSaturates) {
  Appearance look;
  look.line = {200, 20, 10};
  const Appearance bright = perturbed(look, parsed("light=1.5"), 1);
  EXPECT_EQ(bright.line, (Appearance::Colour{255, 30, 15}));
}

TEST(PerturbedScene, HueTurnsRedIntoGreenIntoBlue) {
  Appearance look;
  look.line = {200, 20, 50};
  const Appearance third = perturbed(look, parsed("hue=120deg"), 1);
  EXPECT_NEAR(third.line[0], 50, 1e-3);
  EXPECT_NEAR(third.line[1], 200, 1e-3);
  EXPECT_NEAR(third.line[2], 20, 1e-3);
  look.line = {120, 110, 100};  // nothing is clipped
  const Appearance some = perturbed(look, parsed("hue=0.4"), 1);
  EXPECT_NEAR(some.line[0] + some.line[1] + some.line[2], 330, 1e-3) << "the grey part stays";
  const auto distance_to_grey = [](const Appearance::Colour& c) {
    return std::hypot(c[0] - 110.0, c[1] - 110.0, c[2] - 110.0);
  };
  EXPECT_NEAR(distance_to_grey(some.line), distance_to_grey(look.line), 1e-3);
}

TEST(PerturbedScene, WithoutSaturationOnlyLumaIsLeft) {
  Appearance look;
  look.grass = {66, 116, 48};
  const double luma = 0.299 * 66 + 0.587 * 116 + 0.114 * 48;
  const Appearance grey = perturbed(look, parsed("saturation=0"), 1);
  for (const float channel : grey.grass) EXPECT_NEAR(channel, luma, 1e-3);
  EXPECT_NEAR(perturbed(look, parsed("saturation=0.5"), 1).grass[0], (66 + luma) / 2, 1e-3);
}

TEST(PerturbedScene, ColoursStrayWithinTheirLimitAndBySeed) {
  Appearance look;
  look.line = look.road = look.verge = look.grass = {100, 100, 100};
  look.sky_low = {7, 7, 7};
  const Perturbation p = parsed("colours=30");
  double mean = 0, square = 0;
  constexpr int kSeeds = 2000;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Appearance other = perturbed(look, p, static_cast<std::uint64_t>(seed));
    EXPECT_LE(std::abs(other.verge[1] - 100), 30);
    EXPECT_EQ(other.sky_low, look.sky_low);
    mean += (other.verge[1] - 100) / kSeeds;
    square += std::pow(other.verge[1] - 100, 2) / kSeeds;
  }
  EXPECT_NEAR(mean, 0, 2);
  EXPECT_NEAR(square, 30 * 30 / 3.0, 20) << "uniform";
  EXPECT_EQ(perturbed(look, p, 3).line, perturbed(look, p, 3).line);
  EXPECT_NE(perturbed(look, p, 3).line, perturbed(look, p, 4).line);
}

TEST(PerturbedScene, GivenColoursAndTextureAndCamera) {
  Appearance look;
  look.road_noise = 0.05F;
  look.grass_noise = 0.1F;
  const Appearance other = perturbed(look, parsed("road=#102030,texture=3,camera_height=0.02,camera_pitch=0.01"), 1);
  EXPECT_EQ(other.road, (Appearance::Colour{16, 32, 48}));
  EXPECT_FLOAT_EQ(other.road_noise, 0.15F);
  EXPECT_FLOAT_EQ(other.grass_noise, 0.3F);
  EXPECT_FLOAT_EQ(other.camera_height_m, 0.12F);
  EXPECT_FLOAT_EQ(other.camera_pitch_rad, 0.01F);
}

TEST(LostFrames, SharesAreThoseAskedFor) {
  const Perturbation p = parsed("drop=0.3,late=0.25,late_by=70ms");
  constexpr int kFrames = 40'000;
  int dropped = 0, late = 0;
  for (int k = 0; k < kFrames; ++k) {
    const std::optional<double> delay = frame_delay_s(p, 9, k);
    if (!delay) ++dropped;
    if (delay && *delay > 0) {
      EXPECT_DOUBLE_EQ(*delay, 0.07);
      ++late;
    }
    EXPECT_EQ(frame_delay_s(p, 9, k), delay) << "the same answer at any time";
  }
  // Four standard deviations of a binomial.
  const auto four_sigma = [](double share, int n) { return 4 * std::sqrt(share * (1 - share) * n); };
  EXPECT_NEAR(dropped, 0.3 * kFrames, four_sigma(0.3, kFrames));
  EXPECT_NEAR(late, 0.25 * (kFrames - dropped), four_sigma(0.25, kFrames - dropped));
}

TEST(LostFrames, AreNotTheSameWithAnotherSeed) {
  const Perturbation p = parsed("drop=0.5");
  int equal = 0;
  for (int k = 0; k < 1000; ++k) equal += frame_delay_s(p, 1, k) == frame_delay_s(p, 2, k) ? 1 : 0;
  EXPECT_NEAR(equal, 500, 70);
  for (int k = 0; k < 1000; ++k) EXPECT_EQ(frame_delay_s({}, 1, k), 0.0);
}

}  // namespace
}  // namespace pitlane
