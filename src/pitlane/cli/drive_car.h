// Who drives: a network with its plan, or one of our own drivers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/model_file.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/controller.h"
#include "pitlane/measure/network_controller.h"
#include "pitlane/report/episode_json.h"
#include "pitlane/runtimes/foreign_runtime.h"
#include "pitlane/runtimes/worker.h"
#include "pitlane/runtimes/worker_pool.h"
#include "pitlane/sim/sim_world.h"
#include "pitlane/study/study_spec.h"

namespace pitlane::cli {

inline constexpr const char* kExpert = kExpertName;
inline constexpr const char* kLineFollower = kLineFollowerName;

/// Neither needs a file.
bool is_driver_of_ours(const std::string& model);

struct Car {
  JsonSubject subject;
  bool has_network = false;
  std::string isa;                   ///< that the network was compiled for; empty without one, or in a foreign runtime
  std::string foreign_key;           ///< ForeignModel::key, of a foreign runtime
  std::vector<std::string> trained;  ///< circuits
  std::string family, strategy;      ///< by the network's metadata; may be empty
  SimOptions sim;
  std::function<Result<std::unique_ptr<Controller>>(const World&)> make_controller;
};

/// What runs the networks.
struct CarRuntime {
  const ForeignRuntime* foreign = nullptr;  ///< null: our engine
  WorkerOptions worker = {};
  std::shared_ptr<WorkerPool> pool = {};
  std::string version = {};  ///< of the foreign one, where it is known; else each network is tried in it at once
};

struct CarOptions {
  std::string isa;
  ModelFlags model;
  VehicleOptions vehicle;
  CarRuntime runtime = {};
};

/// `models`: files, kExpert or kLineFollower.
Result<std::vector<Car>> open_cars(const std::vector<std::string>& models, const CarOptions& options);

/// Makes line followers.
Result<std::unique_ptr<Controller>> make_line_follower(const World& world);

/// As tables show it: the file's name alone, for paths are as long as they like.
std::string short_model_name(const std::string& model);

}  // namespace pitlane::cli
