// How long a frame takes to become a command, inside the simulation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/core/result.h"

namespace pitlane {

/// `none`, fixed ("60ms", "0.06s"), or `measured`: drawn from a stored profile times a device factor.
class LatencyModel {
 public:
  static LatencyModel none() { return fixed(0); }
  static LatencyModel fixed(double seconds);
  /// `profile_s`: non-empty, finite, non-negative measured latencies.
  static Result<LatencyModel> measured(std::vector<double> profile_s, double device_factor = 1);
  /// "measured", "measured x4"
  static std::string measured_name(double device_factor);
  /// "none", "0" or a duration with unit ms or s. ("measured" needs a profile: the caller handles it.)
  static Result<LatencyModel> parse(std::string_view text);

  /// Several, separated by commas. A bare number has the unit of the next duration that has one: "0,20,60,120ms",
  /// "none,60ms".
  static Result<std::vector<LatencyModel>> parse_list(std::string_view text);

  /// Empty where it is drawn.
  [[nodiscard]] std::optional<double> fixed_s() const {
    return profile_s_.empty() ? std::optional<double>(fixed_s_) : std::nullopt;
  }
  [[nodiscard]] double draw_s(Random& random) const;
  [[nodiscard]] const std::string& name() const { return name_; }
  /// What is drawn from; empty where nothing is.
  [[nodiscard]] const std::vector<double>& profile_s() const { return profile_s_; }

 private:
  std::string name_ = "none";
  double fixed_s_ = 0;
  std::vector<double> profile_s_;
};

}  // namespace pitlane
