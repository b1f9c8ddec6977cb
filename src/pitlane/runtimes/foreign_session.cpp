#include "pitlane/runtimes/foreign_session.h"

#include <chrono>
#include <cmath>
#include <cstring>
#include <utility>

namespace pitlane {
namespace {

std::int64_t nanoseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

ForeignSession::ForeignSession(std::shared_ptr<const ForeignModel> model, std::unique_ptr<Worker> worker)
    : model_(std::move(model)), worker_(std::move(worker)) {
  std::size_t bytes = 0;
  for (const FileInputWriter& writer : model_->writers_) bytes += writer.size_bytes();
  request_.resize(bytes);
}

ForeignSession::~ForeignSession() {
  if (model_->pool_ != nullptr) model_->pool_->give(model_->model_.path, std::move(worker_));
}

bool ForeignSession::fits(std::span<const TensorView> inputs,
                          std::span<const MutableTensorView> outputs) const noexcept {
  if (inputs.size() != model_->writers_.size() || outputs.size() != model_->outputs_.size()) return false;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].size_bytes != model_->writers_[i].given_bytes()) return false;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].size_bytes != static_cast<std::size_t>(element_count(model_->outputs_[i].shape)) * sizeof(float))
      return false;
  return true;
}

RunStatus ForeignSession::run(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs) noexcept {
  detour_ns_ = 0;
  if (!fits(inputs, outputs)) return RunStatus::kWrongInputs;
  std::span<std::byte> rest = request_;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    model_->writers_[i].write(inputs[i], rest);
    rest = rest.subspan(model_->writers_[i].size_bytes());
  }
  const auto start = std::chrono::steady_clock::now();
  const Result<Worker::Answer> answer = worker_->run(std::exchange(forget_, false), request_);
  if (!answer.ok()) {
    failure_ = answer.error();
    return RunStatus::kRuntimeFailed;
  }
  const std::int64_t whole = nanoseconds_since(start);
  detour_ns_ = whole - static_cast<std::int64_t>(std::min<std::uint64_t>(answer->nanoseconds, whole));
  return spread(answer->outputs, outputs);
}

RunStatus ForeignSession::spread(std::span<const std::byte> answer,
                                 std::span<const MutableTensorView> outputs) const noexcept {
  bool finite = true;
  for (const MutableTensorView& output : outputs) std::memset(output.data, 0, output.size_bytes);
  for (const ForeignModel::Place& place : model_->places_) {
    float number = 0;
    std::memcpy(&number, answer.data() + place.from * sizeof number, sizeof number);
    finite = finite && std::isfinite(number);
    std::memcpy(static_cast<std::byte*>(outputs[place.tensor].data) + place.element * sizeof number, &number,
                sizeof number);
  }
  return finite ? RunStatus::kOk : RunStatus::kNotFinite;
}

}  // namespace pitlane
