#include "pitlane/cli/car.h"

#include <utility>

#include "pitlane/cli/track_source.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/line_follower.h"
#include "pitlane/measure/network_controller.h"
#include "pitlane/sim/expert.h"
#include "pitlane/study/study_spec.h"

namespace pitlane::cli {
namespace {

Car expert_car() {
  Car car;
  car.subject.model = kExpertName;
  car.subject.runtime = "pure pursuit on the known line";
  car.make_controller = [](const World& world) -> Result<std::unique_ptr<Controller>> {
    return std::unique_ptr<Controller>(std::make_unique<ExpertController>(world));
  };
  return car;
}

Car line_follower_car() {
  Car car;
  car.subject.model = kLineFollowerName;
  car.subject.runtime = "PD control on the red line in the picture";
  car.make_controller = [](const World&) -> Result<std::unique_ptr<Controller>> {
    PITLANE_TRY(LineFollower follower, LineFollower::create());
    return std::unique_ptr<Controller>(std::make_unique<LineFollower>(std::move(follower)));
  };
  return car;
}

Result<Car> network_car(const std::string& path, const std::string& isa, const VehicleOptions& vehicle,
                        const ModelFlags& flags) {
  CompileOptions options;
  if (!isa.empty()) {
    PITLANE_TRY(options.isa, parse_isa(isa));
  }
  PITLANE_TRY(const ModelFile file, open_model(path, flags));
  PITLANE_TRY(const auto plan, compile(file.network, options));
  PITLANE_TRY_STATUS(VehicleAdapter::create(vehicle, file.network.outputs));
  Car car;
  car.subject = {path, content_hash(file.network), file.size_bytes, plan->new_session()->description(), {}};
  car.isa = to_string(plan->isa());
  car.trained = trained_circuits(file.network);
  PITLANE_TRY(car.sim, sim_options_for(file.network));
  car.make_controller = [network = file.network, plan, vehicle](const World&) -> Result<std::unique_ptr<Controller>> {
    PITLANE_TRY(auto controller, NetworkController::create(network, *plan, vehicle));
    return std::unique_ptr<Controller>(std::move(controller));
  };
  return car;
}

}  // namespace

bool has_no_network(const std::string& model) { return model == kExpertName || model == kLineFollowerName; }

Result<Car> open_car(const std::string& model, const std::string& isa, const VehicleOptions& vehicle,
                     const ModelFlags& flags) {
  if (model == kExpertName) return expert_car();
  if (model == kLineFollowerName) return line_follower_car();
  return network_car(model, isa, vehicle, flags);
}

}  // namespace pitlane::cli
