#include "pitlane/sim/appearance.h"

#include <algorithm>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

using Colour = Appearance::Colour;

Colour from(const Rgb& c) { return {static_cast<float>(c.r), static_cast<float>(c.g), static_cast<float>(c.b)}; }

// Each channel moves by up to `amount` (0..255) on its own, on top of a common brightness factor.
Colour stray(Colour colour, Random& random, double amount, double brightness) {
  const double factor = random.uniform(1 - brightness, 1 + brightness);
  for (float& channel : colour)
    channel = static_cast<float>(std::clamp(channel * factor + random.uniform(-amount, amount), 0.0, 255.0));
  return colour;
}

Colour mix(const Colour& a, const Colour& b, double share) {
  Colour result{};
  for (std::size_t i = 0; i < 3; ++i) result[i] = static_cast<float>(a[i] + share * (b[i] - a[i]));
  return result;
}

Appearance nominal(const CircuitDefinition& circuit) {
  Appearance look;
  look.line = from(circuit.colours.line);
  look.road = from(circuit.colours.road);
  look.verge = from(circuit.colours.verge);
  look.grass = from(circuit.colours.grass);
  look.sky_high = from(circuit.colours.sky);
  look.sky_low = mix(look.sky_high, {235, 238, 240}, 0.4);
  const double road_width_m = road_widths(circuit).narrowest_m;
  look.road_width_m = static_cast<float>(road_width_m);
  look.line_width_m = static_cast<float>(circuit.line_width_m);
  look.verge_width_m = static_cast<float>(circuit.verge_width_m);
  if (circuit.walls) {
    look.wall = from(circuit.walls->colour);
    look.wall_distance_m = static_cast<float>(wall_distance_m(circuit, road_width_m));
    look.wall_height_m = static_cast<float>(circuit.walls->height_m);
  }
  return look;
}

// The sun: a common gain, warmer or colder.
void light(Appearance& look, Random& random, double gain, double warmth) {
  const double common = random.uniform(1 - gain, 1 + gain);
  const double warm = random.uniform(-warmth, warmth);
  const std::array<double, 3> factor{common * (1 + warm), common, common * (1 - warm)};
  for (Colour* colour : {&look.line, &look.road, &look.verge, &look.grass, &look.wall, &look.sky_low, &look.sky_high})
    for (std::size_t i = 0; i < 3; ++i)
      (*colour)[i] = static_cast<float>(std::clamp((*colour)[i] * factor[i], 0.0, 255.0));
}

// Lawn, dry grass, sand, earth, gravel, concrete.
Colour other_ground(Random& random) {
  constexpr std::array<Colour, 8> kGrounds{{{66, 116, 48},
                                            {44, 92, 40},
                                            {128, 134, 70},
                                            {176, 160, 116},
                                            {120, 92, 62},
                                            {92, 76, 56},
                                            {134, 134, 128},
                                            {100, 140, 60}}};
  return stray(kGrounds[random.index(kGrounds.size())], random, 12, 0.2);
}

void vary_widely(Appearance& look, Random& random) {
  look.line = stray(look.line, random, 22, 0.2);
  look.line[1] = std::min(look.line[1], 70.F);  // stays red
  look.line[2] = std::min(look.line[2], 70.F);
  look.road = stray(look.road, random, 6, 0.4);
  look.grass = random.chance(0.35) ? stray(look.grass, random, 12, 0.25) : other_ground(random);
  look.verge = random.chance(0.35) ? stray(look.verge, random, 12, 0.25) : other_ground(random);
  look.sky_high = stray(look.sky_high, random, 30, 0.25);
  look.sky_low = mix(look.sky_high, {235, 238, 240}, random.uniform(0.1, 0.8));
  look.road_width_m *= static_cast<float>(random.uniform(0.82, 1.25));
  look.line_width_m *= static_cast<float>(random.uniform(0.8, 1.25));
  look.verge_width_m = static_cast<float>(random.chance(0.25) ? 0 : random.uniform(0.1, 2.0));
  if (random.chance(0.4)) {
    constexpr float kBeside_m = 0.3F;  // of the road, however wide
    look.wall_distance_m = std::max(static_cast<float>(random.uniform(3.2, 7)), look.road_width_m / 2 + kBeside_m);
    look.wall_height_m = static_cast<float>(random.uniform(0.2, 2));
    look.wall = stray({140, 136, 130}, random, 40, 0.4);
  } else if (random.chance(0.5)) {
    look.wall_distance_m = look.wall_height_m = 0;
  }
  look.road_noise = static_cast<float>(random.uniform(0, 0.12));
  look.grass_noise = static_cast<float>(random.uniform(0, 0.30));
  look.camera_height_m = static_cast<float>(random.uniform(0.080, 0.125));
  look.camera_pitch_rad = static_cast<float>(random.uniform(-0.004, 0.004));
  light(look, random, 0.35, 0.06);
}

void vary_slightly(Appearance& look, Random& random) {
  for (Colour* colour : {&look.line, &look.road, &look.verge, &look.grass, &look.wall})
    *colour = stray(*colour, random, 3, 0.03);
  look.road_noise = 0.05F;
  look.grass_noise = 0.12F;
  light(look, random, 0.05, 0.01);
}

}  // namespace

Appearance make_appearance(const CircuitDefinition& circuit, Variation variation, std::uint64_t seed) {
  Appearance look = nominal(circuit);
  look.noise_seed = seed;
  Random random = Random::fork(seed, 0xA99EA2);
  if (variation == Variation::kSlight) vary_slightly(look, random);
  if (variation == Variation::kVaried) vary_widely(look, random);
  return look;
}

}  // namespace pitlane
