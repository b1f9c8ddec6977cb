#include "pitlane/cli/drive_car.h"

#include <filesystem>
#include <utility>

#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/line_follower.h"
#include "pitlane/sim/expert.h"

namespace pitlane::cli {
namespace {

Car expert_car() {
  Car car;
  car.subject.model = kExpert;
  car.subject.runtime = "pure pursuit on the known line";
  car.make_controller = [](const World& world) -> Result<std::unique_ptr<Controller>> {
    return std::unique_ptr<Controller>(std::make_unique<ExpertController>(world));
  };
  return car;
}

Car line_follower_car() {
  Car car;
  car.subject.model = kLineFollower;
  car.subject.runtime = "PID control on the red line in the picture";
  car.make_controller = make_line_follower;
  return car;
}

std::string said_of(const Network& network, const std::string& key) {
  const auto found = network.metadata.find(key);
  return found == network.metadata.end() ? std::string() : found->second;
}

Result<Car> network_car(const std::string& path, const CarOptions& given) {
  CompileOptions options;
  if (!given.isa.empty()) {
    PITLANE_TRY(options.isa, parse_isa(given.isa));
  }
  PITLANE_TRY(const ModelFile file, open_one_camera_model(path, given.model));
  PITLANE_TRY(const auto plan, compile(file.network, options));
  PITLANE_TRY_STATUS(VehicleAdapter::create(given.vehicle, file.network.outputs));
  Car car;
  car.subject = {path, content_hash(file.network), file.size_bytes, plan->new_session()->description(), {}};
  car.isa = to_string(plan->isa());
  car.trained = trained_circuits(file.network);
  car.family = said_of(file.network, "family");
  car.strategy = said_of(file.network, "strategy");
  PITLANE_TRY(car.sim, sim_options_for(file.network));
  car.make_controller = [network = file.network, plan,
                         vehicle = given.vehicle](const World&) -> Result<std::unique_ptr<Controller>> {
    PITLANE_TRY(auto controller, NetworkController::create(network, *plan, vehicle));
    return std::unique_ptr<Controller>(std::move(controller));
  };
  return car;
}

}  // namespace

bool is_driver_of_ours(const std::string& model) { return model == kExpert || model == kLineFollower; }

Result<std::unique_ptr<Controller>> make_line_follower(const World& /*world*/) {
  PITLANE_TRY(LineFollower follower, LineFollower::create());
  return std::unique_ptr<Controller>(std::make_unique<LineFollower>(std::move(follower)));
}

Result<std::vector<Car>> open_cars(const std::vector<std::string>& models, const CarOptions& options) {
  std::vector<Car> cars;
  for (const std::string& path : models) {
    if (is_driver_of_ours(path)) {
      cars.push_back(path == kExpert ? expert_car() : line_follower_car());
      continue;
    }
    PITLANE_TRY(Car car, network_car(path, options));
    cars.push_back(std::move(car));
  }
  return cars;
}

std::string short_model_name(const std::string& model) {
  return printable(is_driver_of_ours(model) ? model : std::filesystem::path(model).filename().string());
}

}  // namespace pitlane::cli
