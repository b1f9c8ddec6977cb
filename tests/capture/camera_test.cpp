#include "pitlane/capture/camera.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/videodev2.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <deque>

namespace pitlane::capture {
namespace {

using ::testing::HasSubstr;

// A camera that gives what a test tells it to, and notices what is left open or asked wrongly.
class MadeUpCamera : public DeviceCalls {
 public:
  struct Shot {
    std::uint8_t luma;
    double time_s;
    bool damaged = false;
  };

  // What it is; a test changes it before it is opened.
  int open_error = 0, start_error = 0;
  std::uint32_t capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  std::uint32_t format = V4L2_PIX_FMT_YUYV;
  std::uint32_t width = 4, height = 2, stride = 16;  // eight bytes more than a row has
  std::uint32_t clock = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  std::uint32_t length = 32;
  bool unplugged = false;
  // What it has seen.
  double rate_hz = 0;
  int opened = 0, mapped = 0;
  bool streaming = false;

  void shoot(const Shot& shot) { shots_.push_back(shot); }
  [[nodiscard]] std::size_t waiting_buffers() const { return queue_.size(); }

  int open(const char* path) override {
    EXPECT_STREQ(path, "/dev/video7");
    if (open_error != 0) return fail(open_error);
    ++opened;
    return kDescriptor;
  }
  void close(int fd) override {
    EXPECT_EQ(fd, kDescriptor);
    --opened;
  }
  void* map(std::size_t bytes, int fd, long offset) override {
    EXPECT_EQ(fd, kDescriptor);
    EXPECT_EQ(bytes, length);
    ++mapped;
    return memory_.at(static_cast<std::size_t>(offset)).data();
  }
  void unmap(void* /*memory*/, std::size_t /*bytes*/) override { --mapped; }

  int control(int fd, unsigned long request, void* argument) override {
    EXPECT_EQ(fd, kDescriptor);
    if (unplugged) return fail(ENODEV);
    switch (request) {
      case VIDIOC_QUERYCAP:
        static_cast<v4l2_capability*>(argument)->capabilities = capabilities;
        return 0;
      case VIDIOC_S_FMT:
        return set_format(static_cast<v4l2_format*>(argument)->fmt.pix);
      case VIDIOC_S_PARM: {
        const v4l2_fract& time = static_cast<v4l2_streamparm*>(argument)->parm.capture.timeperframe;
        rate_hz = static_cast<double>(time.denominator) / time.numerator;
        return fail(EINVAL);  // a wish that is not granted
      }
      case VIDIOC_REQBUFS:
        static_cast<v4l2_requestbuffers*>(argument)->count = kBuffers;
        return 0;
      case VIDIOC_QUERYBUF: {
        auto& buffer = *static_cast<v4l2_buffer*>(argument);
        buffer.length = length;
        buffer.m.offset = buffer.index;
        return 0;
      }
      case VIDIOC_STREAMON:
        if (start_error != 0) return fail(start_error);
        streaming = true;
        return 0;
      case VIDIOC_STREAMOFF:
        streaming = false;
        return 0;
      case VIDIOC_QBUF:
        return give(static_cast<v4l2_buffer*>(argument)->index);
      case VIDIOC_DQBUF:
        return take(*static_cast<v4l2_buffer*>(argument));
      default:
        ADD_FAILURE() << "request " << request;
        return fail(ENOTTY);
    }
  }

 private:
  static constexpr int kDescriptor = 77;
  static constexpr std::uint32_t kBuffers = 3;  // fewer than it was asked for

  static int fail(int code) {
    errno = code;
    return -1;
  }
  int set_format(v4l2_pix_format& pix) const {
    pix.pixelformat = format;
    pix.width = width;
    pix.height = height;
    pix.bytesperline = stride;
    return 0;
  }
  int give(std::uint32_t index) {
    EXPECT_EQ(std::ranges::count(queue_, index), 0) << "given back twice";
    queue_.push_back(index);
    return 0;
  }
  int take(v4l2_buffer& buffer) {
    if (interrupted_++ % 2 == 0) return fail(EINTR);
    if (shots_.empty() || queue_.empty()) return fail(EAGAIN);
    const Shot shot = shots_.front();
    shots_.pop_front();
    buffer.index = queue_.front();
    queue_.pop_front();
    buffer.flags = clock | (shot.damaged ? V4L2_BUF_FLAG_ERROR : 0U);
    buffer.timestamp.tv_sec = static_cast<long>(shot.time_s);
    buffer.timestamp.tv_usec = std::lround((shot.time_s - std::floor(shot.time_s)) * 1e6);
    std::vector<std::uint8_t>& bytes = memory_.at(buffer.index);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = i % 2 == 0 ? shot.luma : 128;
    return 0;
  }

  std::deque<Shot> shots_;
  std::deque<std::uint32_t> queue_;
  std::vector<std::vector<std::uint8_t>> memory_{kBuffers, std::vector<std::uint8_t>(64)};
  int interrupted_ = 0;
};

class CameraTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<std::unique_ptr<FrameStream>> open(double rate_hz = 0) const {
    return open_camera(
        {"/dev/video7", {4, 2}, rate_hz, {}}, [](int fd) { return fd == 77; }, device);
  }
  [[nodiscard]] std::string refusal() const {
    const auto camera = open();
    EXPECT_EQ(device->opened, 0) << "left open";
    EXPECT_EQ(device->mapped, 0) << "left mapped";
    return camera.ok() ? "fine" : camera.error().message();
  }
  std::shared_ptr<MadeUpCamera> device = std::make_shared<MadeUpCamera>();
};

TEST_F(CameraTest, GivesFramesAndLeavesNothingBehind) {
  {
    auto camera = open(20).value();
    EXPECT_TRUE(device->streaming);
    EXPECT_EQ(device->waiting_buffers(), 3U);
    EXPECT_DOUBLE_EQ(device->rate_hz, 20);
    for (const std::uint8_t luma : {16, 235}) {
      device->shoot({luma, luma == 16 ? 1.25 : 1.5});
      const Frame frame = camera->next().value().value();
      EXPECT_EQ(frame.image.format, PixelFormat::kRgb);
      EXPECT_EQ(frame.image.width, 4);
      EXPECT_EQ(frame.image.height, 2);
      EXPECT_EQ(frame.image.stride_bytes, 12);
      for (int i = 0; i < 24; ++i) ASSERT_EQ(frame.image.data[i], luma == 16 ? 0 : 255) << i;
      EXPECT_DOUBLE_EQ(frame.time_s, luma == 16 ? 1.25 : 1.5);
      EXPECT_EQ(device->waiting_buffers(), 3U) << "the buffer is not given back";
    }
    EXPECT_EQ(camera->dropped(), 0U);
  }
  EXPECT_FALSE(device->streaming);
  EXPECT_EQ(device->opened, 0);
  EXPECT_EQ(device->mapped, 0);
}

TEST_F(CameraTest, TheNewestFrameWins) {
  auto camera = open().value();
  device->shoot({16, 1});
  device->shoot({16, 2});
  device->shoot({235, 3});
  const Frame frame = camera->next().value().value();
  EXPECT_EQ(frame.image.data[0], 255);
  EXPECT_DOUBLE_EQ(frame.time_s, 3);
  EXPECT_EQ(camera->dropped(), 2U);
  EXPECT_EQ(device->waiting_buffers(), 3U);
}

TEST_F(CameraTest, DamagedFramesAreDropped) {
  auto camera = open().value();
  device->shoot({16, 1});
  device->shoot({235, 2, true});
  EXPECT_DOUBLE_EQ(camera->next().value().value().time_s, 1);
  EXPECT_EQ(camera->dropped(), 1U);
  EXPECT_EQ(device->waiting_buffers(), 3U);
}

TEST_F(CameraTest, TimeNeverGoesBackAndOtherClocksAreNotBelieved) {
  auto camera = open().value();
  device->shoot({16, 5});
  EXPECT_DOUBLE_EQ(camera->next().value().value().time_s, 5);
  device->shoot({16, 4});
  EXPECT_DOUBLE_EQ(camera->next().value().value().time_s, 5);
  device->clock = V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN;
  device->shoot({16, 1e9});
  EXPECT_LT(camera->next().value().value().time_s, 9e8);
}

TEST_F(CameraTest, StopsWhereItIsAskedTo) {
  auto camera = open_camera(
                    {"/dev/video7", {4, 2}, 0, {}}, [](int) { return false; }, device)
                    .value();
  device->shoot({16, 1});
  EXPECT_FALSE(camera->next().value().has_value());
}

TEST_F(CameraTest, AnUnpluggedCameraIsAnError) {
  auto camera = open().value();
  device->unplugged = true;
  EXPECT_EQ(camera->next().error().message(),
            "/dev/video7: gives no more frames: No such device; plug it in, and see ls /dev/video*");
}

TEST_F(CameraTest, WhatCannotBeOpenedIsNamedWithARemedy) {
  device->open_error = ENOENT;
  EXPECT_EQ(refusal(), "/dev/video7: cannot open: No such file or directory; plug it in, and see ls /dev/video*");
  device->open_error = EACCES;
  EXPECT_EQ(refusal(), "/dev/video7: cannot open: Permission denied; add the user to the group video");
  device->open_error = 0;
  device->start_error = EBUSY;
  EXPECT_EQ(refusal(), "/dev/video7: cannot start: Device or resource busy; another program uses it, end that first");
}

TEST_F(CameraTest, OtherDevicesSizesAndFormatsAreRefused) {
  device->capabilities = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
  EXPECT_EQ(refusal(), "/dev/video7: gives no frames (another of its /dev/video* may)");
  device->capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  device->width = 8;
  EXPECT_EQ(refusal(), "/dev/video7: gives YUYV of 8x2, not of 4x2; scale its frames, e.g. with ffmpeg into --raw");
  device->width = 4;
  device->format = V4L2_PIX_FMT_MJPEG;
  EXPECT_EQ(refusal(), "/dev/video7: gives no YUYV; convert its frames, e.g. with ffmpeg into --raw");
  device->format = V4L2_PIX_FMT_YUYV;
  device->length = 31;
  EXPECT_THAT(refusal(), HasSubstr("its buffers are smaller than a frame"));
}

TEST(Camera, WhatIsNoCameraIsRefused) {
  const auto forever = [](int) { return true; };
  EXPECT_EQ(open_camera({"/dev/null", {4, 2}, 0, {}}, forever).error().message(), "/dev/null: is no camera (V4L2)");
  EXPECT_THAT(open_camera({"/no/such", {4, 2}, 0, {}}, forever).error().message(),
              HasSubstr("/no/such: cannot open: No such"));
  EXPECT_THAT(open_camera({"/dev/null", {3, 2}, 0, {}}, forever).error().message(), HasSubstr("3x2 have an odd width"));
}

}  // namespace
}  // namespace pitlane::capture
