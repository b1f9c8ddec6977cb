// What one episode looks like: colours, light, texture, road width, and how the camera sits.
#pragma once

#include <array>
#include <cstdint>

#include "pitlane/sim/circuit.h"

namespace pitlane {

/// Everything that the camera needs beside the circuit's line and the pose. Colours are 0..255, light included.
struct Appearance {
  using Colour = std::array<float, 3>;
  Colour line{}, road{}, verge{}, grass{}, wall{}, sky_low{}, sky_high{};
  /// Of the narrowest road of the circuit; wider stretches are as much wider as in the circuit (DistanceField), and so
  /// much farther are their walls.
  float road_width_m = 3;
  float line_width_m = 0.2F, verge_width_m = 0.5F;
  float wall_distance_m = 0, wall_height_m = 0;  ///< 0: no walls
  float road_noise = 0, grass_noise = 0;         ///< standard deviation of brightness at 5 cm, relative
  std::uint64_t noise_seed = 0;
  float camera_height_m = 0.10F;
  float camera_pitch_rad = 0;  ///< downwards positive
};

/// How far an episode's look may stray from the circuit's own.
enum class Variation {
  kNone,    ///< flat colours exactly as the circuit says
  kSlight,  ///< default for driving: texture, and light and colours within a few percent
  kVaried,  ///< for training: other grass and verge, light, road width, camera height and pitch
};

Appearance make_appearance(const CircuitDefinition& circuit, Variation variation, std::uint64_t seed);

}  // namespace pitlane
