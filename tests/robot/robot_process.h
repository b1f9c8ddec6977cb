// pitlane-run at work: frames go into it one by one, lines come out, and it can be looked at meanwhile.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace pitlane::testing {

class RobotProcess {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RobotProcess(const std::vector<std::string>& arguments);
  ~RobotProcess();
  RobotProcess(const RobotProcess&) = delete;
  RobotProcess& operator=(const RobotProcess&) = delete;

  /// To its stdin.
  void write(const std::string& bytes) const;
  /// Closes its stdin.
  void close_input();
  /// The next line of its stdout, without the end of line; waits. Empty at the end.
  std::string line();
  void send(int signal) const;
  /// VmHWM of /proc, in bytes: the most memory that was resident so far.
  [[nodiscard]] std::size_t peak_bytes() const;
  /// Waits for the end: the exit code, or 128 + signal.
  int finish();
  /// When it was started, before the system made the process.
  [[nodiscard]] Clock::time_point started() const { return started_; }

 private:
  int input_ = -1, output_ = -1;
  pid_t child_ = -1;
  Clock::time_point started_;
  std::string waiting_;
};

}  // namespace pitlane::testing
