#include "pitlane/cli/drive_car.h"

#include <filesystem>
#include <utility>

#include "pitlane/cli/export_ranges.h"
#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/track_source.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/line_follower.h"
#include "pitlane/runtimes/foreign_model.h"
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

// Of our engine.
Status add_plan(const Network& network, const CarOptions& given, Car& car) {
  CompileOptions options;
  if (!given.isa.empty()) {
    PITLANE_TRY(options.isa, parse_isa(given.isa));
  }
  PITLANE_TRY(const auto plan, compile(network, options));
  car.subject.runtime = plan->new_session()->description();
  car.isa = to_string(plan->isa());
  car.make_controller = [network, plan, vehicle = given.vehicle](const World&) -> Result<std::unique_ptr<Controller>> {
    PITLANE_TRY(auto controller, NetworkController::create(network, *plan, vehicle));
    return std::unique_ptr<Controller>(std::move(controller));
  };
  return {};
}

Status add_foreign(const Network& network, const CarOptions& given, Car& car) {
  const CarRuntime& runtime = given.runtime;
  const MeasureRanges ranges = [](const Network& prepared) {
    return simulated_ranges(prepared, [](const Progress&) { return !interrupt_requested(); });
  };
  Result<std::shared_ptr<const ForeignModel>> made =
      ForeignModel::create(network, *runtime.foreign, runtime.worker, runtime.pool, ranges);
  if (!made.ok() && made.error().kind() == ErrorKind::kInterrupted) return made.error();
  if (!made.ok()) return made.error().in(car.subject.model);
  const std::shared_ptr<const ForeignModel> model = *std::move(made);
  car.foreign_key = model->key();
  car.subject.runtime = runtime.version;
  if (runtime.version.empty()) {
    const Result<std::unique_ptr<Session>> session = model->new_session();
    if (!session.ok() && session.error().kind() == ErrorKind::kNotFound)
      return not_found(std::string("--runtime ") + runtime.foreign->engine + ": " + session.error().message() +
                       "; --python or PITLANE_PYTHON names a Python that has it");
    if (!session.ok()) return session.error().in(car.subject.model);
    car.subject.runtime = (*session)->description();
  }
  car.make_controller = [network, model, version = car.subject.runtime,
                         vehicle = given.vehicle](const World&) -> Result<std::unique_ptr<Controller>> {
    PITLANE_TRY(std::unique_ptr<Session> session, model->new_session());
    if (session->description() != version)
      return io_error("the runtime is " + session->description() + " now and was " + version + "; run it again");
    PITLANE_TRY(auto controller, NetworkController::create(network, std::move(session), vehicle));
    return std::unique_ptr<Controller>(std::move(controller));
  };
  return {};
}

Result<Car> network_car(const std::string& path, const CarOptions& given) {
  PITLANE_TRY(const ModelFile file, open_one_camera_model(path, given.model));
  PITLANE_TRY_STATUS(VehicleAdapter::create(given.vehicle, file.network.outputs));
  Car car;
  car.has_network = true;
  car.subject = {path, content_hash(file.network), file.size_bytes, {}, {}};
  PITLANE_TRY_STATUS(given.runtime.foreign == nullptr ? add_plan(file.network, given, car)
                                                      : add_foreign(file.network, given, car));
  car.trained = trained_circuits(file.network);
  car.family = said_of(file.network, "family");
  car.strategy = said_of(file.network, "strategy");
  PITLANE_TRY(car.sim, sim_options_for(file.network));
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
