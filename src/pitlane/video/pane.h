// One drive's part of a video's picture.
#pragma once

#include <cstddef>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/line_tracker.h"
#include "pitlane/video/film.h"
#include "pitlane/video/road_map.h"

namespace pitlane {

/// Where things are, pixels of the whole picture. `scale`: of letters and lines, 1 for a picture 720 pixels high.
struct PaneLayout {
  cv::Rect title, camera, map, gauges;
  double scale = 1;
};

/// The layouts of one or two drives in a picture of this size.
std::vector<PaneLayout> pane_layouts(std::size_t drives, cv::Size picture);

/// Ends of bars that drives side by side share.
struct GaugeRanges {
  double speed_mps = 1, yaw_radps = 1;
};
GaugeRanges gauge_ranges(const FilmScene& scene);

/// Draws a drive as it was at rising times.
class Pane {
 public:
  /// `colour`: of this drive's way, car and bars. The drive outlives the pane.
  static Result<Pane> create(const FilmedDrive& drive, const PaneLayout& layout, const GaugeRanges& ranges,
                             const cv::Scalar& colour);

  /// `picture`: RGB, of the size for which the layout was made. Behind the drive's end its last moment stays, with the
  /// reason.
  Status draw(cv::Mat& picture, double time_s);

 private:
  Pane(const FilmedDrive& drive, const PaneLayout& layout, const GaugeRanges& ranges, const cv::Scalar& colour,
       FrameFn frames);
  [[nodiscard]] const TrajectoryPoint& now() const { return drive_->result.trajectory[index_]; }
  void go_on_to(double time_s);
  void drive_to(const Pose& pose);
  void draw_title(cv::Mat& picture) const;
  Status draw_camera(cv::Mat& picture, bool ended);
  void draw_end(cv::Mat& camera) const;
  void draw_gauges(cv::Mat& picture) const;

  const FilmedDrive* drive_;
  PaneLayout layout_;
  GaugeRanges ranges_;
  cv::Scalar colour_;
  FrameFn frames_;
  RoadMap map_;
  LineTracker tracker_;
  double half_road_m_ = 0;  // where the car is
  std::size_t index_ = 0;
  cv::Mat seen_;  // the camera's picture of seen_index_, as large as it is shown
  std::size_t seen_index_ = 0;
};

}  // namespace pitlane
