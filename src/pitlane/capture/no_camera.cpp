// The answer of a build for a system without V4L2.
#include "pitlane/capture/camera.h"

namespace pitlane::capture {

std::shared_ptr<DeviceCalls> system_calls() { return nullptr; }

Result<std::unique_ptr<FrameStream>> open_camera(const CameraOptions& options, WaitReadable /*wait*/,
                                                 std::shared_ptr<DeviceCalls> /*calls*/) {
  return unsupported(options.device + ": this build knows no cameras (it has no linux/videodev2.h); give raw frames");
}

}  // namespace pitlane::capture
