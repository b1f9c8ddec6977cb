// A network with its adapter at the wheel of an episode.
#pragma once

#include <memory>

#include "pitlane/core/result.h"
#include "pitlane/driver/driver.h"
#include "pitlane/driver/vehicle.h"
#include "pitlane/engine/plan.h"
#include "pitlane/engine/session.h"
#include "pitlane/measure/controller.h"

namespace pitlane {

class NetworkController : public Controller {
 public:
  /// Runs on a session of its own of `plan`, which must have been compiled from `network`.
  static Result<std::unique_ptr<NetworkController>> create(const Network& network, const Plan& plan,
                                                           const VehicleOptions& vehicle = {});
  /// On any session that runs `network`.
  static Result<std::unique_ptr<NetworkController>> create(const Network& network, std::unique_ptr<Session> session,
                                                           const VehicleOptions& vehicle = {});

  void reset() override { driver_->reset(); }
  Result<Command> decide(const Observation& observation) override;
  [[nodiscard]] const FrameResizer* view() const override { return &driver_->resizer(); }
  [[nodiscard]] double detour_s() const override { return static_cast<double>(driver_->session().detour_ns()) / 1e9; }
  [[nodiscard]] const VehicleAdapter& vehicle() const { return vehicle_; }

 private:
  NetworkController(std::unique_ptr<Driver> driver, VehicleAdapter vehicle)
      : driver_(std::move(driver)), vehicle_(std::move(vehicle)) {}

  std::unique_ptr<Driver> driver_;
  VehicleAdapter vehicle_;
  Outputs outputs_;
};

}  // namespace pitlane
