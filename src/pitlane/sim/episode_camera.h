// What the driver of an episode saw, once more, after it: drawn from the poses of its trajectory.
#pragma once

#include <cstdint>
#include <memory>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/world.h"
#include "pitlane/sim/sim_world.h"

namespace pitlane {

/// One thread.
class EpisodeCamera {
 public:
  /// `world`: made as the episode's was; `seed`: of the episode. Errors: a world that is no simulator cannot go back.
  static Result<EpisodeCamera> create(std::unique_ptr<World> world, std::uint64_t seed);

  /// The whole frame that is exposed at that time from there, to the byte, with all that perturbs it. Valid until the
  /// next call. Errors: a time before that of the last call.
  Result<ImageView> see(double time_s, const Pose& pose);

 private:
  explicit EpisodeCamera(std::unique_ptr<SimWorld> world) : world_(std::move(world)) {}
  std::unique_ptr<SimWorld> world_;
};

}  // namespace pitlane
