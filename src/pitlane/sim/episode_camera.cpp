#include "pitlane/sim/episode_camera.h"

#include <utility>

namespace pitlane {

Result<EpisodeCamera> EpisodeCamera::create(std::unique_ptr<World> world, std::uint64_t seed) {
  auto* const simulator = dynamic_cast<SimWorld*>(world.get());
  if (simulator == nullptr)
    return unsupported("only a drive in the simulator can be shown again, not one in " + world->description());
  static_cast<void>(world.release());
  std::unique_ptr<SimWorld> own(simulator);
  PITLANE_TRY_STATUS(own->reset(seed));
  return EpisodeCamera(std::move(own));
}

Result<ImageView> EpisodeCamera::see(double time_s, const Pose& pose) {
  PITLANE_TRY_STATUS(world_->advance_to(time_s));
  world_->place(pose);
  PITLANE_TRY(const Observation seen, world_->observe());
  return seen.frames.front();
}

}  // namespace pitlane
