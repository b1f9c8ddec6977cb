// Who can be told to drive: a network in a file, or one of our own drivers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/model_file.h"
#include "pitlane/core/result.h"
#include "pitlane/driver/vehicle.h"
#include "pitlane/measure/controller.h"
#include "pitlane/measure/world.h"
#include "pitlane/report/episode_json.h"
#include "pitlane/sim/sim_world.h"

namespace pitlane::cli {

struct Car {
  JsonSubject subject;
  std::string isa;                   ///< that it was compiled for; empty without a network
  std::vector<std::string> trained;  ///< circuits that the network was trained or tuned on
  SimOptions sim;
  /// Thread-safe; what it makes must not outlive the world.
  std::function<Result<std::unique_ptr<Controller>>(const World&)> make_controller;
};

/// Is it `expert` or `line-follower`?
bool has_no_network(const std::string& model);

/// `isa`: a level's name, or empty for the best there is. Errors: a file that is no model, a level that the machine
/// lacks, an adapter that does not fit the outputs.
Result<Car> open_car(const std::string& model, const std::string& isa, const VehicleOptions& vehicle,
                     const ModelFlags& flags);

}  // namespace pitlane::cli
