// Another program at work for ours: started without a shell, spoken with over its stdin and stdout, listened to on its
// stderr, ended with whatever it started.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// How long to wait for a child, and who may say that it is enough.
struct Patience {
  std::chrono::steady_clock::time_point until;
  const std::function<bool()>& stop;  ///< asked again and again; may be empty

  static Patience of(double seconds, const std::function<bool()>& stop);
};

struct ChildEnd {
  enum class How { kExited, kSignalled, kUnknown };
  How how = How::kUnknown;
  int code = 0;  ///< kExited: its exit code; kSignalled: the signal
};

/// One thread at a time.
class ChildProcess {
 public:
  /// The program first, looked for on PATH where its name has no slash. Errors: it cannot be started (kNotFound where
  /// there is no such program).
  static Result<std::unique_ptr<ChildProcess>> start(const std::vector<std::string>& arguments);
  /// Ends it and its process group at once.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  enum class Outcome {
    kDone,     ///< all bytes
    kEnded,    ///< it closed its stdin or stdout, or ended: see wait()
    kTooLong,  ///< not within the patience
    kStopped,  ///< Patience::stop said so
  };
  Outcome write(std::span<const std::byte> bytes, const Patience& patience);
  Outcome read(std::span<std::byte> bytes, const Patience& patience);
  /// Of what it has said on stdout by now, `most` bytes at most.
  std::string read_what_is_there(std::size_t most);
  /// Of one that has closed its ends: how it ended. kUnknown: it did not, and was ended.
  ChildEnd wait();
  /// The end of what it has said on stderr so far. It may say as much as it likes: a few KB are kept.
  const std::string& complaints();
  /// Does it still run, and has it said nothing that nobody asked for?
  [[nodiscard]] bool is_waiting() const;

 private:
  ChildProcess(pid_t pid, int socket, int complaints) : pid_(pid), socket_(socket), complaints_(complaints) {}
  Outcome await(short events, const Patience& patience);
  void listen();
  void end_group();

  pid_t pid_;  ///< 0: waited for
  int socket_;
  int complaints_;  ///< a pipe; -1: it has closed its stderr
  std::string heard_;
};

}  // namespace pitlane
