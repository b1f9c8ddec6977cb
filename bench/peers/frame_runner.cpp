#include "frame_runner.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "pitlane/network/pit_file.h"

namespace pitlane::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kFrameS = 0.05;  // between two frames of the camera

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Result<std::vector<std::uint8_t>> read_frames(const std::string& path, std::size_t frame_bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return not_found(path + ": cannot be read");
  std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(file), {});
  if (bytes.empty() || bytes.size() % frame_bytes != 0)
    return corrupt(path + ": " + std::to_string(bytes.size()) + " bytes are not a number of frames of " +
                   std::to_string(frame_bytes));
  return bytes;
}

}  // namespace

FrameRunner::FrameRunner(Network network, std::shared_ptr<const Plan> plan, std::unique_ptr<Driver> driver,
                         VehicleAdapter adapter)
    : network_(std::move(network)),
      plan_(std::move(plan)),
      session_(plan_->new_session()),
      driver_(std::move(driver)),
      adapter_(adapter) {
  for (const TensorSpec& spec : session_->outputs())
    outputs_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
}

Result<std::unique_ptr<FrameRunner>> FrameRunner::create(const std::string& network, const std::string& frames,
                                                         const std::string& camera) {
  PITLANE_TRY(Network loaded, load_pit(network));
  PITLANE_TRY(const auto plan, compile(loaded));
  if (loaded.inputs.size() != 1) return unsupported(network + ": has other inputs than one picture");
  PITLANE_TRY(auto driver, Driver::create(loaded, plan->new_session()));
  PITLANE_TRY(const VehicleAdapter adapter, VehicleAdapter::create({}, driver->outputs()));
  std::unique_ptr<FrameRunner> runner(new FrameRunner(std::move(loaded), plan, std::move(driver), adapter));
  const Preprocessing& p = runner->network_.inputs[0].preprocessing;
  const std::size_t channels = p.scale.size();
  runner->frame_bytes_ = static_cast<std::size_t>(p.width) * static_cast<std::size_t>(p.height) * channels;
  runner->camera_bytes_ =
      static_cast<std::size_t>(p.source_width) * static_cast<std::size_t>(p.source_height) * channels;
  PITLANE_TRY(runner->frames_, read_frames(frames, runner->frame_bytes_));
  PITLANE_TRY(runner->camera_, read_frames(camera, runner->camera_bytes_));
  return runner;
}

Result<double> FrameRunner::time_network(std::size_t index) {
  const TensorView in{frames_.data() + index % frames() * frame_bytes_, frame_bytes_};
  std::vector<MutableTensorView> out;
  for (auto& output : outputs_) out.push_back({output.data(), output.size() * sizeof(float)});
  const auto start = Clock::now();
  const RunStatus status = session_->run({&in, 1}, out);
  const double ms = ms_since(start);
  if (status != RunStatus::kOk) return numeric_error(std::string("the session says: ") + to_string(status));
  return ms;
}

Result<double> FrameRunner::time_path(std::size_t index) {
  const Preprocessing& p = network_.inputs[0].preprocessing;
  const ImageView view{
      camera_.data() + index % (camera_.size() / camera_bytes_) * camera_bytes_, p.source_width, p.source_height,
      static_cast<std::ptrdiff_t>(p.source_width) * static_cast<std::ptrdiff_t>(p.scale.size()), p.format};
  Observation observation;
  observation.frames = {&view, 1};
  observation.time_s = (time_s_ += kFrameS);
  Outputs outputs;
  const auto start = Clock::now();
  const StepStatus status = driver_->step(observation, outputs);
  const std::optional<Command> command = adapter_.command(outputs);
  const double ms = ms_since(start);
  if (status != StepStatus::kOk) return numeric_error(std::string("the driver says: ") + to_string(status));
  if (!command) return numeric_error("no command comes of the network's outputs");
  command_ = *command;
  return ms;
}

Result<std::vector<float>> FrameRunner::answer(std::size_t index) {
  PITLANE_TRY_STATUS(time_network(index));
  std::vector<float> values;
  std::vector<ValueId> tensors;  // in the order of Plan: by the first output that names one
  for (const OutputSpec& output : network_.outputs) {
    std::size_t tensor = 0;
    while (tensor < tensors.size() && tensors[tensor] != output.value) ++tensor;
    if (tensor == tensors.size()) tensors.push_back(output.value);
    values.push_back(outputs_[tensor][static_cast<std::size_t>(output.element)]);
  }
  return values;
}

}  // namespace pitlane::bench
