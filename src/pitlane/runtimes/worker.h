// A Python of the user's at work: one runtime, one model (worker.py).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/runtimes/child_process.h"
#include "pitlane/runtimes/exchange.h"
#include "pitlane/runtimes/foreign_runtime.h"

namespace pitlane {

/// What WorkerOptions::limit_s may be.
inline constexpr double kShortestLimit_s = 0.1, kLongestLimit_s = 86'400;

struct WorkerOptions {
  std::string python = "python3";
  double limit_s = 120;                                       ///< a start or an answer may take so long
  std::string longer = "give it more with --python-limit-s";  ///< the remedy where it took longer
  std::function<bool()> stop = {};                            ///< asked while waiting: Ctrl-C
};

struct WorkerModel {
  std::string path;
  std::size_t memories = 0;
  std::vector<std::string> ports;  ///< "f32:1x3x66x200"
  std::size_t outputs = 0;         ///< numbers of an answer
};

/// One thread at a time.
class Worker {
 public:
  /// Waits until the model has run once. Errors, in the runtime's name: it is not there (kNotFound: "/usr/bin/python3
  /// has no onnxruntime (pip install onnxruntime)"); it refuses the model (kUnsupported); it dies, takes too long or
  /// talks nonsense (kIo); stopped (kInterrupted).
  static Result<std::unique_ptr<Worker>> start(const ForeignRuntime& runtime, const WorkerModel& model,
                                               const WorkerOptions& options);
  /// "onnxruntime 1.32.0", of a worker that ends at once. Errors: as start().
  static Result<std::string> version(const ForeignRuntime& runtime, const WorkerOptions& options);

  [[nodiscard]] const std::string& runtime() const { return runtime_; }
  /// Good for another run?
  [[nodiscard]] bool is_alive() const { return child_ != nullptr && child_->is_waiting(); }

  struct Answer {
    std::uint64_t nanoseconds = 0;         ///< of the runtime's own call
    std::span<const std::byte> outputs{};  ///< float32; valid until the next call
  };
  /// `forget`: memory is zero for this run. After an error the worker is gone.
  Result<Answer> run(bool forget, std::span<const std::byte> inputs);

 private:
  explicit Worker(const WorkerOptions& options) : options_(options) {}
  Status open(const ForeignRuntime& runtime, const WorkerModel* model);
  Status next_frame(FrameKind wanted, std::size_t most, const Patience& patience);
  Error complaint(ChildProcess::Outcome outcome);
  Error nonsense(const std::string& what);

  WorkerOptions options_;
  std::unique_ptr<ChildProcess> child_;  ///< null: gone
  std::string runtime_;
  std::size_t answer_bytes_ = 0;
  Frame frame_;
};

}  // namespace pitlane
