// A network behind a camera that shows noise: what is run to time the whole way from a frame to the outputs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/driver/driver.h"
#include "pitlane/engine/session.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// One thread. The same frame in colour again and again, of the size that the network's preprocessing begins with; the
/// car stands still and has no command. Times do not depend on what the picture shows.
class TimedDriver {
 public:
  /// `session` runs `network`. Errors: as Driver::create; a frame above 64 MiB; there is no answer to it.
  static Result<std::unique_ptr<TimedDriver>> create(const Network& network, std::unique_ptr<Session> session);
  TimedDriver(const TimedDriver&) = delete;
  TimedDriver& operator=(const TimedDriver&) = delete;

  /// Cuts, resizes and runs: all that lies between the camera's bytes and named outputs in their units. No allocation.
  StepStatus step() noexcept;

 private:
  TimedDriver(std::unique_ptr<Driver> driver, const Preprocessing& preprocessing);

  std::unique_ptr<Driver> driver_;
  std::vector<std::uint8_t> pixels_;
  ImageView frame_;  // of pixels_
  double time_s_ = 0;
  Outputs outputs_;
};

}  // namespace pitlane
