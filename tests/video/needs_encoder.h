// Tests that make a video: left out, and said, where the program was built without FFmpeg's libraries.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "pitlane/video/mp4_encoder.h"

namespace pitlane {

/// To be called by SetUp.
inline void need_encoder() {
  const Status encoder = check_video_encoder();
  if (encoder.ok()) return;
  const char* const ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") FAIL() << encoder.error().message();
  GTEST_SKIP() << encoder.error().message();
}

class NeedsEncoder : public ::testing::Test {
 protected:
  void SetUp() override { need_encoder(); }
};

}  // namespace pitlane
