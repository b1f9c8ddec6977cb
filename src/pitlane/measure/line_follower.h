// A driver without a network: it follows the red line that it sees. What networks must be better than.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/driver/preprocess.h"
#include "pitlane/measure/controller.h"

namespace pitlane {

struct LineFollowerOptions {
  double lookahead_m = 1.0, lookahead_s = 0.16;  ///< at standstill, and per m/s
  double derivative_s = 0.02;                    ///< of the change of the line's place, as seconds of it
  double integral_per_s = 0.1;                   ///< of the bend to the line, summed over time ...
  double largest_integral_1pm = 0.02;            ///< ... which turns the car by at most this much: bends end
  double slowest_mps = 6.5, fastest_mps = 13;    ///< what JdeRobot's explicit brain drives at in bends and straights
  double fastest_turn_radps = 7.1;
};

/// In the manner of the explicit brain of BehaviorMetrics: pixels that are red enough, where they are in each row, a
/// PID controller on where the line is ahead. For frames of 640 x 480 from the camera of JdeRobot's car (0.1 m above
/// flat ground, 90 degrees wide, looking straight ahead). Without a line in view it goes on turning, slowly.
class LineFollower : public Controller {
 public:
  static Result<LineFollower> create(const LineFollowerOptions& options = {});

  void reset() override;
  /// Errors: a frame of another size, or none.
  Result<Command> decide(const Observation& observation) override;
  [[nodiscard]] const FrameResizer* view() const override { return &resizer_; }

 private:
  struct Place {  // of the line, from the car
    double ahead_m = 0, left_m = 0;
  };
  LineFollower(const LineFollowerOptions& options, FrameResizer resizer);
  void find_line();
  [[nodiscard]] std::optional<double> column_near(int row, double expected) const;
  [[nodiscard]] Place farthest_within(double metres) const;

  LineFollowerOptions options_;
  FrameResizer resizer_;
  std::vector<std::uint8_t> picture_;  // RGB, the ground from 1 m to 6 m ahead
  std::vector<Place> line_;            // from near to far, as far as it can be followed
  double last_column_ = 0, last_time_s_ = 0;
  std::optional<double> last_bend_per_m_;
  double integral_per_m_ = 0;
  Command last_;
};

}  // namespace pitlane
