#include "pitlane/driver/vehicle.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace pitlane {
namespace {

constexpr double kUsualCurvature_1pm = 0.5;  // turning radius of 2 m at full lock

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
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(value))
    return invalid_argument("--vehicle " + whole + ": '" + text +
                            "' is not a number; the form is steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]");
  return value;
}

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
  if (!has_output(outputs, "steering"))
    return invalid_argument("--vehicle " + text + ": the network has no output 'steering' (it has " + names(outputs) +
                            ")");
  adapter.kind_ = Kind::kSteering;
  PITLANE_TRY(adapter.speed_mps_, number(parts[1], text));
  adapter.max_curvature_1pm_ = kUsualCurvature_1pm;
  if (parts.size() > 2) {
    PITLANE_TRY(adapter.max_curvature_1pm_, number(parts[2], text));
  }
  if (adapter.speed_mps_ <= 0 || adapter.max_curvature_1pm_ <= 0)
    return invalid_argument("--vehicle " + text + ": speed and curvature must be positive");
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
  const auto* steering = outputs.find("steering");
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
