// The driver that the networks learn from: it knows the line and the car's exact pose.
#pragma once

#include <vector>

#include "pitlane/measure/controller.h"
#include "pitlane/measure/line_tracker.h"
#include "pitlane/measure/world.h"

namespace pitlane {

struct ExpertOptions {
  double lookahead_m = 0.6;          ///< at standstill
  double lookahead_s = 0.22;         ///< plus this times the speed
  double expected_latency_s = 0.04;  ///< commands are meant for the pose this much later
  double slowest_mps = 6.5, fastest_mps = 20;
  double fastest_turn_radps = 7.1;
  double sight_m = 9;  ///< corners farther ahead change nothing: the camera hardly shows them
};

/// Pure pursuit (Coulter, "Implementation of the pure pursuit path tracking algorithm", 1992): steer on the arc that
/// meets the line a lookahead further on. Speed: in a corner of radius R sqrt(8 R), d metres before it
/// sqrt(8 R + 16 (d - 1)), which fades to the full speed towards the end of sight, so that nothing in the command
/// jumps when a corner comes into view.
/// A command is a function of the pose alone: what a picture shows is all that a learner can imitate.
class Expert {
 public:
  explicit Expert(const ReferenceLine& line, const ExpertOptions& options = {});

  /// The next pose may be anywhere.
  void reset() { lost_ = true; }
  Command command(const Pose& pose);

 private:
  struct Place {
    double arc_m = 0, deviation_m = 0;
  };
  Place find(const Pose& pose);
  [[nodiscard]] double at(const std::vector<double>& table, double arc_m) const;
  [[nodiscard]] double speed(const Place& place, double heading_error_rad) const;
  [[nodiscard]] double turn_rate(const Pose& pose, double arc_m, double v_mps) const;
  void compute_speeds();

  ExpertOptions options_;
  std::vector<ReferenceLine::Point> points_;
  LineTracker tracker_;
  double length_m_ = 0, step_m_ = 0;
  std::vector<double> speed_mps_;  // by point
  bool lost_ = true;
};

/// The expert at the wheel of any world.
class ExpertController : public Controller {
 public:
  /// Reads `world`'s pose at each decision; it must outlive this.
  explicit ExpertController(const World& world, const ExpertOptions& options = {});

  void reset() override { expert_.reset(); }
  Result<Command> decide(const Observation& /*observation*/) override { return expert_.command(world_->pose()); }
  /// It does not look: a single pixel need be drawn.
  [[nodiscard]] const FrameResizer* view() const override { return &one_pixel_; }

 private:
  const World* world_;
  Expert expert_;
  FrameResizer one_pixel_;
};

}  // namespace pitlane
