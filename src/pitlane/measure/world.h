// Anything a car can drive in: our simulator, ROS, Gazebo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/driver/observation.h"
#include "pitlane/driver/preprocess.h"

namespace pitlane {

/// Right-handed, z up; yaw 0 looks along +x and grows to the left.
struct Pose {
  double x_m = 0, y_m = 0, yaw_rad = 0;
};

/// The line that a perfect lap follows: closed, the last point joins the first.
struct ReferenceLine {
  struct Point {
    double x_m = 0, y_m = 0;
    double width_m = 0;  ///< of the road there, linear between points; 0: the line's road_width_m
  };
  std::vector<Point> points;  ///< at most 0.5 m apart, in driving direction
  double road_width_m = 3;    ///< "off the road" is beyond half of the width from the line
  /// Of the walls on both sides from the line, where the road is road_width_m wide; elsewhere they stand as far from
  /// the road's edge as there.
  double wall_distance_m = std::numeric_limits<double>::infinity();

  /// Of the road at a point.
  [[nodiscard]] double width_m(std::size_t point) const {
    return points[point].width_m == 0 ? road_width_m : points[point].width_m;
  }
};

inline constexpr double kCarHalfWidth_m = 0.15;  ///< that touches a wall first

/// The ground that a car's camera sees, in the car's frame: x ahead, y to the left.
struct ViewCone {
  double x_m = 0, y_m = 0;  ///< the camera
  double half_angle_rad = 0;
  double nearest_m = 0, farthest_m = 0;  ///< ahead of the camera
};

/// A car in an environment with its own clock. One thread.
class World {
 public:
  virtual ~World() = default;

  /// New episode; everything random follows from the seed. The clock starts at 0 with the car at rest.
  virtual Status reset(std::uint64_t seed) = 0;
  /// The frame exposed at the current time. Valid until the next call on this world.
  virtual Result<Observation> observe() = 0;
  /// The command acts from the current time on, until the next one.
  virtual void act(const Command& command) = 0;
  /// Moves the clock on to `time_s` (never back); the car moves under the command in force.
  virtual Status advance_to(double time_s) = 0;

  [[nodiscard]] virtual double time_s() const = 0;
  [[nodiscard]] virtual Pose pose() const = 0;
  /// In the direction that is driven.
  [[nodiscard]] virtual const ReferenceLine& reference_line() const = 0;
  [[nodiscard]] virtual double camera_period_s() const = 0;
  /// How much later than its exposure the episode's frame `index` (exposed at index * camera_period_s) reaches the
  /// driver; empty: never. The same answer at any time between two resets.
  [[nodiscard]] virtual std::optional<double> frame_delay_s(std::int64_t /*index*/) const { return 0.0; }
  /// Empty: unknown; nobody can say then for how long the line was lost.
  [[nodiscard]] virtual std::optional<ViewCone> view_cone() const { return std::nullopt; }
  /// The caller will look only at these source rows and columns (see FrameResizer); others may stay undrawn.
  virtual void restrict_view(const std::vector<int>& rows, const std::vector<int>& columns) = 0;
  [[nodiscard]] virtual std::string description() const = 0;
};

}  // namespace pitlane
