// What another program's decoder makes of a video.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <vector>

#include "temporary_directory.h"

namespace pitlane {

struct Decoded {
  double frames_per_second = 0;
  std::vector<cv::Mat> frames;  ///< RGB
};

inline Decoded decoded(const std::vector<std::byte>& mp4) {
  const TemporaryDirectory place;
  const std::string path = place / "video.mp4";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(mp4.data()), static_cast<std::streamsize>(mp4.size()));
  Decoded out;
  cv::VideoCapture video(path);
  EXPECT_TRUE(video.isOpened());
  out.frames_per_second = video.get(cv::CAP_PROP_FPS);
  for (cv::Mat frame; video.read(frame);) {
    cv::Mat rgb;
    cv::cvtColor(frame, rgb, cv::COLOR_BGR2RGB);
    out.frames.push_back(rgb);
  }
  return out;
}

}  // namespace pitlane
