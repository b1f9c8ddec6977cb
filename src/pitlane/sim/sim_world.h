// The simulator: a car on a circuit, seen by a camera, under a clock that only the caller moves.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/measure/world.h"
#include "pitlane/sim/camera.h"
#include "pitlane/sim/camera_roll.h"
#include "pitlane/sim/perturbation.h"
#include "pitlane/sim/picture_filter.h"
#include "pitlane/sim/track.h"

namespace pitlane {

struct SimOptions {
  bool reverse = false;
  Variation variation = Variation::kSlight;
  CameraGeometry camera;
  double camera_period_s = 0.05;  ///< 20 Hz
  /// Largest start offset, drawn from the episode's seed: to the side and in heading.
  double start_side_m = 0.1, start_heading_rad = 0.05;
  Perturbation perturbation;
};

/// Deterministic: poses, frames and times follow from circuit, options, seeds and commands alone.
class SimWorld : public World {
 public:
  SimWorld(std::shared_ptr<const Track> track, const SimOptions& options);

  Status reset(std::uint64_t seed) override;
  Result<Observation> observe() override;
  void act(const Command& command) override;
  /// Errors: a time before now, a command that is not finite.
  Status advance_to(double time_s) override;

  [[nodiscard]] double time_s() const override { return time_s_; }
  [[nodiscard]] Pose pose() const override { return pose_; }
  [[nodiscard]] const ReferenceLine& reference_line() const override { return line_; }
  [[nodiscard]] double camera_period_s() const override { return options_.camera_period_s; }
  [[nodiscard]] std::optional<double> frame_delay_s(std::int64_t index) const override {
    return pitlane::frame_delay_s(options_.perturbation, seed_, index);
  }
  /// Of the circuit's own camera pose; perturbations do not count, and appearances vary it by less than a road's width.
  [[nodiscard]] std::optional<ViewCone> view_cone() const override;
  void restrict_view(const std::vector<int>& rows, const std::vector<int>& columns) override;
  [[nodiscard]] std::string description() const override;

  /// Puts the car somewhere else, at rest, at the current time: for recording, not for episodes.
  void place(const Pose& pose);
  /// The look of the scene follows from this seed until the next reset.
  void change_appearance(std::uint64_t seed);
  [[nodiscard]] const Track& track() const { return *track_; }
  [[nodiscard]] const SimOptions& options() const { return options_; }

 private:
  struct Late {  // a command on its way to the wheels
    double time_s;
    Command command;
  };
  Status move_to(double time_s);
  void take_effect(const Command& command);

  std::shared_ptr<const Track> track_;
  SimOptions options_;
  ReferenceLine line_;
  std::optional<CameraRoll> roll_;  // of the camera's picture, before the filter
  Camera camera_;
  std::optional<PictureFilter> filter_;
  ImageView frame_;
  std::uint64_t seed_ = 1;
  Pose pose_;
  double time_s_ = 0;
  Command command_;
  // Poses are computed from where the command began, so that they do not depend on the steps in between.
  Pose command_pose_;
  double command_time_s_ = 0;
  std::deque<Late> late_;
};

}  // namespace pitlane
