// From a network's named outputs to what a car understands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/driver/observation.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Which outputs mean what. `direct`: v and w. `steering`: constant speed; one output "steering" in -1..1 times the
/// largest curvature gives w = speed * curvature. Positive steering turns right (Udacity, donkeycar) unless "left" is
/// said.
struct VehicleOptions {
  std::string adapter = "auto";  ///< "auto", "direct", "steering:SPEED_MPS[:MAX_CURVATURE_PER_M[:left|right]]"
};

class VehicleAdapter {
 public:
  /// "auto" takes `direct` where the network has v and w, and is an error (that says which --vehicle to
  /// name) where it only steers.
  static Result<VehicleAdapter> create(const VehicleOptions& options, const std::vector<OutputSpec>& outputs);

  /// Empty where an output is missing or not finite.
  [[nodiscard]] std::optional<Command> command(const Outputs& outputs) const noexcept;
  /// The other way round, for labels: the output "steering" that would drive along the same curve, within -1..1; empty
  /// for `direct`, and for a car at rest.
  [[nodiscard]] std::optional<double> steering(const Command& command) const noexcept;
  [[nodiscard]] std::string description() const;

 private:
  enum class Kind { kDirect, kSteering };
  Kind kind_ = Kind::kDirect;
  double speed_mps_ = 0;
  double max_curvature_1pm_ = 0;  // negative: positive steering turns right
};

}  // namespace pitlane
