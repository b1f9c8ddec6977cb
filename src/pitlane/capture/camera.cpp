#include "pitlane/capture/camera.h"

#include <linux/videodev2.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

#include "pitlane/capture/monotonic_clock.h"
#include "pitlane/capture/yuyv.h"

namespace pitlane::capture {
namespace {

// One is shown, one is being filled, and two wait: a late reader finds a new one at once.
constexpr std::uint32_t kBuffers = 4;
constexpr std::uint32_t kFewestBuffers = 2;

struct Mapping {
  void* memory = nullptr;
  std::size_t bytes = 0;
};

std::string remedy_of(int code) {
  switch (code) {
    case EACCES:
    case EPERM:
      return "; add the user to the group video";
    case EBUSY:
      return "; another program uses it, end that first";
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return "; plug it in, and see ls /dev/video*";
    default:
      return "";
  }
}

class Camera final : public FrameStream {
 public:
  Camera(CameraOptions options, WaitReadable wait, std::shared_ptr<DeviceCalls> calls)
      : options_(std::move(options)), wait_(std::move(wait)), calls_(std::move(calls)) {}
  ~Camera() override {
    if (fd_ < 0) return;
    if (streaming_) {
      int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
      calls_->control(fd_, VIDIOC_STREAMOFF, &type);
    }
    for (const Mapping& mapping : mappings_) calls_->unmap(mapping.memory, mapping.bytes);
    calls_->close(fd_);
  }

  Status start() {
    fd_ = calls_->open(options_.device.c_str());
    if (fd_ < 0) return failed("cannot open");
    PITLANE_TRY_STATUS(check_capabilities());
    PITLANE_TRY_STATUS(set_format());
    set_rate();
    PITLANE_TRY_STATUS(map_buffers());
    for (std::uint32_t i = 0; i < mappings_.size(); ++i) PITLANE_TRY_STATUS(give_back(i));
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (call(VIDIOC_STREAMON, &type) != 0) return failed("cannot start");
    streaming_ = true;
    rgb_.resize(static_cast<std::size_t>(options_.size.width) * static_cast<std::size_t>(options_.size.height) * 3);
    return {};
  }

  Result<std::optional<Frame>> next() override {
    std::optional<v4l2_buffer> newest;
    while (!newest) {
      if (!wait_(fd_)) return std::optional<Frame>();
      PITLANE_TRY(newest, take_newest());
    }
    const auto& mapping = mappings_[newest->index];
    yuyv_to_rgb({static_cast<const std::uint8_t*>(mapping.memory), options_.size, stride_}, options_.rows, rgb_);
    Frame frame;
    frame.image = {rgb_.data(), options_.size.width, options_.size.height, std::ptrdiff_t{options_.size.width} * 3,
                   PixelFormat::kRgb};
    frame.time_s = time_of(*newest);
    PITLANE_TRY_STATUS(give_back(newest->index));
    return std::optional<Frame>(frame);
  }
  [[nodiscard]] std::uint64_t dropped() const override { return dropped_; }

 private:
  int call(unsigned long request, void* argument) const {
    int result = 0;
    do result = calls_->control(fd_, request, argument);
    while (result != 0 && errno == EINTR);
    return result;
  }

  [[nodiscard]] Error failed(const char* what) const {
    const int code = errno;
    const ErrorKind kind = code == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo;
    return {kind, options_.device + ": " + what + ": " + std::strerror(code) + remedy_of(code)};
  }

  Status check_capabilities() const {
    v4l2_capability capability{};
    if (call(VIDIOC_QUERYCAP, &capability) != 0) return unsupported(options_.device + ": is no camera (V4L2)");
    const std::uint32_t able =
        (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? capability.device_caps : capability.capabilities;
    if ((able & V4L2_CAP_VIDEO_CAPTURE) == 0 || (able & V4L2_CAP_STREAMING) == 0)
      return unsupported(options_.device + ": gives no frames (another of its /dev/video* may)");
    return {};
  }

  Status set_format() {
    v4l2_format format{};
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    format.fmt.pix.width = static_cast<std::uint32_t>(options_.size.width);
    format.fmt.pix.height = static_cast<std::uint32_t>(options_.size.height);
    format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
    format.fmt.pix.field = V4L2_FIELD_NONE;
    if (call(VIDIOC_S_FMT, &format) != 0) return failed("cannot set size and format");
    const v4l2_pix_format& is = format.fmt.pix;
    if (is.pixelformat != V4L2_PIX_FMT_YUYV)
      return unsupported(options_.device + ": gives no YUYV; convert its frames, e.g. with ffmpeg into --raw");
    const FrameSize size{static_cast<int>(is.width), static_cast<int>(is.height)};
    if (size != options_.size)
      return unsupported(options_.device + ": gives YUYV of " + to_string(size) + ", not of " +
                         to_string(options_.size) + "; scale its frames, e.g. with ffmpeg into --raw");
    // Some old drivers leave it empty.
    const std::ptrdiff_t tight = std::ptrdiff_t{size.width} * 2;
    stride_ = std::max<std::ptrdiff_t>(is.bytesperline, tight);
    return {};
  }

  // A wish: many cameras have one rate only.
  void set_rate() const {
    if (options_.rate_hz <= 0) return;
    v4l2_streamparm parameters{};
    parameters.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    parameters.parm.capture.timeperframe.numerator = 1000;
    parameters.parm.capture.timeperframe.denominator = static_cast<std::uint32_t>(std::lround(options_.rate_hz * 1000));
    static_cast<void>(call(VIDIOC_S_PARM, &parameters));
  }

  Status map_buffers() {
    v4l2_requestbuffers request{};
    request.count = kBuffers;
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request.memory = V4L2_MEMORY_MMAP;
    if (call(VIDIOC_REQBUFS, &request) != 0 || request.count < kFewestBuffers) return failed("gives no buffers");
    const std::size_t frame_bytes = static_cast<std::size_t>(stride_) * static_cast<std::size_t>(options_.size.height);
    for (std::uint32_t i = 0; i < request.count; ++i) {
      v4l2_buffer buffer = empty_buffer(i);
      if (call(VIDIOC_QUERYBUF, &buffer) != 0) return failed("gives no buffers");
      if (buffer.length < frame_bytes)
        return unsupported(options_.device + ": its buffers are smaller than a frame; its driver is broken");
      void* memory = calls_->map(buffer.length, fd_, static_cast<long>(buffer.m.offset));
      if (memory == nullptr) return failed("cannot map its buffers");
      mappings_.push_back({memory, buffer.length});
    }
    return {};
  }

  static v4l2_buffer empty_buffer(std::uint32_t index) {
    v4l2_buffer buffer{};
    buffer.index = index;
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    return buffer;
  }

  [[nodiscard]] Status give_back(std::uint32_t index) const {
    v4l2_buffer buffer = empty_buffer(index);
    if (call(VIDIOC_QBUF, &buffer) != 0) return failed("takes no buffers");
    return {};
  }

  // Empty where nothing usable waits. Older frames and damaged ones go back at once.
  Result<std::optional<v4l2_buffer>> take_newest() {
    std::optional<v4l2_buffer> newest;
    while (true) {
      v4l2_buffer buffer = empty_buffer(0);
      if (call(VIDIOC_DQBUF, &buffer) != 0) {
        if (errno == EAGAIN) return newest;
        return failed("gives no more frames");
      }
      if (buffer.index >= mappings_.size())
        return corrupt(options_.device + ": names a buffer that there is not; its driver is broken");
      const bool damaged = (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0;
      const std::optional<v4l2_buffer> unwanted = damaged ? buffer : newest;
      if (!damaged) newest = buffer;
      if (!unwanted) continue;
      ++dropped_;
      PITLANE_TRY_STATUS(give_back(unwanted->index));
    }
  }

  // Drivers of other clocks are rare; their frames count as exposed now. Time never goes back.
  double time_of(const v4l2_buffer& buffer) {
    const bool monotonic = (buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    const double stamp =
        static_cast<double>(buffer.timestamp.tv_sec) + 1e-6 * static_cast<double>(buffer.timestamp.tv_usec);
    last_time_s_ = std::max(last_time_s_, monotonic ? stamp : monotonic_s());
    return last_time_s_;
  }

  CameraOptions options_;
  WaitReadable wait_;
  std::shared_ptr<DeviceCalls> calls_;
  int fd_ = -1;
  bool streaming_ = false;
  std::ptrdiff_t stride_ = 0;
  std::vector<Mapping> mappings_;
  std::vector<std::uint8_t> rgb_;
  std::uint64_t dropped_ = 0;
  double last_time_s_ = 0;
};

}  // namespace

Result<std::unique_ptr<FrameStream>> open_camera(const CameraOptions& options, WaitReadable wait,
                                                 std::shared_ptr<DeviceCalls> calls) {
  if (options.size.width % 2 != 0)
    return unsupported(options.device + ": YUYV holds two pixels at a time; frames of " + to_string(options.size) +
                       " have an odd width");
  auto camera = std::make_unique<Camera>(options, std::move(wait), std::move(calls));
  PITLANE_TRY_STATUS(camera->start());
  return std::unique_ptr<FrameStream>(std::move(camera));
}

}  // namespace pitlane::capture
