// Bars with a name and a number: what the car is told, how far it is from the line, how far it has come.
#pragma once

#include <opencv2/core.hpp>
#include <string>

namespace pitlane {

/// A bar grows from `from` to `value`, both within `low`..`high`; what is beyond ends at the edge.
struct Gauge {
  std::string name, text;  ///< printable ASCII
  double value = 0, low = 0, high = 1, from = 0;
  cv::Scalar colour;
};

/// One gauge a row, the rows evenly spread over `place`; `scale` is that of the letters, 1 for rows of about 46 pixels.
void draw_gauge(cv::Mat& picture, const cv::Rect& place, const Gauge& gauge, double scale);

}  // namespace pitlane
