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
    case StepStatus::kWrongState:
      return "the speed is not finite, or the network does not know the command or traffic light";
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

// Of pictures and speeds.
int oldest_age(const Network& network) {
  int oldest = 0;
  for (const InputSpec& input : network.inputs) oldest = std::max(oldest, std::ranges::max(ages_of(input)));
  return oldest;
}

Status check_history(const Network& network, std::size_t picture_bytes) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 30;
  const auto pictures = static_cast<std::size_t>(oldest_age(network)) + 1;
  if (picture_bytes <= kMostBytes / pictures) return {};
  return unsupported("network '" + network.name + "' looks back over " + std::to_string(pictures) + " pictures of " +
                     std::to_string(picture_bytes) + " bytes; at most 1 GiB is remembered");
}

}  // namespace

Result<std::unique_ptr<Driver>> Driver::create(const Network& network, std::unique_ptr<Session> session) {
  PITLANE_TRY_STATUS(validate(network));
  PITLANE_TRY_STATUS(check_signature(network, *session));
  PITLANE_TRY(const InputSpec* image, image_input(network));
  PITLANE_TRY(FrameResizer resizer, FrameResizer::create(image->preprocessing));
  PITLANE_TRY_STATUS(check_history(network, resizer.output_bytes()));
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
      channels_(static_cast<std::size_t>(channels_of(image.preprocessing.format))),
      pictures_(resizer_.output_bytes(), oldest_age(network)),
      speeds_(1, oldest_age(network)),
      last_time_s_(kNeverSeen) {
  for (const TensorSpec& spec : session_->outputs())
    output_data_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (auto& data : output_data_) output_views_.push_back({data.data(), data.size() * sizeof(float)});
  make_inputs(network);
}

void Driver::make_inputs(const Network& network) {
  for (const InputSpec& spec : network.inputs) {
    const Shape& shape = network.values[static_cast<std::size_t>(spec.value)].shape;
    const auto size = static_cast<std::size_t>(element_count(shape));
    Input& input = inputs_.emplace_back(Input{spec.kind, ages_of(spec), {}, {}});
    if (spec.kind != InputKind::kImage)
      input.numbers.resize(size);
    else if (input.ages.size() > 1)
      input.frames.resize(size);
  }
  for (const Input& input : inputs_) {
    if (input.kind != InputKind::kImage)
      input_views_.push_back({input.numbers.data(), input.numbers.size() * sizeof(float)});
    else
      input_views_.push_back({input.frames.data(), input.frames.size()});  // of a single picture: see look_back
  }
}

bool Driver::reads_speed() const noexcept {
  return std::ranges::any_of(inputs_, [](const Input& input) { return input.kind == InputKind::kSpeed; });
}

bool Driver::fill_one_hot(const Observation& observation) noexcept {
  for (Input& input : inputs_) {
    if (input.kind != InputKind::kCommand && input.kind != InputKind::kLight) continue;
    const int chosen = input.kind == InputKind::kCommand ? observation.command : observation.light;
    if (chosen < 0 || static_cast<std::size_t>(chosen) >= input.numbers.size()) return false;
    std::ranges::fill(input.numbers, 0.0F);
    input.numbers[static_cast<std::size_t>(chosen)] = 1;
  }
  return true;
}

// The network sees its frames stacked along channels, in the order of their ages: {y, x, (frame, channel)}.
void Driver::look_back() noexcept {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    Input& input = inputs_[i];
    const std::size_t count = input.ages.size();
    if (input.kind == InputKind::kSpeed)
      for (std::size_t k = 0; k < count; ++k) input.numbers[k] = speeds_.at(input.ages[k])[0];
    if (input.kind != InputKind::kImage) continue;
    if (count == 1) {
      const auto picture = pictures_.at(input.ages[0]);
      input_views_[i] = {picture.data(), picture.size()};
      continue;
    }
    for (std::size_t k = 0; k < count; ++k) stack_frame(pictures_.at(input.ages[k]), channels_, k, count, input.frames);
  }
}

StepStatus Driver::step(const Observation& observation, Outputs& outputs) noexcept {
  outputs.clear();
  if (!(observation.time_s >= last_time_s_)) return StepStatus::kTimeWentBack;  // NaN goes here too
  if (observation.frames.size() != 1 || !resizer_.run(observation.frames[0], pictures_.next()))
    return StepStatus::kWrongFrame;
  const auto speed = static_cast<float>(observation.speed_mps);
  if (!fill_one_hot(observation) || (reads_speed() && !std::isfinite(speed))) return StepStatus::kWrongState;
  last_time_s_ = observation.time_s;
  speeds_.next()[0] = speed;
  pictures_.push();
  speeds_.push();
  look_back();
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
  pictures_.clear();
  speeds_.clear();
}

}  // namespace pitlane
