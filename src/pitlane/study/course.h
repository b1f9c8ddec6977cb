// A circuit, a direction and a way to make the world for it: what a network is judged on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/measure/world.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {

struct Course {
  std::string circuit;
  bool held_out = false;  ///< nobody trained or tuned on it
  bool reverse = false;
  std::string perturbation = "none";  ///< canonical text of what goes wrong in it, see docs/perturbations.md
  CircuitMap map;
  std::string key;  ///< identifies everything that decides what the world does
  std::function<Result<std::unique_ptr<World>>()> make_world;  ///< thread-safe
};

}  // namespace pitlane
