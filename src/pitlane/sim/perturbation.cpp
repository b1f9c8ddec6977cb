#include "pitlane/sim/perturbation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

using Colour = Appearance::Colour;

// Of the scene's colours; Rec. 601, as television weighs them.
constexpr std::array<double, 3> kLuma{0.299, 0.587, 0.114};

std::array<Colour*, 7> colours_of(Appearance& look) {
  return {&look.line, &look.road, &look.verge, &look.grass, &look.wall, &look.sky_low, &look.sky_high};
}

Colour colour(const Rgb& c) { return {static_cast<float>(c.r), static_cast<float>(c.g), static_cast<float>(c.b)}; }

void clamp_colour(Colour& colour) {
  for (float& channel : colour) channel = std::clamp(channel, 0.F, 255.F);
}

// Rodrigues' rotation about (1, 1, 1): red becomes green after a third of a turn.
void turn_hue(Colour& colour, double angle_rad) {
  const double c = std::cos(angle_rad), s = std::sin(angle_rad) / std::numbers::sqrt3;
  const double mean = (double{colour[0]} + colour[1] + colour[2]) / 3;
  Colour out{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double next = colour[(i + 1) % 3], previous = colour[(i + 2) % 3];
    out[i] = static_cast<float>(c * colour[i] + s * (previous - next) + (1 - c) * mean);
  }
  colour = out;
}

void saturate(Colour& colour, double saturation) {
  const double grey = kLuma[0] * colour[0] + kLuma[1] * colour[1] + kLuma[2] * colour[2];
  for (float& channel : colour) channel = static_cast<float>(grey + saturation * (channel - grey));
}

void recolour(Appearance& look, const Perturbation& p, std::uint64_t seed) {
  if (p.line) look.line = colour(*p.line);
  if (p.road) look.road = colour(*p.road);
  if (p.verge) look.verge = colour(*p.verge);
  if (p.grass) look.grass = colour(*p.grass);
  if (p.colours <= 0) return;
  Random random = Random::fork(seed, 0xC0104);
  for (Colour* colour : {&look.line, &look.road, &look.verge, &look.grass}) {
    for (float& channel : *colour) channel += static_cast<float>(random.uniform(-p.colours, p.colours));
    clamp_colour(*colour);
  }
}

}  // namespace

Appearance perturbed(Appearance look, const Perturbation& p, std::uint64_t seed) {
  recolour(look, p, seed);
  for (Colour* colour : colours_of(look)) {
    if (p.hue_rad != 0) turn_hue(*colour, p.hue_rad);
    if (p.saturation != 1) saturate(*colour, p.saturation);
    if (p.light != 1)
      for (float& channel : *colour) channel = static_cast<float>(channel * p.light);
    clamp_colour(*colour);
  }
  look.road_noise *= static_cast<float>(p.texture);
  look.grass_noise *= static_cast<float>(p.texture);
  look.camera_height_m += static_cast<float>(p.camera_height_m);
  look.camera_pitch_rad += static_cast<float>(p.camera_pitch_rad);
  return look;
}

CameraGeometry perturbed(CameraGeometry camera, const Perturbation& p) {
  camera.x_m += p.camera_ahead_m;
  camera.y_m += p.camera_side_m;
  camera.yaw_rad += p.camera_yaw_rad;
  return camera;
}

std::optional<double> frame_delay_s(const Perturbation& p, std::uint64_t seed, std::int64_t index) {
  if (p.drop <= 0 && p.late <= 0) return 0.0;
  Random random = Random::fork(seed ^ mix64(static_cast<std::uint64_t>(index)), 0xF4A3E);
  if (random.chance(p.drop)) return std::nullopt;
  return random.chance(p.late) ? p.late_by_s : 0.0;
}

}  // namespace pitlane
