#include "pitlane/measure/timed_driver.h"

#include <string>
#include <utility>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

constexpr double kFrame_s = 0.05;
constexpr int kChannels = channels_of(PixelFormat::kRgb);
constexpr std::size_t kMostBytes = std::size_t{64} << 20;  // 22 megapixels; every row of a table holds a frame

std::size_t frame_bytes(const Preprocessing& preprocessing) {
  return static_cast<std::size_t>(preprocessing.source_width) * static_cast<std::size_t>(preprocessing.source_height) *
         kChannels;
}

std::vector<std::uint8_t> noise(std::size_t bytes) {
  Random random(1);
  std::vector<std::uint8_t> out(bytes);
  for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random.next());
  return out;
}

}  // namespace

TimedDriver::TimedDriver(std::unique_ptr<Driver> driver, const Preprocessing& preprocessing)
    : driver_(std::move(driver)),
      pixels_(noise(frame_bytes(preprocessing))),
      frame_{pixels_.data(), preprocessing.source_width, preprocessing.source_height,
             std::ptrdiff_t{kChannels} * preprocessing.source_width, PixelFormat::kRgb} {}

Result<std::unique_ptr<TimedDriver>> TimedDriver::create(const Network& network, std::unique_ptr<Session> session) {
  PITLANE_TRY(std::unique_ptr<Driver> driver, Driver::create(network, std::move(session)));
  PITLANE_TRY(const InputSpec* image, image_input(network));
  if (const std::size_t bytes = frame_bytes(image->preprocessing); bytes > kMostBytes)
    return unsupported("a frame of its camera has " + std::to_string(bytes) + " bytes; at most 64 MiB are made up");
  std::unique_ptr<TimedDriver> timed(new TimedDriver(std::move(driver), image->preprocessing));
  // The times of a driver that gives up would be wonderful and wrong.
  if (const StepStatus status = timed->step(); status != StepStatus::kOk)
    return numeric_error(std::string("no answer to a frame: ") + to_string(status));
  return timed;
}

StepStatus TimedDriver::step() noexcept {
  Observation now;
  now.frames = {&frame_, 1};
  now.time_s = (time_s_ += kFrame_s);
  return driver_->step(now, outputs_);
}

}  // namespace pitlane
