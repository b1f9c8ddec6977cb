// What goes wrong in an episode on purpose: light, picture, frames, commands, camera and start. docs/perturbations.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/sim/appearance.h"
#include "pitlane/sim/camera.h"
#include "pitlane/sim/circuit.h"

namespace pitlane {

/// The default changes nothing, to the byte. Everything random in it follows from the episode's seed.
struct Perturbation {
  // The scene, before the camera sees it:
  double light = 1;       ///< gain of all colours
  double hue_rad = 0;     ///< rotation of all colours about the grey axis
  double saturation = 1;  ///< 0: grey; 1: as it is
  double colours = 0;     ///< grey levels: line, road, verge and grass stray by up to this in each channel, seeded
  std::optional<Rgb> line, road, verge, grass;
  double texture = 1;  ///< factor on the contrast of road and grass
  // The picture:
  double blur_px = 0;  ///< standard deviation of a Gaussian
  double noise = 0;    ///< grey levels: standard deviation, independent in each pixel, channel and frame
  // Frames on their way to the driver:
  double drop = 0;          ///< share that never arrives
  double late = 0;          ///< share of the others that arrives late
  double late_by_s = 0.03;  ///< by this much; from a camera period on, the next frame as a rule overtakes them
  // The car:
  double delay_s = 0;          ///< from a command to its effect, on top of the driver's latency
  double start_side_m = 0;     ///< to the left of where the episode would start
  double start_angle_rad = 0;  ///< to the left
  // The camera, off from where it belongs; pitch downwards, side and yaw to the left positive, roll
  // with its right side down:
  double camera_height_m = 0, camera_side_m = 0, camera_ahead_m = 0, camera_pitch_rad = 0, camera_yaw_rad = 0;
  double camera_roll_rad = 0;

  bool operator==(const Perturbation&) const = default;
  [[nodiscard]] bool none() const { return *this == Perturbation{}; }
};

/// "none", or a list such as "dusk,noise=8,drop=10%,delay=80ms": presets and KEY=VALUE, the later one wins. Numbers
/// are in the unit of the key's table row, or carry one of its units; colours are #rrggbb.
/// Errors name the key, its range and the known keys.
Result<Perturbation> parse_perturbation(std::string_view text);

/// The same text for the same perturbation: keys in a fixed order, defaults left out, SI units; "none" for none.
/// parse_perturbation() gives back the same value. Part of cache keys.
std::string canonical_text(const Perturbation& perturbation);

struct PerturbationKey {
  const char* name;
  const char* unit;  ///< of a bare number
  double low, high;  ///< both allowed; equal for colours
  const char* meaning;
};
/// In the order of canonical_text.
std::vector<PerturbationKey> perturbation_keys();

struct PerturbationPreset {
  const char* name;
  const char* text;
  const char* meaning;
};
const std::vector<PerturbationPreset>& perturbation_presets();

/// The scene as the perturbed camera sees it: colours, texture, camera height and pitch.
Appearance perturbed(Appearance look, const Perturbation& perturbation, std::uint64_t seed);

/// Where the perturbed camera sits on the car and where it looks; its roll is CameraRoll's.
CameraGeometry perturbed(CameraGeometry camera, const Perturbation& perturbation);

/// How much later than its exposure frame `index` of an episode arrives at the driver; empty: never.
std::optional<double> frame_delay_s(const Perturbation& perturbation, std::uint64_t seed, std::int64_t index);

}  // namespace pitlane
