// Perturbations as text: one table of keys, read by the parser, the canonical text and the help.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <span>

#include "pitlane/sim/number_text.h"
#include "pitlane/sim/perturbation.h"

namespace pitlane {
namespace {

struct Unit {
  const char* name;
  double factor;
};
constexpr std::array<Unit, 2> kShare{{{"", 1}, {"%", 0.01}}};
constexpr std::array<Unit, 2> kSeconds{{{"s", 1}, {"ms", 0.001}}};
constexpr std::array<Unit, 3> kMetres{{{"m", 1}, {"cm", 0.01}, {"mm", 0.001}}};
constexpr std::array<Unit, 2> kAngle{{{"rad", 1}, {"deg", std::numbers::pi / 180}}};
constexpr std::array<Unit, 1> kPixels{{{"px", 1}}};
constexpr std::array<Unit, 1> kLevels{{{"levels", 1}}};

using Number = double Perturbation::*;
using Paint = std::optional<Rgb> Perturbation::*;

// Either a number or a colour.
struct Key {
  const char* name;
  Number number;
  Paint colour;
  std::span<const Unit> units;
  double low, high;
  const char* meaning;
};

using P = Perturbation;
constexpr std::array<Key, 23> kKeys{{
    {"light", &P::light, nullptr, kShare, 0.05, 4, "gain of all colours"},
    {"hue", &P::hue_rad, nullptr, kAngle, -3.15, 3.15, "all colours turned about the grey axis"},
    {"saturation", &P::saturation, nullptr, kShare, 0, 3, "0 is grey, 1 leaves colours as they are"},
    {"colours", &P::colours, nullptr, kLevels, 0, 128, "line, road, verge and grass stray by up to this, seeded"},
    {"line", nullptr, &P::line, {}, 0, 0, "colour of the line, #rrggbb"},
    {"road", nullptr, &P::road, {}, 0, 0, "colour of the road"},
    {"verge", nullptr, &P::verge, {}, 0, 0, "colour of the strip beside the road"},
    {"grass", nullptr, &P::grass, {}, 0, 0, "colour of the ground beyond it"},
    {"texture", &P::texture, nullptr, kShare, 0, 8, "factor on the contrast of road and grass"},
    {"blur", &P::blur_px, nullptr, kPixels, 0, 20, "standard deviation of a Gaussian blur"},
    {"noise", &P::noise, nullptr, kLevels, 0, 100, "standard deviation of each pixel's noise, of 255"},
    {"drop", &P::drop, nullptr, kShare, 0, 0.95, "share of frames that never arrive"},
    {"late", &P::late, nullptr, kShare, 0, 1, "share of the other frames that arrive late"},
    {"late_by", &P::late_by_s, nullptr, kSeconds, 0, 1, "how late those are; 0.03 s if not given"},
    {"delay", &P::delay_s, nullptr, kSeconds, 0, 2, "from a command to its effect on the car"},
    {"start_side", &P::start_side_m, nullptr, kMetres, -2.5, 2.5, "start this much farther to the left"},
    {"start_angle", &P::start_angle_rad, nullptr, kAngle, -1.5, 1.5, "start turned to the left"},
    {"camera_height", &P::camera_height_m, nullptr, kMetres, -0.05, 1, "camera higher than it should be"},
    {"camera_side", &P::camera_side_m, nullptr, kMetres, -1, 1, "camera farther to the left"},
    {"camera_ahead", &P::camera_ahead_m, nullptr, kMetres, -1, 1, "camera farther ahead"},
    {"camera_pitch", &P::camera_pitch_rad, nullptr, kAngle, -0.5, 0.5, "camera looks downwards"},
    {"camera_yaw", &P::camera_yaw_rad, nullptr, kAngle, -0.5, 0.5, "camera looks to the left"},
    {"camera_roll", &P::camera_roll_rad, nullptr, kAngle, -0.5, 0.5, "camera leans to the right"},
}};

std::string known_keys() {
  std::string text;
  for (const Key& key : kKeys) text += (text.empty() ? "" : ", ") + std::string(key.name);
  return text;
}

std::string known_presets() {
  std::string text;
  for (const PerturbationPreset& preset : perturbation_presets())
    text += (text.empty() ? "" : ", ") + std::string(preset.name);
  return text;
}

// What the user wrote, fit for a message.
std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string out = "'";
  for (const char c : text.substr(0, kShown)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  return out + (text.size() > kShown ? "...'" : "'");
}

std::string unit_text(const Key& key) {
  const std::string name = key.units.front().name;
  return name.empty() ? "" : " " + name;
}

std::string range_text(const Key& key) {
  std::string text = "a number within " + number_text(key.low) + ".." + number_text(key.high) + unit_text(key);
  for (const Unit& unit : key.units.subspan(1)) text += std::string(" (or in ") + unit.name + ")";
  return text;
}

Error wrong_value(const Key& key, std::string_view value) {
  const std::string wanted = key.colour != nullptr ? "a colour such as #785a30" : range_text(key);
  return invalid_argument("perturbation '" + std::string(key.name) + "' must be " + wanted + ", not " + quoted(value));
}

Result<double> parse_number(const Key& key, std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc()) return wrong_value(key, text);
  const std::string_view suffix(stopped, static_cast<std::size_t>(end - stopped));
  const auto unit = std::find_if(key.units.begin(), key.units.end(), [&](const Unit& u) { return suffix == u.name; });
  if (unit == key.units.end() && !suffix.empty()) return wrong_value(key, text);
  if (unit != key.units.end()) value *= unit->factor;
  if (!(value >= key.low && value <= key.high)) return wrong_value(key, text);
  return value + 0.0;  // no negative zero
}

Result<Rgb> parse_colour(const Key& key, std::string_view text) {
  unsigned value = 0;
  if (text.size() != 7 || text.front() != '#') return wrong_value(key, text);
  const auto [stopped, error] = std::from_chars(text.data() + 1, text.data() + 7, value, 16);
  if (error != std::errc() || stopped != text.data() + 7) return wrong_value(key, text);
  const auto byte = [value](int shift) { return static_cast<std::uint8_t>(value >> shift & 0xFFU); };
  return Rgb{byte(16), byte(8), byte(0)};
}

Status set_key(Perturbation& perturbation, std::string_view name, std::string_view value) {
  const auto key = std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& k) { return name == k.name; });
  if (key == kKeys.end())
    return invalid_argument("perturbation " + quoted(name) + " is not known; the keys are " + known_keys());
  if (key->colour != nullptr) {
    PITLANE_TRY(perturbation.*(key->colour), parse_colour(*key, value));
    return {};
  }
  PITLANE_TRY(perturbation.*(key->number), parse_number(*key, value));
  return {};
}

// Appended to what there is, so that a preset can be changed by what follows it.
Status apply_list(Perturbation& perturbation, std::string_view text) {
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos) {
      PITLANE_TRY_STATUS(set_key(perturbation, part.substr(0, equals), part.substr(equals + 1)));
    } else {
      const auto& presets = perturbation_presets();
      const auto preset = std::find_if(presets.begin(), presets.end(), [&](const auto& p) { return part == p.name; });
      if (preset == presets.end())
        return invalid_argument("perturbation " + quoted(part) +
                                " is neither KEY=VALUE nor a preset; the presets are " + known_presets() +
                                "; the keys are " + known_keys());
      PITLANE_TRY_STATUS(apply_list(perturbation, preset->text));
    }
    if (comma == std::string_view::npos) return {};
    text.remove_prefix(comma + 1);
  }
}

std::string colour_text(const Rgb& c) {
  char text[16];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", c.r, c.g, c.b);
  return text;
}

// All digits that tell it from its neighbours.
std::string exact_text(double value) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace

const std::vector<PerturbationPreset>& perturbation_presets() {
  static const std::vector<PerturbationPreset> presets{
      {"dusk", "light=0.45,saturation=0.7,noise=4", "little light, pale colours, a noisy sensor"},
      {"glare", "light=1.7,saturation=0.8", "too much light: bright colours saturate"},
      {"dry", "verge=#b0a074,grass=#86803c", "sand beside the road, dry grass"},
      {"faded", "line=#9c5a52,texture=2", "a worn line on a rough road"},
      {"noisy", "noise=16", "sensor noise"},
      {"blurred", "blur=3", "out of focus"},
      {"lossy", "drop=0.2,late=0.2", "a bad link from the camera"},
      {"sluggish", "delay=0.08", "slow actuators"},
      {"offset", "start_side=0.8,start_angle=0.2", "starts beside the line, turned away from it"},
      {"bumped", "camera_height=0.02,camera_pitch=0.01,camera_yaw=0.02", "somebody has knocked the camera"},
  };
  return presets;
}

std::vector<PerturbationKey> perturbation_keys() {
  std::vector<PerturbationKey> keys;
  for (const Key& key : kKeys)
    keys.push_back({key.name, key.units.empty() ? "" : key.units.front().name, key.low, key.high, key.meaning});
  return keys;
}

Result<Perturbation> parse_perturbation(std::string_view text) {
  Perturbation perturbation;
  if (text == "none") return perturbation;
  if (text.empty())
    return invalid_argument("a perturbation is empty; write none, a preset (" + known_presets() +
                            ") or KEY=VALUE; the keys are " + known_keys());
  PITLANE_TRY_STATUS(apply_list(perturbation, text));
  if (perturbation.late == 0) perturbation.late_by_s = Perturbation{}.late_by_s;  // nothing is late
  return perturbation;
}

std::string canonical_text(const Perturbation& perturbation) {
  static const Perturbation kDefault;
  std::string text;
  const auto add = [&text](const char* name, const std::string& value) {
    text += (text.empty() ? "" : ",") + std::string(name) + "=" + value;
  };
  for (const Key& key : kKeys) {
    if (key.colour != nullptr) {
      if (const auto& colour = perturbation.*(key.colour)) add(key.name, colour_text(*colour));
    } else if (key.number == &P::late_by_s && perturbation.late == 0) {
      continue;  // nothing is late
    } else if (perturbation.*(key.number) != kDefault.*(key.number)) {
      add(key.name, exact_text(perturbation.*(key.number)));
    }
  }
  return text.empty() ? "none" : text;
}

}  // namespace pitlane
