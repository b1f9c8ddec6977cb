#include "pitlane/robot/run.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "pitlane/capture/camera.h"
#include "pitlane/capture/monotonic_clock.h"
#include "pitlane/capture/picture_file.h"
#include "pitlane/core/printable.h"
#include "pitlane/driver/driver.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/robot/answer_line.h"
#include "pitlane/robot/car_inputs.h"
#include "pitlane/robot/large_pages.h"
#include "pitlane/robot/latency_histogram.h"
#include "pitlane/robot/stop_signals.h"

namespace pitlane::robot {
namespace {

using capture::monotonic_s;

constexpr double kUsualRate_hz = 20;

const char* word_of(StepStatus status) {
  switch (status) {
    case StepStatus::kOk:
      return "";
    case StepStatus::kWrongFrame:
      return "wrong_frame";
    case StepStatus::kTimeWentBack:
      return "time_went_back";
    case StepStatus::kRunFailed:
      return "run_failed";
    case StepStatus::kWrongState:
      return "wrong_state";
  }
  return "unknown";
}

enum class Written { kYes, kNoReader };

// Unbuffered: whoever drives by it must have it now.
Result<Written> write_line(const std::string& line) {
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t put = ::write(STDOUT_FILENO, line.data() + done, line.size() - done);
    if (put < 0 && errno == EINTR && !stop_requested()) continue;
    if (put < 0 && (errno == EPIPE || errno == EINTR)) return Written::kNoReader;
    if (put < 0) return io_error("standard output: cannot write: " + std::string(std::strerror(errno)));
    done += static_cast<std::size_t>(put);
  }
  return Written::kYes;
}

Status check_size(const capture::FrameSize& asked, const capture::FrameSize& made_for, const char* flag) {
  if (asked == made_for) return {};
  return invalid_argument(std::string(flag) + ": frames of " + to_string(asked) +
                          ", but the network was made for frames of " + to_string(made_for) + "; scale them to that");
}

Result<std::unique_ptr<capture::FrameStream>> open_stream(const RunFlags& flags, const Preprocessing& preprocessing,
                                                          const std::vector<int>& rows) {
  const capture::FrameSize size{preprocessing.source_width, preprocessing.source_height};
  if (flags.raw) {
    PITLANE_TRY_STATUS(check_size(flags.raw->size, size, "--raw"));
    if (flags.raw->format == capture::RawFormat::kGray && preprocessing.format != PixelFormat::kGrey)
      return invalid_argument(channels_of(preprocessing.format) == 1
                                  ? "--raw: grey frames, but the network sees a colour; give rgb24, bgr24 or yuyv"
                                  : "--raw: grey frames, but the network sees colours; give rgb24, bgr24 or yuyv");
    return capture::read_raw(STDIN_FILENO, {size, flags.raw->format, flags.with_state, rows}, wait_readable_or_stop);
  }
  if (flags.camera) {
    PITLANE_TRY_STATUS(check_size(flags.size.value_or(size), size, "--size"));
    return capture::open_camera({*flags.camera, size, flags.rate_hz.value_or(0), rows}, wait_readable_or_stop);
  }
  return capture::read_pictures(flags.pictures, size, flags.rate_hz.value_or(kUsualRate_hz));
}

// Named adapters must fit; without a name outputs that are no v and w are printed alone.
Result<std::optional<VehicleAdapter>> make_vehicle(const RunFlags& flags, const Network& network) {
  auto adapter = VehicleAdapter::create({flags.vehicle.value_or("auto")}, network.outputs);
  if (adapter.ok()) return std::optional<VehicleAdapter>(*std::move(adapter));
  if (flags.vehicle) return adapter.error();
  return std::optional<VehicleAdapter>();
}

class Loop {
 public:
  Loop(const RunFlags& flags, const Network& network, std::unique_ptr<Driver> driver,
       std::optional<VehicleAdapter> vehicle, std::unique_ptr<capture::FrameStream> stream, double began_s)
      : flags_(flags),
        driver_(std::move(driver)),
        vehicle_(std::move(vehicle)),
        stream_(std::move(stream)),
        lines_(network.outputs, vehicle_.has_value(), flags.json),
        began_s_(began_s) {}

  Result<int> run() {
    PITLANE_TRY(Written written, write_line(lines_.title()));
    std::optional<Error> ended;
    while (written == Written::kYes && !stop_requested()) {
      const Result<std::optional<capture::Frame>> frame = stream_->next();
      if (!frame.ok() && !stream_->goes_on()) {
        ended = frame.error();
        break;
      }
      if (frame.ok() && !frame->has_value()) break;
      PITLANE_TRY(written, frame.ok() ? answer(**frame) : refuse(frame.error()));
      ++frames_;
    }
    if (flags_.time) print_times();
    if (ended) return *ended;
    return unanswered_ == 0 ? kEveryFrameAnswered : kBadInput;
  }

 private:
  Result<Written> answer(const capture::Frame& frame) {
    const double start_s = monotonic_s();
    Observation observation;
    observation.frames = {&frame.image, 1};
    observation.time_s = frame.time_s;
    observation.speed_mps = frame.state ? frame.state->speed_mps : flags_.speed_mps.value_or(0);
    observation.command = frame.state ? frame.state->command : flags_.command.value_or(0);
    observation.light = frame.state ? frame.state->light : flags_.light.value_or(0);
    const StepStatus status = driver_->step(observation, outputs_);
    Answer answer{frames_, frame.time_s, word_of(status), &outputs_, {}};
    if (status == StepStatus::kOk && vehicle_) {
      answer.command = vehicle_->command(outputs_);
      if (!answer.command) answer.error = "no_command";
    }
    if (!answer.error.empty())
      tell(status == StepStatus::kOk ? "its outputs are no command" : to_string(status));
    else
      last_complaint_.clear();
    // A time that is no number was refused above, and is no number in a line either.
    if (!(std::abs(answer.time_s) < 1e12)) answer.time_s = 0;
    Result<Written> written = write_line(lines_.line(answer));
    const double end_s = monotonic_s();
    if (frames_ == 0) first_s_ = end_s - began_s_;
    took_.add(end_s - start_s);
    if (flags_.camera) age_.add(end_s - frame.time_s);
    return written;
  }

  // A picture that could not be read.
  Result<Written> refuse(const Error& error) {
    ++unanswered_;
    complain(error.message());
    Answer answer;
    answer.frame = frames_;
    answer.time_s = static_cast<double>(frames_) / flags_.rate_hz.value_or(kUsualRate_hz);
    answer.error = "unreadable";
    return write_line(lines_.line(answer));
  }

  // Twenty times a second the same would bury everything else.
  void tell(const std::string& what) {
    ++unanswered_;
    if (what == last_complaint_) return;
    last_complaint_ = what;
    complain("frame " + std::to_string(frames_) + " (counted from 0): " + what);
  }

  void print_times() const {
    std::fprintf(stderr, "%llu frames, %llu unanswered, %llu dropped; the first line after %.3g ms\n",
                 static_cast<unsigned long long>(frames_), static_cast<unsigned long long>(unanswered_),
                 static_cast<unsigned long long>(stream_->dropped()), first_s_ * 1e3);
    if (took_.count() > 0) std::fprintf(stderr, "from frame to line: %s\n", took_.summary().c_str());
    if (age_.count() > 0) std::fprintf(stderr, "from exposure to line: %s\n", age_.summary().c_str());
  }

  const RunFlags& flags_;
  std::unique_ptr<Driver> driver_;
  std::optional<VehicleAdapter> vehicle_;
  std::unique_ptr<capture::FrameStream> stream_;
  AnswerLines lines_;
  Outputs outputs_;
  LatencyHistogram took_, age_;
  std::string last_complaint_;
  std::uint64_t frames_ = 0, unanswered_ = 0;
  double began_s_, first_s_ = 0;
};

/// The file, the weights packed, a frame and what is between them, about.
std::size_t memory_for(const std::filesystem::path& model) {
  constexpr std::size_t kBesideWeights = std::size_t{3} << 20;
  std::error_code unknown;  // load_pit says what is wrong
  const std::uintmax_t bytes = std::filesystem::file_size(model, unknown);
  return kBesideWeights + (unknown ? 0 : static_cast<std::size_t>(bytes) * 2);
}

}  // namespace

Result<int> run(const RunFlags& flags, double began_s) {
  expect_memory(memory_for(flags.model));
  PITLANE_TRY(const Network network, load_pit(flags.model));
  PITLANE_TRY(const InputSpec* image, image_input(network));
  PITLANE_TRY_STATUS(check_car_inputs(flags, network));
  CompileOptions options;
  options.isa = flags.isa;
  options.threads = flags.threads;
  options.stay_awake = flags.stay_awake;
  PITLANE_TRY(const auto plan, compile(network, options));
  PITLANE_TRY(auto driver, Driver::create(network, plan->new_session()));
  PITLANE_TRY(auto vehicle, make_vehicle(flags, network));
  PITLANE_TRY(auto stream, open_stream(flags, image->preprocessing, driver->resizer().source_rows()));
  return Loop(flags, network, std::move(driver), std::move(vehicle), std::move(stream), began_s).run();
}

void complain(const std::string& message) {
  std::fprintf(stderr, "pitlane-run: %s\n", printable_message(message).c_str());
}

}  // namespace pitlane::robot
