// How a camera frame becomes a network's input; travels inside the model, so that the robot, the
// simulator and the training set cannot disagree.
#pragma once

#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"

namespace pitlane {

/// Pixels; x grows right, y grows down.
struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Rect&) const = default;
};

/// frame -> crop -> bilinear resize (half-pixel centres, rounded to 8 bits, as OpenCV's INTER_LINEAR)
/// -> channel order -> pixel * scale[c] + offset[c].
struct Preprocessing {
  int source_width = 640, source_height = 480;  ///< frames of another size are refused
  Rect crop{0, 240, 640, 240};
  int width = 200, height = 66;                               ///< after the resize
  PixelFormat format = PixelFormat::kRgb;                     ///< channel order that the network wants
  std::vector<float> scale{1 / 255.F, 1 / 255.F, 1 / 255.F};  ///< one per channel
  std::vector<float> offset{0, 0, 0};                         ///< one per channel
  int frames = 1;  ///< newest first; stacked along channels when more than one

  bool operator==(const Preprocessing&) const = default;
};

/// Refuses crops outside the source, empty sizes, wrong channel counts, values that are not finite.
Status validate(const Preprocessing& preprocessing);

}  // namespace pitlane
