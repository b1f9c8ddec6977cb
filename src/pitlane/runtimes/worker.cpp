#include "pitlane/runtimes/worker.h"

#include <cstdio>
#include <sstream>
#include <string_view>
#include <utility>

#include "pitlane/core/printable.h"
#include "pitlane/runtimes/worker_script.h"

namespace pitlane {
namespace {

using Outcome = ChildProcess::Outcome;
constexpr std::size_t kNumber = sizeof(std::uint64_t);
constexpr std::size_t kLongestQuote = 500;

std::string last_line(const std::string& said) {
  std::istringstream in(said);
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  return last.empty() ? "it says nothing" : printable_message(last, kLongestQuote);
}

/// ": what it said", without the end of its line, which may not be there yet.
std::string quote(std::string_view said) {
  said = said.substr(0, said.find_last_not_of(" \t\r\n") + 1);
  return said.empty() ? "" : ": " + printable_message(said, kLongestQuote);
}

std::string text_of(const Frame& frame) {
  return printable_message({reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size()}, kLongestQuote);
}

std::vector<std::string> arguments(const ForeignRuntime& runtime, const WorkerModel* model, const std::string& python) {
  std::vector<std::string> words{python, "-I", "-S", "-B", "-c", kWorkerScript, runtime.engine};
  if (model == nullptr) return words;
  words.push_back(model->path);
  words.push_back(std::to_string(model->memories));
  words.insert(words.end(), model->ports.begin(), model->ports.end());
  return words;
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::start(const ForeignRuntime& runtime, const WorkerModel& model,
                                              const WorkerOptions& options) {
  std::unique_ptr<Worker> worker(new Worker(options));
  PITLANE_TRY_STATUS(worker->open(runtime, &model));
  return worker;
}

Result<std::string> Worker::version(const ForeignRuntime& runtime, const WorkerOptions& options) {
  Worker worker(options);
  PITLANE_TRY_STATUS(worker.open(runtime, nullptr));
  return worker.runtime_;
}

Status Worker::open(const ForeignRuntime& runtime, const WorkerModel* model) {
  runtime_ = options_.python;  // until it has said what it is
  const Patience patience = Patience::of(options_.limit_s, options_.stop);
  PITLANE_TRY(child_, ChildProcess::start(arguments(runtime, model, options_.python)));
  PITLANE_TRY_STATUS(next_frame(FrameKind::kHello, kLongestHello, patience));
  runtime_ = text_of(frame_);
  if (model == nullptr) return {};
  PITLANE_TRY_STATUS(next_frame(FrameKind::kReady, kNumber, patience));
  if (frame_.payload.size() != kNumber) return nonsense("sends a frame of another length than it should");
  const std::uint64_t made = number_of(frame_.payload);
  if (made != model->outputs)
    return nonsense("gives " + std::to_string(made) + " numbers for a picture, not " + std::to_string(model->outputs));
  answer_bytes_ = kNumber + model->outputs * sizeof(float);
  return {};
}

Result<Worker::Answer> Worker::run(bool forget, std::span<const std::byte> inputs) {
  if (child_ == nullptr) return io_error(runtime_ + ": has failed before");
  const Patience patience = Patience::of(options_.limit_s, options_.stop);
  if (const Outcome outcome = write_request(*child_, forget, inputs, patience); outcome != Outcome::kDone)
    return complaint(outcome);
  PITLANE_TRY_STATUS(next_frame(FrameKind::kAnswer, answer_bytes_, patience));
  if (frame_.payload.size() != answer_bytes_) return nonsense("sends a frame of another length than it should");
  return Answer{number_of(frame_.payload), std::span<const std::byte>(frame_.payload).subspan(kNumber)};
}

Status Worker::next_frame(FrameKind wanted, std::size_t most, const Patience& patience) {
  const FrameOutcome read = read_frame(*child_, std::max(most, kLongestHello), patience, frame_);
  if (read.outcome != Outcome::kDone) return complaint(read.outcome);
  if (read.nonsense) return nonsense("talks nonsense instead of answering" + quote(read.instead));
  if (frame_.kind == wanted) return {};
  if (wanted == FrameKind::kHello && frame_.kind == FrameKind::kMissing) {
    child_.reset();
    return not_found(options_.python + " " + text_of(frame_));
  }
  return nonsense("answers something else than it was asked");
}

Error Worker::complaint(Outcome outcome) {
  ChildEnd end;
  if (outcome == Outcome::kEnded) end = child_->wait();
  const std::string said = last_line(child_->complaints());
  child_.reset();
  if (outcome == Outcome::kStopped) return {ErrorKind::kInterrupted, "interrupted"};
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%g", options_.limit_s);
  if (outcome == Outcome::kTooLong)
    return io_error(runtime_ + ": took longer than " + seconds + " s and was ended; " + options_.longer);
  if (end.how == ChildEnd::How::kSignalled)
    return io_error(runtime_ + ": was ended by signal " + std::to_string(end.code) + ": " + said);
  if (end.how == ChildEnd::How::kExited && end.code == 0)
    return io_error(runtime_ + ": ended before it had answered: " + said);
  if (end.how == ChildEnd::How::kUnknown) return io_error(runtime_ + ": stopped talking and was ended: " + said);
  return unsupported(runtime_ + ": failed: " + said);
}

Error Worker::nonsense(const std::string& what) {
  child_.reset();
  return corrupt(runtime_ + ": " + what);
}

}  // namespace pitlane
