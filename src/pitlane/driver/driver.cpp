#include "pitlane/driver/driver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace pitlane {

const char* to_string(StepStatus status) {
  switch (status) {
    case StepStatus::kOk:
      return "ok";
    case StepStatus::kWrongFrame:
      return "the frame is not of the size and kind that the network was made for";
    case StepStatus::kTimeWentBack:
      return "the frame is older than the one before";
    case StepStatus::kRunFailed:
      return "the network's result is not finite or the runtime refused";
  }
  return "?";
}

namespace {

constexpr double kNeverSeen = -std::numeric_limits<double>::infinity();

// Which session tensor holds each network value that is an output: distinct values, in order of first mention.
std::vector<int> tensors_of_outputs(const Network& network) {
  std::vector<ValueId> distinct;
  std::vector<int> tensors;
  for (const OutputSpec& output : network.outputs) {
    auto found = std::find(distinct.begin(), distinct.end(), output.value);
    if (found == distinct.end()) found = distinct.insert(distinct.end(), output.value);
    tensors.push_back(static_cast<int>(found - distinct.begin()));
  }
  return tensors;
}

Status check_signature(const Network& network, const Session& session) {
  if (session.inputs().size() != network.inputs.size())
    return invalid_argument("network '" + network.name + "' has " + std::to_string(network.inputs.size()) +
                            " inputs, its runtime expects " + std::to_string(session.inputs().size()));
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const auto& value = network.values.at(static_cast<std::size_t>(network.inputs[i].value));
    if (element_count(session.inputs()[i].shape) != element_count(value.shape))
      return invalid_argument("input '" + network.inputs[i].name + "' has shape " + to_string(value.shape) +
                              ", its runtime expects " + to_string(session.inputs()[i].shape));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Driver>> Driver::create(const Network& network, std::unique_ptr<Session> session) {
  PITLANE_TRY_STATUS(validate(network));
  PITLANE_TRY_STATUS(check_signature(network, *session));
  PITLANE_TRY(const InputSpec* image, image_input(network));
  PITLANE_TRY(FrameResizer resizer, FrameResizer::create(image->preprocessing));
  if (network.outputs.size() > Outputs::kCapacity)
    return unsupported("network '" + network.name + "' has " + std::to_string(network.outputs.size()) +
                       " outputs; a driver takes at most " + std::to_string(Outputs::kCapacity));
  return std::unique_ptr<Driver>(new Driver(network, *image, std::move(session), std::move(resizer)));
}

Driver::Driver(const Network& network, const InputSpec& image, std::unique_ptr<Session> session, FrameResizer resizer)
    : session_(std::move(session)),
      resizer_(std::move(resizer)),
      output_specs_(network.outputs),
      output_tensor_(tensors_of_outputs(network)),
      picture_(resizer_.output_bytes()),
      history_(picture_.size() * static_cast<std::size_t>(image.preprocessing.frames)),
      channels_(static_cast<std::size_t>(channels_of(image.preprocessing.format))),
      frames_(static_cast<std::size_t>(image.preprocessing.frames)),
      last_time_s_(kNeverSeen) {
  for (const TensorSpec& spec : session_->outputs())
    output_data_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (auto& data : output_data_) output_views_.push_back({data.data(), data.size() * sizeof(float)});
  for (const InputSpec& input : network.inputs) {
    inputs_.push_back(input.kind);
    const auto size =
        static_cast<std::size_t>(element_count(network.values[static_cast<std::size_t>(input.value)].shape));
    vectors_.emplace_back(input.kind == InputKind::kImage ? 0 : size);
  }
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i] == InputKind::kImage)
      input_views_.push_back({history_.data(), history_.size()});
    else
      input_views_.push_back({vectors_[i].data(), vectors_[i].size() * sizeof(float)});
  }
}

// The network sees its frames stacked along channels, newest first: {y, x, (frame, channel)}.
void Driver::remember_picture() noexcept {
  const std::size_t pixels = picture_.size() / channels_;
  const std::size_t stacked = channels_ * frames_;
  const std::size_t copies = fresh_ ? frames_ : 1;  // an empty history is filled with the first frame
  for (std::size_t i = 0; i < pixels; ++i) {
    std::uint8_t* pixel = history_.data() + i * stacked;
    if (!fresh_) std::copy_backward(pixel, pixel + stacked - channels_, pixel + stacked);
    for (std::size_t f = 0; f < copies; ++f)
      std::copy_n(picture_.data() + i * channels_, channels_, pixel + f * channels_);
  }
  fresh_ = false;
}

bool Driver::fill_vectors(const Observation& observation) noexcept {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    std::vector<float>& vector = vectors_[i];
    if (inputs_[i] == InputKind::kSpeed) vector[0] = static_cast<float>(observation.speed_mps);
    if (inputs_[i] != InputKind::kCommand) continue;
    if (observation.command < 0 || static_cast<std::size_t>(observation.command) >= vector.size()) return false;
    std::fill(vector.begin(), vector.end(), 0.F);
    vector[static_cast<std::size_t>(observation.command)] = 1;
  }
  return true;
}

StepStatus Driver::step(const Observation& observation, Outputs& outputs) noexcept {
  outputs.clear();
  if (!(observation.time_s >= last_time_s_)) return StepStatus::kTimeWentBack;  // NaN goes here too
  if (observation.frames.size() != 1 || !resizer_.run(observation.frames[0], picture_)) return StepStatus::kWrongFrame;
  if (!fill_vectors(observation)) return StepStatus::kRunFailed;
  last_time_s_ = observation.time_s;
  remember_picture();
  if (session_->run(input_views_, output_views_) != RunStatus::kOk) return StepStatus::kRunFailed;
  for (std::size_t i = 0; i < output_specs_.size(); ++i) {
    const OutputSpec& spec = output_specs_[i];
    const float y = output_data_[static_cast<std::size_t>(output_tensor_[i])][static_cast<std::size_t>(spec.element)];
    if (!std::isfinite(y)) {
      outputs.clear();
      return StepStatus::kRunFailed;
    }
    outputs.push({spec.name, spec.unit, spec.low + static_cast<double>(y) * (spec.high - spec.low)});
  }
  return StepStatus::kOk;
}

void Driver::reset() noexcept {
  session_->reset();
  last_time_s_ = kNeverSeen;
  fresh_ = true;
}

}  // namespace pitlane
