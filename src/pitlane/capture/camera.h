// A camera of Linux (V4L2) that gives YUYV: USB cameras, and most others through their driver.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pitlane/capture/frame_stream.h"

namespace pitlane::capture {

/// The calls that reach the device, with the meaning and errno of the system's own, so that tests can be a device.
class DeviceCalls {
 public:
  virtual ~DeviceCalls() = default;
  virtual int open(const char* path) = 0;  ///< read and write, not blocking
  virtual int control(int fd, unsigned long request, void* argument) = 0;
  virtual void* map(std::size_t bytes, int fd, long offset) = 0;  ///< null on failure
  virtual void unmap(void* memory, std::size_t bytes) = 0;
  virtual void close(int fd) = 0;
};
/// Those of the system.
std::shared_ptr<DeviceCalls> system_calls();

struct CameraOptions {
  std::string device;     ///< such as "/dev/video0"
  FrameSize size;         ///< a camera that gives another is refused
  double rate_hz = 0;     ///< asked for; 0: as the camera is
  std::vector<int> rows;  ///< rows that somebody will look at, ascending; the others may hold anything. Empty: all
};

/// Starts the camera. Frames are its newest: who is late finds those between dropped. Times are the driver's stamps,
/// CLOCK_MONOTONIC; damaged frames (V4L2_BUF_FLAG_ERROR) are dropped. Errors, each with a remedy: no such device, no
/// permission, busy, no camera, no YUYV, another size. An unplugged camera is an error of next().
Result<std::unique_ptr<FrameStream>> open_camera(const CameraOptions& options, WaitReadable wait,
                                                 std::shared_ptr<DeviceCalls> calls = system_calls());

}  // namespace pitlane::capture
