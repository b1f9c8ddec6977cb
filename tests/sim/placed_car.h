// A car whose episodes all begin at one pose, and who drives it: one command for ever.
#pragma once

#include <cstdint>
#include <memory>

#include "pitlane/measure/controller.h"
#include "pitlane/sim/sim_world.h"

namespace pitlane {

class PlacedCar : public SimWorld {
 public:
  PlacedCar(const std::shared_ptr<const Track>& track, const SimOptions& options, const Pose& start)
      : SimWorld(track, options), start_(start) {}
  Status reset(std::uint64_t seed) override {
    PITLANE_TRY_STATUS(SimWorld::reset(seed));
    place(start_);
    return {};
  }

 private:
  Pose start_;
};

class Steady : public Controller {
 public:
  explicit Steady(const Command& command) : command_(command) {}
  void reset() override {}
  Result<Command> decide(const Observation& /*seen*/) override { return command_; }

 private:
  Command command_;
};

}  // namespace pitlane
