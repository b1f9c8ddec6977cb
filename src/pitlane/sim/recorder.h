// Makes training data: somebody drives, the expert says at each frame what it would have done.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/controller.h"
#include "pitlane/network/preprocessing.h"
#include "pitlane/sim/expert.h"
#include "pitlane/sim/sim_world.h"

namespace pitlane {

/// One labelled frame. The picture is valid during the call that gets it.
struct RecordedFrame {
  std::span<const std::uint8_t> picture;  ///< {height, width, channels} bytes; RGB where frames are whole
  int width = 0, height = 0;
  Command label;           ///< what the expert would do, without noise
  double speed_mps = 0;    ///< of the car; a car that was put somewhere at random may have any that the expert drives
  int command = 0;         ///< high-level, see Observation
  double time_s = 0;       ///< since the start of the whole recording
  int session = 0;         ///< frames of one session follow each other in time; counted from 0
  int drive = 0;           ///< within its session: counted on where the car was put somewhere else
  std::int64_t index = 0;  ///< of the frame, counted from 0
  std::int64_t total = 0;
};

/// An error ends the recording with it.
using FrameSink = std::function<Status(const RecordedFrame&)>;

/// Who steers while the expert labels; made anew for each world. Null: the expert itself, with noise.
using MakeDriver = std::function<Result<std::unique_ptr<Controller>>(const World&)>;

struct RecordOptions {
  std::int64_t driven_frames = 16'000;  ///< over all circuits and directions
  std::int64_t random_frames = 8'000;   ///< at random poses near the line
  std::uint64_t seed = 1;
  /// Frames per session: each starts somewhere else with another look.
  int session_frames = 60;
  bool both_directions = true;
  Variation variation = Variation::kVaried;
  /// Store pictures as a network with this preprocessing sees them; empty: whole camera frames.
  std::optional<Preprocessing> preprocessing = Preprocessing{};
  CameraGeometry camera;
  ExpertOptions expert;
  /// Disturbance of the expert's yaw rate: an Ornstein-Uhlenbeck process, and short kicks.
  double noise_radps = 0.7, noise_time_s = 0.4;
  double kick_radps = 2.0, kick_s = 0.2, kicks_per_s = 0.15;
  /// Random poses: standard deviations; one in five is drawn twice as wide.
  double random_side_m = 0.35, random_heading_rad = 0.18;
  /// A foreign driver's commands act this much later, 0 or more.
  double driver_latency_s = 0;
  /// A foreign driver farther from the line than this is put back onto it.
  double give_up_m = 1.8;
};

/// Frames come in sessions, one after the other, the same for the same options. Circuits, directions and looks are
/// spread evenly. Errors: no circuit, a preprocessing for another camera, the driver's and the sink's.
Status record_frames(const std::vector<std::shared_ptr<const Track>>& tracks, const RecordOptions& options,
                     const FrameSink& sink, const ProgressFn& progress = {}, const MakeDriver& driver = {});

}  // namespace pitlane
