#include "pitlane/measure/network_controller.h"

#include <utility>

namespace pitlane {

Result<std::unique_ptr<NetworkController>> NetworkController::create(const Network& network, const Plan& plan,
                                                                     const VehicleOptions& vehicle) {
  return create(network, plan.new_session(), vehicle);
}

Result<std::unique_ptr<NetworkController>> NetworkController::create(const Network& network,
                                                                     std::unique_ptr<Session> session,
                                                                     const VehicleOptions& vehicle) {
  PITLANE_TRY(VehicleAdapter adapter, VehicleAdapter::create(vehicle, network.outputs));
  PITLANE_TRY(std::unique_ptr<Driver> driver, Driver::create(network, std::move(session)));
  return std::unique_ptr<NetworkController>(new NetworkController(std::move(driver), std::move(adapter)));
}

Result<Command> NetworkController::decide(const Observation& observation) {
  const StepStatus status = driver_->step(observation, outputs_);
  if (status == StepStatus::kRunFailed)
    if (std::optional<Error> failure = driver_->session().failure()) return *std::move(failure);
  if (status != StepStatus::kOk) return numeric_error(std::string("the driver gave up: ") + to_string(status));
  const std::optional<Command> command = vehicle_.command(outputs_);
  if (!command) return numeric_error("the network's outputs are not a command");
  return *command;
}

}  // namespace pitlane
