// One network on frames from a file: single calls of the session, or the whole path from a camera's frame to a command.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/driver/driver.h"
#include "pitlane/driver/vehicle.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/network.h"

namespace pitlane::bench {

class FrameRunner {
 public:
  /// `frames`: pictures as the network sees them, bytes {height, width, channels}, one after another. `camera`: the
  /// same moments as a camera gives them, in the size and the channel order of the network's preprocessing.
  static Result<std::unique_ptr<FrameRunner>> create(const std::string& network, const std::string& frames,
                                                     const std::string& camera);

  /// Milliseconds of one call of the session on picture `index` (modulo their number).
  Result<double> time_network(std::size_t index);
  /// Milliseconds from the camera's frame to the command.
  Result<double> time_path(std::size_t index);
  /// Normalised outputs for picture `index`.
  Result<std::vector<float>> answer(std::size_t index);

  [[nodiscard]] std::size_t frames() const { return frames_.size() / frame_bytes_; }
  [[nodiscard]] const Network& network() const { return network_; }
  [[nodiscard]] std::string description() const { return session_->description(); }
  [[nodiscard]] Command last_command() const { return command_; }

 private:
  FrameRunner(Network network, std::shared_ptr<const Plan> plan, std::unique_ptr<Driver> driver,
              VehicleAdapter adapter);

  Network network_;
  std::shared_ptr<const Plan> plan_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Driver> driver_;
  VehicleAdapter adapter_;
  std::size_t frame_bytes_ = 1, camera_bytes_ = 1;
  std::vector<std::uint8_t> frames_, camera_;
  std::vector<std::vector<float>> outputs_;  // by tensor of the session
  double time_s_ = 0;
  Command command_;
};

}  // namespace pitlane::bench
