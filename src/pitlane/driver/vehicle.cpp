#include "pitlane/driver/vehicle.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <system_error>

namespace pitlane {
namespace {

constexpr double kUsualCurvature_1pm = 0.5;  // turning radius of 2 m at full lock
// Of speeds in m/s and curvatures in 1/m: no car is beyond them, and their products stay ordinary numbers.
constexpr double kSmallest = 1e-6, kLargest = 1e3;

constexpr const char* kSteeringNames[] = {"steering", "steer"};  // Udacity's and donkeycar's habit, CARLA's

bool has_output(const std::vector<OutputSpec>& outputs, std::string_view name) {
  return std::any_of(outputs.begin(), outputs.end(), [&](const OutputSpec& o) { return o.name == name; });
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

Result<double> number(const std::string& text, const std::string& whole) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !std::isfinite(value))
    return invalid_argument("--vehicle " + whole + ": '" + text +
                            "' is not a number; the form is steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]");
  return value;
}

bool believable(double value) { return value >= kSmallest && value <= kLargest; }

std::string names(const std::vector<OutputSpec>& outputs) {
  std::string out;
  for (const OutputSpec& o : outputs) out += (out.empty() ? "" : ", ") + o.name;
  return out;
}

}  // namespace

Result<VehicleAdapter> VehicleAdapter::create(const VehicleOptions& options, const std::vector<OutputSpec>& outputs) {
  const std::string& text = options.adapter;
  const std::vector<std::string> parts = split(text, ':');
  VehicleAdapter adapter;
  if (text == "auto" || text == "direct") {
    if (has_output(outputs, "v") && has_output(outputs, "w")) return adapter;
    return invalid_argument("the network's outputs (" + names(outputs) +
                            ") are not v and w; say how they move the car, e.g. --vehicle steering:8:0.5");
  }
  if (parts[0] != "steering" || parts.size() < 2 || parts.size() > 4)
    return invalid_argument(
        "--vehicle " + text +
        ": unknown adapter; use auto, direct or steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]");
  if (std::none_of(std::begin(kSteeringNames), std::end(kSteeringNames),
                   [&](const char* name) { return has_output(outputs, name); }))
    return invalid_argument("--vehicle " + text + ": the network has no output 'steering' or 'steer' (it has " +
                            names(outputs) + "; of a model of another tool, --output names them)");
  adapter.kind_ = Kind::kSteering;
  PITLANE_TRY(adapter.speed_mps_, number(parts[1], text));
  adapter.max_curvature_1pm_ = kUsualCurvature_1pm;
  if (parts.size() > 2) {
    PITLANE_TRY(adapter.max_curvature_1pm_, number(parts[2], text));
  }
  if (adapter.speed_mps_ <= 0 || adapter.max_curvature_1pm_ <= 0)
    return invalid_argument("--vehicle " + text + ": speed and curvature must be positive");
  if (!believable(adapter.speed_mps_) || !believable(adapter.max_curvature_1pm_))
    return invalid_argument("--vehicle " + text + ": speed and curvature must be within 0.000001 to 1000");
  const std::string sign = parts.size() > 3 ? parts[3] : "right";
  if (sign != "left" && sign != "right")
    return invalid_argument("--vehicle " + text + ": positive steering turns 'left' or 'right', not '" + sign + "'");
  if (sign == "right") adapter.max_curvature_1pm_ = -adapter.max_curvature_1pm_;
  return adapter;
}

std::optional<Command> VehicleAdapter::command(const Outputs& outputs) const noexcept {
  if (kind_ == Kind::kDirect) {
    const auto* v = outputs.find("v");
    const auto* w = outputs.find("w");
    if (v == nullptr || w == nullptr || !std::isfinite(v->value) || !std::isfinite(w->value)) return std::nullopt;
    return Command{v->value, w->value};
  }
  const Outputs::Item* steering = nullptr;
  for (const char* name : kSteeringNames)
    if (steering == nullptr) steering = outputs.find(name);
  if (steering == nullptr || !std::isfinite(steering->value)) return std::nullopt;
  const double wheel = std::clamp(steering->value, -1.0, 1.0);
  return Command{speed_mps_, speed_mps_ * max_curvature_1pm_ * wheel};
}

std::optional<double> VehicleAdapter::steering(const Command& command) const noexcept {
  if (kind_ != Kind::kSteering || !(command.v_mps > 0) || !std::isfinite(command.w_radps)) return std::nullopt;
  return std::clamp(command.w_radps / command.v_mps / max_curvature_1pm_, -1.0, 1.0);
}

std::string VehicleAdapter::description() const {
  if (kind_ == Kind::kDirect) return "direct (outputs v and w)";
  char text[128];
  std::snprintf(text, sizeof text, "steering (constant %g m/s, full lock %g 1/m, positive turns %s)", speed_mps_,
                std::abs(max_curvature_1pm_), max_curvature_1pm_ < 0 ? "right" : "left");
  return text;
}

}  // namespace pitlane
