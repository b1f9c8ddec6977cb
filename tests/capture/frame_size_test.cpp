#include <gtest/gtest.h>

#include "pitlane/capture/frame_stream.h"

namespace pitlane::capture {
namespace {

TEST(FrameSize, IsReadAsItIsWritten) {
  EXPECT_EQ(*parse_frame_size("640x480"), (FrameSize{640, 480}));
  EXPECT_EQ(to_string(FrameSize{1, 16384}), "1x16384");
  EXPECT_EQ(*parse_frame_size("1x16384"), (FrameSize{1, 16384}));
}

TEST(FrameSize, AnythingElseIsRefused) {
  for (const char* text : {"", "x", "640", "640x", "x480", "0x480", "640x-1", "640x16385", "640X480", "640x480x3",
                           " 640x480", "+640x480", "99999999999x1"}) {
    const auto size = parse_frame_size(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(size.error().message(),
              "'" + std::string(text) + "' is no size of a frame; write WIDTHxHEIGHT, such as 640x480");
  }
}

}  // namespace
}  // namespace pitlane::capture
